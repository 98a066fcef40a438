"""What the simulator was asked and how it answered, for tests that want to know. Never holds credentials."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from m360desk.simulator.account import Authorization

_KEPT = 2000


class Counters:
    """Counts since the start or the last reset."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.faults: Counter[str] = Counter()
        self.unknown_parameters: Counter[str] = Counter()
        self.tokens_spent = 0
        self._last: dict[str, object] = {}
        self._log: deque[dict[str, object]] = deque(maxlen=_KEPT)

    def reset(self) -> None:
        """Begin again from nothing."""
        self.connections = 0
        self.tokens_spent = 0
        for kept in (
            self.requests,
            self.statuses,
            self.faults,
            self.unknown_parameters,
            self._last,
            self._log,
        ):
            kept.clear()

    def asked(
        self, endpoint: str, headers: dict[str, str], body: object, authorization: Authorization
    ) -> dict[str, object]:
        """Note a request; the returned entry takes the answer's status and fault later."""
        self.requests[endpoint] += 1
        shown = {name: value for name, value in headers.items() if name != "authorization"}
        self._last[endpoint] = {"headers": shown, "body": body, "authorization": authorization.value}
        entry: dict[str, object] = {"endpoint": endpoint, "body": body, "status": None, "fault": None}
        self._log.append(entry)
        return entry

    def as_json(self) -> dict[str, object]:
        """All counts, the last request of each endpoint and the latest requests in order."""
        return {
            "connections": self.connections,
            "requests": dict(self.requests),
            "total": self.requests.total(),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "tooMany": self.statuses[429],
            "faults": dict(self.faults),
            "unknownParameters": dict(self.unknown_parameters),
            "tokensSpent": self.tokens_spent,
            "last": self._last,
            "log": list(self._log),
        }
