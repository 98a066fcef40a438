"""A barcode scanner and the card, as tests drive and read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from m360desk.ui.scanner import Scanner

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from m360desk.ui.scan.card import ScanCard
    from m360desk.ui.scan.content import CardContent
    from m360desk.ui.scan.work import ScanWork
    from tests.ui.conftest import Bench


class ScannerClock:
    """The time of each key, as far apart as a test wants."""

    def __init__(self) -> None:
        self.now = 1_000
        self.step = 5

    def __call__(self, _: QKeyEvent) -> int:
        self.now += self.step
        return self.now


class Gun:
    """A scanner in the hand, and the card that it opens."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.clock = ScannerClock()
        scanner = bench.application.shell.findChild(Scanner)
        assert scanner is not None
        scanner._clock = self.clock

    @property
    def work(self) -> ScanWork:
        return self.bench.application.shell.scan

    @property
    def card(self) -> ScanCard:
        card = self.work.card
        assert card is not None
        return card

    def send(self, code: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        """Send a code key by key; a line break in it is the end key, as scanners send it."""
        handle = self.bench.window.windowHandle()
        assert handle is not None
        for character in code:
            if character == "\n":
                QTest.keyClick(handle, end)
            else:
                QTest.keyClick(handle, ord(character))
        QTest.keyClick(handle, end)

    def scan(self, code: str, end: Qt.Key = Qt.Key.Key_Return) -> CardContent:
        """Scan, a while after whatever was before, and return what the card says in the end."""
        self.clock.now += 10_000
        before = len(self.work.log.entries)
        self.send(code, end)
        self.bench.qtbot.waitUntil(lambda: len(self.work.log.entries) > before, timeout=15_000)
        content = self.card.content
        assert content is not None
        return content
