"""Classes of Qt's that the first rows do without, and the rest of the window uses.

PySide makes a class when it is first asked for. To another thread that asks meanwhile, a class that is only
half made is a whole one: its names are missing. So what workers load finds all of them made already, in the
window's thread, a few in each turn of the event loop.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtCore import QEvent

_TOGETHER: Final = 8
"""Classes made in one turn: a few milliseconds."""

LATE: Final = {
    "PySide6.QtCore": (
        *("QAbstractListModel", "QBasicMutex", "QBuffer", "QDateTime", "QElapsedTimer", "QFileDevice"),
        *("QIODevice", "QIODeviceBase", "QMimeData", "QMutex", "QSaveFile", "QSizeF", "QUrl"),
    ),
    "PySide6.QtGui": (
        *(
            "QAccessible",
            "QAccessibleAnnouncementEvent",
            "QAccessibleEvent",
            "QActionGroup",
            "QBitmap",
            "QBrush",
        ),
        "QBrush",
        *("QDesktopServices", "QFontDatabase", "QFontMetricsF", "QImage", "QKeySequence", "QMatrix4x4"),
        *("QPicture", "QPolygon", "QRegion", "QTransform", "QVector3D"),
        "QGradient",  # ``fillRect`` needs it to know that no gradient was meant
    ),
    "PySide6.QtWidgets": (
        *(
            "QAbstractGraphicsShapeItem",
            "QAbstractItemDelegate",
            "QAbstractSpinBox",
            "QCheckBox",
            "QComboBox",
        ),
        *("QDialog", "QDialogButtonBox", "QDoubleSpinBox", "QFileDialog", "QFileSystemModel"),
        *("QGraphicsItem", "QGraphicsLayoutItem", "QGraphicsObject", "QGraphicsPathItem", "QGraphicsScene"),
        *(
            "QGraphicsView",
            "QGraphicsWidget",
            "QGridLayout",
            "QGroupBox",
            "QListView",
            "QListWidgetItem",
            "QMenu",
        ),
        *("QMessageBox", "QPlainTextEdit", "QProgressDialog", "QPushButton", "QRadioButton", "QScrollArea"),
        *("QSlider", "QSpinBox", "QStyle", "QStyleOption", "QStyleOptionViewItem", "QStyledItemDelegate"),
        *("QTableWidget", "QTableWidgetItem", "QTextEdit", "QToolTip", "QTreeView", "QTreeWidget"),
        "QTreeWidgetItem",
    ),
}
"""What the modules of ``app.AFTER_FIRST_ROWS`` and the charts ask for; a test looks whether that is all."""


class _Watched(QWidget):
    def changeEvent(self, event: QEvent) -> None:
        """Do nothing; that it is asked is enough."""


def _make_events() -> None:
    # All classes of events, of which PySide takes the right one when it hands an event to Python.
    _Watched().setEnabled(False)


def steps() -> Iterator[Callable[[], None]]:
    """What makes them, for the window's thread, each a few milliseconds long."""
    yield _make_events
    for module, names in LATE.items():
        for at in range(0, len(names), _TOGETHER):
            yield _maker(module, names[at : at + _TOGETHER])


def _maker(module: str, names: tuple[str, ...]) -> Callable[[], None]:
    def make() -> None:
        for name in names:
            getattr(import_module(module), name)

    return make
