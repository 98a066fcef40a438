"""Every colour and size of the window, in one place.

Neutral colours come from the system's palette by fixed shares of text mixed into base; the bands (good,
watch, bad, unknown) are constants of the light and of the dark theme, chosen to differ also for
colour-blind eyes and always accompanied by a shape and a word. On a system theme of high contrast all text
and lines are the palette's own and tints are off; shapes stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QGuiApplication, QPalette

from m360desk.ui.colour import (
    MARK_CONTRAST,
    TEXT_CONTRAST,
    contrast,
    flattened,
    lowest_contrast,
    luminance,
    mix,
    readable,
)
from m360desk.ui.fonts import Fonts

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Spacing on a grid of 8, half steps of 4 (device-independent pixels).
GRID = 8
HALF = 4
CELL_PADDING = 8
PANE_PADDING = 16
RADIUS_CONTROL = 4
RADIUS_DIALOG = 8
RADIUS_BAR = 2
FOCUS_WIDTH = 2
SELECTION_BAR = 3
ICON_SIZE = 16
ICON_SIZE_LARGE = 32
TOOL_BAR_HEIGHT = 48
CHIP_ROW_HEIGHT = 40
BAND_HEIGHT = 32
SIDE_BAR_WIDTH = 184
DETAIL_WIDTH = 384
DETAIL_WIDTH_NARROW = 352
DETAIL_WIDTH_LEAST = 320

_NEUTRALS = {
    # token: (light, dark) on the application's own palettes
    "window": ("#F3F4F5", "#222528"),
    "base": ("#FFFFFF", "#191B1D"),
    "raised": ("#FFFFFF", "#2B2F33"),
    "sunken": ("#E9EBED", "#131516"),
    "line": ("#E3E6E8", "#2E3236"),
    "line2": ("#C9CED2", "#474D53"),
    "hover": ("#F4F5F6", "#202326"),
    "selidle": ("#E6E8EA", "#2D3135"),
    "sel": ("#DDEBF8", "#17364F"),
    "text": ("#1A1D21", "#E7E9EB"),
    "text2": ("#545C64", "#A8B0B8"),
    "text3": ("#666E76", "#8F979F"),
    "accent": ("#0067C0", "#4CC2FF"),
    "on_accent": ("#FFFFFF", "#00131F"),
    "control": ("#7C848B", "#7D858D"),
}
_BANDS = {
    "data": ("#0072B2", "#56B4E9"),
    "good": ("#00936B", "#27A67C"),
    "goodtext": ("#00664A", "#52D0A6"),
    "goodtint": ("#DFF3EB", "#14342A"),
    "watch": ("#EBAA0F", "#EDB84A"),
    "watchline": ("#B37A00", "#EDB84A"),
    "watchtext": ("#8A5E00", "#F7D080"),
    "watchtint": ("#FCF0D4", "#3A2D13"),
    "bad": ("#CE4E00", "#E85F2B"),
    "badtext": ("#9E3300", "#FF8A5E"),
    "badtint": ("#FCE7DC", "#452416"),
    "unknown": ("#7C848B", "#7D858D"),
    "unknowntext": ("#545C64", "#A8B0B8"),
    "unknowntint": ("#ECEEF0", "#2D3135"),
    "glyph": ("#FFFFFF", "#191B1D"),
    "onwatch": ("#3D2A00", "#191B1D"),
    "mode": ("#5E35B1", "#7B57D0"),
    "mode2": ("#7250BE", "#6A46BE"),
    "on_mode": ("#FFFFFF", "#FFFFFF"),
    "stopbg": ("#C24700", "#BE4A0A"),
    "passbg": ("#00664A", "#0B6F52"),
    "on_verdict": ("#FFFFFF", "#FFFFFF"),
}
# Share of text mixed into base on palettes that are not our own: (light, dark).
_SHARES = {
    "line": (0.12, 0.10),
    "line2": (0.24, 0.22),
    "hover": (0.05, 0.03),
    "selidle": (0.11, 0.10),
    "text2": (0.75, 0.69),
    "text3": (0.67, 0.57),
    "control": (0.57, 0.49),
}
_SELECTION_SHARE = (0.14, 0.20)


class Theme:
    """The colours of one theme, by what they are for, and the fonts.

    Surfaces: ``window`` (bars, side bar), ``base`` (lists, panes, charts), ``raised`` (tips, buttons),
    ``sunken`` (bar track, placeholders), ``hover``, ``sel`` and ``selidle`` (selected row with and without
    focus). Text: ``text``, ``text2`` (second lines, units, headers), ``text3`` (hints in empty fields; on
    base and window only). ``watch`` is never used without a ``watchline`` edge. ``key`` names the theme in
    caches of pixmaps: equal keys, equal colours. Not to be changed. (No named tuple: with so many names, to
    make that takes a millisecond of a start.)
    """

    dark: bool
    high_contrast: bool
    key: str
    fonts: Fonts
    window: QColor
    base: QColor
    raised: QColor
    sunken: QColor
    line: QColor
    line2: QColor
    hover: QColor
    selidle: QColor
    sel: QColor
    text: QColor
    text2: QColor
    text3: QColor
    accent: QColor
    on_accent: QColor
    control: QColor
    data: QColor
    good: QColor
    goodtext: QColor
    goodtint: QColor
    watch: QColor
    watchline: QColor
    watchtext: QColor
    watchtint: QColor
    bad: QColor
    badtext: QColor
    badtint: QColor
    unknown: QColor
    unknowntext: QColor
    unknowntint: QColor
    glyph: QColor
    onwatch: QColor
    mode: QColor
    mode2: QColor
    on_mode: QColor
    stopbg: QColor
    passbg: QColor
    on_verdict: QColor

    def __init__(
        self, *, dark: bool, high_contrast: bool, key: str, fonts: Fonts, colours: Mapping[str, QColor]
    ) -> None:
        """``colours`` are all those above."""
        self.dark, self.high_contrast, self.key, self.fonts = dark, high_contrast, key, fonts
        for name in COLOUR_NAMES:
            setattr(self, name, colours[name])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Theme) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(self.key)

    @classmethod
    def current(cls) -> Theme:
        """Return the theme of the application's palette as it is now (``ThemeSource`` follows changes)."""
        return cls.from_palette(QGuiApplication.palette())

    @classmethod
    def from_palette(
        cls, palette: QPalette, *, high_contrast: bool = False, fonts: Fonts | None = None
    ) -> Theme:
        """Derive a theme from a palette.

        On the palettes of ``own_palette`` this gives the documented colours exactly; on any other, neutrals
        are mixed by the same shares and moved as far as contrast needs (4.5 for text, 3 for frames).
        """
        base = flattened(palette.color(QPalette.ColorRole.Base), QColor("white"))
        window = flattened(palette.color(QPalette.ColorRole.Window), base)
        text = flattened(palette.color(QPalette.ColorRole.Text), base)
        accent = flattened(palette.color(QPalette.ColorRole.Accent), base)
        dark = luminance(window) < luminance(QColor(128, 128, 128))
        if high_contrast:
            on_accent = flattened(palette.color(QPalette.ColorRole.HighlightedText), accent)
            colours = _high_contrast(base, window, text, accent, on_accent)
        else:
            neutrals = _neutrals(dark, window, base, text, accent)
            colours = neutrals | _bands(dark, neutrals)
        names = "".join(colours[name].name() for name in sorted(colours))
        key = f"{'dark' if dark else 'light'}{names}"
        sizes = fonts if fonts is not None else Fonts.from_system()
        return cls(dark=dark, high_contrast=high_contrast, key=key, fonts=sizes, colours=colours)


