"""The real window, typed into, sorted and scrolled, while its event loop's beat is measured; prints JSON.

A timer that is always due comes round with every turn of the event loop; the gap between two of its turns is
how long the window could not have answered. Beside it stands how long the thread itself worked meanwhile: the
rest of a gap it waited, for the timer, for Python's lock or for a processor.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

from m360desk.cli import prepare_window_start

prepare_window_start()

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer  # noqa: E402 - in the program's order
from PySide6.QtGui import QKeyEvent, QWheelEvent  # noqa: E402 - likewise
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402 - likewise

from m360desk.app import Application, make_qt  # noqa: E402 - likewise
from m360desk.options import Options  # noqa: E402 - likewise
from m360desk.ui.sessions.view import SessionTable  # noqa: E402 - likewise
from tests.benchmarks.processes import is_warm  # noqa: E402 - likewise

BEAT_MS = 4
SCROLL_MS = 33
KEY_MS = 150
TURNS_DOWN = 90
"""Turns of the wheel downwards before as many upwards: three seconds each way."""

SORT_MS = 3_100
JUMP_MS = 1_700
"""Between two clicks on a header, and two jumps by the scroll bar; nothing of it falls together for long."""

TYPED = "iphone 13 battery:<90 "
"""Typed key by key, then taken back key by key."""


class Hand:
    """Scrolls and sorts the list and types into the search box, as a person's events come from the system."""

    def __init__(self, table: SessionTable, box: QWidget) -> None:
        self._table, self._box = table, box
        self._sections = cycle(range(1, table.model().columnCount()))
        self._dice = random.Random(7)
        self._turns = cycle([-120] * TURNS_DOWN + [120] * TURNS_DOWN)
        self._keys = cycle([*TYPED, *["\b"] * len(TYPED)])

    def scroll(self) -> None:
        """Turn the wheel by one notch."""
        place = QPointF(200, 200)
        event = QWheelEvent(
            place,
            place,
            QPoint(),
            QPoint(0, next(self._turns)),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self._table.viewport(), event)

    def sort(self) -> None:
        """Click on the next column's header."""
        self._table.horizontalHeader().sectionClicked.emit(next(self._sections))

    def jump(self) -> None:
        """Press the scroll bar's groove anywhere."""
        bar = self._table.verticalScrollBar()
        bar.setValue(self._dice.randint(0, bar.maximum()))

    def press(self) -> None:
        """Press and release one key."""
        text = next(self._keys)
        key = Qt.Key.Key_Backspace if text == "\b" else Qt.Key.Key_A
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "" if text == "\b" else text)
            QApplication.sendEvent(self._box, event)


class Beat(QObject):
    """Measures until the seconds are over, or what is waited for has happened."""

    def __init__(self, application: Application, app: QApplication, *, sync: bool, seconds: float) -> None:
        super().__init__()
        self._application, self._app = application, app
        self._sync = sync
        self._seconds = seconds
        shell = application.shell
        self._hand = Hand(shell.page.table, shell.window.search_box)
        self._timers: list[QTimer] = []
        self.gaps: list[float] = []
        self.work: list[float] = []
        self.synced = 0
        self._last = self._worked = 0.0
        self._ended = False
        shell.desk.sync.ended.connect(self._sync_ended)

    def begin(self) -> None:
        """Everything is loaded: start what is measured."""
        self._every(SCROLL_MS, self._hand.scroll)
        self._every(KEY_MS, self._hand.press)
        self._every(SORT_MS, self._hand.sort)
        self._every(JUMP_MS, self._hand.jump)
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._every(BEAT_MS, self._turn)
        if self._sync:
            self._application.accounts.start_sync()
        if self._seconds:
            QTimer.singleShot(round(self._seconds * 1000), self._app.quit)

    def _every(self, milliseconds: int, act: Callable[[], None]) -> None:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start(milliseconds)
        self._timers.append(timer)

    def _turn(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append((now - self._last) * 1000)
        self.work.append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked

    def _sync_ended(self, result: object) -> None:
        self.synced = getattr(result, "new", 0)
        if not self._seconds:
            self._app.quit()


def main(profile: str, *, sync: bool, seconds: float) -> None:
    """Open the window over a profile; ``seconds`` 0: measure until the sync ends."""
    app = make_qt(sys.argv[:1])
    application = Application(Options(profile=Path(profile)), app)
    beat = Beat(application, app, sync=sync, seconds=seconds)

    def look() -> None:
        if is_warm(application):
            watch.stop()
            beat.begin()

    watch = QTimer()
    watch.timeout.connect(look)
    watch.start(50)
    application.start()
    app.exec()
    sessions = application.desk.total or 0
    application.stop()
    print(json.dumps({"gaps": beat.gaps, "work": beat.work, "new": beat.synced, "sessions": sessions}))


if __name__ == "__main__":
    main(sys.argv[1], sync=sys.argv[2] == "sync", seconds=float(sys.argv[3]))
