"""`python -m backend.config.store serve|stop|forget|bootstrap|where`: the store from the command line."""

import argparse
import os
import sys
from pathlib import Path

from backend.config.store.errors import StoreError
from backend.config.store.lease import forget, stop
from backend.config.store.place import home_of, locate
from backend.config.store.server import Supervisor


def main() -> int:
    """Serve the embedded server, or make roles and extensions on an outside one."""
    parser = argparse.ArgumentParser(prog="python -m backend.config.store", description=__doc__)
    parser.add_argument("verb", choices=["serve", "stop", "forget", "bootstrap", "where"])
    parser.add_argument("--for-tests", action="store_true", help="do not wait for the disk")
    given = parser.parse_args()
    base = Path(__file__).resolve().parents[3]
    kept = home_of(os.environ, base) / "secret-key"
    secret = os.environ.get("EARMARK_SECRET_KEY") or (kept.read_text() if kept.exists() else "")
    try:
        place = locate(os.environ, base=base, secret=secret, is_debug=os.environ.get("EARMARK_DEBUG", "1") == "1")
        if given.verb == "where":
            print(place.conninfo())
        elif given.verb == "stop":
            stop(place)
        elif given.verb == "forget":
            forget(place)
        elif given.verb == "bootstrap":
            from backend.config.store.bootstrap import bootstrap

            bootstrap(place)
        elif place.is_embedded:
            return Supervisor(place, is_for_tests=given.for_tests).run()
        else:
            print("EARMARK_DATABASE_URL names a server that runs already; there is none to serve.")
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
