"""When to ask again, and when to stop asking."""

from collections.abc import Callable
from dataclasses import dataclass

from m360desk.api.errors import ApiError, BadAnswer
from m360desk.api.limiter import Priority

PATIENCE = {Priority.USER: 15.0, Priority.SYNC: 60.0}
"""Seconds without any good answer to one request before it is given up. Nobody sits and looks at sync."""
PATIENCE_WHEN_LIMITED = {Priority.USER: 60.0, Priority.SYNC: 900.0}
"""The same while the service only says that there are too many requests: it works, others keep it busy."""
_FIRST = 0.5
_LONGEST = 16.0
_TRIES_OF_HUGE_ANSWERS = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """Why nothing happens for the next ``seconds``."""

    seconds: float
    reason: ApiError
    attempt: int

    @property
    def text(self) -> str:
        """One line for a status bar."""
        return f"Waiting {max(1, round(self.seconds))} s: {self.reason.user_text.happened}"


class Backoff:
    """The pauses between the attempts of one request: exponential, with full jitter, until patience ends.

    ``dice`` returns a random number from 0 to 1: programs that failed together must not return together.
    """

    def __init__(self, priority: Priority, clock: Callable[[], float], dice: Callable[[], float]) -> None:
        self._priority = priority
        self._clock = clock
        self._dice = dice
        self._started = clock()
        self._limited_since: float | None = None
        self.attempt = 0

    def after_failure(self, error: ApiError) -> float | None:
        """Return the seconds to wait before the next attempt; None to give up."""
        self._limited_since = None
        self.attempt += 1
        if not error.retryable:
            return None
        if (
            isinstance(error, BadAnswer)
            and error.kind == "too large"
            and self.attempt >= _TRIES_OF_HUGE_ANSWERS
        ):
            return None
        delay = self._dice() * min(_LONGEST, _FIRST * 2.0 ** min(self.attempt, 10))
        delay = max(delay, error.retry_after or 0.0)
        left = self._started + PATIENCE[self._priority] - self._clock()
        return delay if delay <= left else None

    def after_refusal(self, hold: float) -> bool:
        """Say whether to go on after a 429 that lets nothing out for ``hold`` seconds."""
        now = self._clock()
        if self._limited_since is None:
            self._limited_since = now
        # Being refused for the rate is no failure: it takes nothing from the patience with real ones.
        self._started += hold
        return now + hold <= self._limited_since + PATIENCE_WHEN_LIMITED[self._priority]
