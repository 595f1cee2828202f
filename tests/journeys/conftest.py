"""Real processes and a real browser: each journey walks in the product as `make demo` starts it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from earmark import Earmark

from tests.journeys.flags import CHROMIUM_FLAGS
from tests.journeys.rooms import Rooms
from tests.ports import free_port
from tests.prepared import furnish

BASE = Path(__file__).resolve().parents[2]
READY_S = 240


def chromium() -> str | None:
    """Return the path of a Chromium of this machine; None leaves the choice to Playwright."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@dataclass
class Product:
    """The demo, started on ports and a home of its own."""

    home: Path
    port: int = field(default_factory=free_port)
    forum_port: int = field(default_factory=free_port)
    environ: dict[str, str] = field(default_factory=dict)
    is_prepared: bool = False
    """Whether it begins with tables that were made before, so that only others see how it makes them."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def forum(self) -> str:
        return f"http://localhost:{self.forum_port}"

    @property
    def admin(self) -> str:
        return f"http://127.0.0.1:{self.port}/admin/"

    def start(self) -> "Product":
        if self.is_prepared:
            furnish(self.home)
        output = self.home.with_suffix(".out")
        mine = {
            "EARMARK_HOME": str(self.home),
            "EARMARK_SECRET_KEY": "the same draws in every run of the journeys",
            "EARMARK_PORT": str(self.port),
            "EARMARK_DEMO_PORT": str(self.forum_port),
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("EARMARK_", "DJANGO_"))}
        with output.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.config.launcher"], cwd=BASE, env=kept | mine | self.environ,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        give_up_at = time.monotonic() + READY_S
        while "Earmark demo ready" not in (told := output.read_text()):
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                self.stop()
                raise AssertionError(told[-3000:])
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
            self._forget_data()

    def _forget_data(self) -> None:
        """Take away what the server kept outside the home, once it has stopped."""
        from backend.config.store.lease import forget
        from backend.config.store.place import locate

        if not self.environ.get("EARMARK_DATABASE_URL"):
            forget(locate({"EARMARK_HOME": str(self.home)}, base=BASE, secret="unused", is_debug=True))

    @property
    def connection(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "demo.json").read_text())
        return found

    @property
    def client(self) -> Earmark:
        return Earmark(self.connection["secret_key"], base_url=self.connection["base_url"])

    @property
    def password(self) -> str:
        return (self.home / "admin-password").read_text()

    def superuser(self) -> psycopg.Connection:
        from backend.config.store.place import locate

        place = locate({"EARMARK_HOME": str(self.home)}, base=BASE, secret="unused", is_debug=True)
        return psycopg.connect(place.conninfo(), autocommit=True)

    def children(self, named: str) -> list[int]:
        """Return the ids of the processes below the launcher whose command names something."""
        assert self.process is not None
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes().decode().replace("\0", " ")
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and named in command:
                found.append(int(entry.name))
        return found


def eventually(found: Callable[[], Any], *, within_s: float = 30, why: str = "") -> Any:
    """Return what `found` gives once it is true; fails after `within_s` seconds."""
    give_up_at = time.monotonic() + within_s
    while not (result := found()):
        assert time.monotonic() < give_up_at, why or "it did not happen in time"
        time.sleep(0.05)
    return result


def label_of(client: Earmark, first: str, second: str) -> Any:
    """Return the label of two threads, or None."""
    for label in client.labels.list(question="duplicate", item=first):
        if set(label.unit.items) == {first, second}:
            return label
    return None


def is_settled(client: Earmark, first: str, second: str, value: str = "duplicate") -> bool:
    label = label_of(client, first, second)
    return label is not None and label.state == "settled" and label.value == value


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product, in a long path with spaces, shared by all journeys that do it no lasting harm."""
    home = tmp_path_factory.mktemp("a long path with spaces in it") / "earmark home"
    made = Product(home).start()
    try:
        let_it_index(made)
        yield made
    finally:
        made.stop()


