"""The part of ``--selfcheck`` that needs Qt: platform, fonts, icons, and a window that is really painted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, qVersion
from PySide6.QtGui import QFontDatabase, QFontMetrics, QImageReader
from PySide6.QtWidgets import QApplication, QLabel

from m360desk.ui.themed_icon import application_icon


class QtUnfitError(Exception):
    """Qt does not do what it should; the message says what."""


def check_qt() -> dict[str, Any]:
    """What Qt found on this computer; raises QtUnfitError where letters or pictures cannot be drawn."""
    app = QApplication(["m360desk"])
    families = QFontDatabase.families()
    if not families:
        raise QtUnfitError("no font was found: nothing could be read")
    if QFontMetrics(app.font()).horizontalAdvance("0123456789") <= 0:
        raise QtUnfitError("the system's font has no width")
    formats = {bytes(name.data()).decode() for name in QImageReader.supportedImageFormats()}
    if not {"png", "svg", "jpeg"} <= formats:
        raise QtUnfitError(f"pictures of some kinds cannot be read; only {', '.join(sorted(formats))}")
    label = QLabel()
    label.setPixmap(application_icon().pixmap(QSize(64, 64)))
    label.resize(64, 64)
    picture = label.grab().toImage()
    # The icon's middle is not the label's background.
    if picture.pixelColor(picture.width() // 2, 8) == picture.pixelColor(0, 0):
        raise QtUnfitError("the program's icon was not painted")
    return {
        "version": qVersion(),
        "platform": app.platformName(),
        "fonts": len(families),
        "font": app.font().family(),
        "formats": sorted(formats),
    }
