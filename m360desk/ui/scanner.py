"""Barcode scanners that act as a keyboard: told from people by their speed, wherever the focus is."""

from __future__ import annotations

from time import monotonic_ns
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QWidget

LEAST_LENGTH = 6
"""Shorter codes are no identity, and a person can type a few keys that fast."""

LONGEST_GAP_MS = 80
"""Between two keys of one scan: slow Bluetooth scanners stay below, people's pauses don't."""

MEAN_GAP_MS = 35
"""On average: four times as fast as a good typist. Scanners send a key every 1 to 30 ms."""

_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SHIFT = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
_EDITS = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)


def key_time(event: QKeyEvent) -> int:
    """When the key was pressed, in milliseconds.

    The window system's own time: keys that waited while the program was busy come all at once, and would
    look like a scan by the time of their arrival.
    """
    return event.timestamp() or monotonic_ns() // 1_000_000


class Scanner(QObject):
    """Watches the keys that come to one window; its dialogs and menus keep theirs.

    The filter sits on the window, not on the application: there it would run for every event of every object,
    paint events of a list that is scrolled among them.
    """

    scanned = Signal(str)
    """A code that was scanned, without the Enter at its end, which nothing else gets."""

    def __init__(
        self,
        window: QWindow,
        box: QWidget,
        clock: Callable[[QKeyEvent], int] = key_time,
        parent: QObject | None = None,
    ) -> None:
        """``box`` is the one edit into which scans may go: what they typed there is replaced anyway."""
        super().__init__(parent)
        self.setObjectName("scanner")
        self._box = box
        self._clock = clock
        self._keys: list[str] = []
        self._first = self._last = 0
        window.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        now = self._clock(event)
        if self._keys and now - self._last > LONGEST_GAP_MS:
            self._keys.clear()
        if event.key() in _ENDS:
            return self._ended(now)
        text = event.text()
        if event.key() == Qt.Key.Key_Shift:
            return False
        if event.isAutoRepeat() or not text.isprintable() or not text or event.modifiers() & ~_SHIFT:
            self._keys.clear()
            return False
        if not self._keys:
            self._first = now
        self._keys.append(text)
        self._last = now
        return False

    def _ended(self, now: int) -> bool:
        keys = "".join(self._keys)
        fast = now - self._first <= MEAN_GAP_MS * len(self._keys)
        self._keys.clear()
        if not fast or len(keys.strip()) < LEAST_LENGTH or self._typing_elsewhere():
            return False
        self.scanned.emit(keys.strip())
        return True

    def _typing_elsewhere(self) -> bool:
        """Whether the keys went to somebody who asked for text, or to a menu."""
        if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            return True
        focus = QApplication.focusWidget()
        return isinstance(focus, _EDITS) and focus is not self._box
