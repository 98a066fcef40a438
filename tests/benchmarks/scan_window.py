"""The real window, into which devices are scanned key by key; prints milliseconds to the painted card."""

import json
import sys
import time
from pathlib import Path

from m360desk.cli import prepare_window_start

prepare_window_start()

from PySide6.QtCore import QEvent, QObject, Qt, QTimer  # noqa: E402 - in the program's order
from PySide6.QtGui import QKeyEvent  # noqa: E402 - likewise
from PySide6.QtTest import QTest  # noqa: E402 - likewise
from PySide6.QtWidgets import QApplication  # noqa: E402 - likewise

from m360desk.app import Application, make_qt  # noqa: E402 - likewise
from m360desk.core.query import EVERYTHING, Order  # noqa: E402 - likewise
from m360desk.options import Options  # noqa: E402 - likewise
from m360desk.store.reader import CacheReader  # noqa: E402 - likewise
from m360desk.ui.scanner import Scanner  # noqa: E402 - likewise
from tests.benchmarks.processes import is_warm  # noqa: E402 - likewise


class Gun(QObject):
    """Scans one code after the other; the next when the card of the one before is painted."""

    def __init__(self, application: Application, app: QApplication, codes: list[str]) -> None:
        super().__init__()
        self._application, self._app = application, app
        self._codes = codes
        self._clock = 0
        self._pressed = self._used = 0.0
        self.times: list[float] = []
        self.used: list[float] = []
        scanner = application.shell.findChild(Scanner)
        assert scanner is not None
        scanner._clock = self._key_time
        self._work = application.shell.scan
        self._work.shown.connect(self._shown)

    def _key_time(self, _: QKeyEvent) -> int:
        self._clock += 5
        return self._clock

    def pull(self) -> None:
        """Scan the next code."""
        if len(self.times) == len(self._codes):
            self._app.quit()
            return
        self._clock += 1_000
        handle = self._application.shell.window.windowHandle()
        assert handle is not None
        for character in self._codes[len(self.times)]:
            QTest.keyClick(handle, ord(character))
        self._pressed, self._used = time.perf_counter(), time.process_time()
        QTest.keyClick(handle, Qt.Key.Key_Return)

    def _shown(self) -> None:
        card = self._work.card
        assert card is not None
        assert card.content is not None
        if card.content.asking:
            return
        assert card.content.row_id is not None, card.content.headline
        card.band.installEventFilter(self)
        card.band.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - the name is Qt's
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            # Due when all of the card has been painted.
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        self.times.append((time.perf_counter() - self._pressed) * 1000)
        self.used.append((time.process_time() - self._used) * 1000)
        QTimer.singleShot(30, self.pull)


def codes_of(path: Path, count: int) -> list[str]:
    """IMEIs from all over a cache."""
    with CacheReader.open(path) as reader:
        ids = reader.ids(EVERYTHING, Order())
        found: dict[str, None] = {}
        for at in range(0, len(ids), max(1, len(ids) // (3 * count))):
            (row,) = reader.rows(ids[at : at + 1])
            imei = row.get("imei") if row is not None else None
            if isinstance(imei, str) and row is not None and str(row.get("device")) == f"imei:{imei}":
                found[imei] = None
    return list(found)[:: max(1, len(found) // count)][:count]


def main(profile: str, count: int) -> None:
    """Open the window over a profile and scan into it."""
    app = make_qt(sys.argv[:1])
    application = Application(Options(profile=Path(profile)), app)
    guns: list[Gun] = []

    def look() -> None:
        if not is_warm(application):
            return
        watch.stop()
        lanes = application.desk.lanes
        assert lanes is not None
        guns.append(Gun(application, app, codes_of(lanes.path, count)))
        guns[0].pull()

    watch = QTimer()
    watch.timeout.connect(look)
    watch.start(50)
    application.start()
    app.exec()
    application.stop()
    print(json.dumps({"clock": guns[0].times, "processor": guns[0].used}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
