// Who stays longer than what was signed for them is signed for anew, at most once a minute; what failed is tried again, later and later.
(({ token }) => {
  const REST_MS = 60_000;
  const AGAIN_MS = 5_000;
  let freeAt = 0;
  let wait = AGAIN_MS;
  document.addEventListener("earmark:identity", sign);

  async function sign() {
    if (performance.now() < freeAt) return;
    freeAt = Infinity; // one at a time
    const answer = await fetch("/identity", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => ({ status: 500 }));
    if (answer.status >= 500) {
      setTimeout(() => sign((freeAt = 0)), wait);
      wait = Math.min(2 * wait, REST_MS);
      return;
    }
    wait = AGAIN_MS;
    freeAt = performance.now() + REST_MS;
    if (answer.ok) window.earmark("identify", await answer.text()).catch(() => {}); // refused again, the page stays as it is
  }
})(document.currentScript.dataset);
