"""Where the packaged programs begin: m360desk with a console, m360desk-gui without one."""

import sys
from pathlib import Path

from m360desk.cli import main, main_gui

if __name__ == "__main__":
    without_console = Path(sys.executable).stem.endswith("-gui")
    sys.exit(main_gui() if without_console else main())
