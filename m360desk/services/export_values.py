"""Cached values as texts and cells of a file, a column at a time: an export has millions of cells."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

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
_HOUR = 3600
_CLOCKS = tuple(f"{second // 60:02}:{second % 60:02}" for second in range(_HOUR))
_HOURS = tuple(f"{hour:02}:" for hour in range(24))

Column = Sequence[Any]


class _Offset(NamedTuple):
    """A zone's offset from UTC, and as ISO 8601 writes it."""

    ms: int
    suffix: str


class LocalTimes:
    """Times of the cache in a time zone; fast, since neighbours in a list share day and offset."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, _Offset | None] = {}
        self._dates: dict[int, str] = {}

    def texts(self, column: Column) -> Column:
        """ISO 8601 with offset, in whole seconds; in UTC where a date cannot hold it. None stays None."""
        # All in one loop: a call for each of a million times would cost as much again.
        offsets, dates = self._offsets.get, self._dates.get
        texts: list[str | None] = []
        for ms in column:
            if ms is None:
                texts.append(None)
                continue
            offset = offsets(ms // _DAY_MS) or self._offset(ms)
            day, rest = divmod(ms + offset.ms, _DAY_MS)
            hour, second = divmod(rest // 1000, _HOUR)
            date = dates(day) or self._date(day)
            texts.append(f"{date}T{_HOURS[hour]}{_CLOCKS[second]}{offset.suffix}")
        return texts

    def excel_days(self, ms: int) -> float:
        """Local time as spreadsheets count it: days since 1899-12-30."""
        return (ms + self._offset(ms).ms) // 1000 / 86_400 + _EXCEL_EPOCH_DAYS

    def _offset(self, ms: int) -> _Offset:
        day = ms // _DAY_MS
        if day not in self._offsets:
            self._offsets[day] = self._offset_all_day(day)
        # On a day on which clocks change, each quarter of an hour is asked for.
        return self._offsets[day] or self._offset_at(ms // _QUARTER_MS * _QUARTER_MS)

    def _offset_all_day(self, day: int) -> _Offset | None:
        """The offset of a day of UTC; None where it changes."""
        found = {self._offset_at(day * _DAY_MS + hours * _HOUR * 1000) for hours in (0, 6, 12, 18, 24)}
        return found.pop() if len(found) == 1 else None

    def _offset_at(self, ms: int) -> _Offset:
        try:
            moment = (_EPOCH + timedelta(milliseconds=ms)).astimezone(self._zone)
            offset = moment.utcoffset() or timedelta(0)
        except (OverflowError, ValueError, OSError):
            offset = timedelta(0)
        minutes = round(offset.total_seconds() / 60)
        sign = "-" if minutes < 0 else "+"
        return _Offset(minutes * 60_000, f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}")

    def _date(self, day: int) -> str:
        found = self._dates[day] = (_EPOCH + timedelta(days=day)).date().isoformat()
        return found


def columns_of(rows: Iterable[Sequence[Any]]) -> list[Column]:
    """The exported fields of these rows, field by field."""
    columns = list(zip(*rows, strict=True))
    return [columns[position] for position in _POSITIONS]


def as_texts(times: LocalTimes) -> list[Callable[[Column], Column]]:
    """For each exported field, what makes its column the texts and numbers of a CSV file."""

    by_kind: dict[Kind, Callable[[Column], Column]] = {
        Kind.TIME: times.texts,
        Kind.FLAG: _flag_words,
        Kind.NUMBER: _short_numbers,
        Kind.INTEGER: _as_is,
        Kind.TEXT: harmless_texts,
        Kind.NAMES: harmless_texts,
    }
    return [by_kind[field.kind] for field in EXPORTED]


def as_values(times: LocalTimes) -> list[Callable[[Column], Column]]:
    """For each exported field, what makes its column JSON values: numbers, texts, true, false and null."""

    by_kind: dict[Kind, Callable[[Column], Column]] = {
        Kind.TIME: times.texts,
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
    if not any(text and text[0] in _RUN_BY_SPREADSHEETS for text in set(texts)):
        return texts
    return ["'" + text if text and text[0] in _RUN_BY_SPREADSHEETS else text for text in texts]


def _short_numbers(column: Column) -> Column:
    """Numbers, whole ones without ".0"."""
    return [number if number is None or number % 1 else int(number) for number in column]


def _flag_words(column: Column) -> Column:
    return [None if flag is None else "true" if flag else "false" for flag in column]


def _flags(column: Column) -> Column:
    return [None if flag is None else bool(flag) for flag in column]


def _as_is(column: Column) -> Column:
    return column
