"""Icons and marks: every drawing exists, is sharp at any ratio, takes the theme's colour and follows it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage

from m360desk.system.resources import resource
from m360desk.ui.icons import Icons
from m360desk.ui.marks import Mark, Marks
from m360desk.ui.theme import Theme, own_palette
from m360desk.ui.theme_source import ThemeSource
from m360desk.ui.themed_icon import application_icon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QApplication

_NAMES = sorted(entry.name.removesuffix(".svg") for entry in resource("icons").iterdir())
_SHAPES = tuple(mark for mark in Mark if mark is not Mark.TICK)


@pytest.fixture
def themes(qapp: QApplication) -> Iterator[ThemeSource]:
    palette, font = qapp.palette(), qapp.font()
    source = ThemeSource(qapp, "light")
    yield source
    shiboken6.delete(source)
    qapp.setPalette(palette)
    qapp.setFont(font)


def _ink(image: QImage) -> set[str]:
    """Return the opaque colours of a drawing."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def _cover(image: QImage) -> float:
    """Return the share of the square that is painted."""
    total = sum(image.pixelColor(x, y).alphaF() for x in range(image.width()) for y in range(image.height()))
    return total / (image.width() * image.height())


def test_icons_are_one_family() -> None:
    assert len(_NAMES) >= 35
    for name in _NAMES:
        root = ET.fromstring(resource(f"icons/{name}.svg").read_bytes())  # noqa: S314 - our own files
        assert root.get("viewBox") == "0 0 16 16", name
        assert root.get("stroke") == "currentColor", name
        assert (root.get("stroke-width"), root.get("stroke-linecap")) == ("1.5", "round"), name


@pytest.mark.parametrize("name", _NAMES)
def test_icon_is_drawn_inside_its_square_in_the_colour_asked(themes: ThemeSource, name: str) -> None:
    pixmap = Icons(themes).pixmap(name, 32, 2.0, QColor("#ff0000"))
    image = pixmap.toImage()
    assert (image.width(), pixmap.devicePixelRatio()) == (64, 2.0)
    assert _ink(image) == {"#ff0000"}
    assert 0.02 < _cover(image) < 0.6


def test_unknown_icon_is_an_error(themes: ThemeSource) -> None:
    with pytest.raises(LookupError, match="nosuch"):
        Icons(themes).pixmap("nosuch", 16, 1.0)


def test_an_icon_given_once_follows_the_theme(themes: ThemeSource) -> None:
    icon = Icons(themes).icon("menu", "text")

    def ink(mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> set[str]:
        return _ink(icon.pixmap(QSize(32, 32), 1.0, mode, state).toImage())

    assert ink() == {themes.theme.text.name()}
    assert ink(state=QIcon.State.On) == {themes.theme.accent.name()}
    themes.set_choice("dark")
    assert ink() == {themes.theme.text.name()} == {"#e7e9eb"}
    assert ink(QIcon.Mode.Disabled) == {themes.theme.text3.name()}
    assert icon.pixmap(QSize(16, 16), 1.5).size() == QSize(24, 24)


def test_application_icon_is_whole_at_all_sizes(qapp: QApplication) -> None:
    icon = application_icon()
    for side in (16, 32, 256):
        image = icon.pixmap(QSize(side, side)).toImage()
        assert image.width() == side
        assert image.pixelColor(0, 0).alpha() < 200, "the corners are round"
        assert image.pixelColor(side // 2, 1).alpha() == 255


@pytest.mark.parametrize("size", [12, 14, 16, 32])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_marks_differ_by_shape_alone(qapp: QApplication, size: int, dark: bool) -> None:
    """In one colour, as a print or a colour-blind eye has them, no two outlines are alike."""
    theme, marks = Theme.from_palette(own_palette(dark=dark)), Marks()
    alphas = {mark: _alpha(marks.pixmap(mark, size, theme, 2.0)) for mark in _SHAPES}
    for one in _SHAPES:
        for other in _SHAPES:
            if one is other:
                continue
            apart = sum(abs(a - b) for a, b in zip(alphas[one], alphas[other], strict=True))
            signs = {one, other} in (
                {Mark.REPLACE, Mark.STOP},
                {Mark.GOOD, Mark.STOP},
                {Mark.UNKNOWN, Mark.SKIPPED},
            )
            assert apart / len(alphas[one]) > (0.015 if signs else 0.05), f"{one} and {other}"


def test_marks_and_bars_are_kept_by_theme_and_ratio(qapp: QApplication) -> None:
    light, dark = (Theme.from_palette(own_palette(dark=dark)) for dark in (False, True))
    marks = Marks()
    first = marks.pixmap(Mark.GOOD, 12, light, 1.5)
    assert (first.width(), first.devicePixelRatio()) == (18, 1.5)
    assert marks.pixmap(Mark.GOOD, 12, light, 1.5) is first
    assert marks.pixmap(Mark.GOOD, 12, dark, 1.5) is not first
    assert marks.pixmap(Mark.GOOD, 12, light, 1.0) is not first


@pytest.mark.parametrize(("percent", "filled"), [(0, 0), (50, 20), (78, 31), (100, 40), (104, 40)])
def test_bar_is_filled_by_the_figure_and_ticked_at_the_limit(
    qapp: QApplication, percent: int, filled: int
) -> None:
    theme = Theme.from_palette(own_palette(dark=False))
    image = Marks().bar(percent, 80, Mark.REPLACE, theme, 1.0).toImage()
    middle = [image.pixelColor(x, 5).name() for x in range(40)]
    assert middle[32] == theme.text.name(), "the tick stands at 80 of 100"
    assert image.pixelColor(32, 0).name() == theme.text.name(), "and out of the bar"
    bar = [x for x, name in enumerate(middle) if name == theme.bad.name()]
    # The round ends are half transparent: the last pixel or two of the filled part are not counted.
    assert max(bar, default=-1) + 1 in range(filled - 2, filled + 1)


def _alpha(pixmap: QPixmap) -> list[float]:
    image = pixmap.toImage()
    return [image.pixelColor(x, y).alphaF() for x in range(image.width()) for y in range(image.height())]
