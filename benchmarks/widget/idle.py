"""What pictures with boxes cost while nothing moves: CPU of the main thread over five idle seconds, with and without.

`.venv/bin/python benchmarks/widget/idle.py [rounds]`, from the top of the checkout; half a minute a round.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from stage import CHROMIUM_FLAGS

BASE = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
PICTURES = 17
IDLE_MS = 5000
REST_MS = 4000
#: More pictures below the first, each with an element of its own where there is one.
MORE = """(count) => {
  const [picture, mark] = [document.querySelector("main img"), document.querySelector("earmark-region")];
  mark.style.cssText = "display:block;min-height:240px;--earmark-reserve:240px";
  for (let at = 1; at < count; at++) document.querySelector("main").append(picture.cloneNode(), mark.cloneNode());
}"""
DRAWN = (
    "[...document.querySelectorAll('earmark-region')].filter((mark) => mark.shadowRoot?.querySelector('.box')).length"
)


def cost(browser: Any, origin: str, loader: str) -> float:
    """Return the milliseconds that tasks of the main thread take in a page that rests."""
    page = browser.new_context(viewport={"width": 1200, "height": 11000}).new_page()
    page.goto(f"{origin}/one?kind=region&key={loader}&loader={loader}")
    page.evaluate(MORE, PICTURES)
    if loader == "yes":
        wait(page)
    page.wait_for_timeout(REST_MS)
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = spent(client)
    page.wait_for_timeout(IDLE_MS)
    after = spent(client)
    page.context.close()
    return after - before


def wait(page: Any) -> None:
    for _ in range(100):
        if page.evaluate(DRAWN) == PICTURES:
            return
        page.wait_for_timeout(100)
    raise SystemExit(f"only {page.evaluate(DRAWN)} of {PICTURES} pictures have boxes")


def spent(client: Any) -> float:
    told = {row["name"]: row["value"] for row in client.send("Performance.getMetrics")["metrics"]}
    return float(told["TaskDuration"]) * 1000


def main() -> None:
    """Measure in turns and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=5, help="how often each is measured, half a minute each")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("there is one round at least")
    if shutil.which("node") is None or not CHROMIUM.exists():
        parser.error(f"it takes node, and Chromium at {CHROMIUM}")
    server = subprocess.Popen(["node", "tests/widget/mock_server.mjs", "0"], cwd=BASE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        origin = json.loads(server.stdout.readline())["origin"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS)
            found: dict[str, list[float]] = {"no": [], "yes": []}
            for _ in range(rounds):
                for loader, costs in found.items():
                    costs.append(cost(browser, origin, loader))
            browser.close()
    finally:
        server.terminate()
    for loader, costs in found.items():
        name = "with the widget" if loader == "yes" else "without"
        print(f"{name}: {statistics.median(costs):.1f} ms of {IDLE_MS}, {[round(one, 1) for one in costs]}")
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
