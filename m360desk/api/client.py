"""The M360 Customer API v2: one method for each endpoint."""

import asyncio
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from m360desk.api import answers
from m360desk.api.answers import BlacklistChecks, HistoryPage, ReportLink
from m360desk.api.check import ConnectionReport, ModeProbe, check_connection, probe_mode
from m360desk.api.credentials import Credentials
from m360desk.api.envelope import Answer, EnvelopeReader
from m360desk.api.errors import ApiError, Circumstances, RateLimited, TimedOut, Unreachable
from m360desk.api.limiter import Limiter, Priority
from m360desk.api.requests import ExternalReportsRequest, HistoryRequest, ReportRequest, imei_list
from m360desk.api.retry import PATIENCE_WHEN_LIMITED, Backoff, Waiting
from m360desk.api.transport import Transport
from m360desk.api.urls import DEFAULT_BASE_URL, check_base_url
from m360desk.core import jsontext
from m360desk.core.cancel import Cancelled, CancelToken

_log = logging.getLogger(__name__)
T = TypeVar("T")

_LONG_HEX = re.compile(r"[0-9a-fA-F]{20,}")
_NEVER_LEFT = ("dns", "refused", "tls", "handshake", "proxy")
_LOOK_BEFORE_ORDERING_AGAIN = (
    "It is not known whether the check was ordered. Look at the blacklist checks on the M360 dashboard "
    "before you order it again, for each one is paid."
)
_WEIGHT_OF_ONE_ANSWER = 0.2


@dataclass(frozen=True, slots=True)
class ClientStats:
    """What a client has done since it was made.

    ``recent_rate`` is in requests per second; ``answer_seconds`` is how long answers take, by the last few: 0
    before the first.
    """

    requests: int
    rate_limited: int
    recent_rate: float
    last_error: ApiError | None
    answer_seconds: float = 0.0


