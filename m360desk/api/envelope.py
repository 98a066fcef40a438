"""The frame around every answer: ``data`` and ``meta`` (guide), and what comes when all is not well."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from m360desk.api.errors import (
    WRONG_ADDRESS,
    ApiDisabled,
    ApiError,
    AuthRefused,
    BadAnswer,
    BadAnswerKind,
    Circumstances,
    LicenceEnded,
    RateLimited,
    Redirected,
    ServiceFailed,
    ServiceRefused,
    Unreachable,
    ValidationRefused,
)
from m360desk.api.urls import host_of
from m360desk.core import jsontext
from m360desk.core.jsontext import HistoryParts, NotJson

_OK = range(200, 300)
_REDIRECTION = range(300, 400)
_PROXY_WANTS_PASSWORD = 407
_TOO_MANY_REQUESTS = 429
_UNAUTHORISED = 401
_NOT_ALLOWED = (401, 403)
_WRONG_REQUEST = (400, 422)
_SERVER_FAULT = 500
_FORBIDDEN_CODE = "auth:forbidden"
_TOO_MANY_CODE = "customer_api:too_many_requests"
_HTML = re.compile(rb"\s*(\xef\xbb\xbf)?\s*<(!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_HTML_TITLE = re.compile(rb"<title[^>]*>([^<]{1,400})", re.IGNORECASE)
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole. ``headers`` have lower-case names; ``received_at`` is in seconds, monotonic."""

    endpoint: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: float


class EnvelopeReader:
    """Takes answers apart or raises the :class:`ApiError` that they mean.

    ``scrub`` removes secrets from text that came back, in case something on the way echoes the request.
    """

    def __init__(
        self, scrub: Callable[[str], str], *, wall_clock: Callable[[], datetime] | None = None
    ) -> None:
        self._scrub = scrub
        self._wall_clock = wall_clock or _utc_now

    def history(self, answer: Answer) -> HistoryParts:
        """Return a page of records; ``records`` is never None."""
        self._refuse_by_status(answer)
        try:
            parts = jsontext.split_history(answer.body)
        except NotJson as error:
            raise self._no_envelope(answer, error) from None
        self._refuse_by_meta(answer, parts.success, parts.errors)
        if parts.records is None:
            raise BadAnswer("no records", self._about(answer))
        return parts

    def data(self, answer: Answer) -> object:
        """Return ``data`` of any other endpoint's success."""
        self._refuse_by_status(answer)
        try:
            envelope = jsontext.decode(answer.body)
        except NotJson as error:
            raise self._no_envelope(answer, error) from None
        if not isinstance(envelope, dict):
            raise self._no_envelope(answer, None)
        meta = envelope.get("meta")
        meta = meta if isinstance(meta, dict) else {}
        self._refuse_by_meta(answer, jsontext.truth(meta.get("success")), meta.get("errors"))
        if "data" not in envelope:
            raise BadAnswer("envelope", self._about(answer))
        return envelope["data"]

    def _refuse_by_status(self, answer: Answer) -> None:
        if answer.status in _REDIRECTION:
            raise Redirected(host_of(answer.headers.get("location", "")), self._about(answer))
        if answer.status == _PROXY_WANTS_PASSWORD:
            raise Unreachable("proxy", self._about(answer), reason="it wants a password")

    def _refuse_by_meta(self, answer: Answer, success: bool | None, errors: object) -> None:
        if answer.status in _OK and success is not False and not errors:
            return
        if answer.status in WRONG_ADDRESS and not errors:
            raise BadAnswer("envelope", self._about(answer))
        raise self._refusal(answer, _error_object(errors))

    def _refusal(self, answer: Answer, errors: dict[str, object]) -> ApiError:
        code = errors.get("code")
        about = self._about(
            answer,
            code=self._scrub(str(code)) if code not in (None, "") else None,
            title=self._scrub(str(errors.get("title") or "")),
            details=self._scrub_value(errors.get("details")),
        )
        return _kind_of_refusal(about.code or "", answer.status)(about)

    def _no_envelope(self, answer: Answer, error: NotJson | None) -> ApiError:
        if answer.status == _TOO_MANY_REQUESTS:
            return RateLimited(self._about(answer))
        kind = _kind_of_junk(answer.body, error)
        title = _HTML_TITLE.search(answer.body) if kind == "html" else None
        heard = " ".join(title.group(1).decode("utf-8", "replace").split()) if title else ""
        return BadAnswer(kind, self._about(answer), heard=self._scrub(heard)[:_LONGEST_TITLE])

    def _about(
        self, answer: Answer, *, code: str | None = None, title: str = "", details: object = None
    ) -> Circumstances:
        return Circumstances(
            endpoint=answer.endpoint,
            http_status=answer.status,
            code=code,
            title=title,
            details=details,
            retry_after=retry_after(answer.headers, self._wall_clock),
        )

    def _scrub_value(self, value: object) -> object:
        if not value:
            return value
        return jsontext.decode(self._scrub(jsontext.encode(value).decode()).encode())


def retry_after(headers: Mapping[str, str], wall_clock: Callable[[], datetime]) -> float | None:
    """Return the seconds of a Retry-After header, which holds seconds or a date; None without one."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    moment = _http_date(value)
    if moment is None:
        return None
    # By the sender's own clock where it tells it: this computer's may be wrong.
    now = _http_date(headers.get("date", "")) or wall_clock()
    return max(0.0, (moment - now).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _error_object(errors: object) -> dict[str, object]:
    if isinstance(errors, list) and errors:
        errors = errors[0]
    return errors if isinstance(errors, dict) else {}


def _kind_of_refusal(code: str, status: int) -> type[ApiError]:
    """Choose by the code, then by the status.

    Only two codes are known. That a code with "licence" or "disabled" in it means that is an assumption.
    """
    words = code.casefold()
    if code == _FORBIDDEN_CODE:
        return AuthRefused
    if code == _TOO_MANY_CODE or status == _TOO_MANY_REQUESTS:
        return RateLimited
    if "licence" in words or "license" in words:
        return LicenceEnded
    if "disabled" in words:
        return ApiDisabled
    if status == _UNAUTHORISED or (status in _NOT_ALLOWED and not code):
        return AuthRefused
    if status in _WRONG_REQUEST or "validation" in words:
        return ValidationRefused
    if status >= _SERVER_FAULT:
        return ServiceFailed
    return ServiceRefused


def _kind_of_junk(body: bytes, error: NotJson | None) -> BadAnswerKind:
    if not body.strip():
        return "empty"
    if _HTML.match(body):
        return "html"
    if body.lstrip().startswith(b"["):
        return "list"
    if error is None:
        return "envelope"
    return "truncated" if error.truncated and body.lstrip().startswith(b"{") else "not json"
