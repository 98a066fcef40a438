"""The client over real sockets: what it sends, whom it trusts, and that the bearer goes nowhere else."""

import ast
import asyncio
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

import m360desk
from m360desk.api import errors
from m360desk.api.client import Client
from m360desk.api.limiter import Priority
from m360desk.api.requests import ExternalReportsRequest, HistoryRequest, ReportRequest
from m360desk.api.transport import Transport
from tests.api.raw_server import (
    GOOD,
    GUIDE,
    GUIDE_TOO_MANY,
    FakeTime,
    Request,
    Script,
    http,
    in_loop,
    quick_client,
    serving,
)

SESSION = "01890000-0000-7000-8000-000000000001"
IMEI = "356938035643809"


def data(text: bytes) -> bytes:
    return http(b'{"data": ' + text + b', "meta": {"success": true}}')


@in_loop
async def test_a_request_as_the_guide_describes_it() -> None:
    async with serving(GOOD) as server, quick_client(server) as client:
        page = await client.get_history(HistoryRequest(order="id:desc", limit=100, starting_after=SESSION))
        await client.get_history(HistoryRequest())
    assert (page.records, page.has_more, page.total_count) == ((), False, None)
    request = server.requests[0]
    assert request.line == "POST /api/customer/v2/getHistory HTTP/1.1"
    assert request.headers["authorization"] == (
        "Bearer a167b9ae-948d-490c-9995-932984fbb223-"
        "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"
    )
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == f"M360Desk/{m360desk.__version__}"
    assert request.headers["accept-encoding"] == "gzip"
    assert request.json == {"order": "id:desc", "limit": 100, "startingAfter": SESSION}
    assert server.requests[1].json == {}
    assert server.connections == 1


