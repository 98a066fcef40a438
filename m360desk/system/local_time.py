"""The computer's own time zone, with its past and future summer times.

Python knows the local offset of any one moment, but has no time zone object for it: ``astimezone().tzinfo``
is the offset of that moment only, which is an hour wrong for half of the year.
"""

import time
from datetime import UTC, datetime, timedelta, tzinfo


class LocalZone(tzinfo):
    """The time zone that the operating system is set to; follows a change of it."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta:
        """How far local time is ahead of UTC at that local time."""
        if moment is None:
            return _standard_offset()
        try:
            offset = moment.replace(tzinfo=None).astimezone().utcoffset()
        except (OSError, OverflowError, ValueError):
            offset = None  # Windows knows no local time before 1970, nobody after the year 9999
        return _standard_offset() if offset is None else offset

    def dst(self, moment: datetime | None, /) -> timedelta:
        """How much of the offset is summer time."""
        return self.utcoffset(moment) - _standard_offset()

    def tzname(self, moment: datetime | None, /) -> str:
        """The offset in words, such as ``UTC+02:00``: names of zones differ between systems."""
        minutes = round(self.utcoffset(moment).total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"

    def fromutc(self, moment: datetime, /) -> datetime:
        """Local time of a moment given in UTC (with this object as its zone, as tzinfo demands)."""
        in_utc = moment.replace(tzinfo=UTC)
        try:
            offset = in_utc.astimezone().utcoffset() or timedelta()
        except (OSError, OverflowError, ValueError):
            offset = _standard_offset()
        local = moment + offset
        # In the hour that comes twice, the second time is the one that the plain reading gets wrong.
        return local if self.utcoffset(local) == offset else local.replace(fold=1)


def _standard_offset() -> timedelta:
    return timedelta(seconds=-time.timezone)
