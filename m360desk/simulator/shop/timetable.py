"""When the sessions of the made-up shop were uploaded: years, seasons, weekdays and working hours.

Session *numbers* count from 0 (the oldest) upwards in the order of upload; every number has its moment, and
the moments rise strictly. Nothing is stored per session: a day's share is known from running totals per
day. The shop keeps Central European time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from m360desk.simulator.shop.dice import mix, mix_all

DAY_MS = 86_400_000
_SESSIONS_A_DAY = 36
_LONGEST_DAYS = 1461
_SHORTEST_DAYS = 14
_ADDED_EVERY_MS = 20_000

_WEEKDAY = (1.16, 1.06, 1.0, 1.0, 1.08, 0.42, 0.015)
_MONTH = (1.12, 1.0, 0.97, 0.94, 0.96, 0.93, 0.86, 0.82, 1.06, 1.14, 1.16, 1.05)
_CLOSED = frozenset({(1, 1), (12, 24), (12, 25), (12, 26)})

# Work done in each half hour from 8:00 to 18:30, local time.
_OPENS_MIN = 8 * 60
_HALF_HOURS = (2, 5, 7, 8, 8, 8, 7, 6, 3, 4, 7, 8, 8, 7, 7, 6, 6, 5, 3, 1.5, 0.6)
_DAY_TOTALS = (0.0, *accumulate(_HALF_HOURS))
_DAY_TOTAL = _DAY_TOTALS[-1]
_SALT = 0xCA1E


def utc_offset_hours(day: date) -> int:
    """1 in winter, 2 from the last Sunday of March to the last Sunday of October (EU rule)."""
    first = _last_sunday(day.year, 3)
    last = _last_sunday(day.year, 10)
    return 2 if first <= day < last else 1


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _day_weight(day: date, age_days: int) -> float:
    if (day.month, day.day) in _CLOSED:
        return 0.0
    growth = max(0.55, 1 - age_days / 3600)  # the shop was smaller once
    return _WEEKDAY[day.weekday()] * _MONTH[day.month - 1] * growth


def _share_of_day(minutes: float) -> float:
    """How much of a day's work is done at that minute of the local day."""
    at = (minutes - _OPENS_MIN) / 30
    if at <= 0:
        return 0.0
    if at >= len(_HALF_HOURS):
        return 1.0
    full = int(at)
    return (_DAY_TOTALS[full] + _HALF_HOURS[full] * (at - full)) / _DAY_TOTAL


def _minute_of_day(share: float) -> float:
    """The other way round."""
    done = share * _DAY_TOTAL
    full = min(bisect_right(_DAY_TOTALS, done) - 1, len(_HALF_HOURS) - 1)
    return _OPENS_MIN + 30 * (full + (done - _DAY_TOTALS[full]) / _HALF_HOURS[full])


class ShopCalendar:
    """The upload times of ``sessions`` sessions that end at ``end`` (any time zone)."""

    def __init__(self, sessions: int, end: datetime, seed: int) -> None:
        self.sessions = sessions
        self._jitter_seed = mix_all(seed, _SALT)
        end = end.astimezone(UTC)
        local = end + timedelta(hours=utc_offset_hours(end.date()))
        last_day = local.date()
        length = min(_LONGEST_DAYS, max(_SHORTEST_DAYS, round(sessions / _SESSIONS_A_DAY)))
        days = [last_day - timedelta(days=age) for age in range(length - 1, -1, -1)]
        shares = [1.0] * length
        shares[-1] = _share_of_day(local.hour * 60 + local.minute)
        weights = [
            _day_weight(day, length - 1 - at) * share
            for at, (day, share) in enumerate(zip(days, shares, strict=True))
        ]
        totals = tuple(accumulate(weights))
        whole = totals[-1]
        self._first = [0, *(round(sessions * total / whole) for total in totals)]
        self._shares = shares
        self._midnight_ms = [_midnight_ms(day) for day in days]
        self.sessions_a_day = sessions / length
        self._gap_ms = DAY_MS / max(self.sessions_a_day, 0.5)
        self._start_ms = self._midnight_ms[0]
        end_ms = int(end.timestamp() * 1000)
        self._end_ms = max(end_ms, self.created_ms(sessions - 1) + 1) if sessions else end_ms

    def created_ms(self, number: int) -> int:
        """When the session was uploaded, in ms since 1970 (UTC).

        Numbers below 0 lie before the history begins, numbers past its end are sessions added later.
        """
        if number < 0:
            return int(self._start_ms + number * self._gap_ms)
        if number >= self.sessions:
            return self._end_ms + (number - self.sessions + 1) * _ADDED_EVERY_MS
        day = bisect_right(self._first, number) - 1
        first = self._first[day]
        count = self._first[day + 1] - first
        jitter = 0.1 + 0.8 * (mix(self._jitter_seed ^ number) >> 11) * 2.0**-53
        share = self._shares[day] * (number - first + jitter) / count
        return self._midnight_ms[day] + int(_minute_of_day(share) * 60_000)

    def first_at(self, moment_ms: int, total: int) -> int:
        """The first of ``total`` sessions uploaded at that moment or later; ``total`` if there is none."""
        return bisect_left(range(total), moment_ms, key=self.created_ms)

    def number_at(self, moment_ms: int) -> int:
        """The session number that comes at that moment or next, also before the history begins."""
        if moment_ms < self._start_ms:
            return -int((self._start_ms - moment_ms) // self._gap_ms)
        return self.first_at(moment_ms, self.sessions)


def year_start_ms(year: int) -> int:
    """When that year begins, UTC."""
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1000


def _midnight_ms(day: date) -> int:
    """The start of the shop's local day."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=utc_offset_hours(day))
    return int(start.timestamp()) * 1000
