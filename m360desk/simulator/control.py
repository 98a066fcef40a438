"""The out-of-band control: how tests look into the running simulator and change what it does.

Everything is ``POST /control/{action}`` with a JSON object, on the same port as the API, without
credentials, rate limit or faults. The answer is a JSON object; what cannot be done gets status 400 and
``{"error": "..."}``. Sessions are named by ``"id"`` (36 characters) or by ``"position"``: 0 is the newest
that was there at the start or was added since.

``counters``      requests by endpoint, statuses, faults, last requests, a log. Never credentials.
``reset-counters``
``faults``        ``{"faults": "html-502:0.2,over-limit"}``: these in force from now on, no others.
``settings``      any of ``{"rate": 5, "latency": 20, "accountMode": "testing", "gzip": true}``.
``add``           ``{"count": 3}``: new sessions on top; answers their ids, newest first.
``prerender``     ``{"count": 3}``: writes the newest records before they are asked for, as ``--prerender``.
``change``        ``{"id": ..., "set": {...}}``: properties change; or ``"grade": "B"``,
                  or ``"blacklisted": true``.
``open``          the session is open: not listed unless ``includeOpen``.
``close``         it is closed (and with that appears where its id belongs).
``delete``        it is gone from the account.
``sessions``      ``{"from": 0, "count": 100}``: ids that are listed, newest upload first, and how many.
``record``        one session's record as it stands.
``listen``        ``{"on": false}``: the port refuses connections, all others are cut, this control connection
                  stays open; ``{"on": true}`` on that same connection ends it.
``cut``           cuts all other connections.
``stop``          ends the simulator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from m360desk.simulator.account import AccountMode
from m360desk.simulator.answers import Answer
from m360desk.simulator.faults import parse_faults
from m360desk.simulator.prerender import RenderedRecords
from m360desk.simulator.shop.diagnostics import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.simulator.service import Request, Service

PREFIX = "/control/"
_MOST_AT_ONCE = 1_000_000


class Transport(Protocol):
    """What the control needs of the server around the service."""

    latency_s: float

    def listen(self, *, on: bool) -> None:
        """Accept connections or refuse them."""

    def cut_others(self) -> None:
        """Cut all connections but the caller's."""

    def stop_after_answer(self) -> None:
        """End serving once the caller's answer is out."""


