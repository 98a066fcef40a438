"""What can go wrong between this program and the service, each kind with words for the user.

Logic goes by ``errors.code`` (guide), never by a title. Two codes are known: ``auth:forbidden`` and
``customer_api:too_many_requests``; every other one is shown as it came.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from m360desk.core import jsontext
from m360desk.core.user_text import UserText

MAX_REASON = 120
"""Characters of what another program says, in a message."""

BadAnswerKind = Literal[
    "html",
    "empty",
    "truncated",
    "not json",
    "not http",
    "list",
    "no records",
    "no link",
    "compressed",
    "too large",
    "envelope",
]
UnreachableKind = Literal["dns", "refused", "tls", "handshake", "proxy", "reset", "other"]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Where and when an error happened, and what the service said about it. Holds no credentials."""

    endpoint: str = ""
    http_status: int | None = None
    code: str | None = None
    title: str = ""
    details: object = None
    retry_after: float | None = None  # seconds


class ApiError(Exception):
    """A call that did not bring what was asked.

    ``retryable``: the same read may well work in a moment. ``gateway``: something between here and the
    service may have spoken, rather than the service itself. ``when`` is in UTC.
    """

    retryable: bool = False
    gateway: bool = False

    def __init__(self, about: Circumstances | None = None) -> None:
        super().__init__()
        self.about = about or Circumstances()
        self.when = datetime.now(UTC)
        self.advice: str | None = None
        """What to do instead of the usual, where a caller knows better."""

    @property
    def code(self) -> str | None:
        """The service's ``errors.code`` as it came; None where there was none."""
        return self.about.code

    @property
    def title(self) -> str:
        """The service's ``errors.title`` as it came."""
        return self.about.title

    @property
    def details(self) -> object:
        """The service's ``errors.details`` as it came: a list when empty, else an object (guide)."""
        return self.about.details

    @property
    def http_status(self) -> int | None:
        return self.about.http_status

    @property
    def endpoint(self) -> str:
        return self.about.endpoint

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks to wait."""
        return self.about.retry_after

    @property
    def user_text(self) -> UserText:
        """What happened, what it means, what to do."""
        happened, means, do = self._texts()
        return UserText(happened, means, self.advice or do)

    def technical(self) -> str:
        """Return the facts for support, one a line; code, title and details as they came."""
        about = self.about
        lines = [
            f"kind: {type(self).__name__}",
            f"endpoint: {about.endpoint}" if about.endpoint else "",
            f"time: {self.when.isoformat(timespec='seconds')}",
            f"HTTP status: {about.http_status}" if about.http_status else "",
            f"code: {about.code}" if about.code else "",
            f"title: {about.title}" if about.title else "",
            f"details: {jsontext.encode(about.details).decode()}" if about.details else "",
        ]
        return "\n".join(line for line in lines if line)

    def __str__(self) -> str:
        status = f" (HTTP {self.http_status})" if self.http_status else ""
        where = f"{self.endpoint}: " if self.endpoint else ""
        return f"{where}{self.user_text.happened}{status}"

    def _texts(self) -> tuple[str, str, str]:
        raise NotImplementedError

    def _quoted(self) -> str:
        """Return the service's own words, code included, ready to stand in a sentence."""
        words = f"“{self.title}”" if self.title else "no reason"
        return f"{words} ({self.code})" if self.code else words


class AuthRefused(ApiError):
    """The service knows these credentials not, or not any more (``auth:forbidden``)."""

    def _texts(self) -> tuple[str, str, str]:
        return (
            "The service refused the credentials.",
            f"It says {self._quoted()}. The auth code or token is wrong or was replaced, "
            "or the API is disabled for this account.",
            "Copy both again from the M360 dashboard, and see there that the API is set to Testing or Live.",
        )


class ApiDisabled(ApiError):
    """The account's API status is Disabled (assumption: told from the words of an unknown code)."""

    def _texts(self) -> tuple[str, str, str]:
        return (
            "The API is disabled for this account.",
            f"The service says {self._quoted()}.",
            "Set the API to Testing or Live on the M360 dashboard, then try again.",
        )


class LicenceEnded(ApiError):
    """The account has no active licence (assumption: told from the words of an unknown code)."""

    def _texts(self) -> tuple[str, str, str]:
        return (
            "The M360 licence does not allow this.",
            f"The service says {self._quoted()}. The API needs a valid, active licence.",
            "Look at the licence on the M360 dashboard. What is on this computer stays usable.",
        )


class RateLimited(ApiError):
    """The account's requests per second were used up for too long, by this or other programs."""

    retryable = True

    def _texts(self) -> tuple[str, str, str]:
        wait = f"The service asks to wait {_duration(self.retry_after)}." if self.retry_after else ""
        return (
            "The service takes no more requests of this account for now.",
            f"All programs of the account share one limit of requests per second. {wait}".strip(),
            "Try again later, or pause other programs that use this account.",
        )


class ServiceRefused(ApiError):
    """The service refused with a code that is not known; code and title are shown as they came."""

    def _texts(self) -> tuple[str, str, str]:
        return (
            f"The service refused: {self._quoted()}.",
            "It gives no further meaning with that.",
            "Try again later; if it stays, send this message to M360's support.",
        )


class ServiceFailed(ApiError):
    """The service, or what stands before it, reports a fault of its own (HTTP 5xx)."""

    retryable = True
    gateway = True

    def _texts(self) -> tuple[str, str, str]:
        return (
            f"The service has a fault of its own (HTTP {self.http_status}).",
            f"It says {self._quoted()}." if self.title or self.code else "It usually passes by itself.",
            "Try again in a few minutes.",
        )