#: Names of all colours of a theme.
COLOUR_NAMES = (*_NEUTRALS, *_BANDS)


def own_palette(*, dark: bool) -> QPalette:
    """Return the application's own light or dark palette, for styles that bring none (Fusion)."""
    tone = {name: QColor(pair[dark]) for name, pair in _NEUTRALS.items()}
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette(tone["raised"], tone["window"])
    colours = {
        role.Window: "window", role.WindowText: "text", role.Base: "base", role.AlternateBase: "window",
        role.Text: "text", role.Button: "raised", role.ButtonText: "text", role.ToolTipBase: "raised",
        role.ToolTipText: "text", role.PlaceholderText: "text3", role.Highlight: "accent",
        role.HighlightedText: "on_accent", role.Accent: "accent", role.Link: "accent",
        role.LinkVisited: "accent",
    }  # fmt: skip
    for each, name in colours.items():
        palette.setColor(each, tone[name])
    for each in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        palette.setColor(group.Disabled, each, tone["text3"])
    return palette


def _neutrals(dark: bool, window: QColor, base: QColor, text: QColor, accent: QColor) -> dict[str, QColor]:
    given = {"window": window, "base": base, "text": text, "accent": accent}
    if all(colour == QColor(_NEUTRALS[name][dark]) for name, colour in given.items()):
        return {name: QColor(pair[dark]) for name, pair in _NEUTRALS.items()}
    mixed = {name: mix(base, text, pair[dark]) for name, pair in _SHARES.items()}
    mixed["raised"] = mix(base, text, 0.09) if dark else QColor(base)
    mixed["sunken"] = mix(base, QColor("black"), 0.25) if dark else mix(base, text, 0.10)
    plain = (base, window)
    mixed["text2"] = readable(mixed["text2"], text, (*plain, mixed["hover"], mixed["selidle"]), TEXT_CONTRAST)
    mixed["text3"] = readable(mixed["text3"], text, plain, TEXT_CONTRAST)
    mixed["control"] = readable(mixed["control"], text, plain, MARK_CONTRAST)
    accent = readable(accent, text, (*plain, mixed["selidle"]), TEXT_CONTRAST)
    white, black = QColor("white"), QColor("black")
    on_accent = white if contrast(white, accent) >= contrast(black, accent) else black
    selection = _selection(base, accent, mixed["text2"], _SELECTION_SHARE[dark])
    return given | mixed | {"accent": accent, "on_accent": on_accent, "sel": selection}


