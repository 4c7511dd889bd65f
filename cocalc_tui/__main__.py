"""`python -m cocalc_tui`."""

import sys

from cocalc_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
