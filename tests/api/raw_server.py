"""A server that sends exactly the bytes a test wants, over a real socket, and keeps what it received."""

import asyncio
import functools
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from m360desk.api.client import Client
from m360desk.api.credentials import Credentials

P = ParamSpec("P")
GUIDE = Credentials(
    "a167b9ae-948d-490c-9995-932984fbb223", "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"
)
GUIDE_EMPTY = b'{"data": {"records": [], "hasMore": false}, "meta": {"success": true}}'
GUIDE_FORBIDDEN = (
    b'{"data": [], "meta": {"success": false, "errors": {"code": "auth:forbidden", '
    b'"title": "Access forbidden with the given credentials", "details": []}}}'
)
GUIDE_TOO_MANY = (
    b'{"data": [], "meta": {"success": false, "errors": {"code": "customer_api:too_many_requests", '
    b'"title": "Too many requests", "details": {"maximumRequestsPerSecond": 5}}}}'
)


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)


Script = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawServer:
    """Answers the requests one after the other from ``answers``; the last one is repeated for ever."""

    answers: list[bytes | Script]
    port: int = 0
    scheme: str = "http"
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _serving: set["asyncio.Task[None] | None"] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/api/customer/v2"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._serving.add(asyncio.current_task())
        try:
            while not writer.is_closing():
                request = await _read_request(reader)
                self.requests.append(request)
                self.arrived.set()
                answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
                if isinstance(answer, bytes):
                    writer.write(answer)
                    if b"\r\nconnection: close\r\n" in answer.lower():
                        break
                else:
                    await answer(request, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def hang_up(self) -> None:
        tasks = [task for task in self._serving if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks)


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(head[0], headers, body)


@asynccontextmanager
async def serving(*answers: bytes | Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawServer]:
    raw = RawServer(list(answers), scheme="https" if tls else "http")
    server = await asyncio.start_server(raw.serve, "127.0.0.1", 0, ssl=tls)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()
        await raw.hang_up()
        await server.wait_closed()


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """Return a whole answer; ``length`` may lie, ``headers`` are whole lines."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


CLOSE = "Connection: close"
GOOD = http(GUIDE_EMPTY, "200 OK", "Content-Type: application/json")


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test that is a coroutine in an event loop of its own."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class FakeTime:
    """A clock that only sleeping moves, and that sleeps in no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def quick_client(server: RawServer, time: FakeTime | None = None, **more: object) -> Client:
    """Return a client that waits in fake time, with dice that always show 1."""
    time = time or FakeTime()
    return Client(
        GUIDE,
        base_url=server.url,
        clock=time.clock,
        sleep=time.sleep,
        dice=lambda: 1.0,
        **more,  # type: ignore[arg-type]  # whatever else a test sets
    )
