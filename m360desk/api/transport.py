"""One HTTP exchange: the only place where bytes leave, and the only one that knows the HTTP library.

httpx is imported at the first exchange, because it costs a window's start a tenth of a second.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from m360desk import __version__
from m360desk.api.body import BodyReceiver
from m360desk.api.credentials import Credentials
from m360desk.api.envelope import Answer
from m360desk.api.errors import MAX_REASON, ApiError, BadAnswer, Circumstances, TimedOut, Unreachable
from m360desk.api.urls import is_loopback

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
WHOLE_SECONDS = 120.0
"""For one exchange: an answer that drips in byte by byte never runs into the read time-out."""
_CONNECTIONS = 8


class Progress(Protocol):
    """Told when the request really leaves and when the answer begins."""

    def sent(self) -> None: ...
    def answered(self) -> None: ...


class Transport:
    """Posts to one base address with the bearer of one account; belongs to one event loop.

    Certificates are checked against the system's trust store, proxies are the system's; no redirection is
    followed, so the bearer goes nowhere else.
    """

    def __init__(self, credentials: Credentials, base_url: str, clock: Callable[[], float]) -> None:
        self._credentials = credentials
        self._base_url = base_url
        self._clock = clock
        self._http: httpx.AsyncClient | None = None

    async def post(self, endpoint: str, payload: bytes, progress: Progress) -> Answer:
        """Send ``payload`` and return the whole answer, whatever its status.

        Raises :class:`Unreachable`, :class:`TimedOut` or :class:`BadAnswer` when there is no whole answer.
        """
        import httpx

        about = Circumstances(endpoint=endpoint)
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await self._exchange(self._open(), endpoint, payload, progress)
        except TimeoutError:
            raise TimedOut("read", about) from None
        except httpx.HTTPError as error:
            raise _translate(error, about) from error

    async def close(self) -> None:
        """Close all connections; a later exchange opens new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def _exchange(
        self, http: "httpx.AsyncClient", endpoint: str, payload: bytes, progress: Progress
    ) -> Answer:
        async def trace(event: str, _info: object) -> None:
            if event == "http11.send_request_headers.started":
                progress.sent()

        request = http.build_request(
            "POST",
            f"{self._base_url}/{endpoint}",
            content=payload,
            headers={"Authorization": self._credentials.bearer(), "Content-Type": "application/json"},
            extensions={"trace": trace},
        )
        response = await http.send(request, stream=True)
        try:
            progress.answered()
            about = Circumstances(endpoint=endpoint, http_status=response.status_code)
            body = BodyReceiver(response.headers.get("content-encoding", ""), about)
            async for chunk in response.aiter_raw():
                body.feed(chunk)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(endpoint, response.status_code, headers, body.finish(), self._clock())
        finally:
            await response.aclose()

    def _open(self) -> "httpx.AsyncClient":
        if self._http is not None:
            return self._http
        import httpx
        import truststore

        try:
            self._http = httpx.AsyncClient(
                verify=truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                http2=False,
                # What goes to this computer itself must not be handed to a proxy.
                trust_env=not is_loopback(urlsplit(self._base_url).hostname or ""),
                follow_redirects=False,
                timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None),
                limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
                headers={
                    "User-Agent": f"M360Desk/{__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                },
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            # The message may hold the proxy's address and with it a password.
            raise Unreachable("proxy", reason="its address in the system's settings cannot be used") from None
        return self._http


def _translate(error: "httpx.HTTPError", about: Circumstances) -> ApiError:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        phases: dict[type[httpx.TimeoutException], str] = {
            httpx.ConnectTimeout: "connect",
            httpx.WriteTimeout: "write",
        }
        return TimedOut(phases.get(type(error), "read"), about)
    if isinstance(error, httpx.ProxyError):
        return Unreachable("proxy", about, reason=str(error)[:MAX_REASON])
    if isinstance(error, httpx.RemoteProtocolError):
        return _translate_protocol_error(str(error), about)
    if isinstance(error, httpx.ConnectError):
        return _translate_connect_error(error, about)
    if isinstance(error, httpx.NetworkError):
        return Unreachable("reset", about)
    return Unreachable("other", about, reason=type(error).__name__)


def _translate_protocol_error(text: str, about: Circumstances) -> ApiError:
    if "without sending complete message" in text or "incomplete" in text:
        return BadAnswer("truncated", about)
    if "disconnected" in text:
        return Unreachable("reset", about)
    return BadAnswer("not http", about)


def _translate_connect_error(error: "httpx.ConnectError", about: Circumstances) -> ApiError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable("tls", about, reason=cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return Unreachable("handshake", about, reason=(cause.reason or "").replace("_", " ").lower())
        if isinstance(cause, socket.gaierror):
            return Unreachable("dns", about)
        if isinstance(cause, ConnectionRefusedError):
            return Unreachable("refused", about)
    return Unreachable("other", about)


def _causes(error: BaseException) -> Iterator[BaseException]:
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            waiting.extend(cause.exceptions)
        waiting.extend(each for each in (cause.__context__, cause.__cause__) if each is not None)
