"""The live history: the fleet plus what has happened since, read page by page."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from m360desk.simulator.shop.fleet import Fleet, IdStyle
from m360desk.simulator.shop.record import friendly_name
from m360desk.simulator.shop.sessions import LONGEST_OPEN_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from m360desk.simulator.parameters import HistoryQuery

_OPERATION_PROPERTY = {
    "hasDiagnostics": "diagnosticsResults", "hasGrading": "gradingResult", "hasWipe": "wipeResult",
    "hasOemCheck": "oemCheckResult", "hasBlacklistCheck": "blacklistCheckResult",
}  # fmt: skip


class UnknownCursor(ValueError):
    """startingAfter or endingBefore names no session; the argument is the parameter's name."""


@dataclass(frozen=True, slots=True)
class Page:
    """Session numbers in the order asked for, and whether more follow in the direction of paging."""

    numbers: list[int]
    has_more: bool


class _Ordering:
    """All session numbers, rising in some order, and where each stands in it."""

    def __init__(self, numbers: Sequence[int], places: Sequence[int]) -> None:
        self.numbers = numbers
        self.places = places

    @classmethod
    def by_number(cls, total: int) -> _Ordering:
        return cls(range(total), range(total))

    @classmethod
    def by_key(cls, total: int, key: Callable[[int], object]) -> _Ordering:
        numbers = array("q", sorted(range(total), key=key))  # type: ignore[arg-type]  # int or str, one of them
        places = array("q", bytes(8 * total))
        for place, number in enumerate(numbers):
            places[number] = place
        return cls(numbers, places)