class Control:
    """Carries out control requests."""

    def __init__(self, service: Service, transport: Transport) -> None:
        self._service = service
        self._transport = transport
        self._actions: dict[str, Callable[[dict[str, object]], dict[str, object]]] = {
            "counters": lambda _: service.counters.as_json(),
            "reset-counters": self._reset_counters,
            "faults": self._faults,
            "settings": self._settings,
            "add": self._add,
            "prerender": self._prerender,
            "change": self._change,
            "open": self._open,
            "close": self._close,
            "delete": self._delete,
            "sessions": self._sessions,
            "record": self._record,
        }

    def answer(self, request: Request) -> Answer:
        """Carry out one request."""
        action = request.path.removeprefix(PREFIX)
        try:
            body = msgspec.json.decode(request.body or b"{}", type=dict[str, object])
            result = self._carry_out(action, body)
        except (ValueError, KeyError, TypeError) as problem:
            return Answer(400, [msgspec.json.encode({"error": f"{action}: {problem}"})])
        return Answer(parts=[msgspec.json.encode(result)])

    def _carry_out(self, action: str, body: dict[str, object]) -> dict[str, object]:
        # What concerns connections must not wait for the service's lock.
        if action == "listen":
            self._transport.listen(on=body.get("on") is True)
            return {}
        if action == "cut":
            self._transport.cut_others()
            return {}
        if action == "stop":
            self._transport.stop_after_answer()
            return {}
        carry_out = self._actions.get(action)
        if carry_out is None:
            raise ValueError("there is no such action")
        with self._service.lock:
            return carry_out(body)

    def _reset_counters(self, _: dict[str, object]) -> dict[str, object]:
        self._service.counters.reset()
        return {}

    def _faults(self, body: dict[str, object]) -> dict[str, object]:
        self._service.set_faults(parse_faults(str(body.get("faults", ""))))
        return {"faults": self._service.faults.numbers}

    def _settings(self, body: dict[str, object]) -> dict[str, object]:
        service = self._service
        if "rate" in body:
            service.limit.rate = int(str(body["rate"]))
        if "latency" in body:
            self._transport.latency_s = float(str(body["latency"])) / 1000
        if "accountMode" in body:
            service.mode = AccountMode(body["accountMode"])
        if "gzip" in body:
            service.compress = body["gzip"] is True
        return {
            "rate": service.limit.rate,
            "latency": self._transport.latency_s * 1000,
            "accountMode": service.mode.value,
            "gzip": service.compress,
        }

    def _add(self, body: dict[str, object]) -> dict[str, object]:
        count = int(str(body.get("count", 1)))
        if not 0 <= count <= _MOST_AT_ONCE:
            raise ValueError(f"count must be 0 to {_MOST_AT_ONCE}")
        added = self._service.history.add(count)
        return {"ids": [self._service.history.fleet.session_id(number) for number in reversed(added)]}

    def _prerender(self, body: dict[str, object]) -> dict[str, object]:
        history, count = self._service.history, int(str(body["count"]))
        rendered = RenderedRecords(history.fleet, lambda: False, above=history.total, count=count)
        self._service.use_rendered(rendered)
        return {}

    def _change(self, body: dict[str, object]) -> dict[str, object]:
        number = self._number(body)
        changes: dict[str, object] = {}
        given = body.get("set")
        if isinstance(given, dict):
            changes |= given
        history = self._service.history
        later = iso(history.fleet.created_ms(number) + 7_200_000)
        if "grade" in body:
            graded = {
                "grade": body["grade"],
                "gradedBy": "yuki",
                "gradedTime": later,
                "answers": [],
                "comment": None,
            }
            changes |= {"gradingResult": graded, "updatedAt": later}
        if "blacklisted" in body:
            listed = body["blacklisted"] is True
            status = "Blacklisted" if listed else "Clean"
            checked = {"status": status, "isBlacklisted": listed, "checkedTime": later}
            changes |= {"blacklistCheckResult": checked, "updatedAt": later}
        if not changes:
            raise ValueError("nothing to change: give set, grade or blacklisted")
        history.changes[number] = history.changes.get(number, {}) | changes
        return {"id": history.fleet.session_id(number)}

    def _open(self, body: dict[str, object]) -> dict[str, object]:
        number = self._number(body)
        self._service.history.open.add(number)
        return {"id": self._service.history.fleet.session_id(number)}

    def _close(self, body: dict[str, object]) -> dict[str, object]:
        number = self._number(body)
        self._service.history.open.discard(number)
        return {"id": self._service.history.fleet.session_id(number)}

    def _delete(self, body: dict[str, object]) -> dict[str, object]:
        number = self._number(body)
        self._service.history.deleted.add(number)
        return {"id": self._service.history.fleet.session_id(number)}

    def _sessions(self, body: dict[str, object]) -> dict[str, object]:
        history = self._service.history
        first, count = int(str(body.get("from", 0))), int(str(body.get("count", _MOST_AT_ONCE)))
        listed = [
            number
            for number in range(history.total - 1, -1, -1)
            if number not in history.deleted and number not in history.open
        ]
        ids = [history.fleet.session_id(number) for number in listed[first : first + count]]
        return {"total": len(listed), "ids": ids}

    def _record(self, body: dict[str, object]) -> dict[str, object]:
        record = self._service.history.record_bytes(self._number(body))
        return {"record": msgspec.Raw(record)}

    def _number(self, body: dict[str, object]) -> int:
        history = self._service.history
        if "position" in body:
            number = history.total - 1 - int(str(body["position"]))
        else:
            number = history.fleet.number_of_id(str(body.get("id"))) or 0
            if history.fleet.session_id(number) != str(body.get("id")).lower():
                raise ValueError("no session has that id")
        if not 0 <= number < history.total:
            raise ValueError("no session has that position")
        return number