def let_it_index(product: Product) -> None:
    """Wait until the search index, which follows by and by, holds all items: lists that are shown before it does change."""
    with httpx.Client(base_url=product.admin, follow_redirects=True) as staff, product.client as client:
        (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', staff.get("login/").text)
        facts = {"username": "admin", "password": product.password, "csrfmiddlewaretoken": token}
        staff.post("login/", data=facts, headers={"Referer": product.admin})
        thread = next(client.items.list(kind="thread"))
        client.suggest(thread.id, "duplicate", annotator="the first one here")  # it begins with whoever comes first
        eventually(
            lambda: "It holds all items" in staff.get("search-index").text, within_s=60, why="the index never held all"
        )


@pytest.fixture
def five_shown(product: Product) -> Iterator[None]:
    """Lists of five, so that one that is shuffled holds the best of the five too."""
    product.client.questions.update("duplicate", shown_count=5)
    yield
    product.client.questions.update("duplicate", shown_count=3)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def rooms(browser: Any) -> Rooms:
    """The rooms of the browser, which journeys use one after the other."""
    return Rooms(browser)


@pytest.fixture
def visit(rooms: Rooms, product: Product) -> Iterator[Callable[..., Any]]:
    """Return how a customer opens a thread; any error that the page throws fails the journey."""
    contexts, errors = [], []

    def open_thread(customer: str, thread: str, **options: Any) -> Any:
        context = rooms.enter(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(product.forum)
        page.select_option("#customer", customer)
        page.click(".who button")
        page.goto(f"{product.forum}/t/{thread}")
        page.locator("earmark-duplicates").scroll_into_view_if_needed()  # it begins when it comes near
        page.locator("earmark-duplicates .row .title a").first.wait_for()
        return page

    yield open_thread
    for context in contexts:
        rooms.leave(context)
    assert errors == []


STAFF = {"viewport": {"width": 1440, "height": 1000}}


@pytest.fixture(scope="session")
def signed_in(rooms: Rooms, product: Product) -> list[Any]:
    """What a browser keeps of somebody who signed in to the admin."""
    context = rooms.enter(**STAFF)
    page = context.new_page()
    page.goto(product.admin)
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", product.password)
    page.click("[type=submit]")
    page.wait_for_selector("h1:has-text('Overview')")
    cookies: list[Any] = context.cookies()
    rooms.leave(context)
    return cookies


@pytest.fixture
def staff(rooms: Rooms, product: Product, signed_in: list[Any]) -> Iterator[Any]:
    """A signed-in page of the admin."""
    context = rooms.enter(**STAFF)
    context.add_cookies(signed_in)
    page = context.new_page()
    page.goto(product.admin)
    page.wait_for_selector("h1:has-text('Overview')")
    yield page
    rooms.leave(context)


def freeze(staff: Any, product: Product, slug: str, question: str, folder: Path) -> dict[str, Path]:
    """Freeze a question's labels in the admin as a dataset of this name, and return the files that its page offers."""
    staff.goto(f"{product.admin}datasets/dataset/add/")
    staff.fill("#id_slug", slug)
    staff.fill("#id_title", slug)
    staff.select_option("#id_question", label=question)
    staff.click("[name=_save]")
    staff.locator("tr", has_text=slug).locator("input.action-select").check()
    staff.select_option("select[name=action]", "freeze")
    staff.locator("button[name=index], button:has-text('Run')").first.click()

    def row() -> Any:
        staff.goto(f"{product.admin}datasets/datasetversion/")
        return staff.locator("tr", has_text=slug)

    eventually(lambda: row().get_by_role("link", name="labels.jsonl").count() > 0)
    staff.locator("tr", has_text=slug).get_by_role("link", name=re.compile(r"^\d+ more$")).click()
    staff.wait_for_url("**/datasetversion/*/change/")
    files, links = {}, staff.locator("a[href*='/admin/versions/']")
    for link in links.all():
        name = link.inner_text().strip()
        with staff.expect_download() as waiting:
            link.click()
        files[name] = folder / name
        waiting.value.save_as(files[name])
    return files
