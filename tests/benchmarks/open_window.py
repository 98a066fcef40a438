"""The real window over a large cache, stepped through by the arrow key; prints the measured times as JSON.

Each step is measured from the key press to the detail pane painted whole. Then the key is held: thirty
presses a second, whatever is ready by then; what counts is how long a turn of the event loop takes.
"""

import json
import sys
import time
from pathlib import Path

from m360desk.cli import prepare_window_start

prepare_window_start()

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer  # noqa: E402 - in the program's order
from PySide6.QtGui import QKeyEvent  # noqa: E402 - likewise
from PySide6.QtWidgets import QApplication  # noqa: E402 - likewise

from m360desk.app import Application, make_qt  # noqa: E402 - likewise
from m360desk.options import Options  # noqa: E402 - likewise
from m360desk.ui.detail.pane import DetailPane  # noqa: E402 - likewise
from tests.benchmarks.processes import is_warm  # noqa: E402 - likewise

WARM_UP = 20
HELD_MS = 33
BEAT_MS = 2


class PaintWatch(QObject):
    """Tells when the pane has been painted with a session's content."""

    def __init__(self, pane: DetailPane) -> None:
        super().__init__()
        self._pane = pane
        self.painted: int | None = None
        pane.head.title.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() is QEvent.Type.Paint and self._pane.content is not None:
            self.painted = self._pane.row_id
        return False


def press_down(table: QObject) -> None:
    """Press and release the arrow key downwards."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(table, QKeyEvent(kind, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier))


def step_through(application: Application, app: QApplication, steps: int) -> dict[str, list[float]]:
    """Milliseconds from each key press to the painted pane: on the clock, and of the UI thread's own time."""
    pane = application.shell.detail
    assert pane is not None
    table, model = application.shell.page.table, application.shell.page.model
    watch = PaintWatch(pane)
    wall, own = [], []
    for step in range(WARM_UP + steps):
        wanted = model.ids[table.currentIndex().row() + 1]
        began, cpu = time.perf_counter(), time.thread_time()
        press_down(table)
        while watch.painted != wanted:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        # The title is painted first: the rest belongs to the same pass of painting, which has ended here.
        if step >= WARM_UP:
            wall.append((time.perf_counter() - began) * 1000)
            own.append((time.thread_time() - cpu) * 1000)
    return {"wall": wall, "own": own}


def hold_key(application: Application, seconds: float) -> dict[str, list[float]]:
    """Milliseconds of each turn of the event loop while the key is held: on the clock, and of the thread."""
    table = application.shell.page.table
    wall: list[float] = []
    own: list[float] = []
    last = [time.perf_counter(), time.thread_time()]

    def turn() -> None:
        now = [time.perf_counter(), time.thread_time()]
        wall.append((now[0] - last[0]) * 1000)
        own.append((now[1] - last[1]) * 1000)
        last[:] = now

    timers = []
    for milliseconds, act in ((HELD_MS, lambda: press_down(table)), (BEAT_MS, turn)):
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(act)
        timer.start(milliseconds)
        timers.append(timer)
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
    return {"wall": wall, "own": own}


def main(profile: str, steps: int, seconds: float) -> None:
    """Open the window over a profile, then measure."""
    app = make_qt(sys.argv[:1])
    application = Application(Options(profile=Path(profile)), app)
    found: dict[str, dict[str, list[float]]] = {}

    def look() -> None:
        # The charts' libraries are loaded a moment after the start: they belong to it, not to this.
        if not is_warm(application):
            return
        watch.stop()
        application.shell.page.table.setFocus()
        found["steps"] = step_through(application, app, steps)
        found["held"] = hold_key(application, seconds)
        app.quit()

    watch = QTimer()
    watch.timeout.connect(look)
    watch.start(50)
    application.start()
    app.exec()
    application.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
