// Who stays longer than what was signed for them is signed for anew, at most once a minute; what failed is tried again soon.
(({ token }) => {
  const REST_MS = 60_000;
  const AGAIN_MS = 5_000;
  let freeAt = 0;
  document.addEventListener("earmark:identity", sign);

  async function sign() {
    if (performance.now() < freeAt) return;
    freeAt = Infinity; // one at a time
    const answer = await fetch("/identity", { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => ({ status: 500 }));
    const isLost = answer.status >= 500;
    freeAt = isLost ? 0 : performance.now() + REST_MS;
    if (isLost) setTimeout(sign, AGAIN_MS);
    if (answer.ok) window.earmark("identify", await answer.text()).catch(() => {}); // refused again, the page stays as it is
  }
})(document.currentScript.dataset);
