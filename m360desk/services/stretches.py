"""What of the history has been read: contiguous stretches, and how each page changes them. Pure functions.

The service lists a history newest first and hands it out in pages. A *stretch* is a part of that list that
was read without a gap; between two stretches, and below the lowest one, there may be sessions that nobody
has read yet. Every cached session carries the number of the stretch in which it was read; sessions that
came another way (a lookup, a re-read) carry none, so that meeting them says nothing about what lies
between.

Pages change stretches in three ways only: they make one longer, they show that two belong together (because
a record of the one turns up in the other), or they show that nothing lies below. Each is safe to lose: a
stretch is never longer than what has been read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Self

_NEAR = 4  # records kept at each end of a stretch …
_FAR = 4  # … and ends of earlier pages, to step back by a page at a time

Axis = Literal["id", "time"]
"""By what the history is ordered while it is read: the session's id, or its connectionTime."""


@dataclass(frozen=True, slots=True)
class End:
    """Cursors at one end of a stretch, the outermost first.

    Several are kept because the service refuses a cursor whose record has been deleted.

    Attributes:
        near: the outermost records.
        far: outermost records of earlier pages, each about a page further in.
    """

    near: tuple[str, ...] = ()
    far: tuple[str, ...] = ()

    @property
    def cursors(self) -> tuple[str, ...]:
        """All cursors, in the order in which to try them."""
        return self.near + self.far

    def moved(self, outermost: Sequence[str]) -> Self:
        """The end after another page whose outermost keys are these, outermost first."""
        near = tuple(outermost[:_NEAR])
        earlier = tuple(key for key in (*self.near[:1], *self.far) if key not in near)
        return type(self)(near, earlier[:_FAR])


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the history without gaps.

    Attributes:
        numbers: the numbers that its sessions carry in the cache, as inclusive ranges.
        upper: cursors at its newest end.
        lower: cursors at its oldest end.
        oldest_ms: the oldest connectionTime at the lower end, None where no record had one.
        bottom: whether nothing lies below it.
        newest_ms: the newest connectionTime at the upper end, None where it is not known.
    """

    numbers: tuple[tuple[int, int], ...]
    upper: End = End()
    lower: End = End()
    oldest_ms: int | None = None
    bottom: bool = False
    newest_ms: int | None = None

    @property
    def number(self) -> int:
        """A number for sessions that are added to it: its highest."""
        return self.numbers[-1][1]

    def owns(self, number: int) -> bool:
        """Whether sessions with that number are part of it."""
        return any(low <= number <= high for low, high in self.numbers)


@dataclass(frozen=True, slots=True)
class Page:
    """What the stretches need to know of an answer.

    Attributes:
        keys: the keys of its records in the order of the answer; records without a key are left out.
        oldest_ms: the oldest connectionTime among them.
        newest_ms: the newest one.
    """

    keys: tuple[str, ...]
    oldest_ms: int | None = None
    newest_ms: int | None = None


Stretches = tuple[Stretch, ...]
"""All stretches, the newest first."""


def position(stretches: Stretches, number: int) -> int | None:
    """Where the stretch stands that owns `number`; None where none does."""
    return next((at for at, stretch in enumerate(stretches) if stretch.owns(number)), None)


def read_down(stretches: Stretches, number: int, page: Page) -> Stretches:
    """The stretch of `number` grows by a page at its lower end.

    Where there is no such stretch, it begins at the very top.
    """
    if not page.keys:
        return stretches
    last_first = page.keys[::-1]
    at = position(stretches, number)
    if at is None:
        return (_begun(number, page), *stretches)
    old = stretches[at]
    grown = replace(old, lower=old.lower.moved(last_first), oldest_ms=_older(old.oldest_ms, page.oldest_ms))
    return _put(stretches, at, grown)


def begin_below(stretches: Stretches, above: int, number: int, page: Page) -> Stretches:
    """A stretch of its own begins with a page from somewhere in the gap below the stretch of `above`.

    Nothing comes of it where the page does not lie in that gap. Its keys tell: they descend as text where a
    history is read by id (assumption, see `order_check`).
    """
    at = position(stretches, above)
    if at is None or stretches[at].bottom or not page.keys:
        return stretches
    if not all(page.keys[0] < key for key in stretches[at].lower.near):
        return stretches
    below = stretches[at + 1].upper.near if at + 1 < len(stretches) else ()
    if not all(page.keys[-1] > key for key in below):
        return stretches
    return (*stretches[: at + 1], _begun(number, page), *stretches[at + 1 :])


def read_up(stretches: Stretches, number: int, page: Page) -> Stretches:
    """The stretch of `number` grows by a page, oldest record first, at its upper end.

    Where there is no such stretch, it begins at the very bottom.
    """
    if not page.keys:
        return stretches
    last_first = page.keys[::-1]
    at = position(stretches, number)
    if at is None:
        fresh = Stretch(
            ((number, number),),
            End().moved(last_first),
            End().moved(page.keys),
            page.oldest_ms,
            bottom=True,
            newest_ms=page.newest_ms,
        )
        return (*stretches, fresh)
    old = stretches[at]
    grown = replace(old, upper=old.upper.moved(last_first), newest_ms=page.newest_ms or old.newest_ms)
    return _put(stretches, at, grown)


def meet_older(stretches: Stretches, number: int, met: Iterable[int | None]) -> Stretches:
    """Close the gap below the stretch of `number` where a page of it held sessions of an older stretch.

    `met` are the numbers that the page's sessions carried before the page was stored. Stretches in between
    are taken in. The lower end is the older one's: that is never too low.
    """
    at = position(stretches, number)
    if at is None:
        return stretches
    lowest = max(_positions(stretches, met), default=at)
    if lowest <= at:
        return stretches
    joined = _join(stretches, at, lowest)
    lower = _with_spare(stretches[lowest].lower, stretches[at].lower)
    return _put(joined, at, replace(joined[at], lower=lower))


def meet_newer(stretches: Stretches, number: int, met: Iterable[int | None]) -> Stretches:
    """Close the gap above the stretch of `number` where a page of it held sessions of a newer stretch."""
    at = position(stretches, number)
    if at is None:
        return stretches
    highest = min(_positions(stretches, met), default=at)
    if highest >= at:
        return stretches
    joined = _join(stretches, highest, at)
    upper = _with_spare(stretches[highest].upper, stretches[at].upper)
    return _put(joined, highest, replace(joined[highest], upper=upper))


def reach_bottom(stretches: Stretches, number: int) -> Stretches:
    """Nothing lies below the stretch of `number`; what was thought to lie there is taken in."""
    at = position(stretches, number)
    if at is None:
        return stretches
    # The others' ends may lie anywhere by now (all their sessions may be gone): its own is the bottom.
    here = stretches[at]
    joined = _join(stretches, at, len(stretches) - 1)
    whole = replace(joined[at], lower=here.lower, oldest_ms=here.oldest_ms, bottom=True)
    return _put(joined, at, whole)


def reach_top(stretches: Stretches, number: int) -> Stretches:
    """Nothing lies above the stretch of `number`; what was thought to lie there is taken in."""
    at = position(stretches, number)
    if at is None:
        return stretches
    upper = stretches[at].upper
    joined = _join(stretches, 0, at)
    return _put(joined, 0, replace(joined[0], upper=upper))


def forget_bottom(stretches: Stretches) -> Stretches:
    """The lowest stretch's bottom is in doubt: an older session has turned up."""
    return tuple(replace(stretch, bottom=False) for stretch in stretches)


