"""Write pictures of every kind in every state and look to test-results/widget/, for people to look at.

`.venv/bin/python -m tests.widget.screenshots [kind …] [look …]`, from the top of the checkout.
"""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.journeys.conftest import chromium
from tests.journeys.flags import CHROMIUM_FLAGS
from tests.journeys.rooms import Rooms
from tests.journeys.widget.conftest import BASE, KINDS, Hosts, Mock
from tests.journeys.widget.stages import LOOKS, stage

OUT = BASE / "test-results" / "widget"
SEVERAL = ["hostile", "tailwind", "rtl"]


def draw(hosts: Hosts, wanted: set[str]) -> None:
    for kind in KINDS:
        for look in LOOKS:
            if wanted <= {kind, look}:
                visit = stage(hosts, kind, look)
                keep(visit.page, f"{kind}-{look}.png")
    for name in SEVERAL:
        if not wanted or name in wanted:
            words = {"words": "ar", "dir": "rtl", "lang": "ar"} if name == "rtl" else {"host": "loud"}
            visit = hosts.open(name, **words)
            visit.page.wait_for_timeout(800)
            keep(visit.page, f"{name}.png")


def keep(page: object, name: str) -> None:
    page.screenshot(path=str(OUT / name), full_page=True)  # type: ignore[attr-defined]
    print(Path("test-results/widget") / name)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(["node", "tests/widget/mock_server.mjs", "0"], cwd=BASE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
            hosts = Hosts(Rooms(browser), Mock(**json.loads(server.stdout.readline())))
            draw(hosts, set(sys.argv[1:]))
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
