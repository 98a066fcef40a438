"""DB Browser for SQLite, with the sessions in one plain table, driven by keys and clicks."""

import subprocess
import time
from pathlib import Path

from tests.benchmarks.others.display import HEIGHT, WIDTH, Area, Display
from tests.benchmarks.others.process_tree import Child, ProcessTree
from tests.benchmarks.others.program import OPENED_WITHIN_S, Answer, GivenUp, Opened, Question
from tests.benchmarks.others.sessions import COLUMNS

PACKAGES = {"sqlitebrowser": "sqlitebrowser"}
DRIVEN = (
    "One table without indexes, as its own import of the CSV makes it. Its command line and a click on "
    "Browse Data as soon as that can be seen; digits typed into the filter of the column imei, <80 into "
    "that of battery, Enter; a click on the head of time."
)

# Where version 3.12 has them, in a window as it opens and in one as large as the screen.
_BROWSE_TAB = (230, 80)
_ABOVE_STRUCTURE, _ABOVE_BROWSE = (100, 70), (180, 70)
"""In the tabs, above their words; the one in front is the lighter one."""
_ROWS_AT_FIRST = Area(70, 190, 470, 640)
_ROWS = Area(70, 190, 880, 800)
_FIRST_FILTER = (85, 174)
_TIME_HEAD = (230, 151)
_FIRST_ROW = (20, 203)
_FIRST_CELL = (85, 203)
_LOOK_EVERY_S = 0.02


def version() -> str:
    """Name and version."""
    told = subprocess.run(
        ["sqlitebrowser", "--version"], capture_output=True, text=True, env=_without_display(), check=False
    )
    words = (told.stdout + told.stderr).split("Version", 1)[-1].split()
    return f"DB Browser for SQLite {words[0]}"


class DbBrowser:
    """A window of its own."""

    def __init__(self, display: Display, table: Path, question: Question, folder: Path) -> None:
        self._display, self._table, self._question = display, table, question
        self._log = folder / "db_browser.log"
        self._child: Child | None = None

    def open(self) -> Opened:
        """Start it and go to the table."""
        took = self._display.measure(_ROWS_AT_FIRST, self._start, self._tree, OPENED_WITHIN_S)
        self._display.activate(self._tree().root, size=(WIDTH, HEIGHT))
        self._display.settle(self._tree())
        return Opened(took)

    def find(self) -> Answer:
        """Filter the column imei."""
        self._go_to_filter("imei")
        took = self._filter(self._question.digits)
        shown = self._display.copied(self._copy_all)
        return Answer(took, shown)

    def filter_and_sort(self) -> Answer:
        """Filter the column battery, sort by time."""
        self._go_to_filter("imei")
        self._display.press("ctrl+a", "BackSpace")
        self._display.measure(_ROWS, lambda: self._display.press("Return"), self._tree)
        self._go_to_filter("battery")
        filtered = self._filter("<80")
        ordered = self._display.measure(_ROWS, lambda: self._display.click(*_TIME_HEAD), self._tree)
        return Answer(filtered + ordered, self._display.copied(self._copy_first))

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
        self._child = Child(["sqlitebrowser", str(self._table)], self._display.variables, self._log)
        until = time.perf_counter() + OPENED_WITHIN_S
        lightness = self._display.brightness
        while lightness(*_ABOVE_BROWSE) <= lightness(*_ABOVE_STRUCTURE):
            if time.perf_counter() > until or not self._child.lives:
                raise GivenUp
            if lightness(*_ABOVE_BROWSE):
                self._display.click(*_BROWSE_TAB)
            time.sleep(_LOOK_EVERY_S)

    def _tree(self) -> ProcessTree:
        assert self._child is not None
        return self._child.tree

    def _go_to_filter(self, column: str) -> None:
        self._display.click(*_FIRST_FILTER)
        self._display.press(*["Tab"] * COLUMNS.index(column))

    def _filter(self, text: str) -> float:
        """Seconds from the last key; it filters by itself a moment after it, and at once with Enter."""
        self._display.type(text[:-1])
        return self._display.measure(_ROWS, lambda: self._display.press(text[-1], "Return"), self._tree)

    def _copy_all(self) -> None:
        self._display.click(*_FIRST_CELL)
        self._display.press("ctrl+a", "ctrl+c")

    def _copy_first(self) -> None:
        self._display.click(*_FIRST_ROW)
        self._display.press("ctrl+c")


def _without_display() -> dict[str, str]:
    return {"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/local/bin:/usr/bin:/bin"}
