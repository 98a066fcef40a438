"""Every kind of answer, byte for byte over a real socket: what it means, and whether it is asked again."""

import asyncio
import gzip
import json
import socket
import struct
import sys
import tracemalloc
import zlib

import pytest

from m360desk.api import errors
from m360desk.api.errors import ApiError
from m360desk.api.limiter import Priority
from m360desk.api.requests import HistoryRequest
from tests.api.raw_server import (
    CLOSE,
    GOOD,
    GUIDE,
    GUIDE_EMPTY,
    GUIDE_FORBIDDEN,
    GUIDE_TOO_MANY,
    FakeTime,
    Request,
    Script,
    http,
    in_loop,
    quick_client,
    serving,
)

REQUEST = HistoryRequest(limit=1)
HTML = b"<!DOCTYPE html><html><head><title> 502 Bad\nGateway </title></head><body>nginx</body></html>"
PACKED = gzip.compress(GUIDE_EMPTY * 3)


def refusal(code: str | None, title: str = "No", details: object = (), status: str = "200 OK") -> bytes:
    errors_part = {"code": code, "title": title, "details": details}
    return http(json.dumps({"data": [], "meta": {"success": False, "errors": errors_part}}).encode(), status)


async def reset(_request: Request, writer: asyncio.StreamWriter) -> None:
    # Closing without lingering makes the system send a reset.
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def half_then_gone(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(GOOD[:-20])
    await writer.drain()
    writer.transport.abort()


async def hang_up_politely(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.close()


def gzipped(body: bytes) -> bytes:
    return http(body, "200 OK", "Content-Encoding: gzip", CLOSE)


# name, the answer, the error, what its message must hold, whether it is asked again
BAD: list[tuple[str, bytes | Script, type[ApiError], str, bool]] = [
    ("html 502", http(HTML, "502 Bad Gateway"), errors.BadAnswer, "came instead of data: “502 Bad", True),
    ("html 200", http(HTML), errors.BadAnswer, "proxy, a log-in page", True),
    ("html 404", http(HTML, "404 Not Found"), errors.BadAnswer, "API address", False),
    ("json 404", http(b'{"message":"no"}', "404 Not Found"), errors.BadAnswer, "API address", False),
    ("empty 200", http(b""), errors.BadAnswer, "empty answer", True),
    ("empty 503", http(b" \n", "503 Service Unavailable"), errors.BadAnswer, "empty answer", True),
    ("no content", b"HTTP/1.1 204 No Content\r\n\r\n", errors.BadAnswer, "empty answer", True),
    ("json 500", http(b'{"message": "oops"}', "500 Error"), errors.ServiceFailed, "HTTP 500", True),
    ("cut", http(GUIDE_EMPTY[:-9], "200 OK", CLOSE, length=999), errors.BadAnswer, "broke off", True),
    ("cut json", http(GUIDE_EMPTY[:-9]), errors.BadAnswer, "broke off", True),
    ("half, then gone", half_then_gone, errors.BadAnswer, "broke off", True),
    ("list", http(b"[" + GUIDE_EMPTY + b"]"), errors.BadAnswer, "list came", True),
    ("data is a list", http(b'{"data":[],"meta":{"success":true}}'), errors.BadAnswer, "no list of", True),
    ("no records", http(b'{"data":{},"meta":{"success":true}}'), errors.BadAnswer, "no list of", True),
    ("text", http(b"Service unavailable"), errors.BadAnswer, "not data", True),
    ("broken gzip", gzipped(PACKED[:-8] + bytes(8)), errors.BadAnswer, "unpacked", True),
    ("not gzip", gzipped(GUIDE_EMPTY), errors.BadAnswer, "unpacked", True),
    ("cut gzip", gzipped(PACKED[:-6]), errors.BadAnswer, "broke off", True),
    ("brotli", http(b"xx", "200 OK", "Content-Encoding: br"), errors.BadAnswer, "unpacked", True),
    ("no http", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", errors.BadAnswer, "no web answer", True),
    ("reset", reset, errors.Unreachable, "connection broke", True),
    ("hang up", hang_up_politely, errors.Unreachable, "connection broke", True),
    ("forbidden", http(GUIDE_FORBIDDEN, "403 Forbidden"), errors.AuthRefused, "Access forbidden with", False),
    ("forbidden 200", http(GUIDE_FORBIDDEN), errors.AuthRefused, "auth:forbidden", False),
    ("unauthorised", refusal(None, "", [], "401 No"), errors.AuthRefused, "refused the credentials", False),
    ("disabled", refusal("customer_api:disabled", "Off"), errors.ApiDisabled, "“Off” (customer", False),
    ("licence", refusal("licence:expired", "Over", {"a": 1}), errors.LicenceEnded, "licence:expired", False),
    ("unknown code", refusal("moon:full", "Bad day"), errors.ServiceRefused, "“Bad day” (moon:full)", False),
    ("validation", refusal("x:y", "limit", {"a": "big"}, "422 X"), errors.ValidationRefused, "x:y", False),
    ("unknown 500", refusal("db:gone", "Oh", [], "500 X"), errors.ServiceFailed, "“Oh” (db:gone)", True),
    ("errors as list", http(b'{"data":[],"meta":{"success":false,"errors":[{"code":"a:b","title":"T"}]}}'),
     errors.ServiceRefused, "“T” (a:b)", False),
    ("no errors", http(b'{"data":[],"meta":{"success":false}}'), errors.ServiceRefused, "no reason", False),
    ("redirect", http(b"", "302 Found", "Location: https://login.example.com/x?y"), errors.Redirected,
     "redirection to login.example.com.", False),
    ("proxy password", http(b"", "407 Proxy"), errors.Unreachable, "wants a password", False),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "kind", "words", "again"), [x[1:] for x in BAD], ids=[x[0] for x in BAD])
@in_loop
async def test_bad_answers(answer: bytes | Script, kind: type[ApiError], words: str, again: bool) -> None:
    async with serving(answer) as server, quick_client(server) as client:
        with pytest.raises(kind) as caught:
            await client.get_history(REQUEST, priority=Priority.USER)
        assert words in caught.value.user_text.one_line()
        assert all(caught.value.user_text)
        assert caught.value.endpoint == "getHistory"
        assert caught.value.retryable is again
        assert (len(server.requests) > 2) is again
        assert client.stats.last_error is caught.value
    if again:  # and when the fault passes, nothing is lost
        async with serving(answer, answer, GOOD) as server, quick_client(server) as client:
            assert (await client.get_history(REQUEST, priority=Priority.USER)).records == ()
            assert len(server.requests) == 3


@in_loop
async def test_codes_titles_and_details_are_kept_as_they_came() -> None:
    details = {"limit": ["must be at most 100"], "n": 5}
    async with (
        serving(refusal("x:invalid", "Wrong", details, "400 Bad")) as server,
        quick_client(server) as client,
    ):
        with pytest.raises(errors.ValidationRefused) as caught:
            await client.get_history(REQUEST)
    error = caught.value
    assert (error.code, error.title, error.details, error.http_status) == ("x:invalid", "Wrong", details, 400)
    assert 'details: {"limit":["must be at most 100"],"n":5}' in error.technical()


async def echo_as_page(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(http(f"<html><title>{request.headers['authorization']}</title>".encode(), "500 X"))


async def echo_cut_short(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(http(f"<html><title>Bearer: {request.headers['authorization'][-40:]}".encode(), "500 X"))


async def echo_as_refusal(request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(refusal("e:cho", json.dumps(request.headers), {"headers": request.headers}))


@pytest.mark.parametrize("script", [echo_as_page, echo_cut_short, echo_as_refusal])
@in_loop
async def test_an_echo_of_the_request_brings_no_secret_into_a_message(script: Script) -> None:
    async with serving(script) as server, quick_client(server) as client:
        with pytest.raises(ApiError) as caught:
            await client.get_history(REQUEST, priority=Priority.USER)
    shown = f"{caught.value} {caught.value!r} {caught.value.user_text} {caught.value.technical()} {client!r}"
    assert "Bearer" in shown  # the echo is there …
    assert GUIDE.auth_token[-20:] not in shown  # … without what must stay secret
    assert GUIDE.auth_code not in shown


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@in_loop
async def test_packed_answers_are_unpacked(encoding: str) -> None:
    body = gzip.compress(GUIDE_EMPTY) if encoding == "gzip" else zlib.compress(GUIDE_EMPTY)
    answer = http(body, "200 OK", f"Content-Encoding: {encoding}")
    async with serving(answer) as server, quick_client(server) as client:
        assert (await client.get_history(REQUEST)).has_more is False


async def fifty_megabytes(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(800):
        writer.write(b"x" * 65536)
        await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    "answer", [fifty_megabytes, gzipped(gzip.compress(bytes(400_000_000), 1))], ids=["plain", "bomb"]
)
@in_loop
async def test_huge_answers_are_broken_off_early(answer: bytes | Script) -> None:
    async with serving(answer) as server, quick_client(server) as client:
        tracemalloc.start()
        try:
            with pytest.raises(errors.BadAnswer, match="far larger"):
                await client.get_history(REQUEST)
            assert tracemalloc.get_traced_memory()[1] < 80_000_000
        finally:
            tracemalloc.stop()
        assert len(server.requests) == 3


@in_loop
async def test_a_large_legitimate_page_is_taken_whole() -> None:
    record = b'{"sessionId": "%036d", "blob": "' + b"x" * 79_000 + b'"}'
    records = [record % number for number in range(100)]
    body = b'{"data": {"records": [' + b",".join(records) + b'], "hasMore": true}, "meta": {"success": true}}'
    async with serving(http(body)) as server, quick_client(server) as client:
        page = await client.get_history(REQUEST)
    assert page.records == tuple(records)
    assert page.has_more is True


@in_loop
async def test_a_refusal_for_the_rate_is_waited_for_and_counted() -> None:
    many = http(GUIDE_TOO_MANY, "429 Too Many Requests")
    time = FakeTime()
    async with serving(many, many, GOOD) as server, quick_client(server, time) as client:
        await client.get_history(REQUEST)
        assert client.stats.rate_limited == 2
        assert client.stats.requests == 3
        assert client.limiter.learned == 5
        assert time.now - 1000 == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("body", [b"", HTML, b'{"message":"slow down"}', b"[]"])
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (("Retry-After: 7",), 7),
        (("Retry-After: Fri, 01 Jan 2027 10:00:20 GMT", "Date: Fri, 01 Jan 2027 10:00:00 GMT"), 20),
        (("Retry-After: soon",), 1),
    ],
)
@in_loop
async def test_retry_after(body: bytes, headers: tuple[str, ...], seconds: float) -> None:
    time = FakeTime()
    many = http(body, "429 Too Many Requests", *headers)
    async with serving(many, GOOD) as server, quick_client(server, time) as client:
        await client.get_history(REQUEST)
        assert time.now - 1000 == pytest.approx(seconds, abs=0.1)


@in_loop
async def test_a_refusal_for_the_rate_that_lasts_is_given_up_sooner_by_a_user_than_by_sync() -> None:
    many = http(GUIDE_TOO_MANY, "429 Too Many Requests")
    for priority, patience in ((Priority.USER, 60), (Priority.SYNC, 900)):
        time = FakeTime()
        async with serving(many) as server, quick_client(server, time) as client:
            with pytest.raises(errors.RateLimited):
                await client.get_history(REQUEST, priority=priority)
            assert patience - 17 <= time.now - 1000 <= patience


@in_loop
async def test_a_long_retry_after_is_told_at_once_and_nothing_is_sent_meanwhile() -> None:
    many = http(GUIDE_TOO_MANY, "429 Too Many Requests", "Retry-After: 3600")
    async with serving(many) as server, quick_client(server) as client:
        for _ in range(2):
            with pytest.raises(errors.RateLimited) as caught:
                await client.get_history(REQUEST)
            assert "60 min" in caught.value.user_text.means
        assert len(server.requests) == 1