def test_all_parameters_of_the_endpoint_page() -> None:
    request = HistoryRequest(
        order="connectionTime:asc",
        limit=1,
        ending_before=SESSION,
        session_id=SESSION,
        imei=[IMEI, "35-693803-564380-9"],
        serial="F2LXK1ABCD",
        m360id=["AS4MPL3S4MPL3S4MPL3S"],
        custom_id="lot 7/3",
        friendly_name="iPhone",
        username="anna",
        connection_time_min=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        connection_time_max="2026-08-26T05:14:12+00:00",
        has_diagnostics=True,
        has_grading=False,
        has_wipe=True,
        has_oem_check=False,
        has_blacklist_check=True,
        include_open=True,
        testing=True,
    )
    assert request.body() == {
        "order": "connectionTime:asc",
        "limit": 1,
        "endingBefore": SESSION,
        "sessionId": SESSION,
        "imei": [IMEI, "35-693803-564380-9"],
        "serial": "F2LXK1ABCD",
        "m360id": ["AS4MPL3S4MPL3S4MPL3S"],
        "customId": "lot 7/3",
        "friendlyName": "iPhone",
        "username": "anna",
        "connectionTimeMin": "2026-01-02T03:04:05+00:00",
        "connectionTimeMax": "2026-08-26T05:14:12+00:00",
        "hasDiagnostics": True,
        "hasGrading": False,
        "hasWipe": True,
        "hasOemCheck": False,
        "hasBlacklistCheck": True,
        "includeOpen": True,
        "testing": True,
    }


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("order", {"order": "id"}),
        ("limit", {"limit": 0}),
        ("limit", {"limit": 101}),
        ("startingAfter", {"starting_after": "x" * 35}),
        ("endingBefore", {"ending_before": ""}),
        ("sessionId", {"session_id": "x" * 37}),
        ("startingAfter", {"starting_after": SESSION, "ending_before": SESSION}),
        ("imei", {"imei": "35693803564380g"}),
        ("imei", {"imei": []}),
        ("imei", {"imei": [IMEI] * 11}),
        ("imei", {"imei": IMEI + "\n"}),
        ("serial", {"serial": "ab"}),
        ("m360id", {"m360id": "x" * 21}),
        ("customId", {"custom_id": ["good", "no"]}),
        ("friendlyName", {"friendly_name": "ab"}),
        ("username", {"username": "x" * 101}),
        ("connectionTimeMin", {"connection_time_min": "yesterday"}),
        ("connectionTimeMax", {"connection_time_max": datetime(2026, 1, 1)}),  # noqa: DTZ001 - it is the point
    ],
)
def test_wrong_parameters_are_named_before_anything_is_sent(name: str, values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        HistoryRequest(**values)  # type: ignore[arg-type]  # wrong types are the point


@in_loop
async def test_external_reports() -> None:
    answer = data(b'{"records": [{"uid": "u1"}], "hasMore": true, "totalCount": 3}')
    async with serving(answer) as server, quick_client(server) as client:
        page = await client.get_external_reports(
            ExternalReportsRequest(imei=IMEI, limit=5, starting_after="u0")
        )
    assert (page.records, page.has_more, page.total_count) == ((b'{"uid": "u1"}',), True, 3)
    assert server.requests[0].line.split()[1].endswith("/getExternalReports")
    assert server.requests[0].json == {"imei": IMEI, "limit": 5, "startingAfter": "u0"}


@in_loop
async def test_report_links_are_found_wherever_they_stand_and_only_safe_ones() -> None:
    answers = [
        data(
            b'{"a": [{"htmlLink": "https://x.example.com/r"}], "pdfLink": "https://y.example.com:81/r.pdf"}'
        ),
        data(b'[{"url": "http://127.0.0.1/r"}]'),
        data(b'{"pdfLink": "http://x.example.com/r", "html": "<p>", "url": "https://a@b.example.com/"}'),
        data(b"[]"),
    ]
    async with serving(*answers) as server, quick_client(server) as client:
        request = ReportRequest(
            session_id=SESSION, contents=("diagnostics", "grading"), time_zone="Europe/Paris"
        )
        links = await client.generate_report(request)
        assert [(link.name, link.host) for link in links] == [
            ("pdfLink", "y.example.com:81"),
            ("htmlLink", "x.example.com"),
        ]
        assert (await client.generate_report(request))[0].url == "http://127.0.0.1/r"
        for _ in range(2):
            with pytest.raises(errors.BadAnswer, match="no link"):
                await client.generate_report(request)
    assert server.requests[0].json == {
        "sessionId": SESSION,
        "contents": ["diagnostics", "grading"],
        "timeZone": "Europe/Paris",
    }


@in_loop
async def test_a_paid_check_wants_a_yes_and_is_sent_once_only() -> None:
    async def gone(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.close()

    many = http(GUIDE_TOO_MANY, "429 Too Many Requests")
    answers: list[bytes | Script] = [
        data(b'{"batch": {"batchId": 17}}'),
        gone,
        http(b"<html>", "502 X"),
        many,
        data(b"{}"),
    ]
    async with serving(*answers) as server, quick_client(server) as client:
        with pytest.raises(PermissionError):
            await client.schedule_blacklist_check([IMEI], confirmed_paid=False)
        with pytest.raises(ValueError, match="imeiList"):
            await client.schedule_blacklist_check([], confirmed_paid=True)
        assert server.requests == []
        assert await client.schedule_blacklist_check([IMEI, IMEI], confirmed_paid=True, testing=True) == "17"
        assert server.requests[0].json == {"imeiList": [IMEI], "testing": True}
        kinds: tuple[type[errors.ApiError], ...] = (
            errors.Unreachable,
            errors.BadAnswer,
            errors.RateLimited,
            errors.BadAnswer,
        )
        for number, kind in enumerate(kinds, 2):
            with pytest.raises(kind) as caught:
                await client.schedule_blacklist_check([IMEI], confirmed_paid=True)
            assert len(server.requests) == number
            doubtful = kind is not errors.RateLimited
            assert ("not known whether the check was ordered" in caught.value.user_text.do) is doubtful


@in_loop
async def test_blacklist_checks_of_a_batch() -> None:
    answers = [
        data(b'{"checks": [{"imei": "1"}], "n": [1]}'),
        data(b'{"x": 1, "list": [2]}'),
        data(b"[3]"),
        data(b"null"),
    ]
    async with serving(*answers) as server, quick_client(server) as client:
        found = [(await client.get_blacklist_checks("17")).checks for _ in range(4)]
    assert found == [({"imei": "1"},), (2,), (3,), ()]
    assert server.requests[0].json == {"batchId": "17"}


@in_loop
async def test_the_bearer_is_not_taken_along_by_a_redirection() -> None:
    async with serving(GOOD) as other:
        for status in ("301 X", "302 X", "307 X", "308 X"):
            away = http(b"", status, f"Location: {other.url}/getHistory")
            async with serving(away) as server, quick_client(server) as client:
                with pytest.raises(errors.Redirected) as caught:
                    await client.get_history(HistoryRequest())
                assert caught.value.host == f"127.0.0.1:{other.port}"
                assert len(server.requests) == 1
        assert other.connections == 0


def tls_context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@in_loop
async def test_a_certificate_that_the_system_does_not_trust() -> None:
    async with (
        serving(GOOD, tls=tls_context(trustme.CA(), "127.0.0.1")) as server,
        quick_client(server) as client,
    ):
        with pytest.raises(errors.Unreachable) as caught:
            await client.get_history(HistoryRequest())
        assert caught.value.kind == "tls"
        assert "certificate is not trusted" in caught.value.user_text.happened
        assert server.requests == []
        assert client.stats.requests == 1


@pytest.mark.skipif(
    sys.platform != "linux", reason="only there the trust store can be set by the environment"
)
@pytest.mark.parametrize(("names", "kind"), [(["127.0.0.1"], None), (["other.example.com"], "tls")])
@in_loop
async def test_a_certificate_that_the_system_trusts(
    names: list[str], kind: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    async with serving(GOOD, tls=tls_context(authority, *names)) as server, quick_client(server) as client:
        if kind is None:
            assert (await client.get_history(HistoryRequest())).records == ()
            return
        with pytest.raises(errors.Unreachable) as caught:
            await client.get_history(HistoryRequest())
        assert caught.value.kind == kind


@in_loop
async def test_something_else_than_encryption_at_the_other_end() -> None:
    async def talk_first(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"220 mail.example.com ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk_first, "127.0.0.1", 0)
    base_url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/api"
    async with server, Client(GUIDE, base_url=base_url) as client:
        with pytest.raises(errors.Unreachable) as caught:
            await client.get_history(HistoryRequest(), repeat=False)
    assert caught.value.kind == "handshake"


class Steps:
    """Keeps what a transport tells of an exchange."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.begun = asyncio.Event()

    def sent(self) -> None:
        self.told.append("sent")

    def answered(self) -> None:
        self.told.append("answered")
        self.begun.set()


@in_loop
async def test_the_limiter_is_told_when_a_request_leaves_and_when_its_answer_begins() -> None:
    steps = Steps()

    async def body_after_word(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(GOOD[:-10])
        await steps.begun.wait()
        writer.write(GOOD[-10:])

    async with serving(body_after_word) as server:
        transport = Transport(GUIDE, server.url, time.monotonic)
        await transport.post("getHistory", b"{}", steps)
        await transport.close()
    assert steps.told == ["sent", "answered"]


@in_loop
async def test_a_request_that_found_no_connection_has_not_left() -> None:
    steps = Steps()
    async with serving(GOOD, tls=tls_context(trustme.CA(), "127.0.0.1")) as server:
        transport = Transport(GUIDE, server.url, time.monotonic)
        with pytest.raises(errors.Unreachable):
            await transport.post("getHistory", b"{}", steps)
        await transport.close()
    assert steps.told == []


@in_loop
async def test_nobody_listens_and_no_such_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    fake = FakeTime()
    waits: list[object] = []
    client = Client(
        GUIDE, base_url=f"http://127.0.0.1:{port}", clock=fake.clock, sleep=fake.sleep, on_wait=waits.append
    )
    with pytest.raises(errors.Unreachable) as caught:
        await client.get_history(HistoryRequest())
    assert caught.value.kind == "refused"
    assert len(waits) >= 5
    await client.close()

    def unknown(*_args: object, **_more: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    client = Client(GUIDE, base_url="https://m360.invalid/api", clock=fake.clock, sleep=fake.sleep)
    with pytest.raises(errors.Unreachable) as caught:
        await client.get_history(HistoryRequest(), priority=Priority.USER)
    assert caught.value.kind == "dns"
    await client.close()


@pytest.mark.parametrize(
    ("status", "again"), [("407 Proxy Authentication Required", False), ("503 Busy", True)]
)
@in_loop
async def test_a_proxy_that_refuses_and_that_never_sees_the_bearer(
    status: str, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    fake = FakeTime()
    async with serving(http(b"<html>log in</html>", status)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:hush@127.0.0.1:{proxy.port}")
        async with Client(
            GUIDE, base_url="https://m360.invalid/api", clock=fake.clock, sleep=fake.sleep
        ) as client:
            with pytest.raises(errors.Unreachable) as caught:
                await client.get_history(HistoryRequest())
    assert caught.value.kind == "proxy"
    assert status in caught.value.user_text.happened
    assert "hush" not in caught.value.user_text.one_line()
    assert (len(proxy.requests) > 1) is again
    assert {request.line for request in proxy.requests} == {"CONNECT m360.invalid:443 HTTP/1.1"}
    assert GUIDE.auth_token not in str(proxy.requests)


@in_loop
async def test_a_proxy_is_not_used_for_this_computer_and_a_useless_one_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "nonsense://user:hush@127.0.0.1:9")
    async with serving(GOOD) as server, quick_client(server) as client:
        assert (await client.get_history(HistoryRequest())).has_more is False
    async with Client(GUIDE, base_url="https://m360.invalid/api") as client:
        with pytest.raises(errors.Unreachable) as caught:
            await client.get_history(HistoryRequest())
    assert caught.value.kind == "proxy"
    assert "hush" not in f"{caught.value} {caught.value.technical()}"


def test_heavy_libraries_come_with_the_first_request_only() -> None:
    code = "import sys, m360desk.api.client; print(sorted({'httpx', 'truststore'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ast.literal_eval(result.stdout) == []
