"""M360 Desk itself, as its command line starts it: driven and watched like the others."""

import sys
from pathlib import Path

from m360desk import __version__
from tests.benchmarks.others.display import Area, Display
from tests.benchmarks.others.process_tree import Child, ProcessTree
from tests.benchmarks.others.program import OPENED_WITHIN_S, Answer, Opened, Question
from tests.benchmarks.workshop import KEPT

DRIVEN = (
    "Its command line on a profile with the cache; digits and battery:<80 typed into the search box, "
    "a click on the head of Time."
)

# In its window as it opens, which is as large as the screen.
_ROWS = Area(200, 112, 1030, 870)
_TIME_HEAD = (207, 101)
_FIRST_ROW = (600, 127)
_ROOT = Path(__file__).resolve().parents[3]


def version() -> str:
    """Name and version."""
    return f"M360 Desk {__version__}"


class Desk:
    """A window of its own."""

    def __init__(self, display: Display, profile: Path, question: Question, folder: Path) -> None:
        self._display, self._profile, self._question = display, profile, question
        self._log = folder / "desk.log"
        self._child: Child | None = None

    def open(self) -> Opened:
        """Start it."""
        took = self._display.measure(_ROWS, self._start, self._tree, OPENED_WITHIN_S)
        self._display.activate(self._tree().root)
        self._display.settle(self._tree())
        return Opened(took)

    def find(self) -> Answer:
        """Type the digits."""
        took = self._search(self._question.digits)
        self._display.press("Down")
        return Answer(took, self._display.copied(lambda: self._display.press("ctrl+a", "ctrl+c")))

    def filter_and_sort(self) -> Answer:
        """Type the filter, sort by time."""
        filtered = self._search("battery:<80")
        ordered = self._display.measure(_ROWS, lambda: self._display.click(*_TIME_HEAD), self._tree)
        self._display.click(*_FIRST_ROW)
        return Answer(filtered + ordered, self._display.copied(lambda: self._display.press("ctrl+c")))

    def memory(self) -> int:
        """Bytes in memory."""
        return self._tree().memory()

    def picture(self, file: Path) -> None:
        """Keep what is on the screen."""
        self._display.picture(file.with_suffix(".png"))

    def close(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.end()

    def _start(self) -> None:
        # Compiled files are kept as in an installed program, but not beside the sources.
        compiled = {"PYTHONPYCACHEPREFIX": str(KEPT / "compiled"), "PYTHONPATH": str(_ROOT)}
        command = [sys.executable, "-m", "m360desk", "--profile", str(self._profile)]
        self._child = Child(command, self._display.variables | compiled, self._log)

    def _tree(self) -> ProcessTree:
        assert self._child is not None
        return self._child.tree

    def _search(self, text: str) -> float:
        """Seconds from the last key; those before it have been answered."""
        self._display.press("ctrl+f", "ctrl+a", "BackSpace")
        self._display.type(text[:-1])
        self._display.settle(self._tree())
        return self._display.measure(_ROWS, lambda: self._display.press(text[-1]), self._tree)
