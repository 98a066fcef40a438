"""The endpoints: a request comes in, the right answer goes out, or the wrong one that was asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from m360desk.simulator import answers
from m360desk.simulator.account import AccountMode, Authorization, RateLimit, check_authorization
from m360desk.simulator.answers import Answer, failure
from m360desk.simulator.blacklist import BlacklistDesk
from m360desk.simulator.counters import Counters
from m360desk.simulator.faults import BAD_ANSWERS, OTHER_ANSWERS, Faults
from m360desk.simulator.history import History
from m360desk.simulator.history_pages import HistoryPages
from m360desk.simulator.other_endpoints import OtherEndpoints
from m360desk.simulator.parameters import KNOWN, RefusedParameters
from m360desk.simulator.sample_data import SampleData
from m360desk.simulator.shop.dice import dice

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.simulator.prerender import RenderedRecords
    from m360desk.simulator.shop.fleet import Fleet

BASE_PATH = "/api/customer/v2"
ENDPOINTS = (
    "getHistory",
    "getExternalReports",
    "generateReport",
    "scheduleBlacklistCheck",
    "getBlacklistChecksByBatchId",
)
_SALT = 0xFA017


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Service:
    """One account and its history. Safe to call from several threads."""

    def __init__(
        self,
        fleet: Fleet,
        *,
        mode: AccountMode,
        rate: int,
        faults: Faults,
        clock: Callable[[], float],
    ) -> None:
        self.lock = threading.Lock()
        self.mode = mode
        self.limit = RateLimit(rate, clock)
        self.counters = Counters()
        self.history = History(fleet)
        self.compress = False
        self._answered = 0
        self._samples = SampleData(fleet)
        self.pages = HistoryPages(self.history, self._samples)
        self._blacklist = BlacklistDesk(fleet.seed, self._is_listed)
        self._others = OtherEndpoints(self.history, self._samples, self._blacklist, self.counters)
        self.faults = Faults()
        self.set_faults(faults)

    def set_faults(self, faults: Faults) -> None:
        """Put these faults in force, no others."""
        self.faults = faults
        self._rng = dice(self.history.fleet.seed, _SALT)
        self._answered = 0
        self._others_take = int(faults["busy-account"] or 0)
        self.pages.set_faults(faults)

    def use_rendered(self, rendered: RenderedRecords) -> None:
        """Take pages out of these records where nothing has changed since."""
        self.pages.rendered = rendered

    def answer(self, request: Request) -> Answer:
        """Answer one API request."""
        with self.lock:
            return self._answer(request)

    def document(self, name: str) -> Answer:
        """The page or PDF behind a report link; it needs no credentials."""
        with self.lock:
            return self._others.document(name) or failure(404, answers.UNKNOWN_ENDPOINT)

    def _answer(self, request: Request) -> Answer:
        endpoint = request.path.removeprefix(BASE_PATH).strip("/")
        authorization = check_authorization(request.headers.get("authorization"))
        body = _decoded(request.body)
        entry = self.counters.asked(endpoint, request.headers, body, authorization)
        answer = self._gate(request, endpoint, authorization)
        if answer is None:
            answer = self._spoiled(endpoint, body, entry)
        entry["status"] = answer.status
        self.counters.statuses[answer.status] += 1
        accepts = "gzip" in request.headers.get("accept-encoding", "")
        if self.compress and accepts and "Content-Encoding" not in answer.headers and answer.parts:
            answer.compress()
        return answer

    def _gate(self, request: Request, endpoint: str, authorization: Authorization) -> Answer | None:
        """What stands before every endpoint; None lets the request in."""
        if endpoint not in ENDPOINTS or not request.path.startswith(BASE_PATH + "/"):
            return failure(404, answers.UNKNOWN_ENDPOINT)
        if request.method != "POST":
            return failure(405, answers.WRONG_METHOD)
        if authorization is not Authorization.ACCEPTED:
            status = 401 if authorization is Authorization.ABSENT else 403
            return failure(status, answers.AUTH_FORBIDDEN)
        if self.mode is AccountMode.DISABLED:
            return failure(403, answers.API_DISABLED)
        if self.mode is AccountMode.LICENCE_ENDED:
            return failure(403, answers.LICENCE_ENDED)
        if self._others_were_first() or not self.limit.accept():
            return self._too_many()
        if not request.headers.get("content-type", "").startswith("application/json"):
            return _refused({"Content-Type": ["must be application/json"]})
        return None

    def _others_were_first(self) -> bool:
        if not self._others_take:
            return False
        self._others_take -= 1
        return True

    def _too_many(self) -> Answer:
        answer = failure(429, answers.TOO_MANY, {"maximumRequestsPerSecond": self.limit.rate})
        seconds = self.faults["retry-after"]
        if seconds is not None:
            answer.headers["Retry-After"] = f"{seconds:g}"
        return answer

    def _spoiled(self, endpoint: str, body: object, entry: dict[str, object]) -> Answer:
        """The right answer or a fault in its place."""
        self._answered += 1
        kind = self._answer_fault()
        answer = self._right(endpoint, body)
        if kind is None:
            return answer
        entry["fault"] = kind
        self.counters.faults[kind] += 1
        return answers.spoil(kind, answer)

    def _answer_fault(self) -> str | None:
        for kind in (*BAD_ANSWERS, *OTHER_ANSWERS):
            chance = self.faults[kind]
            if chance is None or self._rng.random() >= chance:
                continue
            if kind != "bad":
                return kind
            return list(BAD_ANSWERS)[int(self._rng.random() * len(BAD_ANSWERS))]
        return None

    def _right(self, endpoint: str, body: object) -> Answer:
        if not isinstance(body, dict):
            return _refused({"body": ["must be a JSON object"]})
        flips = self.faults["flips-to-testing"]
        flipped = flips is not None and self._answered > flips
        testing = self.mode is AccountMode.TESTING or flipped or body.get("testing") is True
        if endpoint == "getHistory":
            self.counters.unknown_parameters.update(name for name in body if name not in KNOWN)
        try:
            if endpoint == "getHistory":
                return self.pages.answer(body, testing=testing)
            return self._others.answer(endpoint, body, testing=testing)
        except RefusedParameters as refused:
            return _refused(refused.details)

    def _is_listed(self, imei: str) -> bool:
        numbers = self.history.fleet.sessions_of_imei(imei, self.history.total)
        return any(self.history.fleet.facts(number).device.blacklisted for number in numbers)


def _refused(details: dict[str, list[str]]) -> Answer:
    return failure(400, answers.REFUSED_PARAMETERS, {**details})


def _decoded(body: bytes) -> object:
    try:
        decoded: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return decoded
