"""The account's requests per second, kept as the service counts them.

The guide: one request a second for each workstation on the licence, for the whole account over all its
programs; over it HTTP 429 with ``errors.details.maximumRequestsPerSecond``. That the service counts over a
sliding second is an assumption; pacing by it keeps any other way of counting whole seconds too.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from enum import IntEnum

_UNKNOWN_IN_FLIGHT = 3
"""Requests at once while the limit is unknown, so that learning it costs three refusals at most."""
_JITTER = 0.025
"""Seconds by which one request may take longer to reach the service than another (assumption)."""
_ROUNDING = 0.002
"""Seconds for the difference between two clocks, and for a service that counts in whole milliseconds."""
_LONGEST_DOUBLING = 4
_LESS_AFTER_REFUSAL = 0.7
_ALONE_S = 20.0
"""Seconds since the last refusal in spite of the right pace, after which one may be due to a late request."""
_SMALLEST_SHARE = 0.1
_LARGEST_SHARE_OF_A_GUESS = 4.0
_REGAINED_PER_SECOND = 0.01
_SANE_LIMITS = (0.01, 1000.0)


class Priority(IntEnum):
    """Who goes first at every slot."""

    USER = 0
    """Somebody waits at the screen."""
    SYNC = 1


def sane_limit(value: object) -> float | None:
    """Read a number of requests per second; None where it is missing or no usable number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if _SANE_LIMITS[0] <= number <= _SANE_LIMITS[1] else None


class Slot:
    """Leave to send one request; tells the limiter when it really left and was answered."""

    __slots__ = ("_limiter", "accepted", "arrived", "started")

    def __init__(self, limiter: "Limiter", started: float) -> None:
        self._limiter = limiter
        self.started = started
        self.arrived = math.inf  # when the service counted it, at the latest; unknown until it was sent
        self.accepted = False

    def sent(self) -> None:
        """Say that the request goes out now (a connection may have had to be made first)."""
        self.started = self._limiter.now()
        self.arrived = self.started + _JITTER
        self._limiter.changed()

    def answered(self, *, accepted: bool = True) -> None:
        """Say that the answer begins to come: the service has counted the request by now."""
        self.arrived = min(self.arrived, self._limiter.now())
        self.accepted = accepted
        self._limiter.changed()


class _Waiter:
    __slots__ = ("order", "wake")

    def __init__(self, priority: Priority, number: int) -> None:
        self.order = (priority, number)
        self.wake = asyncio.Event()


def _next_turn(due: float, now: float, step: float) -> float:
    """Spread sync over the second, so that a user's request finds a slot soon; catch up with small delays."""
    if now > due + step:
        return now + step
    return max(due + step, now + step / 2)


