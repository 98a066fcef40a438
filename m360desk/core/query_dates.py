"""Dates in queries: local days, months and years as stretches of time."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from m360desk.core.query_errors import QueryError, said
from m360desk.core.query_tokens import Item

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR: Final = 1980
_LAST_YEAR: Final = 2199
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T_](\d{1,2}):(\d{2})(?::(\d{2}))?)?)?)?")
_OTHER_WAYS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})|(\d{4})[./]?(\d{1,2})[./]?(\d{1,2})")
_ONE_OF: Final = {"day": "1d", "week": "1w", "month": "1m", "year": "1y"}
_ANY: Final = Item("", "", quoted=False, start=0, end=0)
_LAST = re.compile(r"(\d{1,5})\s?(d|w|m|y|days?|weeks?|months?|years?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Days:
    """Which day it is, and where: what "today" and a date without a zone mean."""

    today: date
    zone: tzinfo

    def start_ms(self, day: date) -> int:
        """When ``day`` begins in the zone."""
        return self._ms(datetime(day.year, day.month, day.day, tzinfo=self.zone))

    def interval(self, text: str, item: Item) -> tuple[int, int]:
        """The first and the last millisecond of a year, month, day, minute or second, today or yesterday."""
        word = text.strip().lower()
        if word in {"today", "yesterday"}:
            day = self.today - timedelta(days=word == "yesterday")
            return self.start_ms(day), self.start_ms(day + timedelta(days=1)) - 1
        match = _DATE.fullmatch(text.strip())
        if match is None:
            raise self._no_date(text, item)
        parts = [int(part) for part in match.groups() if part is not None]
        try:
            return self._stretch(parts)
        except ValueError:
            raise self._no_date(text, item) from None

    def last(self, text: str, item: Item) -> int:
        """When the last so many days, weeks, months or years began; today is one of their days."""
        match = _LAST.fullmatch(text.strip())
        if match is None or int(match[1]) == 0:
            raise QueryError(
                f"{said(text)} is no length of time. Write last:7d, last:4w, last:3m or last:1y.",
                item.start,
                item.end,
                repair=_ONE_OF.get(text.strip().lower()),
            )
        amount = int(match[1])
        unit = (match[2] or "d")[0].lower()
        try:
            if unit in "dw":
                first = self.today - timedelta(days=amount * (7 if unit == "w" else 1) - 1)
            else:
                first = _months_before(self.today, amount * (12 if unit == "y" else 1)) + timedelta(days=1)
            _check_year(first.year)
            return self.start_ms(first)
        except (ValueError, OverflowError):
            raise QueryError(f"{said(text)} reaches too far back.", item.start, item.end) from None

    def _no_date(self, text: str, item: Item) -> QueryError:
        repair = self._repaired(text) if text == item.text else None
        return QueryError(
            f"{said(text)} is no date. Write 2026-01-31, 2026-01, 2026, today or yesterday.",
            item.start,
            item.end,
            repair=None if repair is None else item.op + repair,
        )

    def _repaired(self, text: str) -> str | None:
        """The date that somebody meant, where it is beyond doubt: 31.1.2026, 1/31/2026, 20260131 or 7d."""
        try:
            if _LAST.fullmatch(text) and not text.isdecimal():
                start = datetime.fromtimestamp(self.last(text, _ANY) / 1000, self.zone)
                return start.date().isoformat()
            day = _other_date(text)
        except (ValueError, OverflowError):
            return None
        return None if day is None or not _FIRST_YEAR <= day.year <= _LAST_YEAR else day.isoformat()

    def _stretch(self, parts: list[int]) -> tuple[int, int]:
        year = parts[0]
        _check_year(year)
        if len(parts) == 1:
            return self.start_ms(date(year, 1, 1)), self.start_ms(date(year + 1, 1, 1)) - 1
        if len(parts) == 2:
            first = date(year, parts[1], 1)
            return self.start_ms(first), self.start_ms(_months_before(first, -1)) - 1
        if len(parts) == 3:
            day = date(*parts)
            return self.start_ms(day), self.start_ms(day + timedelta(days=1)) - 1
        hour, minute, *seconds = parts[3:]
        moment = datetime(year, parts[1], parts[2], hour, minute, sum(seconds), tzinfo=self.zone)
        start = self._ms(moment)
        return start, start + (1000 if seconds else 60_000) - 1

    def _ms(self, moment: datetime) -> int:
        passed = moment - _EPOCH
        return passed.days * 86_400_000 + passed.seconds * 1000


def _check_year(year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(year)


def _months_before(day: date, months: int) -> date:
    """The same day so many months before; the month's last where it is shorter."""
    month = day.year * 12 + day.month - 1 - months
    first = date(month // 12, month % 12 + 1, 1)
    following = date((month + 1) // 12, (month + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def _other_date(text: str) -> date | None:
    """A date in another way of writing; raises ``ValueError`` for days that no calendar has."""
    found = _OTHER_WAYS.fullmatch(text)
    if found is None:
        return None
    if found[5]:
        return date(int(found[5]), int(found[6]), int(found[7])) if len(text) >= 8 else None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or first > 12 or first == second:
        return date(year, second, first)
    # 3/4/2026 is another day on each side of the Atlantic.
    return date(year, first, second) if second > 12 else None
