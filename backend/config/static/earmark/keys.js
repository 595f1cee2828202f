// What Unfold opens by a click alone (the menu of a narrow window, the filters, the theme, leaving) opens by keys too.
(() => {
  const OPENED = "[x-on\\:click]:not(a[href], button, input, select, textarea, label, summary)";
  const FOCUSED = "a[href], button, input, select, textarea";
  const give = () => {
    for (const each of document.querySelectorAll(OPENED)) {
      if (each.hasAttribute("tabindex") || each.querySelector(FOCUSED) || !each.textContent.trim()) continue;
      each.tabIndex = 0;
      each.setAttribute("role", "button");
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (!(event.target instanceof Element) || !event.target.matches(`${OPENED}[role="button"]`)) return;
    event.preventDefault();
    event.target.click();
  });
  document.addEventListener("DOMContentLoaded", give);
  document.addEventListener("alpine:initialized", give);
})();
