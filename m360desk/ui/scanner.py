"""Barcode scanners that act as a keyboard: told from people by their speed, wherever the focus is."""

from __future__ import annotations

from time import monotonic_ns
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit

from m360desk.core.scanning import GROUP_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QWindow
    from PySide6.QtWidgets import QWidget

LEAST_LENGTH = 6
"""Shorter codes are no identity, and a person can type a few keys that fast."""

LONGEST_GAP_MS = 80
"""Between two keys of one scan: slow Bluetooth scanners stay below, people's pauses don't."""

MEAN_GAP_MS = 35
"""On average. The fastest typists need 60 ms a key over a whole word; scanners send one every 1 to 30 ms."""

_SURE_FROM = 2
"""Keys as fast as a scanner's, behind which a blank is one of a code."""

_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
"""Many scanners are set up to end with a tabulator."""
_SILENT = (Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock, Qt.Key.Key_Control, Qt.Key.Key_Alt)
"""Pressed along with a character, or to make one."""
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

    No key is held back until the end of a scan is beyond doubt: what a fast typist types arrives; only a
    blank in the midst of a code does not, where nobody edits text. The filter sits on the window, not on the
    application: there it would run for every event of every object, paint events of a list that is scrolled
    among them.
    """

    began = Signal()
    """A first key, before anything else has got it: the moment to note where the user is."""
    scanned = Signal(str, bool)
    """What was scanned, without the key at its end, which nothing else gets; whether it is the scan before
    with one line more: a code of several lines comes line by line, and nobody knows which is the last."""

    def __init__(
        self,
        window: QWindow,
        box: QWidget,
        clock: Callable[[QKeyEvent], int] = key_time,
        parent: QObject | None = None,
    ) -> None:
        """``box`` is the one edit into which scans may go: what they typed there is taken back."""
        super().__init__(parent)
        self.setObjectName("scanner")
        self._box = box
        self._clock = clock
        self._keys: list[str] = []
        self._lines: list[str] = []
        self._first = self._last = 0
        window.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(event)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        now = self._clock(event)
        if now - self._last > LONGEST_GAP_MS:
            self._forget()
        if event.key() in _ENDS and not event.modifiers() & ~_KEYPAD:
            return self._ended(now)
        if event.key() in _SILENT:
            return False
        text = event.text()
        typed = bool(text) and (text.isprintable() or text == GROUP_SEPARATOR)
        if event.isAutoRepeat() or not typed or (event.modifiers() & ~_SHIFT and text != GROUP_SEPARATOR):
            self._forget()
            return False
        if not self._keys:
            self._first = now
            if not self._lines:
                self.began.emit()
        self._keys.append(text)
        self._last = now
        return text == " " and self._is_mid_scan(now)

    def _is_mid_scan(self, now: int) -> bool:
        """Whether a blank would do harm: it presses buttons and ticks boxes, and nobody types that fast."""
        count = len(self._keys)
        if count <= _SURE_FROM or now - self._first > MEAN_GAP_MS * count:
            return False
        return not isinstance(QApplication.focusWidget(), _EDITS)

    def _ended(self, now: int) -> bool:
        keys = "".join(self._keys).strip(" ")
        count = len(self._keys)
        self._keys.clear()
        if self._lines:
            return self._went_on(keys, now)
        fast = now - self._first <= MEAN_GAP_MS * count
        if not fast or len(keys) < LEAST_LENGTH or self._typing_elsewhere():
            return False
        self._lines.append(keys)
        self._last = now
        self.scanned.emit(keys, False)
        return True

    def _went_on(self, keys: str, now: int) -> bool:
        """Behind the end of a scan, as fast as before: its second end, or one line more."""
        self._last = now
        if keys:
            self._lines.append(keys)
            self.scanned.emit("\n".join(self._lines), True)
        return True

    def _forget(self) -> None:
        self._keys.clear()
        self._lines.clear()

    def _typing_elsewhere(self) -> bool:
        """Whether the keys went to somebody who asked for text, or to a menu."""
        if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            return True
        focus = QApplication.focusWidget()
        return isinstance(focus, _EDITS) and focus is not self._box


_KEYPAD = Qt.KeyboardModifier.KeypadModifier
