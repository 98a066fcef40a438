"""The months of the trend in a row without gaps, and their names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m360desk.core.battery_figures import Month

# Own names instead of the C library's: they do not change with the process's locale.
NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


class MonthLine:
    """Months by whole numbers from 0, the first with a reading; those without readings have a place too."""

    def __init__(self, final: tuple[Month, ...], intake: tuple[Month, ...]) -> None:
        self.final, self.intake = final, intake
        numbers = [_number(month.year, month.month) for month in (*final, *intake)]
        self._start = min(numbers, default=0)
        self.count = max(numbers) - self._start + 1 if numbers else 0
        self._by_place = {self.place(month): month for month in final}

    def place(self, month: Month) -> int:
        """Where a month stands."""
        return self.place_of(month.year, month.month)

    def place_of(self, year: int, month: int) -> int:
        """Where a month stands, before and after the line too."""
        return _number(year, month) - self._start

    def month(self, place: int) -> tuple[int, int]:
        """The year and month of a place."""
        return divmod(self._start + place, 12)[0], (self._start + place) % 12 + 1

    def at(self, place: int) -> Month | None:
        """The figures at a place; None: no readings."""
        return self._by_place.get(place)

    def between(self, low: int, high: int) -> list[Month]:
        """The figures from one place to another, both included."""
        return [month for place, month in self._by_place.items() if low <= place <= high]

    def runs(self, months: tuple[Month, ...]) -> Iterator[list[Month]]:
        """Neighbouring months with enough devices, at least two together: an area needs a width."""
        run: list[Month] = []
        for month in months:
            if run and (month.is_few or self.place(month) != self.place(run[-1]) + 1):
                if len(run) > 1:
                    yield run
                run = []
            if not month.is_few:
                run.append(month)
        if len(run) > 1:
            yield run

    def alone(self) -> list[Month]:
        """The months that belong to no area."""
        inside = {self.place(month) for run in self.runs(self.final) for month in run}
        return [month for month in self.final if self.place(month) not in inside]

    def ticks(self, every: int) -> Iterator[tuple[int, str]]:
        """A tick for every month, named every so many of them, the year with January and at the start."""
        named = 0
        for place in range(self.count):
            year, month = self.month(place)
            if every > 12:
                name = str(year) if month == 1 and year % (every // 12) == 0 else ""
            elif (month - 1) % every:
                name = ""
            else:
                name = short_name(year, month) if month == 1 or not named else NAMES[month - 1][:3]
            named += bool(name)
            yield place, name


def short_name(year: int, month: int) -> str:
    """Return "Jan 2026"."""
    return f"{NAMES[month - 1][:3]} {year}"


def range_name(first: tuple[int, int], last: tuple[int, int]) -> str:
    """Return "Jun 2026", "Jun – Aug 2026" or "Nov 2025 – Feb 2026"."""
    if first == last:
        return short_name(*first)
    if first[0] == last[0]:
        return f"{NAMES[first[1] - 1][:3]} – {short_name(*last)}"
    return f"{short_name(*first)} – {short_name(*last)}"


def _number(year: int, month: int) -> int:
    return year * 12 + month - 1
