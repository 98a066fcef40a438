"""The months or weeks of the trend in a row without gaps, and their names."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from m360desk.core.battery_trend import next_period, period_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m360desk.core.battery_trend import Period, Unit

# Own names instead of the C library's: they do not change with the process's locale.
NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


class PeriodLine:
    """Periods by whole numbers from 0, the first with a reading; those without readings have a place too."""

    def __init__(self, final: tuple[Period, ...], intake: tuple[Period, ...], unit: Unit = "month") -> None:
        self.final, self.intake, self.unit = final, intake, unit
        starts = [period.start for period in (*final, *intake)]
        self._first = min(starts, default=date(2000, 1, 1))
        self.count = self.place_of(max(starts)) + 1 if starts else 0
        self._by_place = {self.place(period): period for period in final}

    def place(self, period: Period) -> int:
        """Where a period stands."""
        return self.place_of(period.start)

    def place_of(self, day: date) -> int:
        """Where the period of a day stands, before and after the line too."""
        if self.unit == "week":
            return (day - self._first).days // 7
        return _months(day) - _months(self._first)

    def share_of(self, day: date) -> float:
        """How much of its period has passed when a day begins, 0 to 1."""
        start = period_start(day, self.unit)
        return (day - start).days / (next_period(start, self.unit) - start).days

    def start(self, place: int) -> date:
        """The first day of a place."""
        if self.unit == "week":
            return self._first + timedelta(days=7 * place)
        year, month = divmod(_months(self._first) + place, 12)
        return date(year, month + 1, 1)

    def name(self, low: int, high: int) -> str:
        """The periods from one place to another, both included, in words."""
        if self.unit == "month":
            return months_name(self.start(low), self.start(high))
        return days_name(self.start(low), self.start(high) + timedelta(days=6))

    def term(self, low: int, high: int) -> str:
        """The periods from one place to another, both included, as a term of a search."""
        first, last = self.start(low), self.start(high)
        if self.unit == "week":
            return f"time:{first}..{last + timedelta(days=6)}"
        ends = [f"{month:%Y-%m}" for month in (first, last)]
        return f"time:{ends[0]}" if low == high else f"time:{'..'.join(ends)}"

    def at(self, place: int) -> Period | None:
        """The figures at a place; None: no readings."""
        return self._by_place.get(place)

    def between(self, low: int, high: int) -> list[Period]:
        """The figures from one place to another, both included."""
        return [period for place, period in self._by_place.items() if low <= place <= high]

    def runs(self, periods: tuple[Period, ...]) -> Iterator[list[Period]]:
        """Neighbouring periods with enough devices, at least two together: an area needs a width."""
        run: list[Period] = []
        for period in periods:
            if run and (period.is_few or self.place(period) != self.place(run[-1]) + 1):
                if len(run) > 1:
                    yield run
                run = []
            if not period.is_few:
                run.append(period)
        if len(run) > 1:
            yield run

    def alone(self) -> list[Period]:
        """The periods that belong to no area."""
        inside = {self.place(period) for run in self.runs(self.final) for period in run}
        return [period for period in self.final if self.place(period) not in inside]

    def ticks(self, every: int) -> Iterator[tuple[int, str]]:
        """A tick for every period, named every so many of them, the year with January and at the start."""
        named = 0
        for place in range(self.count):
            start = self.start(place)
            name = self._week_tick(place, every) if self.unit == "week" else _month_tick(start, every, named)
            named += bool(name)
            yield place, name

    def _week_tick(self, place: int, every: int) -> str:
        start = self.start(place)
        return f"{start.day} {NAMES[start.month - 1][:3]}" if place % every == 0 else ""


def _month_tick(start: date, every: int, named: int) -> str:
    if every > 12:
        return str(start.year) if start.month == 1 and start.year % (every // 12) == 0 else ""
    if (start.month - 1) % every:
        return ""
    return short_name(start) if start.month == 1 or not named else NAMES[start.month - 1][:3]


def short_name(month: date) -> str:
    """Return "Jan 2026"."""
    return f"{NAMES[month.month - 1][:3]} {month.year}"


def months_name(first: date, last: date) -> str:
    """Return "Jun 2026", "Jun – Aug 2026" or "Nov 2025 – Feb 2026"."""
    if first == last:
        return short_name(first)
    if first.year == last.year:
        return f"{NAMES[first.month - 1][:3]} – {short_name(last)}"
    return f"{short_name(first)} – {short_name(last)}"


def days_name(first: date, last: date) -> str:
    """Return "2 – 8 Nov 2026", "30 Nov – 6 Dec 2026" or "28 Dec 2026 – 3 Jan 2027"."""
    end = f"{last.day} {short_name(last)}"
    if first.year != last.year:
        return f"{first.day} {short_name(first)} – {end}"
    if first.month != last.month:
        return f"{first.day} {NAMES[first.month - 1][:3]} – {end}"
    return f"{first.day} – {end}"


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
