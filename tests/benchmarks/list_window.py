"""The real window over a large cache: typed into, sorted and scrolled; prints the measured times as JSON.

Each step is measured from the key, click or wheel to the whole screenful painted: rows of the new answer,
none of them a placeholder. Beside it stands how long a row was missing: from the paint that lacked it to the
one that had it.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from m360desk.cli import prepare_window_start

prepare_window_start()

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer  # noqa: E402 - in the program's order
from PySide6.QtWidgets import QApplication  # noqa: E402 - likewise

from m360desk.app import Application, make_qt  # noqa: E402 - likewise
from m360desk.core.query import QueryError, parse  # noqa: E402 - likewise
from m360desk.options import Options  # noqa: E402 - likewise
from tests.benchmarks.processes import is_warm  # noqa: E402 - likewise

PAGES, JUMPS = 100, 60
GIVEN_UP_S = 20.0
FACETED = ("operator:anna", "battery:<80", "battery:80..84 result:failed", "time:2026-05", "apple -grade:D")


class Sorted(NamedTuple):
    """One click on a header: milliseconds to the first screenful, and to the whole order."""

    title: str
    field: str
    descending: bool
    is_warm: bool
    first: float
    whole: float


class Hand(QObject):
    """Does one thing after the other and measures each until the screen shows what comes of it."""

    def __init__(self, application: Application, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._shell = application.shell
        self._desk = application.desk
        self._page = application.shell.page
        self._painted = False
        self._answered = True
        self._lacks_since: float | None = None
        self.stood: list[float] = []
        """Milliseconds that placeholders stood."""
        self._page.table.viewport().installEventFilter(self)
        self._page.model.modelReset.connect(self._reset)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        if event.type() is QEvent.Type.Paint:
            whole = self._is_whole()
            self._watch_placeholders(whole)
            if self._answered:
                self._painted = whole
        return False

    def _watch_placeholders(self, whole: bool) -> None:
        now = time.perf_counter()
        if not whole and self._lacks_since is None:
            self._lacks_since = now
        elif whole and self._lacks_since is not None:
            self.stood.append((now - self._lacks_since) * 1000)
            self._lacks_since = None

    def type_text(self, text: str) -> list[float]:
        """Milliseconds for each key that makes another query."""
        box = self._shell.window.search_box
        took, before = [], ""
        for end in range(1, len(text) + 1):
            part = text[:end]
            is_another = self._makes_another(before, part)
            if is_another:
                took.append(self._measure(partial(box.setText, part), new_answer=True))
            else:
                box.setText(part)
            before = part
        self._measure(box.clear, new_answer=True)
        return took

    def sort_all(self) -> list[Sorted]:
        """Each column both ways, the first time cold; by time in between, and before that by another."""
        columns = self._page.model.columns
        found = []
        for number, column in enumerate(columns):
            if column.sort == "time":
                self._sort_by(number + 1)
            found += [self._sort_by(number, is_warm=is_warm) for is_warm in (False, True)]
            self._sort_by(0)
        return found

    def _sort_by(self, number: int, *, is_warm: bool = False) -> Sorted:
        clicked = self._page.table.horizontalHeader().sectionClicked
        began = time.perf_counter()
        first = self._measure(lambda: clicked.emit(number), new_answer=True)
        self._settle()
        whole = (time.perf_counter() - began) * 1000
        order = self._shell.controller.order
        title = self._page.model.columns[number].title
        return Sorted(title, order.field, order.descending, is_warm, first, whole)

    def scroll(self) -> tuple[list[float], list[float]]:
        """Milliseconds for pages and for jumps."""
        bar = self._page.table.verticalScrollBar()
        dice = random.Random(7)
        self.stood.clear()
        pages = [
            self._measure(lambda: bar.setValue(bar.value() + bar.pageStep()), new_answer=False)
            for _ in range(PAGES)
        ]
        jumps = [
            self._measure(lambda: bar.setValue(dice.randrange(bar.maximum())), new_answer=False)
            for _ in range(JUMPS)
        ]
        return pages, jumps

    def count(self, queries: Sequence[str]) -> tuple[list[float], list[float]]:
        """Milliseconds until all of an answer is counted, and until the side bar has counted its choices."""
        box, bar = self._shell.window.search_box, self._shell.side_bar
        controller = self._shell.controller
        assert bar is not None
        counts, facets = [], []
        for query in queries:
            began = time.perf_counter()
            box.setText(query)
            self._wait(lambda: not controller.awaits or not bar.awaits)
            early = time.perf_counter()
            if controller.awaits:
                facets.append((early - began) * 1000)
                self._settle()
                counts.append((time.perf_counter() - began) * 1000)
            else:
                counts.append((early - began) * 1000)
                self._wait(lambda: not bar.awaits)
                facets.append((time.perf_counter() - began) * 1000)
        box.clear()
        self._wait(lambda: not bar.awaits)
        self._settle()
        return counts, facets

    def an_imei(self) -> str:
        """The IMEI of a session in the middle of the history."""
        table, model = self._page.table, self._page.model
        table.scroll_to(len(model.ids) // 2, 0)
        found: list[str] = []

        def look() -> bool:
            rows = model.known_rows(range(len(model.ids) // 2, len(model.ids) // 2 + 20))
            found.extend(str(row.get("imei")) for row in rows if row.get("imei"))
            return bool(found)

        self._wait(look)
        table.scrollToTop()
        self._settle()
        return found[0]

    def _makes_another(self, before: str, text: str) -> bool:
        try:
            return self._parsed(text) != self._parsed(before)
        except QueryError:
            return False

    def _parsed(self, text: str) -> object:
        zone = self._desk.zone
        return parse(text, today=datetime.now(zone).date(), zone=zone)

    def _measure(self, act: Callable[[], object], *, new_answer: bool) -> float:
        self._painted, self._answered = False, not new_answer
        began = time.perf_counter()
        act()
        self._wait(lambda: self._painted or self._shows_no_rows())
        return (time.perf_counter() - began) * 1000

    def _settle(self) -> None:
        self._wait(lambda: not self._shell.controller.awaits)

    def _wait(self, done: Callable[[], bool]) -> None:
        until = time.perf_counter() + GIVEN_UP_S
        while not done():
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.perf_counter() > until:
                raise TimeoutError("the screen does not show what was asked for")

    def _reset(self) -> None:
        self._answered = True

    def _shows_no_rows(self) -> bool:
        return self._answered and not len(self._page.model.ids)

    def _is_whole(self) -> bool:
        table, model = self._page.table, self._page.model
        first, last = table.rowAt(0), table.rowAt(table.viewport().height() - 1)
        last = len(model.ids) - 1 if last < 0 else last
        return first >= 0 and all(model.row_at(at) is not None for at in range(first, last + 1))


def main(profile: str) -> None:
    """Open the window over a profile, then measure."""
    app = make_qt(sys.argv[:1])
    application = Application(Options(profile=Path(profile)), app)
    found: dict[str, object] = {}

    def look() -> None:
        if not is_warm(application):
            return
        watch.stop()
        hand = Hand(application, app)
        imei = hand.an_imei()
        texts = {
            "an IMEI": imei,
            "its last six": imei[-6:],
            "a model": "iphone 13 pro",
            "a filter": "battery:<80 failed:camera",
            "a common word": "galaxy",
        }
        found["typed"] = {name: hand.type_text(text) for name, text in texts.items()}
        found["counts"], found["facets"] = hand.count((*texts.values(), *FACETED) * 3)
        found["sorted"] = hand.sort_all()
        found["pages"], found["jumps"] = hand.scroll()
        found["stood"] = hand.stood
        app.quit()

    watch = QTimer()
    watch.timeout.connect(look)
    watch.start(50)
    application.start()
    app.exec()
    application.stop()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
