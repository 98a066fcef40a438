"""Every fault seen from outside, over a real socket."""

import contextlib
import gzip
import http.client
import json
import select
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest

from m360desk.simulator.faults import BAD_ANSWERS, KINDS
from tests.simulator.plain_client import Api

SAMPLE_M360ID = "AS4MPL3S4MPL3S4MPL3S"


def ids_on(api: Api, **body: Any) -> list[str]:
    return [record["sessionId"] for record in api.call(**body).data["records"]]


def truth(api: Api) -> list[str]:
    ids: list[str] = api.control("sessions")["ids"]
    return ids


def html_502(api: Api) -> None:
    reply = api.call()
    assert reply.status == 502
    assert reply.headers["Content-Type"].startswith("text/html")
    assert b"<html>" in reply.body


def empty_body(api: Api) -> None:
    reply = api.call()
    assert (reply.status, reply.body) == (200, b"")


def truncated(api: Api) -> None:
    with pytest.raises(http.client.IncompleteRead) as cut:
        api.call(limit=50)
    assert len(cut.value.partial) > 1000
    assert cut.value.expected


def list_data(api: Api) -> None:
    answer = api.call().json
    assert isinstance(answer["data"], list)
    assert answer["meta"]["success"] is True


def broken_gzip(api: Api) -> None:
    reply = api.call()
    assert reply.headers["Content-Encoding"] == "gzip"
    with pytest.raises((EOFError, OSError, zlib.error)):
        gzip.decompress(reply.body)


def reset(api: Api) -> None:
    with api.raw_request() as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def not_json(api: Api) -> None:
    reply = api.call()
    assert reply.status == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)


def http_500_envelope(api: Api) -> None:
    reply = api.call()
    assert reply.status == 500
    assert reply.error["details"] == []


def huge(api: Api) -> None:
    reply = api.call()
    assert len(reply.body) > 50_000_000
    assert reply.headers["Content-Length"] == str(len(reply.body))


def stall(api: Api) -> None:
    with api.raw_request() as connection:
        api.wait_for_fault("stall")
        assert select.select([connection], [], [], 0)[0] == []
        api.control("cut")
        assert connection.recv(1) == b""


def slow_body(api: Api) -> None:
    with api.raw_request() as connection:
        first = connection.recv(65536)
        head, _, begun = first.partition(b"\r\n\r\n")
        length = int(head.rpartition(b"Content-Length: ")[2])
        assert len(begun) < length / 2
        arrived, pieces = len(begun), 0
        while arrived < length:
            arrived += len(connection.recv(1 << 20))
            pieces += 1
        assert pieces >= 10


def redirect(api: Api) -> None:
    reply = api.call()
    assert reply.status == 302
    elsewhere = urlsplit(reply.headers["Location"])
    assert (elsewhere.hostname, elsewhere.port) != ("127.0.0.1", api.simulator.port)


def ask(api: Api, times: int) -> None:
    """Provoke answers of which only the counters are looked at."""
    for _ in range(times):
        with api.raw_request() as connection, contextlib.suppress(ConnectionResetError):
            connection.recv(1)


def bad(api: Api) -> None:
    ask(api, 80)
    seen = api.control("counters")["faults"]
    assert set(seen) == set(BAD_ANSWERS)
    assert sum(seen.values()) == 80
    api.control("reset-counters")
    api.control("faults", faults="bad:0.3")
    ask(api, 200)
    assert 40 < sum(api.control("counters")["faults"].values()) < 80


def overlapping_pages(api: Api) -> None:
    first = ids_on(api, limit=50)
    assert ids_on(api, limit=50, startingAfter=first[-1]) == truth(api)[40:90]
    pages = list(api.walk(limit=100))
    assert list(dict.fromkeys(r["sessionId"] for page in pages for r in page)) == truth(api)


def over_limit(api: Api) -> None:
    assert ids_on(api, limit=50) == truth(api)[:75]
    assert len(ids_on(api, limit=1)) == 1


def known_only(api: Api) -> None:
    ids = truth(api)
    assert ids_on(api, limit=100, startingAfter=ids[99]) == ids[100:200]
    for _ in range(3):
        again = api.call(limit=100, startingAfter=ids[199]).data
        assert [record["sessionId"] for record in again["records"]] == ids[:100]
        assert again["hasMore"] is True


def late_closers(api: Api) -> None:
    listed = truth(api)
    first = [record["sessionId"] for page in api.walk(limit=100) for record in page]
    assert first == listed
    second = [record["sessionId"] for page in api.walk(limit=100) for record in page]
    late = set(second) - set(first)
    assert second == truth(api) == sorted({*first, *late}, reverse=True)
    assert late
    assert max(late) < first[0]
    oldest_late = api.call(sessionId=min(late)).data["records"][0]["createdAt"]
    assert "2026-11-18" <= oldest_late[:10] <= "2026-11-23"


def refused_cursor(api: Api) -> None:
    api.control("faults", faults="refused-cursor:1")
    first = ids_on(api, limit=100)
    refused = api.call(limit=100, startingAfter=first[-1])
    assert (refused.status, list(refused.error["details"])) == (400, ["startingAfter"])
    before = api.call(limit=100, endingBefore=first[-1])
    assert (before.status, list(before.error["details"])) == (400, ["endingBefore"])
    assert first[-1] not in truth(api)
    api.control("faults", faults="refused-cursor")
    assert ids_on(api, limit=3, startingAfter=first[-2]) == truth(api)[99:102]
    assert ids_on(api, limit=3, startingAfter=truth(api)[4]) == truth(api)[5:8]
    api.control("faults", faults="")
    assert ids_on(api, limit=3, startingAfter=first[-1]) == truth(api)[99:102]