def _selection(base: QColor, accent: QColor, second: QColor, share: float) -> QColor:
    """Return as much accent in base as leaves second lines readable."""
    while share > 0.04 and contrast(second, mix(base, accent, share)) < TEXT_CONTRAST:
        share -= 0.02
    return mix(base, accent, share)


def _bands(dark: bool, neutrals: Mapping[str, QColor]) -> dict[str, QColor]:
    bands = {name: QColor(pair[dark]) for name, pair in _BANDS.items()}
    grounds = (neutrals["base"], neutrals["hover"], neutrals["sel"], neutrals["selidle"])
    for band in ("good", "watch", "bad", "unknown"):
        name = f"{band}text"
        if lowest_contrast(bands[name], (*grounds, bands[f"{band}tint"])) < TEXT_CONTRAST:
            bands[name] = readable(
                bands[name], neutrals["text"], (*grounds, bands[f"{band}tint"]), TEXT_CONTRAST
            )
    return bands


def _high_contrast(
    base: QColor, window: QColor, text: QColor, accent: QColor, on_accent: QColor
) -> dict[str, QColor]:
    colours = dict.fromkeys((*_NEUTRALS, *_BANDS), text)
    surfaces = ("base", "raised", "sunken", "hover", "selidle", "sel", "glyph", "onwatch")
    colours |= dict.fromkeys(surfaces, base)
    colours |= dict.fromkeys(("goodtint", "watchtint", "badtint", "unknowntint"), base)
    colours |= dict.fromkeys(("accent", "mode", "mode2", "stopbg", "passbg"), accent)
    colours |= dict.fromkeys(("on_accent", "on_mode", "on_verdict"), on_accent)
    return colours | {"window": window}
