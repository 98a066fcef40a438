"""Mixing colours and measuring their contrast, as the themes need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Least contrast of text with its background, and of marks and frames (WCAG 2.2, level AA).
TEXT_CONTRAST = 4.5
MARK_CONTRAST = 3.0


def mix(base: QColor, other: QColor, share: float) -> QColor:
    """Return ``base`` with ``share`` (0 to 1) of ``other`` mixed in, opaque."""
    keep = 1.0 - share
    return QColor(
        round(base.red() * keep + other.red() * share),
        round(base.green() * keep + other.green() * share),
        round(base.blue() * keep + other.blue() * share),
    )


def flattened(colour: QColor, below: QColor) -> QColor:
    """Return the opaque colour seen where ``colour`` lies on ``below``: native palettes are translucent."""
    return mix(below, colour, colour.alphaF())


def luminance(colour: QColor) -> float:
    """Return the relative luminance, 0 (black) to 1 (white), by the WCAG formula for sRGB."""

    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = linear(colour.redF()), linear(colour.greenF()), linear(colour.blueF())
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lowest_contrast(colour: QColor, backgrounds: Iterable[QColor]) -> float:
    """Return the contrast of ``colour`` with that background where it is lowest."""
    return min(contrast(colour, background) for background in backgrounds)


def readable(colour: QColor, towards: QColor, backgrounds: Iterable[QColor], least: float) -> QColor:
    """Return ``colour`` moved towards another by as little as gives ``least`` contrast with all backgrounds.

    Where not even ``towards`` reaches it, ``towards`` itself is the answer: nothing more can be done.
    """
    grounds = tuple(backgrounds)
    for step in range(20):
        candidate = mix(colour, towards, step / 20)
        if lowest_contrast(candidate, grounds) >= least:
            return candidate
    return QColor(towards)