class Limiter:
    """Paces the requests of one account; belongs to one event loop.

    ``fixed``: a number set by the user, never exceeded; None: automatic, that is without a brake until the
    first 429 tells the limit. ``learned``: what an earlier run learned. ``on_learned`` is called with each
    new limit, so that settings can keep it. ``clock`` is monotonic, in seconds; ``sleep`` waits by it.
    """

    def __init__(
        self,
        fixed: float | None = None,
        *,
        learned: float | None = None,
        on_learned: Callable[[float], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._fixed = sane_limit(fixed)
        self._learned = sane_limit(learned)
        # A refusal that names no limit: what the service took in the second before, until it names one.
        self._guessed: float | None = None
        self._on_learned = on_learned
        self._clock = clock
        self._sleep = sleep
        self._slots: deque[Slot] = deque()
        self._in_flight = 0
        self._waiters: list[_Waiter] = []
        self._number = 0
        self._hold_until = -math.inf
        self._next_sync = -math.inf
        self._refused_at = -math.inf
        self._surprised_at = -math.inf  # refused last though the limit was known and kept to
        self._refusals_in_a_row = 0
        self._share = 1.0
        self._share_from = clock()

    @property
    def learned(self) -> float | None:
        """Requests per second as the service told; None until it did."""
        return self._learned

    @property
    def limit(self) -> float | None:
        """Requests per second that are kept to; None while there is no brake."""
        known = [limit for limit in (self._fixed, self._learned, self._guessed) if limit is not None]
        return min(known) if known else None

    @property
    def share(self) -> float:
        """The part of the limit that is left to us, as far as refusals tell; over 1 for a guessed limit."""
        regained = max(0.0, self.now() - self._share_from) * _REGAINED_PER_SECOND
        return min(1.0 if self._guessed is None else _LARGEST_SHARE_OF_A_GUESS, self._share + regained)

    def now(self) -> float:
        """Return the limiter's clock, in seconds."""
        return self._clock()

    def holding(self) -> float:
        """Return for how many seconds nothing is sent, because the service asked so; 0 when it did not."""
        return max(0.0, self._hold_until - self.now())

    def recent_rate(self) -> float:
        """Return how many requests were sent within the last second."""
        now = self.now()
        return float(sum(1 for slot in self._slots if slot.started > now - 1.0))

    async def acquire(self, priority: Priority) -> Slot:
        """Wait for leave to send one request; give it back with :meth:`release`.

        User requests go before sync at every slot, each in order of coming. Cancelling leaves no trace.
        """
        self._number += 1
        waiter = _Waiter(priority, self._number)
        self._waiters.append(waiter)
        self._waiters.sort(key=lambda each: each.order)
        try:
            await self._wait_for_turn(waiter, priority)
            return self._take(priority)
        finally:
            self._waiters.remove(waiter)
            self.changed()

    def release(self, slot: Slot) -> None:
        """Say that the request is over, whatever came of it."""
        self._in_flight -= 1
        if math.isinf(slot.arrived):
            # Never sent, as far as anyone told; it counts as if it were, for it may have been.
            slot.arrived = self.now()
        self.changed()

    def refused(self, slot: Slot, maximum: object, retry_after: float | None) -> float:
        """Take a 429 into account; ``maximum`` as it came. Returns the seconds until the next request."""
        now = self.now()
        slot.answered(accepted=False)
        same_episode = slot.started <= self._refused_at
        if not same_episode:
            self._refusals_in_a_row += 1
        told = sane_limit(maximum)
        if told is not None and told != self._learned:
            self._learn(told, now)
        elif self.limit is None:
            self._guessed = self._taken_in_second_before(slot.started)
        elif not same_episode:
            if self._guessed is not None or now - self._surprised_at < _ALONE_S:
                self._give_way(now)
            self._surprised_at = now
        self._refused_at = now
        doubled = 2.0 ** min(max(0, self._refusals_in_a_row - 1), _LONGEST_DOUBLING)
        self._hold_until = max(self._hold_until, now + max(doubled + _JITTER, retry_after or 0.0))
        self.changed()
        return self._hold_until - now

    def succeeded(self) -> None:
        """Say that a request was not refused for its rate."""
        self._refusals_in_a_row = 0

    def changed(self) -> None:
        """Let those who wait look again."""
        for waiter in self._waiters:
            waiter.wake.set()

    async def _wait_for_turn(self, waiter: _Waiter, priority: Priority) -> None:
        while True:
            waiter.wake.clear()
            delay = self._delay(priority) if self._waiters[0] is waiter else math.inf
            if delay <= 0:
                return
            await self._wait(waiter.wake, delay)

    async def _wait(self, wake: asyncio.Event, delay: float) -> None:
        if math.isinf(delay):
            await wake.wait()
            return
        tasks = [asyncio.ensure_future(self._sleep(delay)), asyncio.ensure_future(wake.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()

    def _delay(self, priority: Priority) -> float:
        """Return the seconds until a request may go; infinite when only an answer can tell."""
        now = self.now()
        if now < self._hold_until:
            return self._hold_until - now
        limit = self.limit
        if limit is None:
            return 0.0 if self._in_flight < _UNKNOWN_IN_FLIGHT else math.inf
        capacity, window = self._window(limit)
        arrivals = sorted(slot.arrived for slot in self._slots)
        delay = arrivals[-capacity] + window - now if len(arrivals) >= capacity else 0.0
        if priority is Priority.SYNC:
            delay = max(delay, self._next_sync - now)
        return delay

    def _window(self, limit: float) -> tuple[int, float]:
        """Return how many requests may go in how many seconds."""
        capacity = max(1, math.floor(limit))
        seconds = max(1.0, capacity / limit)
        return capacity, (seconds + _ROUNDING) / self.share

    def _take(self, priority: Priority) -> Slot:
        now = self.now()
        slot = Slot(self, now)
        limit = self.limit
        longest = 1.0
        if limit is not None:
            capacity, window = self._window(limit)
            longest = max(longest, window)
            if priority is Priority.SYNC:
                self._next_sync = _next_turn(self._next_sync, now, window / capacity)
        while self._slots and self._slots[0].arrived < now - longest:
            self._slots.popleft()
        self._slots.append(slot)
        self._in_flight += 1
        return slot

    def _taken_in_second_before(self, moment: float) -> float:
        taken = sum(1 for slot in self._slots if slot.accepted and slot.started > moment - 1.0)
        return float(max(1, taken))

    def _learn(self, limit: float, now: float) -> None:
        self._learned = limit
        self._guessed = None
        self._share, self._share_from = 1.0, now
        if self._on_learned is not None:
            self._on_learned(limit)

    def _give_way(self, now: float) -> None:
        # Refused again although the pace was right: other programs use the account too.
        self._share = max(_SMALLEST_SHARE, self.share * _LESS_AFTER_REFUSAL)
        self._share_from = now
