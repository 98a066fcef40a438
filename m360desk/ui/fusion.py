"""Palettes for the controls of Qt's Fusion style, whose frames are next to invisible on dark windows.

Fusion draws the frames of fields, buttons and boxes in the Window colour, darkened by a fixed share; on a
dark window that is no contrast at all. These controls paint nothing else in that colour, so they get one of
which the darkened one is the frame that is wanted. Other styles have frames of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPalette

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

FUSION = "fusion"
_DARKENED = 1.40
"""What Fusion divides the brightness by."""
_BOX_LIGHTENED = 1.10
"""And what it multiplies the result by for the boxes that are checked."""
_FRAMED = ("QLineEdit", "QAbstractSpinBox", "QComboBox", "QPushButton", "QToolButton")
_BOXES = ("QCheckBox", "QRadioButton")


def frame_controls(app: QApplication, palette: QPalette, frame: QColor) -> None:
    """Have Fusion's fields, buttons and boxes framed in this colour; for the application's own palette."""
    for names, factor in ((_FRAMED, _DARKENED), (_BOXES, _DARKENED / _BOX_LIGHTENED)):
        framed = QPalette(palette)
        framed.setColor(QPalette.ColorRole.Window, _brightened(frame, factor))
        for name in names:
            app.setPalette(framed, name)  # type: ignore[arg-type]  # typed as bytes, but only text is taken


def _brightened(colour: QColor, factor: float) -> QColor:
    return QColor.fromHsv(colour.hue(), colour.saturation(), min(255, round(colour.value() * factor)))