class History:
    """What a live account holds. Not thread-safe: the service holds a lock around it."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.total = fleet.sessions
        self.deleted: set[int] = set()
        self.open: set[int] = set()
        self.changes: dict[int, dict[str, object]] = {}
        self.ids_by_text = False
        self._orderings: dict[str, _Ordering] = {}

    def set_ids(self, *, random: bool, by_text: bool) -> None:
        """Choose how ids look and what ``order: id`` means; ids handed out before become unknown."""
        self.fleet.id_style = IdStyle.RANDOM if random else IdStyle.TIME
        self.ids_by_text = by_text
        self._orderings.clear()

    def add(self, count: int) -> list[int]:
        """Upload new sessions on top; their numbers."""
        numbers = list(range(self.total, self.total + count))
        self.total += count
        self._orderings.clear()
        return numbers

    def exists(self, number: int) -> bool:
        """Whether it is in the account, open or closed."""
        return 0 <= number < self.total and number not in self.deleted

    def record_bytes(self, number: int) -> bytes:
        """The session's record with all changes."""
        changes = self.changes.get(number)
        if changes is None and number not in self.open:
            return self.fleet.record_bytes(number)
        record = self.fleet.record(number) | (changes or {})
        if number in self.open:
            record |= {"isClosed": False}
        return msgspec.json.encode(record)

    def is_plain(self, low: int, high: int) -> bool:
        """Whether all sessions from low to high (both included) stand as generated."""
        return all(
            not any(low <= number <= high for number in numbers)
            for numbers in (self.deleted, self.open, self.changes)
        )

    def number_of_cursor(self, parameter: str, session_id: str, *, deleted_too: bool) -> int:
        """The session a cursor names. Raises UnknownCursor."""
        number = self.fleet.number_of_id(session_id)
        if number is None or number >= self.total or (number in self.deleted and not deleted_too):
            raise UnknownCursor(parameter)
        return number

    def page(self, query: HistoryQuery, *, after: int | None, before: int | None, limit: int) -> Page:
        """The sessions behind ``after`` or in front of ``before`` in the order asked for."""
        ordering = self.ordering(query.order)
        falling = query.order.endswith("desc")
        backwards = before is not None
        downwards = falling != backwards
        cursor = before if backwards else after
        found: list[int] = []
        fits = self._predicate(query)
        for number in self._walk(query, ordering, cursor, downwards=downwards):
            if not fits(number):
                continue
            if len(found) == limit:
                return Page(found[::-1] if backwards else found, has_more=True)
            found.append(number)
        return Page(found[::-1] if backwards else found, has_more=False)

    def ordering(self, order: str) -> _Ordering:
        """All sessions in that order, rising."""
        what = order.partition(":")[0]
        if what == "id" and not self.ids_by_text:
            return _Ordering.by_number(self.total)
        if what not in self._orderings:
            fleet = self.fleet
            key: Callable[[int], object] = fleet.session_id if what == "id" else fleet.connected_ms
            self._orderings[what] = _Ordering.by_key(self.total, key)
        return self._orderings[what]

    def _walk(
        self, query: HistoryQuery, ordering: _Ordering, cursor: int | None, *, downwards: bool
    ) -> Iterator[int]:
        chosen = self._named(query)
        if chosen is not None:
            places = sorted(ordering.places[number] for number in chosen)
            low, high = 0, len(places)
            if cursor is not None:
                at = bisect_left(places, ordering.places[cursor])
                low, high = (0, at) if downwards else (at + (cursor in chosen), high)
            steps = range(high - 1, low - 1, -1) if downwards else range(low, high)
            return (ordering.numbers[places[step]] for step in steps)
        low, high = self._time_range(query, ordering)
        if cursor is not None:
            place = ordering.places[cursor]
            low, high = (low, min(high, place)) if downwards else (max(low, place + 1), high)
        steps = range(high - 1, low - 1, -1) if downwards else range(low, high)
        return (ordering.numbers[step] for step in steps)

    def _named(self, query: HistoryQuery) -> set[int] | None:
        """The sessions that the identifiers name, or None when the request names none."""
        chosen: set[int] | None = None
        fleet, total = self.fleet, self.total
        finders = {
            "imei": fleet.sessions_of_imei, "serial": fleet.sessions_of_serial,
            "m360id": fleet.sessions_of_m360id, "customId": fleet.sessions_of_custom_id,
        }  # fmt: skip
        for name, values in query.identifiers.items():
            numbers = {number for value in values for number in finders[name](value, total)}
            chosen = numbers if chosen is None else chosen & numbers
        if query.session_id:
            number = fleet.number_of_id(query.session_id)
            numbers = {number} if number is not None and number < total else set()
            chosen = numbers if chosen is None else chosen & numbers
        return chosen

    def _time_range(self, query: HistoryQuery, ordering: _Ordering) -> tuple[int, int]:
        """Places between which all sessions of the wanted connection times lie."""
        low, high = 0, self.total
        if query.order.startswith("connectionTime"):
            return self._exact_time_range(query, ordering)
        if not isinstance(ordering.numbers, range):
            return low, high
        if query.connected_from_ms is not None:
            low = self.fleet.calendar.first_at(query.connected_from_ms, self.total)
        if query.connected_to_ms is not None:
            latest = query.connected_to_ms + LONGEST_OPEN_MS + 1
            high = self.fleet.calendar.first_at(latest, self.total)
        return low, high

    def _exact_time_range(self, query: HistoryQuery, ordering: _Ordering) -> tuple[int, int]:
        """The same where sessions stand by connection time, in whole seconds as records tell it."""

        def told(number: int) -> int:
            return self.fleet.connected_ms(number) // 1000 * 1000

        low, high = 0, self.total
        if query.connected_from_ms is not None:
            low = bisect_left(ordering.numbers, query.connected_from_ms, key=told)
        if query.connected_to_ms is not None:
            high = bisect_right(ordering.numbers, query.connected_to_ms, key=told)
        return low, max(low, high)

    def _predicate(self, query: HistoryQuery) -> Callable[[int], bool]:
        tests: list[Callable[[int], bool]] = [self.exists]
        if not query.include_open:
            tests.append(lambda number: number not in self.open)
        start, end = query.connected_from_ms, query.connected_to_ms
        if start is not None or end is not None:
            low, high = start if start is not None else -(1 << 62), end if end is not None else 1 << 62
            # Records tell whole seconds; the comparison must agree with what they tell.
            tests.append(lambda number: low <= self.fleet.connected_ms(number) // 1000 * 1000 <= high)
        if query.username:
            tests.append(lambda number: self.fleet.facts(number).operator == query.username)
        if query.friendly_name:
            wanted = query.friendly_name.casefold()
            tests.append(lambda number: wanted in self._friendly_name(number))
        tests += [self._has_test(name, wanted=value) for name, value in query.operations.items()]
        return lambda number: all(test(number) for test in tests)

    def _friendly_name(self, number: int) -> str:
        facts = self.fleet.facts(number)
        return friendly_name(facts.device).casefold() if facts.identified else ""

    def _has_test(self, name: str, *, wanted: bool) -> Callable[[int], bool]:
        attribute = {"hasOemCheck": "has_oem_check", "hasBlacklistCheck": "has_blacklist_check"}.get(
            name, "has_" + name[3:].lower()
        )
        changed = _OPERATION_PROPERTY[name]

        def fits(number: int) -> bool:
            changes = self.changes.get(number, {})
            if changed in changes:
                return bool(changes[changed]) == wanted
            return bool(getattr(self.fleet.facts(number), attribute)) == wanted

        return fits
