"""The real window until everything is loaded, then its charts, then used; prints what it cost as JSON.

It is used as in a day's work: searches, orders, jumps through the list, the charts of a search. Memory is in
bytes, 0 where the system does not tell; turns of the event loop are in milliseconds.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from m360desk.cli import prepare_window_start

prepare_window_start()

from PySide6.QtCore import Qt, QTimer  # noqa: E402 - in the program's order

from m360desk.app import Application, make_qt  # noqa: E402 - likewise
from m360desk.options import Options  # noqa: E402 - likewise
from m360desk.ui.main_window import SESSIONS  # noqa: E402 - likewise
from m360desk.ui.shell import Shell  # noqa: E402 - likewise
from tests.benchmarks.processes import is_at_rest, is_warm, memory_of  # noqa: E402 - likewise


class Turns:
    """The longest turn of the event loop since it was last asked for."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)
        self._timer.start(1)

    def _turn(self) -> None:
        now = time.perf_counter()
        self._longest = max(self._longest, now - self._last)
        self._last = now

    def take(self) -> float:
        """Milliseconds; the count begins anew."""
        self._turn()
        longest, self._longest = self._longest * 1000, 0.0
        return longest


SEARCHES = ("iphone 13 pro", "battery:<80 failed:camera", "galaxy", "operator:anna", "time:2026-05", "")
JUMPS = 40


def work(shell: Shell) -> Iterator[Callable[[], object]]:
    """What is done one after the other, each when what came before is shown."""
    table, box = shell.page.table, shell.window.search_box
    yield partial(shell.window.show_page, SESSIONS)
    for text in SEARCHES:
        # A key at a time, none waited for: most answers are given up.
        for end in range(1, len(text)):
            box.setText(text[:end])
        yield partial(box.setText, text)
    for number, column in enumerate(shell.page.model.columns):
        if column.sort:
            yield partial(table.horizontalHeader().sectionClicked.emit, number)
    bar = table.verticalScrollBar()
    for step in range(JUMPS):
        yield partial(bar.setValue, bar.maximum() * step // JUMPS)
    yield shell.show_battery_page
    for text in SEARCHES:
        yield partial(box.setText, text)
    yield partial(shell.window.show_page, SESSIONS)


def main(profile: str) -> None:
    """Start, wait, open the charts, and wait again; then work with it."""
    app = make_qt(sys.argv[:1])
    application = Application(Options(profile=Path(profile)), app)
    shell = application.shell
    found: dict[str, float] = {}
    turns = Turns()
    steps = work(shell)

    def begin_charts() -> None:
        # All but the charts' libraries is there; they come after this.
        found["start"] = turns.take()
        load()

    def look() -> None:
        if not is_warm(application):
            return
        if "libraries" not in found:
            found["libraries"] = turns.take()
        if "memory" not in found:
            if is_at_rest(application):
                found["memory"] = memory_of(os.getpid())
                turns.take()
                shell.show_battery_page()
            return
        if "charts" not in found:
            found["charts"] = turns.take()
        step = next(steps, None)
        if step is not None:
            step()
            return
        if not is_at_rest(application):
            return
        found["used"] = memory_of(os.getpid())
        app.quit()

    load = shell._load_charts
    shell._load_charts = begin_charts  # type: ignore[method-assign]  # to know when they begin
    watch = QTimer()
    watch.timeout.connect(look)
    watch.start(100)
    application.start()
    app.exec()
    application.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
