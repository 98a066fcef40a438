"""Lines as the sections of the detail pane have them: key and value, mark with value, note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.ui.detail.content import Line, Piece, Run
from m360desk.ui.detail.record_facts import host_of, is_safe_link
from m360desk.ui.text import NOTHING, number, shortened

if TYPE_CHECKING:
    from m360desk.core.fields import Value
    from m360desk.ui.detail.content import PaneContext
    from m360desk.ui.marks import Mark

_VALUE_AT = 128
_MARKED_LABEL_AT = 24
_MARKED_VALUE_AT = 152
_KIND_AT = 152
LINK_ICONS = ("external", "warning")
"""Before an address that can be opened, and before one that is not."""

_NOTE_AT = 22


def quantity(value: float | None, unit: str = "", *, decimals: int | None = None) -> tuple[Run, ...]:
    """Return a figure and its small unit; a dash in the second colour when it is missing."""
    figure = number(value, decimals=decimals)
    if figure == NOTHING:
        return (Run(NOTHING, colour="text2"),)
    return (Run(figure), Run(unit, "small", "text2")) if unit else (Run(figure),)


def words(runs: tuple[Run, ...]) -> str:
    """Return runs as they are spoken: figure and unit apart."""
    return " ".join(run.text.strip() for run in runs if run.text.strip())


def key_value(label: str, value: tuple[Run, ...], source: str = "", *, tip: str = "") -> Line:
    """Return a line of a name, a value and where the value comes from."""
    found = [Piece(0, (Run(label, colour="text2"),)), Piece(_VALUE_AT, value)]
    if source:
        found.append(Piece(0, (Run(source, "small", "text2"),), right=True, yields=True))
    spoken = f"{label} {words(value)}" + (f", {source}" if source else "")
    return Line(tuple(found), spoken=spoken, copied=words(value), tip=tip)


def marked(mark: Mark, label: str, value: Run, *, tip: str = "") -> Line:
    """Return a line of a mark, a name and a state."""
    found = (Piece(_MARKED_LABEL_AT, (Run(label),)), Piece(_MARKED_VALUE_AT, (value,)))
    return Line(found, mark=mark, spoken=f"{label}: {value.text} ({mark.value})", copied=value.text, tip=tip)


def link_line(name: str, kind: str, link: str, context: PaneContext) -> Line:
    """Return a line that opens an address, its host in sight; one that is not safe says so and stays shut."""
    safe = is_safe_link(link, loopback=context.local_service)
    host = host_of(link)
    words = host if safe else f"not opened: {'no https' if host else 'no address'}"
    pieces = [Piece(_MARKED_LABEL_AT, (Run(name, colour="accent" if safe else "text"),))]
    if kind:
        pieces.append(Piece(_KIND_AT, (Run(kind, colour="text2"),)))
    pieces.append(Piece(0, (Run(words, "small", "text2"),), right=True, yields=True))
    return Line(
        tuple(pieces),
        icon=LINK_ICONS[0] if safe else LINK_ICONS[1],
        icon_colour="accent" if safe else "text2",
        spoken=" ".join(part for part in (f"{name}:", kind, f"at {host}" if safe else words) if part),
        copied=link,
        tip=shortened(link, 200),
        target=link if safe else None,
    )


def note(text: str, *, mark: Mark | None = None, font: str = "small", colour: str = "text2") -> Line:
    """Return a text that wraps, behind an information sign or a mark."""
    piece = Piece(_NOTE_AT, (Run(text, font, colour),))
    icon = "" if mark is not None else "info"
    return Line((piece,), mark=mark, icon=icon, wraps=True, spoken=text, copied=text)


def figure(value: Value | bytes) -> float | None:
    """Return a value if it is a figure."""
    return float(value) if isinstance(value, int | float) else None


def count(value: Value | bytes) -> int:
    """Return a value if it is a whole number, else 0."""
    return value if isinstance(value, int) else 0


def plain(value: Value | bytes) -> str:
    """Return a value as text; "" when it is missing. Bytes stand for a text that is not quite one."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def names(value: Value | bytes) -> list[str]:
    """Return the names kept in one text with commas."""
    return [name for name in plain(value).split(",") if name]
