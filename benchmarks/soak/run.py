"""Do events sent add up to what is stored, while many mark, and web, worker and database are killed?"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(BASE), str(BASE / "sdk" / "src"), str(Path(__file__).parent)]

from account import Account  # noqa: E402
from people import Person, hasten  # noqa: E402
from product import Product  # noqa: E402

PEOPLE, TIMES = 8, 10
PAUSE_S = 1.0
BURST_S = 60.0
CALLS_A_MINUTE = 240
MOST_MB = {"web": 400, "worker": 400, "forum": 250, "database": 400, "supervisor": 100, "launcher": 100}
ENDED = ["worker", "web", "database at once", "database as at a restart"]


def main() -> int:
    """Start the product in a home of its own, let people mark, compare, and leave nothing behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0, help="how long people mark, a minute of burst included")
    minutes = max(parser.parse_args().minutes, 2.0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="earmark-soak-", ignore_cleanup_errors=True) as folder:
        kept = {name: each for name, each in os.environ.items() if not name.startswith(("EARMARK_", "DJANGO_"))}
        home = Path(folder).resolve() / "home"
        home.mkdir()
        mine = {"EARMARK_HOME": str(home), "EARMARK_DEBUG": "1", "EARMARK_DATABASE_URL": ""}
        product = Product(home, kept | mine)
        try:
            product.start()
            os.environ |= mine | {"DJANGO_SETTINGS_MODULE": "backend.config.settings"}
            return soak(product, minutes)
        finally:
            product.stop()
            forget(home)


def forget(home: Path) -> None:
    """Take away what the database kept, also apart from the home."""
    from backend.config.store.lease import forget as forget_store
    from backend.config.store.place import locate

    forget_store(locate({"EARMARK_HOME": str(home)}, base=BASE, secret="unused", is_debug=True))


def soak(product: Product, minutes: float) -> int:
    """Let people mark before, in and after a burst, compare, and print; 1 where something does not hold."""
    import django

    django.setup()
    from sums import compared, drained

    account, began = Account(), time.monotonic()
    product.watch(lambda: account.phase)
    threads = threads_of(product)
    calm_s = (minutes * 60 - BURST_S) / 2
    is_over, is_burst_over = threading.Event(), threading.Event()

    def crowd(count: int, until: threading.Event, name: str) -> list[threading.Thread]:
        people = [
            Person(f"{name}-{number // 2}", product.connection, account, threads, until, PAUSE_S)
            for number in range(count)
        ]
        walking = [threading.Thread(target=person.walk) for person in people]
        for thread in walking:
            thread.start()
        return walking

    walking = crowd(PEOPLE, is_over, "calm")
    try:
        account.phase = "before"
        disturb(product, calm_s, ENDED)
        account.phase = "burst"
        more = crowd(PEOPLE * (TIMES - 1), is_burst_over, "burst")
        walking += more
        disturb(product, BURST_S, ENDED[:3])
        is_burst_over.set()
        account.phase = "going"
        for thread in more:  # they send what they still have
            thread.join()
        account.phase = "after"
        time.sleep(calm_s)
    finally:
        is_over.set(), is_burst_over.set()
        for thread in walking:
            thread.join()
    account.phase = "end"
    waited_s = drained()
    let_in, minutes_by_clock = let_one_hasten(product, account, threads)
    figures, faults = compared(product.connection["project"], account)
    if let_in > CALLS_A_MINUTE * minutes_by_clock:
        faults.append(f"{let_in} calls of one person in {minutes_by_clock} minutes, under new addresses")
    faults += too_large(product)
    tell(product, account, figures | {"drained in s": round(waited_s)}, faults, minutes, let_in, began)
    if faults:
        kept = Path(tempfile.mkdtemp(prefix="earmark-soak-logs-"))
        shutil.copytree(product.home / "logs", kept, dirs_exist_ok=True)
        print(f"The logs are kept in {kept}.")
    return 1 if faults else 0


def disturb(product: Product, seconds: float, ended: list[str]) -> None:
    """End one process after the other, evenly over the second half of a time."""
    time.sleep(seconds / 2)
    for what in ended:
        kind = what.split()[0]
        product.end(kind, signal.SIGINT if what.endswith("restart") else signal.SIGKILL)
        time.sleep(seconds / 2 / len(ended))


def let_one_hasten(product: Product, account: Account, threads: list[str]) -> tuple[int, int]:
    """Return how many calls of one person were let in, of more than a minute allows, and in how many minutes."""
    person = Person("hasty", product.connection, account, threads, threading.Event(), PAUSE_S)
    person.begin()
    return hasten(person, 2 * CALLS_A_MINUTE + 40)


def threads_of(product: Product) -> list[str]:
    """Return some threads, few enough that people meet at them."""
    from earmark import Earmark

    with Earmark(product.connection["secret_key"], base_url=product.connection["base_url"]) as client:
        return random.sample([item.id for item in client.items.list(kind="thread")], 60)


def too_large(product: Product) -> list[str]:
    """Return which processes had more memory than they may."""
    most = {kind: max(mb.get(kind, 0) for mb in product.most_mb.values()) for kind in MOST_MB}
    return [f"{kind} had {mb:.0f} MB" for kind, mb in most.items() if mb > MOST_MB[kind]]


def tell(
    product: Product,
    account: Account,
    figures: dict[str, int],
    faults: list[str],
    minutes: float,
    let_in: int,
    began: float,
) -> None:
    """Print what was measured, and the row for the table of the README."""
    for phase in ("before", "burst", "going", "after"):
        median, most = account.latency(phase)
        statuses = ", ".join(
            f"{count} × {status or 'none'}" for status, count in sorted(account.statuses[phase].items())
        )
        memory = ", ".join(f"{kind} {mb:.0f}" for kind, mb in sorted(product.most_mb.get(phase, {}).items()))
        print(f"{phase:7} {median:6.0f} ms, 95 % within {most:6.0f} ms; {statuses}; MB: {memory}")
    print("; ".join(f"{what} {count:,}" for what, count in figures.items()))
    print(
        f"of {2 * CALLS_A_MINUTE + 40} calls of one person {let_in} were let in; "
        f"{account.taken_after_an_error} events were stored by a request that was answered 503"
    )
    latencies = " → ".join(f"{account.latency(phase)[0]:.0f}" for phase in ("before", "burst", "after"))
    most_mb = {kind: max(mb.get(kind, 0) for mb in product.most_mb.values()) for kind in ("web", "worker", "database")}
    print(
        f"| {datetime.now(tz=UTC):%Y-%m-%d} | {minutes:g} | {figures['sent']:,} | {figures['events made']:,} = "
        f"{figures['stored']:,} + {figures['refused']:,} + {figures['reported lost']:,} | {figures['duplicates']:,} |"
        f" {latencies} | {', '.join(f'{mb:.0f}' for mb in most_mb.values())} | {'; '.join(faults) or 'all holds'} |"
    )
    print(
        f"{time.monotonic() - began:.0f} s; "
        + ("All holds." if not faults else "It does not hold: " + "; ".join(faults))
    )


if __name__ == "__main__":
    sys.exit(main())
