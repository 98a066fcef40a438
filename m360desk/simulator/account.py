"""The one account of the simulator: its credentials, its state and its rate limit."""

from __future__ import annotations

import hmac
from collections import deque
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The integration guide's own example. They open nothing but this simulator.
EXAMPLE_AUTH_CODE = "a167b9ae-948d-490c-9995-932984fbb223"
EXAMPLE_AUTH_TOKEN = "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"  # noqa: S105  the guide's


class AccountMode(Enum):
    """The API status on the dashboard, and whether the licence runs."""

    LIVE = "live"
    TESTING = "testing"
    DISABLED = "disabled"
    LICENCE_ENDED = "licence-ended"


class Authorization(Enum):
    """What the Authorization header was."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ABSENT = "absent"


def check_authorization(header: str | None) -> Authorization:
    """Compare ``Bearer {authCode}-{authToken}`` with the example credentials."""
    if not header:
        return Authorization.ABSENT
    expected = f"Bearer {EXAMPLE_AUTH_CODE}-{EXAMPLE_AUTH_TOKEN}"
    same = hmac.compare_digest(header.encode("latin-1", "replace"), expected.encode())
    return Authorization.ACCEPTED if same else Authorization.REFUSED


class RateLimit:
    """At most ``rate`` accepted requests within any second that slides along; 0 means no limit."""

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self.rate = rate
        self._clock = clock
        self._accepted: deque[float] = deque()

    def accept(self) -> bool:
        """Count a request if it is within the limit."""
        if self.rate <= 0:
            return True
        now = self._clock()
        while self._accepted and self._accepted[0] <= now - 1.0:
            self._accepted.popleft()
        if len(self._accepted) >= self.rate:
            return False
        self._accepted.append(now)
        return True
