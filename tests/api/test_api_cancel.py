"""Cancelling ends at once, wherever a call happens to be."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable

import pytest

from m360desk.api import errors, transport
from m360desk.api.client import Client
from m360desk.api.limiter import Limiter, Priority
from m360desk.api.requests import HistoryRequest
from m360desk.api.retry import Waiting
from m360desk.core.cancel import Cancelled, CancelToken
from tests.api.raw_server import GOOD, GUIDE, GUIDE_TOO_MANY, Request, http, in_loop, serving

AT_ONCE = 0.1


async def stall(_request: Request, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def stall_in_body(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(GOOD[:-10])
    await writer.drain()
    await asyncio.Event().wait()


async def cancelled_in_time(
    client: Client, reached: Callable[[], Awaitable[object]], token: CancelToken | None
) -> None:
    """Start a call, wait until it is where it shall be, cancel it there, and measure how long it lives on."""
    call = asyncio.ensure_future(client.get_history(HistoryRequest(), priority=Priority.USER, cancel=token))
    await reached()
    started = time.perf_counter()
    if token is None:
        call.cancel()
    else:
        threading.Thread(target=token.cancel).start()
    with pytest.raises(Cancelled if token else asyncio.CancelledError):
        await call
    assert time.perf_counter() - started < AT_ONCE
    assert client.limiter._waiters == []
    assert client.limiter._in_flight == 0


tokens = pytest.mark.parametrize("with_token", [False, True], ids=["task", "token"])


@tokens
@pytest.mark.parametrize("script", [stall, stall_in_body])
@in_loop
async def test_while_an_answer_does_not_come(
    script: Callable[..., Awaitable[None]], with_token: bool
) -> None:
    async with serving(script, GOOD) as server, Client(GUIDE, base_url=server.url) as client:
        await cancelled_in_time(client, server.arrived.wait, CancelToken() if with_token else None)
        # The client goes on being usable.
        assert (await client.get_history(HistoryRequest())).has_more is False


@tokens
@in_loop
async def test_while_connecting(with_token: bool) -> None:
    connected = asyncio.Event()
    finish = asyncio.Event()

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()  # and never a word of the TLS handshake
        await finish.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Client(GUIDE, base_url=f"https://127.0.0.1:{port}/api") as client:
        await cancelled_in_time(client, connected.wait, CancelToken() if with_token else None)
    finish.set()
    server.close()
    await server.wait_closed()


@tokens
@in_loop
async def test_while_waiting_for_a_slot(with_token: bool) -> None:
    asleep = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    async with (
        serving(http(GUIDE_TOO_MANY, "429 X")) as server,
        Client(GUIDE, base_url=server.url, limiter=Limiter(sleep=sleep)) as client,
    ):
        await cancelled_in_time(client, asleep.wait, CancelToken() if with_token else None)


@tokens
@in_loop
async def test_while_backing_off(with_token: bool) -> None:
    waiting = asyncio.Event()

    def on_wait(_waiting: Waiting) -> None:
        waiting.set()

    async with (
        serving(http(b"", "503 X")) as server,
        Client(GUIDE, base_url=server.url, on_wait=on_wait, dice=lambda: 1.0) as client,
    ):
        await cancelled_in_time(client, waiting.wait, CancelToken() if with_token else None)


@in_loop
async def test_a_token_that_was_cancelled_before_sends_nothing() -> None:
    token = CancelToken()
    token.cancel()
    async with serving(GOOD) as server, Client(GUIDE, base_url=server.url) as client:
        with pytest.raises(Cancelled):
            await client.get_history(HistoryRequest(), cancel=token)
        assert server.requests == []


@pytest.mark.parametrize(
    ("script", "setting", "phase"),
    [(stall, "READ_SECONDS", "read"), (stall_in_body, "WHOLE_SECONDS", "read")],
)
@in_loop
async def test_answers_that_do_not_come_in_time(
    script: Callable[..., Awaitable[None]], setting: str, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, setting, 0.05)
    async with serving(script) as server, Client(GUIDE, base_url=server.url) as client:
        with pytest.raises(errors.TimedOut) as caught:
            await client.get_history(HistoryRequest(), repeat=False)
    assert caught.value.phase == phase
    assert caught.value.retryable


@in_loop
async def test_connections_that_are_not_made_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        async with Client(GUIDE, base_url=f"https://127.0.0.1:{silent.getsockname()[1]}/api") as client:
            with pytest.raises(errors.TimedOut) as caught:
                await client.get_history(HistoryRequest(), repeat=False)
    assert caught.value.phase == "connect"
    assert caught.value.retryable


def test_the_time_outs_are_what_was_promised() -> None:
    assert (transport.CONNECT_SECONDS, transport.READ_SECONDS) == (10, 30)
