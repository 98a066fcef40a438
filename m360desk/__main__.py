"""Start the program with ``python -m m360desk``."""

import sys

from m360desk.cli import main

if __name__ == "__main__":
    sys.exit(main())