class Client:
    """Talks to the service for one account; belongs to one event loop.

    Reads are repeated where the answer was a passing fault, for 15 s (user) or 60 s (sync) without any good
    answer; each such wait is told to ``on_wait``. Cancelling the task that awaits a method ends it at once.
    ``clock`` (monotonic), ``sleep`` and ``dice`` (0 to 1) are for tests.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str = DEFAULT_BASE_URL,
        limiter: Limiter | None = None,
        on_wait: Callable[[Waiting], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._base_url = check_base_url(base_url)
        self._limiter = limiter or Limiter(clock=clock, sleep=sleep)
        self._on_wait = on_wait
        self._clock = clock
        self._sleep = sleep
        self._dice = dice
        self._transport = Transport(credentials, self._base_url, clock)
        self._reader = EnvelopeReader(lambda text: _without_secrets(text, credentials))
        self._requests = 0
        self._rate_limited = 0
        self._last_error: ApiError | None = None
        self._answer_seconds = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    @property
    def base_url(self) -> str:
        """The API's address, without a slash at its end."""
        return self._base_url

    @property
    def limiter(self) -> Limiter:
        """The limiter of the account."""
        return self._limiter

    @property
    def stats(self) -> ClientStats:
        """What was done so far, for the status bar and ``sync --json``."""
        return ClientStats(
            self._requests,
            self._rate_limited,
            self._limiter.recent_rate(),
            self._last_error,
            self._answer_seconds,
        )

    async def get_history(
        self,
        request: HistoryRequest,
        *,
        priority: Priority = Priority.SYNC,
        cancel: CancelToken | None = None,
        repeat: bool = True,
    ) -> HistoryPage:
        """Read one page of the work history. ``repeat`` False: one attempt only.

        Raises :class:`ApiError`, or ``Cancelled`` when ``cancel`` fires.
        """
        call = self._call("getHistory", request.body(), self._read_page, priority, repeat=repeat)
        return await _until_cancelled(call, cancel)

    async def get_external_reports(
        self,
        request: ExternalReportsRequest,
        *,
        priority: Priority = Priority.USER,
        cancel: CancelToken | None = None,
    ) -> HistoryPage:
        """Read one page of results from the M360 mobile app. Raises like :meth:`get_history`."""
        call = self._call("getExternalReports", request.body(), self._read_page, priority)
        return await _until_cancelled(call, cancel)

    async def generate_report(
        self, request: ReportRequest, *, cancel: CancelToken | None = None
    ) -> tuple[ReportLink, ...]:
        """Have a report made and return where it can be read, PDF first. Raises like :meth:`get_history`."""
        call = self._call("generateReport", request.body(), self._reader.data, Priority.USER)
        return answers.report_links(await _until_cancelled(call, cancel))

    async def schedule_blacklist_check(
        self, imeis: Sequence[str], *, confirmed_paid: bool, testing: bool = False
    ) -> str:
        """Order blacklist checks and return the id of their batch.

        **In live mode it spends paid tokens** (seen in the field): ``confirmed_paid`` says that the user was
        asked and agreed, else ``PermissionError`` is raised. It is sent once and never repeated; where it is
        not known whether it arrived, the error's advice says so. It cannot be cancelled by a token.
        """
        if not confirmed_paid:
            raise PermissionError("A blacklist check is paid for: ask the user first.")
        body: dict[str, object] = {"imeiList": imei_list(imeis)}
        if testing:
            body["testing"] = True
        try:
            data = await self._call(
                "scheduleBlacklistCheck", body, self._reader.data, Priority.USER, repeat=False
            )
            return answers.batch_id(data)
        except ApiError as error:
            if _may_have_arrived(error):
                error.advice = _LOOK_BEFORE_ORDERING_AGAIN
            raise

    async def get_blacklist_checks(
        self, batch_id: str, *, testing: bool = False, cancel: CancelToken | None = None
    ) -> BlacklistChecks:
        """Read the checks of a batch; unfinished ones come later. Raises like :meth:`get_history`."""
        body: dict[str, object] = {"batchId": batch_id}
        if testing:
            body["testing"] = True
        call = self._call("getBlacklistChecksByBatchId", body, self._reader.data, Priority.USER)
        return answers.blacklist_checks(await _until_cancelled(call, cancel))

    async def check_connection(self, *, wanted: Literal["live", "testing"]) -> ConnectionReport:
        """Find out what works, step by step, and in which mode the account answers; raises no ApiError."""
        return await check_connection(self, wanted=wanted)

    async def probe_mode(self, *, priority: Priority = Priority.SYNC) -> ModeProbe:
        """Find out whether the account answers live or with random testing data. Raises :class:`ApiError`."""
        return await probe_mode(self, priority=priority)

    def _read_page(self, answer: Answer) -> HistoryPage:
        return HistoryPage.of(self._reader.history(answer), answer.received_at)

    async def _call(
        self,
        endpoint: str,
        body: dict[str, object],
        read: Callable[[Answer], T],
        priority: Priority,
        *,
        repeat: bool = True,
    ) -> T:
        payload = jsontext.encode(body)
        backoff = Backoff(priority, self._clock, self._dice)
        while True:
            try:
                self._refuse_long_hold(endpoint, priority)
                return await self._attempt(endpoint, payload, read, priority)
            except RateLimited as error:
                self._last_error = error
                hold = self._limiter.holding()
                if not repeat or not backoff.after_refusal(hold):
                    raise
                self._tell(Waiting(hold, error, backoff.attempt))
            except ApiError as error:
                self._last_error = error
                delay = backoff.after_failure(error) if repeat else None
                if delay is None:
                    raise
                self._tell(Waiting(delay, error, backoff.attempt))
                await self._sleep(delay)

    async def _attempt(
        self, endpoint: str, payload: bytes, read: Callable[[Answer], T], priority: Priority
    ) -> T:
        slot = await self._limiter.acquire(priority)
        try:
            self._requests += 1
            began = self._clock()
            answer = await self._transport.post(endpoint, payload, slot)
            self._took(self._clock() - began)
            result = read(answer)
        except RateLimited as error:
            self._rate_limited += 1
            self._limiter.refused(slot, _maximum(error.details), error.retry_after)
            raise
        finally:
            self._limiter.release(slot)
        self._limiter.succeeded()
        return result

    def _took(self, seconds: float) -> None:
        before = self._answer_seconds or seconds
        self._answer_seconds = before + (seconds - before) * _WEIGHT_OF_ONE_ANSWER

    def _refuse_long_hold(self, endpoint: str, priority: Priority) -> None:
        hold = self._limiter.holding()
        if hold > PATIENCE_WHEN_LIMITED[priority]:
            raise RateLimited(Circumstances(endpoint=endpoint, retry_after=hold))

    def _tell(self, waiting: Waiting) -> None:
        _log.info("%s", waiting.text)
        if self._on_wait is not None:
            self._on_wait(waiting)


def _maximum(details: object) -> object:
    return details.get("maximumRequestsPerSecond") if isinstance(details, dict) else None


def _may_have_arrived(error: ApiError) -> bool:
    if isinstance(error, Unreachable):
        return error.kind not in _NEVER_LEFT
    if isinstance(error, TimedOut):
        return error.phase != "connect"
    return error.gateway or (error.retryable and not isinstance(error, RateLimited))


def _without_secrets(text: str, credentials: Credentials) -> str:
    for secret in (credentials.auth_token, credentials.auth_code):
        text = text.replace(secret, "…") if secret else text
    # An echo may have been cut: a part of the token is no less secret.
    return _LONG_HEX.sub("…", text)


async def _until_cancelled(call: Coroutine[Any, Any, T], cancel: CancelToken | None) -> T:
    if cancel is None:
        return await call
    loop = asyncio.get_running_loop()
    task = loop.create_task(call)
    forget = cancel.on_cancel(lambda: _cancel_from_any_thread(loop, task))
    try:
        return await task
    except asyncio.CancelledError:
        awaiting = asyncio.current_task()
        if awaiting is not None and awaiting.cancelling():
            raise  # who waits here was cancelled itself
        raise Cancelled from None
    finally:
        forget()


def _cancel_from_any_thread(loop: asyncio.AbstractEventLoop, task: "asyncio.Task[Any]") -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(task.cancel)
