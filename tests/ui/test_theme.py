"""Colours: the documented pairs are readable, other palettes too, and a change of theme is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QRadioButton, QSpinBox

from m360desk.ui.colour import MARK_CONTRAST, TEXT_CONTRAST, contrast, flattened, mix
from m360desk.ui.fonts import Fonts
from m360desk.ui.theme import COLOUR_NAMES, Theme, own_palette
from m360desk.ui.theme_source import ThemeSource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

_ROWS = ("base", "hover", "sel", "selidle")
_TEXT_PAIRS = [
    *((text, ground) for text in ("text", "text2") for ground in (*_ROWS, "window", "raised", "unknowntint")),
    *(("text3", ground) for ground in ("base", "window")),
    *(("accent", ground) for ground in ("base", "window", "selidle")),
    *(
        (f"{band}text", ground)
        for band in ("good", "watch", "bad", "unknown")
        for ground in (*_ROWS, f"{band}tint")
    ),
    ("text", "watchtint"),
    ("text", "badtint"),
    ("on_accent", "accent"),
    ("on_mode", "mode"),
    ("on_verdict", "stopbg"),
    ("on_verdict", "passbg"),
]
_MARK_PAIRS = [
    *((mark, ground) for mark in ("good", "bad", "unknown", "watchline") for ground in ("base", "hover")),
    *(("control", ground) for ground in ("base", "window")),
    ("accent", "sel"),
    ("data", "base"),
    ("glyph", "good"),
    ("glyph", "bad"),
    ("onwatch", "watch"),
]


def _theme(dark: bool) -> Theme:
    return Theme.from_palette(own_palette(dark=dark))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_documented_pairs_have_their_contrast(qapp: QApplication, dark: bool) -> None:
    theme = _theme(dark)
    low = [
        f"{front} on {ground}: {contrast(getattr(theme, front), getattr(theme, ground)):.2f}"
        for pairs, least in ((_TEXT_PAIRS, TEXT_CONTRAST), (_MARK_PAIRS, MARK_CONTRAST))
        for front, ground in pairs
        if contrast(getattr(theme, front), getattr(theme, ground)) < least
    ]
    assert low == []


def test_own_palettes_give_the_documented_colours(qapp: QApplication) -> None:
    light, dark = _theme(dark=False), _theme(dark=True)
    assert (light.dark, dark.dark) == (False, True)
    assert (light.text2.name(), dark.text2.name()) == ("#545c64", "#a8b0b8")
    assert (light.sel.name(), dark.sel.name()) == ("#ddebf8", "#17364f")
    assert contrast(light.text, light.base) == pytest.approx(16.9, abs=0.05)
    assert contrast(dark.text2, dark.base) == pytest.approx(7.9, abs=0.05)
    assert contrast(light.watch, light.base) == pytest.approx(2.0, abs=0.05)
    assert light.key != dark.key
    assert light.key == _theme(dark=False).key


@pytest.mark.parametrize(
    ("base", "window", "text", "accent"),
    [
        ("#FFFFFF", "#EFEFEF", "#000000", "#308CC6"),  # Fusion's own
        (
            "#FFFFFF",
            "#F0F0F0",
            "#E4000000",
            "#FFE000",
        ),  # translucent text and a pale accent, as Windows allows
        ("#1E1E1E", "#323232", "#DDFFFFFF", "#0A84FF"),  # translucent and dark, as on macOS
        ("#FDF6E3", "#EEE8D5", "#586E75", "#268BD2"),  # little contrast by itself
        ("#232629", "#31363B", "#EFF0F1", "#3DAEE9"),
    ],
)
def test_foreign_palettes_stay_readable(
    qapp: QApplication, base: str, window: str, text: str, accent: str
) -> None:
    palette = QPalette()
    for role, name in (("Base", base), ("Window", window), ("Text", text), ("Accent", accent)):
        palette.setColor(getattr(QPalette.ColorRole, role), QColor(name))
    theme = Theme.from_palette(palette)
    assert theme.dark == (QColor(window).lightness() < 128)
    assert theme.base == QColor(base)
    for front, grounds in (
        ("text2", (theme.base, theme.window, theme.hover, theme.sel, theme.selidle)),
        ("text3", (theme.base, theme.window)),
        ("accent", (theme.base, theme.window)),
        ("badtext", (theme.base, theme.sel, theme.badtint)),
    ):
        for ground in grounds:
            # What the palette's own text does not reach, nothing mixed from it can.
            least = min(TEXT_CONTRAST, contrast(theme.text, ground))
            assert contrast(getattr(theme, front), ground) >= least - 0.1, front
    assert contrast(theme.on_accent, theme.accent) >= TEXT_CONTRAST
    assert theme.sel != theme.base


def test_mixing_comes_near_the_documented_neutrals(qapp: QApplication) -> None:
    for dark in (False, True):
        exact = _theme(dark)
        palette = own_palette(dark=dark)
        nearly = mix(exact.text, exact.base, 0.01)
        palette.setColor(QPalette.ColorRole.Text, nearly)
        mixed = Theme.from_palette(palette)
        for name in ("line", "line2", "text2", "text3", "hover", "selidle", "sel", "sunken", "control"):
            one, other = getattr(exact, name), getattr(mixed, name)
            apart = max(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True))
            assert apart <= 16, f"{name}: {one.name()} and {other.name()}"


def test_high_contrast_takes_everything_from_the_palette(qapp: QApplication) -> None:
    palette = own_palette(dark=True)
    given = {
        "Base": "#000000",
        "Window": "#000000",
        "Text": "#FFFF00",
        "Accent": "#00FFFF",
        "HighlightedText": "#000000",
    }
    for role, name in given.items():
        palette.setColor(getattr(QPalette.ColorRole, role), QColor(name))
    theme = Theme.from_palette(palette, high_contrast=True)
    assert {getattr(theme, name).name().upper() for name in COLOUR_NAMES} == set(given.values())
    assert theme.badtint == theme.base
    assert theme.line == theme.text
    assert contrast(theme.glyph, theme.bad) > 15


def test_translucent_colours_are_flattened() -> None:
    assert flattened(QColor(0, 0, 0, 128), QColor("white")).name() == "#7f7f7f"


def test_source_follows_choice_and_palette_and_tells_once(qapp: QApplication, qtbot: QtBot) -> None:
    before_palette, before_font = qapp.palette(), qapp.font()
    source = ThemeSource(qapp, "light")
    told: list[bool] = []
    source.changed.connect(lambda: told.append(source.theme.dark))
    try:
        source.set_choice("dark")
        assert told == [True]
        assert qapp.palette().color(QPalette.ColorRole.Base) == source.theme.base
        source.set_choice("dark")
        source.refresh()
        assert told == [True]
        source.set_choice("light")
        assert told == [True, False]
        source.set_choice("no such choice")
        assert source.choice == "system"
    finally:
        shiboken6.delete(source)
        qapp.setPalette(before_palette)
        qapp.setFont(before_font)


def test_fonts_follow_the_system_size_and_never_get_small(qapp: QApplication) -> None:
    small, large = QFont(qapp.font()), QFont(qapp.font())
    small.setPixelSize(9)
    large.setPixelSize(26)
    least, twice = Fonts.from_system(small), Fonts.from_system(large)
    assert (least.body.pixelSize(), least.small.pixelSize(), least.heading.pixelSize()) == (13, 11, 18)
    assert (least.body_line, least.small_line, least.second_line, least.heading_line) == (16, 16, 15, 24)
    assert (least.row_height, least.compact_row_height, least.section_height) == (40, 24, 32)
    assert (twice.body.pixelSize(), twice.small.pixelSize()) == (26, 22)
    assert twice.row_height == 70
    assert least.strong.weight() == QFont.Weight.DemiBold
    assert least.body.isFeatureSet(QFont.Tag("tnum"))
    assert Fonts.from_system(small) == least


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_frames_of_native_controls_can_be_seen(qapp: QApplication, qtbot: QtBot, choice: str) -> None:
    """Measured in what the style has painted: Fusion darkens its frames by itself."""
    before_palette, before_font = qapp.palette(), qapp.font()
    source = ThemeSource(qapp, choice)
    try:
        for control in (
            QLineEdit(),
            QSpinBox(),
            QComboBox(),
            QPushButton("Try"),
            QCheckBox("c"),
            QRadioButton("r"),
        ):
            qtbot.addWidget(control)
            control.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            control.resize(120, 32)
            shown = control.grab().toImage()
            edge = [QColor(shown.pixel(x, shown.height() // 2)) for x in range(8)]
            best = max(
                min(contrast(each, source.theme.window), contrast(each, source.theme.base)) for each in edge
            )
            assert best >= MARK_CONTRAST - 0.1, (type(control).__name__, best)
    finally:
        shiboken6.delete(source)
        qapp.setPalette(before_palette)
        qapp.setFont(before_font)
