""" "Check connection": what works, step by step, and in which mode the account really answers."""

import logging
import re
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from m360desk.api.answers import HistoryPage
from m360desk.api.errors import ApiDisabled, ApiError, AuthRefused, LicenceEnded, RateLimited, Unreachable
from m360desk.api.limiter import Limiter, Priority
from m360desk.api.requests import HistoryRequest
from m360desk.core import jsontext

_log = logging.getLogger(__name__)
AccountMode = Literal["live", "testing", "unknown"]
StepName = Literal["service", "credentials", "licence", "mode"]
StepState = Literal["ok", "failed", "unknown"]

_SAMPLE_ID: Final = re.compile(r"S4MPL3")
"""In the m360id of testing records (seen in the field: AS4MPL3S4MPL3S4MPL3S)."""
_STABLE: Final = ("id", "sessionId", "imei", "serial", "m360id", "connectionTime")
"""What a closed session does not change any more: the rest may be edited between two looks."""


class AsksHistory(Protocol):
    """The part of the client that is needed here."""

    @property
    def limiter(self) -> Limiter: ...
    @property
    def base_url(self) -> str: ...
    async def get_history(
        self, request: HistoryRequest, *, priority: Priority = ..., repeat: bool = ...
    ) -> HistoryPage: ...


@dataclass(frozen=True, slots=True)
class ModeProbe:
    """In which mode the account answers; ``oldest`` is its oldest record, verbatim, where that is known."""

    mode: AccountMode
    reason: str
    oldest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the report: ``text`` says it, ``detail`` explains and says what to do."""

    name: StepName
    state: StepState
    text: str
    detail: str = ""
    milliseconds: int | None = None


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """All steps in order. ``limit`` is in requests per second, where the service told it."""

    steps: tuple[Step, ...]
    mode: AccountMode = "unknown"
    limit: float | None = None
    error: ApiError | None = field(default=None, compare=False)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return all(step.state != "failed" for step in self.steps)


async def probe_mode(
    client: AsksHistory, *, priority: Priority = Priority.SYNC, repeat: bool = True
) -> ModeProbe:
    """Ask twice for the oldest record: a live account answers the same, one in testing another (guide).

    Nothing in an answer itself is known to tell the mode (assumption). Raises :class:`ApiError`.
    """
    first = await _oldest(client, priority, repeat=repeat)
    if first is not None and is_sample(first):
        return ModeProbe("testing", "The oldest record carries the sample M360 ID of testing mode.")
    second = await _oldest(client, priority, repeat=repeat)
    if first is None and second is None:
        return ModeProbe("unknown", "The account has no sessions yet, so its mode cannot be told.")
    if first is None or second is None or _stable_part(first) != _stable_part(second):
        return ModeProbe("testing", "The same record was asked for twice and came back different.")
    return ModeProbe("live", "The same record was asked for twice and came back the same.", second)


def is_sample(record: bytes) -> bool:
    """Say whether a record carries the sample m360id of testing mode."""
    value = _decoded(record)
    places = [value, value.get("device"), value.get("stickyData")]
    ids = [place.get("m360id") for place in places if isinstance(place, dict)]
    return any(isinstance(each, str) and _SAMPLE_ID.search(each) for each in ids)


async def check_connection(client: AsksHistory, *, wanted: Literal["live", "testing"]) -> ConnectionReport:
    """Find out what works for this account; failures are in the report, none is raised."""
    started = client.limiter.now()
    try:
        await _oldest(client, Priority.USER, repeat=False)
    except RateLimited:
        _log.info("the account's limit is used up; the service answers nevertheless")
    except ApiError as error:
        return ConnectionReport(_failed_steps(client, error, started), error=error)
    reached = _reached(client, started)
    try:
        probe = await probe_mode(client, priority=Priority.USER)
    except ApiError as error:
        step = Step("mode", "unknown", "The mode could not be told", error.user_text.one_line())
        return ConnectionReport((reached, *_let_in(client), step), limit=client.limiter.learned, error=error)
    steps = (reached, *_let_in(client), _mode_step(probe, wanted))
    return ConnectionReport(steps, probe.mode, client.limiter.learned)


async def _oldest(client: AsksHistory, priority: Priority, *, repeat: bool) -> bytes | None:
    page = await client.get_history(HistoryRequest(order="id:asc", limit=1), priority=priority, repeat=repeat)
    return page.records[0] if page.records else None


def _decoded(record: bytes) -> dict[str, object]:
    try:
        value = jsontext.decode(record)
    except jsontext.NotJson:
        return {}
    return value if isinstance(value, dict) else {}


def _stable_part(record: bytes) -> object:
    value = _decoded(record)
    stable = [value.get(name) for name in _STABLE]
    # A record that has none of them is compared whole.
    return stable if any(each is not None for each in stable) else record


def _reached(client: AsksHistory, started: float) -> Step:
    milliseconds = round((client.limiter.now() - started) * 1000)
    trusted = client.base_url.startswith("https:")
    text = "Service reached, certificate trusted" if trusted else "Service reached on this computer"
    return Step("service", "ok", text, milliseconds=milliseconds)


def _let_in(client: AsksHistory) -> tuple[Step, ...]:
    limit = client.limiter.learned
    pace = f", {limit:g} request{'' if limit == 1 else 's'} a second" if limit is not None else ""
    return (
        Step("credentials", "ok", "Credentials accepted"),
        Step("licence", "ok", f"Licence active{pace}"),
    )


def _failed_steps(client: AsksHistory, error: ApiError, started: float) -> tuple[Step, ...]:
    happened, means, do = error.user_text
    detail = f"{means} {do}"
    if isinstance(error, AuthRefused):
        return (_reached(client, started), Step("credentials", "failed", happened.rstrip("."), detail))
    if isinstance(error, ApiDisabled | LicenceEnded):
        accepted = Step("credentials", "ok", "Credentials accepted")
        return (_reached(client, started), accepted, Step("licence", "failed", happened.rstrip("."), detail))
    if error.code is None or isinstance(error, Unreachable):
        return (Step("service", "failed", happened.rstrip("."), detail),)
    return (_reached(client, started), Step("credentials", "unknown", happened.rstrip("."), detail))


def _mode_step(probe: ModeProbe, wanted: Literal["live", "testing"]) -> Step:
    if probe.mode == "live":
        return Step("mode", "ok", "The account answers with live data", probe.reason)
    if probe.mode == "unknown":
        return Step("mode", "unknown", "The account's mode cannot be told", probe.reason)
    if wanted == "testing":
        more = "Testing records are random. For your own devices, set the API to Live on the M360 dashboard."
        return Step("mode", "ok", "The account answers in testing mode", more)
    more = (
        f"{probe.reason} Set the API to Live on the M360 dashboard, then check again. "
        "Until then nothing is stored as live."
    )
    return Step("mode", "failed", "The account answers with testing data", more)
