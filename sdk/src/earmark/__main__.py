"""`python -m earmark` is the command `earmark`."""

import sys

from earmark.cli import main

if __name__ == "__main__":
    sys.exit(main())
