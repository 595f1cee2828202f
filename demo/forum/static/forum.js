// What a mark does for the person who made it: the banner appears, or goes, without a reload.
(() => {
  const banner = document.getElementById("answered");
  const waits = [400, 800, 1500, 3000, 5000, 8000];
  let round = 0;

  async function look(mine, turn) {
    if (mine !== round) return;
    const before = banner.innerHTML.trim();
    const answer = await fetch(banner.dataset.url, { headers: { Accept: "text/html" } }).catch(() => undefined); // offline: a later look
    const after = answer?.ok ? (await answer.text()).trim() : before;
    if (mine !== round) return;
    if (after !== before) banner.innerHTML = after;
    if (turn + 1 < waits.length) setTimeout(() => look(mine, turn + 1), waits[turn + 1]);
  }

  for (const name of ["earmark:decide", "earmark:undo", "earmark:saved"]) {
    document.addEventListener(name, () => {
      const mine = ++round;
      setTimeout(() => look(mine, 0), waits[0]);
    });
  }
})();
