"""The real window: fifty thousand selected sessions are exported while its event loop's turns are measured.

Prints as JSON, in milliseconds, the longest turn from selecting to the finished file, how much of a turn the
thread itself worked at most, and how long the second export took to end when it was cancelled.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from m360desk.cli import prepare_window_start

prepare_window_start()

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer  # noqa: E402 - in this order
from PySide6.QtWidgets import QDialog, QProgressBar  # noqa: E402 - likewise

from m360desk.app import Application, make_qt  # noqa: E402 - likewise
from m360desk.options import Options  # noqa: E402 - likewise
from m360desk.ui import export_dialog  # noqa: E402 - likewise
from tests.benchmarks.processes import is_warm  # noqa: E402 - likewise

SELECTED = 50_000
FIRST = 1_000
TURN_MS = 2


class Hand:
    """Takes one step of an export in each turn of the event loop, and measures the turns."""

    def __init__(self, application: Application, out: Path) -> None:
        self._shell, self._out = application.shell, out
        self._steps = self._take()
        self._last = self._worked = 0.0
        self.begun = False
        self.found: dict[str, float] = {"turn": 0.0, "work": 0.0, "progress": 0.0}

    def turn(self) -> bool:
        """The next step; False when all has been done."""
        self.begun = True
        now, worked = time.perf_counter(), time.thread_time()
        if self._last:
            self.found["turn"] = max(self.found["turn"], (now - self._last) * 1000)
            self.found["work"] = max(self.found["work"], (worked - self._worked) * 1000)
        self._last, self._worked = now, worked
        return next(self._steps, None) is not None

    def _take(self) -> Iterator[str]:
        page, actions = self._shell.page, self._shell.list_actions
        last = min(FIRST + SELECTED, len(page.model.ids)) - 1
        flags = QItemSelectionModel.SelectionFlag
        run = QItemSelection(page.model.index(FIRST, 0), page.model.index(last, 0))
        page.table.selectionModel().select(run, flags.ClearAndSelect | flags.Rows)
        yield "selected"
        menu = actions.menu(None)
        yield "menu opened"
        actions.export.trigger()
        menu.deleteLater()
        began = time.perf_counter()
        dialog = self._dialog()
        while "written to" not in dialog.text():
            self._note(dialog)
            yield "waited"
        self.found["seconds"] = time.perf_counter() - began
        self.found["rows"] = last + 1 - FIRST
        dialog.accept()
        self._out.unlink()
        yield "finished"
        actions.export.trigger()
        dialog = self._dialog()
        while not (self._out.parent / self._part()).exists():
            yield "waited"
        pressed = time.perf_counter()
        dialog.reject()
        while list(self._out.parent.iterdir()):
            yield "waited"
        self.found["cancel"] = (time.perf_counter() - pressed) * 1000

    def _part(self) -> str:
        return next((path.name for path in self._out.parent.iterdir()), "not yet")

    def _dialog(self) -> export_dialog.ExportDialog:
        dialogs = self._shell.window.findChildren(QDialog, "exportDialog")
        found = dialogs[-1]
        assert isinstance(found, export_dialog.ExportDialog)
        return found

    def _note(self, dialog: QDialog) -> None:
        bar = dialog.findChild(QProgressBar)
        if isinstance(bar, QProgressBar):
            self.found["progress"] = max(self.found["progress"], bar.value())


def main(profile: str, out: str) -> None:
    """Start, wait until all is loaded, then export."""
    app = make_qt(sys.argv[:1])
    application = Application(Options(profile=Path(profile)), app)
    hand = Hand(application, Path(out))
    export_dialog.choose_file = lambda *_: out

    def turn() -> None:
        # The charts' libraries are loaded a moment after the start: they belong to it, not to this.
        if not (hand.begun or is_warm(application)):
            return
        timer.setInterval(TURN_MS)
        if not hand.turn():
            app.quit()

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(turn)
    timer.start(100)
    application.start()
    app.exec()
    application.stop()
    print(json.dumps(hand.found))


if __name__ == "__main__":
    main(*sys.argv[1:])
