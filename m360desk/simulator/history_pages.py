"""getHistory: pages of the live history, faults of paging included, and random ones in testing mode."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from m360desk.simulator import answers
from m360desk.simulator.answers import Answer, Buffer, failure, records_page
from m360desk.simulator.faults import Faults
from m360desk.simulator.history import History, Page, UnknownCursor
from m360desk.simulator.odd_records import odd_bytes, oddity_of
from m360desk.simulator.parameters import HistoryQuery, read_history_query
from m360desk.simulator.shop.dice import dice, mix_all
from m360desk.simulator.shop.timetable import DAY_MS

if TYPE_CHECKING:
    from m360desk.simulator.prerender import RenderedRecords
    from m360desk.simulator.sample_data import SampleData

_LATE_DAYS = 5
_LATE_SALT = 0x1A7E
_SALT = 0xBA5E


class HistoryPages:
    """Answers getHistory."""

    def __init__(self, history: History, samples: SampleData) -> None:
        self._history = history
        self._samples = samples
        self._faults = Faults()
        self._late: set[int] = set()
        self._walked = 0
        self._rng = dice(history.fleet.seed, _SALT)
        self.rendered: RenderedRecords | None = None

    def set_faults(self, faults: Faults) -> None:
        """Put faults in force; sessions that earlier ones held open are listed now."""
        history = self._history
        self._faults = faults
        self._walked = 0
        self._rng = dice(history.fleet.seed, _SALT)
        history.set_ids(
            random="random-ids" in faults or "unsorted-ids" in faults, by_text="random-ids" in faults
        )
        history.open -= self._late
        share = faults["late-closers"]
        self._late = self._late_closers(share) if share is not None else set()
        history.open |= self._late

    def answer(self, body: dict[str, object], *, testing: bool) -> Answer:
        """One page. Raises RefusedParameters."""
        query = read_history_query(body)
        if testing:
            return self._samples_page(query)
        if "connection-time-ignored" in self._faults:
            query = replace(query, connected_from_ms=None, connected_to_ms=None)
        try:
            after = self._cursor("startingAfter", query.starting_after)
            before = self._cursor("endingBefore", query.ending_before)
        except UnknownCursor as unknown:
            details: dict[str, object] = {str(unknown): ["names no session of this account"]}
            return failure(400, answers.REFUSED_PARAMETERS, details)
        walking = not query.identifiers and not query.session_id and query.limit > 1
        page = self._page(query, after, before, walking=walking)
        answer = records_page(self._texts(page.numbers), has_more=page.has_more)
        if walking and query.order == "id:desc":
            self._after_page(page)
        return answer

    def _samples_page(self, query: HistoryQuery) -> Answer:
        rng = self._samples.next_call()
        asked = query.identifiers or query.session_id
        records = self._samples.records(
            rng, 1 if asked else query.limit,
            falling=query.order.endswith("desc"), sample_ids="no-sample-ids" not in self._faults,
        )  # fmt: skip
        return records_page([b",".join(records)], has_more=True)

    def _cursor(self, parameter: str, session_id: str) -> int | None:
        if not session_id:
            return None
        deleted_too = "refused-cursor" not in self._faults
        return self._history.number_of_cursor(parameter, session_id, deleted_too=deleted_too)

    def _page(self, query: HistoryQuery, after: int | None, before: int | None, *, walking: bool) -> Page:
        faults = self._faults
        if not walking:
            return self._history.page(query, after=after, before=before, limit=query.limit)
        limit = query.limit + int(faults["over-limit"] or 0)
        if after is not None:
            self._walked += 1
            stuck, repeating = faults["stuck-cursor"], faults["known-only"]
            if stuck is not None and self._walked > stuck:
                above = self._history.page(query, after=None, before=after, limit=max(1, limit - 1))
                return Page([*above.numbers, after], has_more=True)
            if repeating is not None and self._walked > repeating:
                return Page(
                    self._history.page(query, after=None, before=None, limit=limit).numbers, has_more=True
                )
            after = self._overlapped(query, after)
        page = self._history.page(query, after=after, before=before, limit=limit)
        chance = faults["wrong-hasmore-false"]
        if chance is not None and self._rng.random() < chance:
            return Page(page.numbers, has_more=False)
        return Page(page.numbers, page.has_more or "wrong-hasmore-true" in faults)

    def _overlapped(self, query: HistoryQuery, after: int) -> int | None:
        """A cursor a few records earlier, so that those come again."""
        repeated = int(self._faults["overlapping-pages"] or 0)
        if not repeated:
            return after
        # As many as the limit would bring nothing new for ever.
        repeated = min(repeated, query.limit - 1)
        above = self._history.page(query, after=None, before=after, limit=repeated).numbers
        return above[0] if len(above) == repeated else None

    def _after_page(self, page: Page) -> None:
        """What happens in the account while the client reads."""
        if not page.numbers:
            return
        passed = {number for number in self._late if number > min(page.numbers)}
        self._late -= passed
        self._history.open -= passed
        chance = self._faults["refused-cursor"]
        if chance and page.has_more and self._rng.random() < chance:
            self._history.deleted.add(page.numbers[-1])

    def _texts(self, numbers: list[int]) -> list[Buffer]:
        share = self._faults["odd-records"]
        if share is not None:
            return [b",".join(self._odd(number, share) for number in numbers)]
        rendered = self.rendered
        if rendered is None or len(numbers) < 2 or not self._history.is_plain(min(numbers), max(numbers)):
            return [b",".join(self._history.record_bytes(number) for number in numbers)]
        high, low = numbers[0], numbers[-1]
        falling = numbers == list(range(high, low - 1, -1))
        found = rendered.falling(high, low) if falling else None
        if found is not None:
            return [found]
        return [
            b",".join(
                rendered.falling(number, number) or self._history.record_bytes(number) for number in numbers
            )
        ]

    def _odd(self, number: int, share: float) -> bytes:
        oddity = oddity_of(number, self._history.fleet.seed, share)
        if oddity is None:
            return self._history.record_bytes(number)
        return odd_bytes(self._history.record_bytes(number), oddity)

    def _late_closers(self, share: float) -> set[int]:
        history = self._history
        if not history.total:
            return set()
        newest = history.fleet.created_ms(history.total - 1)
        first = history.fleet.calendar.first_at(newest - _LATE_DAYS * DAY_MS, history.total)
        seed = history.fleet.seed
        # The very newest stays listed, so that there is something above every late one.
        return {
            number
            for number in range(first, history.total - 1)
            if (mix_all(seed, _LATE_SALT, number) >> 11) * 2.0**-53 < share
        }
