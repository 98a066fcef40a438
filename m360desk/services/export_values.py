"""Cached values as texts and cells of a file, a column at a time: an export has millions of cells."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from m360desk.core.fields import FIELDS, INDEX, Field, Kind

EXPORTED: tuple[Field, ...] = tuple(field for field in FIELDS if field.exported and field.stored)
"""The fields of an exported file, in their order."""
HEADER: tuple[str, ...] = ("mode", *(field.name for field in EXPORTED))
"""The one header line; the mode stands first, so that made-up sessions are known for what they are."""

_POSITIONS = tuple(INDEX[field.name] for field in EXPORTED)
_RUN_BY_SPREADSHEETS = frozenset("=+-@\t\r\n")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
_EXCEL_EPOCH_DAYS = 25_569  # from 1899-12-30 to 1970-01-01
# Clocks are changed on full quarters of an hour, everywhere.
_QUARTER_MS = 900_000

Column = Sequence[Any]


class LocalTimes:
    """Times of the cache in a time zone; fast, since neighbours in a list share day and offset."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, tuple[int, str]] = {}
        self._days: dict[int, str] = {}

    def text(self, ms: int) -> str:
        """ISO 8601 with offset, in whole seconds; in UTC where a date cannot hold it."""
        quarter = ms // _QUARTER_MS
        offset_ms, suffix = self._offsets.get(quarter) or self._find_offset(quarter)
        day, rest = divmod(ms + offset_ms, _DAY_MS)
        date = self._days.get(day) or self._find_day(day)
        seconds = rest // 1000
        return f"{date}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{suffix}"

    def excel_days(self, ms: int) -> float:
        """Local time as spreadsheets count it: days since 1899-12-30."""
        quarter = ms // _QUARTER_MS
        offset_ms, _ = self._offsets.get(quarter) or self._find_offset(quarter)
        return (ms + offset_ms) // 1000 / 86_400 + _EXCEL_EPOCH_DAYS

    def _find_offset(self, quarter: int) -> tuple[int, str]:
        try:
            moment = (_EPOCH + timedelta(milliseconds=quarter * _QUARTER_MS)).astimezone(self._zone)
            offset = moment.utcoffset() or timedelta(0)
        except (OverflowError, ValueError, OSError):
            offset = timedelta(0)
        minutes = round(offset.total_seconds() / 60)
        sign = "-" if minutes < 0 else "+"
        suffix = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
        found = self._offsets[quarter] = (minutes * 60_000, suffix)
        return found

    def _find_day(self, day: int) -> str:
        found = self._days[day] = (_EPOCH + timedelta(days=day)).date().isoformat()
        return found


def columns_of(rows: Iterable[Sequence[Any]]) -> list[Column]:
    """The exported fields of these rows, field by field."""
    columns = list(zip(*rows, strict=True))
    return [columns[position] for position in _POSITIONS]


def as_texts(times: LocalTimes) -> list[Callable[[Column], Column]]:
    """For each exported field, what makes its column the texts and numbers of a CSV file."""

    def time_texts(column: Column) -> Column:
        return [None if ms is None else times.text(ms) for ms in column]

    by_kind: dict[Kind, Callable[[Column], Column]] = {
        Kind.TIME: time_texts,
        Kind.FLAG: _flag_words,
        Kind.NUMBER: _short_numbers,
        Kind.INTEGER: _as_is,
        Kind.TEXT: harmless_texts,
        Kind.NAMES: harmless_texts,
    }
    return [by_kind[field.kind] for field in EXPORTED]


def as_values(times: LocalTimes) -> list[Callable[[Column], Column]]:
    """For each exported field, what makes its column JSON values: numbers, texts, true, false and null."""

    def time_texts(column: Column) -> Column:
        return [None if ms is None else times.text(ms) for ms in column]

    by_kind: dict[Kind, Callable[[Column], Column]] = {
        Kind.TIME: time_texts,
        Kind.FLAG: _flags,
        Kind.NUMBER: _short_numbers,
        Kind.INTEGER: _as_is,
        Kind.TEXT: plain_texts,
        Kind.NAMES: plain_texts,
    }
    return [by_kind[field.kind] for field in EXPORTED]


def plain_texts(column: Column) -> Column:
    """Texts; what a file cannot hold (half a surrogate pair) is shown by the replacement character."""
    if bytes not in set(map(type, column)):
        return column
    return [text.decode("utf-8", "replace") if isinstance(text, bytes) else text for text in column]


def harmless_texts(column: Column) -> Column:
    """Texts with an apostrophe before those that a spreadsheet would run as a formula."""
    texts = plain_texts(column)
    return ["'" + text if text and text[0] in _RUN_BY_SPREADSHEETS else text for text in texts]


def _short_numbers(column: Column) -> Column:
    """Numbers, whole ones without ".0"."""
    return [int(number) if isinstance(number, float) and number.is_integer() else number for number in column]


def _flag_words(column: Column) -> Column:
    return [None if flag is None else "true" if flag else "false" for flag in column]


def _flags(column: Column) -> Column:
    return [None if flag is None else bool(flag) for flag in column]


def _as_is(column: Column) -> Column:
    return column
