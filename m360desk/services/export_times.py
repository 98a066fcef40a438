"""Times of the cache in a time zone, as cells of a file, a column at a time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_MS = 86_400_000
_DAY_SECONDS = 86_400
_HOUR_MS = 3_600_000
_EXCEL_EPOCH_DAYS = 25_569  # from 1899-12-30 to 1970-01-01
# Clocks are changed on full quarters of an hour, everywhere.
_QUARTER_MS = 900_000

Times = Sequence[int | None]
"""Milliseconds since 1970-01-01 UTC."""
TimeCells = Callable[[Times], list[str]]


class _Offset(NamedTuple):
    """A zone's offset from UTC, and as ISO 8601 writes it."""

    ms: int
    suffix: str


class LocalTimes:
    """Times in one time zone; fast, since a cell is put together from its day, its second and its offset."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, _Offset | None] = {}

    def iso(self, before: str = "", after: str = "", nothing: str = "") -> TimeCells:
        """Cells of ISO 8601 with offset, in whole seconds; in UTC where a date cannot hold it.

        Args:
            before: stands in front of each time.
            after: stands behind it.
            nothing: the cell of None.
        """

        def date(day: int) -> str:
            return f"{before}{(_EPOCH + timedelta(days=day)).date().isoformat()}T"

        return _Cells(self, date, self._clocks, lambda offset: offset.suffix + after, nothing).of

    def excel(self, before: str = "", after: str = "", nothing: str = "") -> TimeCells:
        """Cells of local time as spreadsheets count it: days since 1899-12-30. Arguments as for `iso`."""

        def date(day: int) -> str:
            return f"{before}{day + _EXCEL_EPOCH_DAYS}"

        return _Cells(self, date, self._parts, lambda _: after, nothing).of

    def offset_all_day(self, day: int) -> _Offset | None:
        """The offset of a day of UTC, counted from 1970-01-01; None where it changes."""
        if day not in self._offsets:
            hours = (0, 6, 12, 18, 24)
            found = {self.offset_at(day * _DAY_MS + hour * _HOUR_MS) for hour in hours}
            self._offsets[day] = found.pop() if len(found) == 1 else None
        return self._offsets[day]

    def offset_at(self, ms: int) -> _Offset:
        """The offset at a moment."""
        try:
            moment = (_EPOCH + timedelta(milliseconds=ms)).astimezone(self._zone)
            offset = moment.utcoffset() or timedelta(0)
        except (OverflowError, ValueError, OSError):
            offset = timedelta(0)
        minutes = round(offset.total_seconds() / 60)
        sign = "-" if minutes < 0 else "+"
        return _Offset(minutes * 60_000, f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}")

    @cached_property
    def _clocks(self) -> tuple[str, ...]:
        """Each second of two days, since a day of UTC has parts of two."""
        minutes = [f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
        seconds = [f"{second:02}" for second in range(60)]
        return tuple(minute + second for minute in minutes for second in seconds) * 2

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        """Each second of two days as a part of its day, to a few microseconds: what follows whole days."""
        parts = (f"{second / _DAY_SECONDS:.10f}" for second in range(_DAY_SECONDS))
        return tuple(part[1:].rstrip("0").rstrip(".") for part in parts) * 2


class _Day(NamedTuple):
    """A day of UTC as local time: it begins on one date, and at some second goes on on the next.

    Attributes:
        first: the local second of the day with which it begins.
        change: the second of the UTC day with which the next date begins.
        begin: what cells of the first date begin with.
        next_begin: what cells of the next date begin with.
        end: what cells end with.
    """

    first: int
    change: int
    begin: str
    next_begin: str
    end: str


class _Cells:
    """Makes the cells of one column."""

    def __init__(
        self,
        times: LocalTimes,
        date: Callable[[int], str],
        seconds: Sequence[str],
        end: Callable[[_Offset], str],
        nothing: str,
    ) -> None:
        """`seconds` are those of two days, one after the other."""
        self._times = times
        self._date, self._seconds, self._end, self._nothing = date, seconds, end, nothing
        self._days: dict[int, _Day] = {}

    def of(self, times: Times) -> list[str]:
        """The cells of these times."""
        # All in one loop: a call for each of a million times would cost as much again.
        days, seconds, nothing = self._days.get, self._seconds, self._nothing
        cells = []
        for ms in times:
            if ms is None:
                cells.append(nothing)
                continue
            day, rest = divmod(ms, _DAY_MS)
            first, change, begin, next_begin, end = days(day) or self._day(ms)
            second = rest // 1000
            date = begin if second < change else next_begin
            cells.append(f"{date}{seconds[first + second]}{end}")
        return cells

    def _day(self, ms: int) -> _Day:
        """The day of a moment; kept in mind where its offset holds all day."""
        day = ms // _DAY_MS
        offset = self._times.offset_all_day(day)
        if offset is None:
            return self._with_offset(day, self._times.offset_at(ms // _QUARTER_MS * _QUARTER_MS))
        found = self._days[day] = self._with_offset(day, offset)
        return found

    def _with_offset(self, day: int, offset: _Offset) -> _Day:
        days, first = divmod(offset.ms // 1000, _DAY_SECONDS)
        date = day + days
        # Where the date does not change, there may be no next one.
        after = self._date(date + 1) if first else ""
        return _Day(first, _DAY_SECONDS - first, self._date(date), after, self._end(offset))
