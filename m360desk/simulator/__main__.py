"""Start the simulator with ``python -m m360desk.simulator``."""

from __future__ import annotations

import argparse
import sys

from m360desk.simulator.command import add_arguments, run


def main() -> int:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(
        prog="m360desk simulate", description="A stand-in for the M360 API on loopback."
    )
    add_arguments(parser)
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
