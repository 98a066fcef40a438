"""The two text sizes and one heading, and the sizes of everything that holds text."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QFont, QFontInfo

#: Body text is never smaller: benches are read from an arm's length (Windows' own 9 pt would be 12 px).
LEAST_BODY_PX = 13
LEAST_SMALL_PX = 11
SMALL_RATIO = 0.85
HEADING_RATIO = 1.4
#: The verdict of the scan card, the only text of a fixed size: it is read from two metres.
VERDICT_PX = 56


class Fonts(NamedTuple):
    """Fonts with tabular figures, and line heights in device-independent pixels.

    ``second_line`` is the small line under a body line in one row of a list, set a pixel tighter.
    """

    body: QFont
    strong: QFont
    small: QFont
    small_strong: QFont
    heading: QFont
    verdict: QFont
    body_line: int
    small_line: int
    second_line: int
    heading_line: int

    @property
    def row_height(self) -> int:
        """Height of a row with two lines: both lines and 8, up to the next even number."""
        return _even(self.body_line + self.second_line + 8)

    @property
    def compact_row_height(self) -> int:
        """Height of a row with one line, also of a row of a key and its value."""
        return _even(self.body_line + 8)

    @property
    def section_height(self) -> int:
        """Height of a section's header in the detail pane and the side bar."""
        return _even(self.body_line + 16)

    @property
    def control_height(self) -> int:
        """Height of the tool bar's buttons and fields."""
        return _even(self.body_line + 16)

    @property
    def chip_height(self) -> int:
        """Height of a chip or badge."""
        return _even(self.body_line + 8)

    @classmethod
    def from_system(cls, system: QFont | None = None) -> Fonts:
        """Return the fonts that follow the system's general font and the size the user has set for it.

        ``system`` is that font, where it is known: before anything else is set, it is the application's own.
        """
        general = _general_font() if system is None else system
        body_px = max(LEAST_BODY_PX, QFontInfo(general).pixelSize())
        small_px = max(LEAST_SMALL_PX, round(body_px * SMALL_RATIO))
        heading_px = round(body_px * HEADING_RATIO)
        return cls(
            body=_sized(general, body_px),
            strong=_sized(general, body_px, strong=True),
            small=_sized(general, small_px),
            small_strong=_sized(general, small_px, strong=True),
            heading=_sized(general, heading_px, strong=True),
            verdict=_sized(general, VERDICT_PX, strong=True),
            body_line=round(body_px * 16 / 13),
            small_line=round(small_px * 16 / 11),
            second_line=round(small_px * 15 / 11),
            heading_line=round(heading_px * 4 / 3),
        )


def _general_font() -> QFont:
    # A class with enumerations, of which PySide makes a millisecond's work: a start comes without it.
    from PySide6.QtGui import QFontDatabase

    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


def _sized(general: QFont, pixels: int, *, strong: bool = False) -> QFont:
    font = QFont(general)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _even(value: int) -> int:
    return value + value % 2