class ValidationRefused(ApiError):
    """The service found a parameter wrong (HTTP 400 or 422)."""

    def _texts(self) -> tuple[str, str, str]:
        return (
            f"The service did not accept what was asked: {self._quoted()}.",
            "One of the values sent is not as it wants them.",
            "Check what you looked for; if it is right, send this message to the makers of M360 Desk.",
        )


_BAD_ANSWERS: dict[BadAnswerKind, str] = {
    "html": "A web page came instead of data",
    "empty": "An empty answer came",
    "truncated": "The answer broke off before its end",
    "not json": "Something came that is not data",
    "not http": "Something came that is no web answer",
    "list": "A list came where an object was expected",
    "no records": "The answer holds no list of records",
    "no link": "The answer holds no link to a report",
    "compressed": "The answer could not be unpacked",
    "too large": "The answer is far larger than any that the service sends",
    "envelope": "The answer does not look like one of this service",
}
# A proxy, a hotel's log-in page or a load balancer sends these; the service itself sends JSON, whole.
_GATEWAYS: frozenset[BadAnswerKind] = frozenset(
    {"html", "empty", "truncated", "not json", "not http", "compressed", "too large"}
)
WRONG_ADDRESS = frozenset({404, 405, 410})
"""HTTP statuses that say that the address itself is wrong."""


class BadAnswer(ApiError):
    """An answer came that is not one of the service's: ``kind`` says in what way.

    Retried, for such answers pass; not where the HTTP status says that the address itself is wrong.
    """

    def __init__(self, kind: BadAnswerKind, about: Circumstances | None = None, *, heard: str = "") -> None:
        super().__init__(about)
        self.kind = kind
        self.heard = heard
        self.gateway = kind in _GATEWAYS
        self.retryable = self.http_status not in WRONG_ADDRESS and kind != "no link"

    def _texts(self) -> tuple[str, str, str]:
        happened = f"{_BAD_ANSWERS[self.kind]}{f': “{self.heard}”' if self.heard else ''}."
        if self.http_status in WRONG_ADDRESS:
            return happened, "There is no such API at this address.", "Check the API address in the settings."
        if self.gateway:
            return (
                happened,
                "Something between this computer and the service has most likely answered: "
                "a proxy, a log-in page of the network, or the service's own front door.",
                "Open any web page to see whether the network asks for a log-in, then try again.",
            )
        return (
            happened,
            "The service may have changed, or has a fault.",
            "Try again later; if it stays, look for a newer M360 Desk.",
        )


_UNREACHABLE: dict[UnreachableKind, tuple[str, str, str]] = {
    "dns": (
        "The service's name could not be looked up.",
        "This computer is most likely off-line, or its name server does not answer.",
        "Check the network connection. What is on this computer stays usable.",
    ),
    "refused": (
        "No connection to the service.",
        "The network, a firewall or the service itself turned the connection down.",
        "Check the network connection and firewall, then try again.",
    ),
    "tls": (
        "The service's certificate is not trusted.",
        "Someone may be listening in, a security program inspects connections, "
        "or this computer's clock is wrong. Nothing was sent.",
        "Check date and time. In a company network, have its certificate installed "
        "in the system's trust store.",
    ),
    "handshake": (
        "No secure connection could be made.",
        "What answers at this address does not speak the kind of encryption that is needed.",
        "Check the API address, the proxy settings and security programs, then try again.",
    ),
    "proxy": (
        "The proxy did not let the connection through.",
        "This computer reaches the internet by a proxy, and that one refused.",
        "Check the system's proxy settings, or ask who looks after the network.",
    ),
    "reset": (
        "The connection broke.",
        "The network or the service cut it while the request was on its way.",
        "Try again; if it happens often, check cable or Wi-Fi.",
    ),
    "other": (
        "The service could not be reached.",
        "The connection failed before an answer came.",
        "Check the network connection, then try again.",
    ),
}


class Unreachable(ApiError):
    """No answer at all: ``kind`` says where it failed, ``reason`` what the system said."""

    gateway = True

    def __init__(
        self, kind: UnreachableKind, about: Circumstances | None = None, *, reason: str = ""
    ) -> None:
        super().__init__(about)
        self.kind = kind
        self.reason = reason
        # A certificate does not become right by asking again, nor does a proxy that refuses, not fails.
        self.retryable = kind not in ("tls", "proxy") or (kind == "proxy" and reason.startswith("5"))

    def _texts(self) -> tuple[str, str, str]:
        happened, means, do = _UNREACHABLE[self.kind]
        return f"{happened[:-1]}: {self.reason}." if self.reason else happened, means, do


class TimedOut(ApiError):
    """No answer in time: ``phase`` is "connect", "read" or "write"."""

    retryable = True
    gateway = True

    def __init__(self, phase: str, about: Circumstances | None = None) -> None:
        super().__init__(about)
        self.phase = phase

    def _texts(self) -> tuple[str, str, str]:
        happened = {
            "connect": "No connection to the service in time.",
            "write": "The request could not be sent in time.",
        }.get(self.phase, "The service did not answer in time.")
        return happened, "The network or the service is slow or hangs.", "Try again in a few minutes."


class Redirected(ApiError):
    """The service points to another address. Not followed: the credentials go nowhere else."""

    def __init__(self, host: str, about: Circumstances | None = None) -> None:
        super().__init__(about)
        self.host = host

    def _texts(self) -> tuple[str, str, str]:
        return (
            f"The address answers with a redirection{f' to {self.host}' if self.host else ''}.",
            "It was not followed, so that the credentials go nowhere else. The API address may be wrong, "
            "or the network asks for a log-in.",
            "Check the API address in the settings; open any web page to see "
            "whether the network asks for a log-in.",
        )


_MINUTES_FROM = 90.0


def _duration(seconds: float) -> str:
    if seconds < _MINUTES_FROM:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"