def wrong_hasmore_false(api: Api) -> None:
    ids = truth(api)
    first = api.call(limit=100).data
    assert (len(first["records"]), first["hasMore"]) == (100, False)
    assert ids_on(api, limit=100, startingAfter=ids[99]) == ids[100:200]


def wrong_hasmore_true(api: Api) -> None:
    ids = truth(api)
    below = api.call(limit=100, startingAfter=ids[-1]).data
    assert (below["records"], below["hasMore"]) == ([], True)
    assert api.call(limit=100, startingAfter=ids[-50]).data["hasMore"] is True


def stuck_cursor(api: Api) -> None:
    ids = truth(api)
    for page in range(3):
        edge = ids[99 + 100 * page]
        assert ids_on(api, limit=100, startingAfter=edge) == ids[100 + 100 * page : 200 + 100 * page]
    for _ in range(2):
        stuck = api.call(limit=100, startingAfter=ids[399]).data
        assert [record["sessionId"] for record in stuck["records"]] == ids[300:400]
        assert stuck["hasMore"] is True


def random_ids(api: Api) -> None:
    records = [record for page in api.walk(limit=100) for record in page]
    ids = [record["sessionId"] for record in records]
    assert ids == sorted(set(ids), reverse=True)
    created = [record["createdAt"] for record in records]
    rising = sum(before < after for before, after in pairwise(created))
    assert 0.4 < rising / len(created) < 0.6


def unsorted_ids(api: Api) -> None:
    records = [record for page in api.walk(limit=100) for record in page]
    ids = [record["sessionId"] for record in records]
    created = [record["createdAt"] for record in records]
    assert created == sorted(created, reverse=True)
    rising = sum(before < after for before, after in pairwise(ids))
    assert 0.4 < rising / len(ids) < 0.6


def connection_time_ignored(api: Api) -> None:
    assert ids_on(api, limit=100, connectionTimeMin="2030-01-01T00:00:00+00:00") == truth(api)[:100]
    assert ids_on(api, limit=100, connectionTimeMax="2000-01-01T00:00:00+00:00") == truth(api)[:100]


def flips_to_testing(api: Api) -> None:
    api.control("faults", faults="flips-to-testing:3")
    live = set(truth(api))
    assert [set(ids_on(api)) <= live for _ in range(5)] == [True, True, True, False, False]
    assert api.call().data["records"][0]["m360id"] == SAMPLE_M360ID


def no_sample_ids(api: Api) -> None:
    records = api.call(limit=100, testing=True).data["records"]
    assert SAMPLE_M360ID not in {record.get("m360id") for record in records}


def busy_account(api: Api) -> None:
    api.control("settings", rate=50)
    api.control("faults", faults="busy-account:2")
    replies = [api.call(limit=1) for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].json["meta"]["errors"]["details"] == {"maximumRequestsPerSecond": 50}


def retry_after(api: Api) -> None:
    api.control("settings", rate=1)
    while (reply := api.call(limit=1)).status != 429:
        pass
    assert reply.headers["Retry-After"] == "1"


def odd_records(api: Api) -> None:
    api.control("faults", faults="odd-records:1")
    text = b"".join(api.call(limit=100, startingAfter=edge).body for edge in (truth(api)[0], truth(api)[100]))
    for oddity in (rb'"broken \ud83d emoji"', b": NaN", b": 1e400", b": 123456789012345678901234567890"):
        assert oddity in text
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(api.call(limit=100).body)
    records = api.call(limit=100).data["records"]  # the standard library reads all of it
    assert any("sessionId" not in record and "id" not in record for record in records)
    assert any(record.get("stickyData") == [] for record in records)
    assert any(record.get("connectionTime") == 17 for record in records)
    assert any(record.get("device", 1) is None for record in records)
    api.control("faults", faults="odd-records:0.2")
    plain = sum(isinstance(record["stickyData"], dict) for record in api.call(limit=100).data["records"])
    assert 70 < plain < 100


CHECKS: dict[str, Callable[[Api], None]] = {
    check.__name__.replace("_", "-"): check
    for check in (
        html_502, empty_body, truncated, list_data, broken_gzip, reset, not_json, http_500_envelope, huge,
        stall, slow_body, redirect, bad, overlapping_pages,
        over_limit, known_only, late_closers, refused_cursor,
        wrong_hasmore_false, wrong_hasmore_true, stuck_cursor, random_ids, unsorted_ids,
        connection_time_ignored, flips_to_testing, no_sample_ids, busy_account, retry_after, odd_records,
    )
}  # fmt: skip


def test_every_fault_has_its_check() -> None:
    assert set(CHECKS) == set(KINDS)


@pytest.mark.parametrize("fault", KINDS)
def test_fault_can_be_seen_and_goes_away(api: Api, fault: str) -> None:
    before = truth(api)
    api.control("faults", faults=f"{fault}:1" if fault == "bad" else fault)
    CHECKS[fault](api)
    api.control("faults", faults="")
    api.control("settings", rate=0)
    after = [record["sessionId"] for page in api.walk(limit=100) for record in page]
    gone = set(before) - set(after)
    assert len(gone) == (1 if fault == "refused-cursor" else 0)
    assert after == [session_id for session_id in before if session_id not in gone]


def test_several_faults_and_the_same_again(api: Api) -> None:
    def answers() -> list[tuple[int, int]]:
        api.control("faults", faults="html-502:0.2,list-data:0.3,over-limit:5")
        replies = [api.call(limit=2) for _ in range(60)]
        return [(reply.status, len(reply.json["data"]) if reply.status == 200 else 0) for reply in replies]

    first = answers()
    assert answers() == first
    seen = api.control("counters")["faults"]
    assert 6 <= seen["html-502"] <= 44
    assert 12 <= seen["list-data"] <= 60
