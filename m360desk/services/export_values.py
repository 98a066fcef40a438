"""What of a session goes into an exported file, and how its values read there."""

from collections.abc import Callable, Sequence
from typing import Any

from m360desk.core.fields import FIELDS, Field, Kind
from m360desk.core.session import StoredValue

EXPORTED: tuple[Field, ...] = tuple(field for field in FIELDS if field.exported and field.stored)
"""The fields of an exported file, in their order."""
HEADER: tuple[str, ...] = ("mode", *(field.name for field in EXPORTED))
"""The one header line; the mode stands first, so that made-up sessions are known for what they are."""

RUN_BY_SPREADSHEETS = "=+-@\t\r\n"
"""What begins with one of these, a spreadsheet would run as a formula."""
_MOST_REMEMBERED = 65_536

Cells = Callable[[Sequence[Any]], Sequence[str]]
"""Makes a column of raw values the cells of a file."""


class Remembered(dict[Any, str]):
    """Cells by raw value: of a million values in a column few differ, and each is looked at once."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        """`make` makes a raw value a cell."""
        super().__init__()
        self._make = make

    def __missing__(self, raw: Any) -> str:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        cell = self[raw] = self._make(raw)
        return cell

    def of(self, raws: Sequence[Any]) -> list[str]:
        """The cells of a column."""
        return list(map(self.__getitem__, raws))


def plain_value(field: Field, value: StoredValue) -> str | int | float | bool | None:
    """A value as text, number, truth or None.

    Whole numbers have no ".0"; of a text that cannot be one (half a surrogate pair) the rest is shown.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if field.kind is Kind.FLAG:
        return None if value is None else bool(value)
    if isinstance(value, float) and not value % 1:
        return int(value)
    return value


def plain_texts(texts: Sequence[Any]) -> Sequence[Any]:
    """Texts or None, nearly always as they are; of those that cannot be texts the rest is shown."""
    if bytes not in map(type, texts):
        return texts
    return [text.decode("utf-8", "replace") if isinstance(text, bytes) else text for text in texts]


def harmless_text(text: str) -> str:
    """A text, with an apostrophe before it where a spreadsheet would run it as a formula."""
    return "'" + text if text.startswith(tuple(RUN_BY_SPREADSHEETS)) else text
