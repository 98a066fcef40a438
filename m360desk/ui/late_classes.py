"""Classes of Qt's that the first rows do without, and much of the window uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent


class _Watched(QWidget):
    def changeEvent(self, event: QEvent) -> None:
        """Do nothing; that it is asked is enough."""


def make_late_classes() -> None:
    """Have PySide make them, in the window's thread, before any other thread loads what uses Qt.

    PySide makes a class when it is first asked for. To another thread that asks meanwhile, a class that is
    only half made is a whole one: its names are missing.
    """
    # ``fillRect`` needs it to know that no gradient was meant.
    from PySide6.QtGui import QGradient  # noqa: F401

    # All classes of events, of which PySide takes the right one when it hands an event to Python.
    _Watched().setEnabled(False)
