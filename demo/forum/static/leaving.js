// Who leaves altogether gets pages without room for what never comes, from the next one on, and a door back.
(() => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const tell = (out) => fetch("/left", { method: "POST", keepalive: true, headers: { "X-CSRFToken": token }, body: new URLSearchParams({ out: out ? "1" : "" }) });
  document.addEventListener("earmark:optout", ({ detail }) => tell(detail.out));

  const door = document.getElementById("again");
  const failed = () => (door.nextElementSibling.textContent = "No answer. Try again later.");
  door?.addEventListener("click", () => {
    if (window.earmark) return comeBack().catch(failed);
    const { script, key, identity } = door.dataset;
    const made = Object.assign(document.createElement("script"), { src: script, onload: () => comeBack().catch(failed), onerror: failed });
    Object.assign(made.dataset, { key, identity });
    document.head.append(made);
  });

  async function comeBack() {
    await window.earmark("optOut", false);
    await tell(false);
    location.reload();
  }
})();