def is_whole(stretches: Stretches) -> bool:
    """Whether there is no gap: one stretch, down to the bottom."""
    return len(stretches) == 1 and stretches[0].bottom


def _begun(number: int, page: Page) -> Stretch:
    upper, lower = End().moved(page.keys), End().moved(page.keys[::-1])
    return Stretch(((number, number),), upper, lower, page.oldest_ms, newest_ms=page.newest_ms)


def _positions(stretches: Stretches, numbers: Iterable[int | None]) -> set[int]:
    found = {position(stretches, number) for number in set(numbers) if number is not None}
    return {at for at in found if at is not None}


def _join(stretches: Stretches, first: int, last: int) -> Stretches:
    parts = stretches[first : last + 1]
    joined = Stretch(
        numbers=_ranges(numbers for part in parts for numbers in part.numbers),
        upper=parts[0].upper,
        lower=parts[-1].lower,
        oldest_ms=parts[-1].oldest_ms,
        bottom=any(part.bottom for part in parts),
        newest_ms=parts[0].newest_ms,
    )
    return (*stretches[:first], joined, *stretches[last + 1 :])


def _with_spare(end: End, inside: End) -> End:
    """The end with further cursors to step back to, where it has few: any place in a stretch is a safe one.

    An end that has cursors of earlier pages belongs to a long stretch, and `inside` lies beyond all of it.
    """
    if end.far:
        return end
    return End(end.near, tuple(key for key in inside.near if key not in end.near))


def _put(stretches: Stretches, at: int, stretch: Stretch) -> Stretches:
    return (*stretches[:at], stretch, *stretches[at + 1 :])


def _older(first: int | None, second: int | None) -> int | None:
    known = [time for time in (first, second) if time is not None]
    return min(known, default=None)


def _ranges(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same numbers in as few ranges as possible, ascending."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)
