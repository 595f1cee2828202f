// Who leaves altogether, or has their data deleted, gets pages without room for what never comes, from the next one on, and a door back.
// So does who had left before this page came, elsewhere or while the forum did not answer: they keep one empty room, this page's.
(({ token }) => {
  let told = Promise.resolve();
  const doorBack = () => document.getElementById("again");
  document.addEventListener("earmark:optout", ({ detail }) => {
    if (detail.out && doorBack()) return; // the forum knows
    told = told.catch(() => {}).then(() => tell(detail.out)); // one after the other: the last word holds
    told.catch(() => {}); // a page more with room, and nothing lost
  });

  async function tell(out) {
    const body = new URLSearchParams({ out: out ? "1" : "" });
    const { ok } = await fetch("/left", { method: "POST", keepalive: true, headers: { "X-CSRFToken": token }, body });
    if (!ok) throw new Error("not kept");
  }

  document.addEventListener("DOMContentLoaded", () => {
    const door = doorBack();
    const failed = ({ message }) =>
      (door.nextElementSibling.textContent =
        message === "earmark: annotator_erased" ? "Your data was deleted for good: nothing is asked of you again." : "No answer. Try again later.");
    door?.addEventListener("click", () => {
      if (window.earmark) return comeBack().catch(failed);
      const { script, key, identity } = door.dataset;
      const made = Object.assign(document.createElement("script"), { src: script, onload: () => comeBack().catch(failed), onerror: failed });
      Object.assign(made.dataset, { key, identity });
      document.head.append(made);
    });
  });

  async function comeBack() {
    await window.earmark("optOut", false);
    await told; // or the page would come again as it is
    location.reload();
  }
})(document.currentScript.dataset);
