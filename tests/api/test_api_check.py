"""The connection check: what each kind of account and failure is told, and how the mode shows."""

import json
from collections.abc import Sequence
from typing import Literal

import pytest
import trustme

from m360desk.api.check import ConnectionReport
from m360desk.api.client import Client
from tests.api.raw_server import (
    GOOD,
    GUIDE_FORBIDDEN,
    GUIDE_TOO_MANY,
    FakeTime,
    Script,
    http,
    in_loop,
    quick_client,
    serving,
)
from tests.api.test_api_client import tls_context

MANY = http(GUIDE_TOO_MANY, "429 Too Many Requests")
Mode = Literal["live", "testing"]


def page(*records: dict[str, object]) -> bytes:
    return http(
        json.dumps({"data": {"records": records, "hasMore": True}, "meta": {"success": True}}).encode()
    )


def session(number: int, **more: object) -> dict[str, object]:
    return {"sessionId": f"{number:036d}", "imei": "356938035643809", "m360id": "ABC123", **more}


def refusal(code: str) -> bytes:
    return http(
        json.dumps(
            {"data": [], "meta": {"success": False, "errors": {"code": code, "title": "T", "details": []}}}
        ).encode()
    )


async def check(
    answers: Sequence[bytes | Script], wanted: Mode = "live"
) -> tuple[ConnectionReport, int, Client]:
    async with serving(*answers) as server, quick_client(server, FakeTime()) as client:
        report = await client.check_connection(wanted=wanted)
        assert all(
            request.json == {"order": "id:asc", "limit": 1} for request in server.requests
        )  # never with "testing": the account itself shall answer
        return report, len(server.requests), client


def states(report: ConnectionReport) -> list[tuple[str, str]]:
    return [(step.name, step.state) for step in report.steps]


ALL_OK = [("service", "ok"), ("credentials", "ok"), ("licence", "ok"), ("mode", "ok")]


@in_loop
async def test_a_live_account() -> None:
    # Notes may be edited between two looks; what identifies the session stays.
    report, requests, _ = await check([page(session(1, note="a")), page(session(1, note="b"))])
    assert states(report) == ALL_OK
    assert (report.ok, report.mode, report.limit, requests) == (True, "live", None, 3)
    assert report.steps[0].milliseconds is not None
    assert report.steps[3].text == "The account answers with live data"


@in_loop
async def test_the_limit_is_told_when_it_was_met() -> None:
    report, _, client = await check([MANY, MANY, page(session(1))])
    assert states(report) == ALL_OK
    assert report.limit == 5
    assert report.steps[2].text == "Licence active, 5 requests a second"
    assert client.stats.rate_limited == 2


@pytest.mark.parametrize(
    "answers",
    [
        [page(session(1)), page(session(1)), page(session(2))],
        [page(session(1)), page(session(1)), page(session(1, imei="other"))],
        [page(session(1, m360id="AS4MPL3S4MPL3S4MPL3S"))],
        [page({"id": "x", "device": {"m360id": "AS4MPL3S4MPL3S4MPL3S"}})],
        [page(session(1)), page(session(1)), GOOD],
        [page({"a": 1}), page({"a": 1}), page({"a": 2})],
    ],
    ids=["other record", "other device", "sample id", "sample id in device", "gone", "no identity"],
)
@pytest.mark.parametrize("wanted", ["live", "testing"])
@in_loop
async def test_an_account_in_testing_mode(answers: list[bytes], wanted: Mode) -> None:
    report, _, _ = await check(answers, wanted)
    assert report.mode == "testing"
    assert report.ok is (wanted == "testing")
    assert report.steps[-1].state == ("ok" if wanted == "testing" else "failed")
    assert "set the API to Live on the M360 dashboard" in report.steps[-1].detail.replace("Set", "set")


@in_loop
async def test_an_empty_account() -> None:
    report, _, _ = await check([GOOD])
    assert report.mode == "unknown"
    assert states(report) == [*ALL_OK[:3], ("mode", "unknown")]


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        (http(GUIDE_FORBIDDEN, "403 X"), [("service", "ok"), ("credentials", "failed")], "auth:forbidden"),
        (refusal("api:disabled"), [*ALL_OK[:2], ("licence", "failed")], "Set the API to Testing or Live"),
        (refusal("licence:over"), [*ALL_OK[:2], ("licence", "failed")], "active licence"),
        (refusal("some:thing"), [("service", "ok"), ("credentials", "unknown")], "T"),
        (http(b"<html>", "502 X"), [("service", "failed")], "proxy"),
    ],
)
@in_loop
async def test_what_fails_is_said_at_once(answer: bytes, expected: list[tuple[str, str]], words: str) -> None:
    report, requests, _ = await check([answer])
    assert states(report) == expected
    assert not report.ok or expected[-1][1] == "unknown"
    assert words in report.steps[-1].detail
    assert report.error is not None
    assert requests == 1


@in_loop
async def test_an_untrusted_certificate() -> None:
    context = tls_context(trustme.CA(), "127.0.0.1")
    async with serving(GOOD, tls=context) as server, quick_client(server) as client:
        report = await client.check_connection(wanted="live")
    assert states(report) == [("service", "failed")]
    assert "certificate is not trusted" in report.steps[0].text


@in_loop
async def test_a_failure_half_way() -> None:
    report, _, _ = await check([page(session(1)), http(GUIDE_FORBIDDEN)])
    assert states(report) == [*ALL_OK[:3], ("mode", "unknown")]
    assert "auth:forbidden" in report.steps[-1].detail
