"""getHistory over a real socket: every order and direction, every filter against all records."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from m360desk.simulator.host import SimulatorProcess
from tests.simulator.plain_client import Api

Record = dict[str, Any]
ORDERS = ["id:desc", "id:asc", "connectionTime:desc", "connectionTime:asc"]


def ids_of(records: list[Record]) -> list[str]:
    return [record["sessionId"] for record in records]


def found(record: Record, name: str) -> Any:
    for place in (record, record["device"], record["stickyData"]):
        if isinstance(place, dict) and place.get(name) is not None:
            return place[name]
    return None


@pytest.fixture(scope="module")
def everything(simulator: SimulatorProcess) -> list[Record]:
    """All records, newest first, read once."""
    return [record for page in Api(simulator).walk(limit=100) for record in page]


def test_reading_page_by_page_gives_every_session_once(api: Api, everything: list[Record]) -> None:
    ids = ids_of(everything)
    assert len(ids) == 700
    assert ids == sorted(set(ids), reverse=True)
    assert ids == api.control("sessions")["ids"]
    created = [record["createdAt"] for record in everything]
    assert created == sorted(created, reverse=True)


@pytest.mark.parametrize("faults", ["", "random-ids", "unsorted-ids"])
@pytest.mark.parametrize("order", ORDERS)
def test_every_order_forwards_and_backwards(
    api: Api, everything: list[Record], order: str, faults: str
) -> None:
    api.control("faults", faults=faults)
    pages = list(api.walk(order=order, limit=97))
    records = [record for page in pages for record in page]
    assert [len(page) for page in pages] == [97] * 7 + [700 - 7 * 97]
    assert len(set(ids_of(records))) == 700
    times = {record["createdAt"]: record["connectionTime"] for record in everything}
    assert {record["createdAt"]: record["connectionTime"] for record in records} == times
    falling = order.endswith("desc")
    if order.startswith("connectionTime"):
        keys = [record["connectionTime"] for record in records]
    elif faults == "unsorted-ids":
        keys = [record["createdAt"] for record in records]
        assert ids_of(records) != sorted(ids_of(records), reverse=falling)
    else:
        keys = ids_of(records)
    assert keys == sorted(keys, reverse=falling)
    back = [
        record
        for page in api.walk("endingBefore", order=order, limit=97, endingBefore=records[-1]["sessionId"])
        for record in reversed(page)
    ]
    assert ids_of(back) == ids_of(records)[-2::-1]


def test_default_limit_and_page_edges(api: Api, everything: list[Record]) -> None:
    ids = ids_of(everything)
    first = api.call().data
    assert (ids_of(first["records"]), first["hasMore"], first["totalCount"]) == (ids[:20], True, None)
    last = api.call(limit=20, startingAfter=ids[-21]).data
    assert (ids_of(last["records"]), last["hasMore"]) == (ids[-20:], False)
    assert api.call(startingAfter=ids[-1]).data == {"records": [], "hasMore": False, "totalCount": None}
    assert api.call(endingBefore=ids[0]).data == {"records": [], "hasMore": False, "totalCount": None}
    assert ids_of(api.call(endingBefore=ids[50], limit=5).data["records"]) == ids[45:50]
    assert ids_of(api.call(order="id:asc", limit=1).data["records"]) == [ids[-1]]


def filters(everything: list[Record]) -> Iterator[tuple[dict[str, Any], list[Record]]]:
    """Requests and the records they must answer, found by looking at every record."""
    sample = [record for record in everything[::29] if found(record, "imei") and found(record, "customId")]
    names = {
        "imei": ("imei", "imei2"),
        "serial": ("serial",),
        "m360id": ("m360id",),
        "customId": ("customId",),
    }
    for parameter, places in names.items():
        for record in sample[:6]:
            value = found(record, places[-1]) or found(record, places[0])
            hits = [r for r in everything if value in [found(r, place) for place in places]]
            yield {parameter: value}, hits
        values = [found(record, places[0]) for record in sample[6:16]]
        hits = [r for r in everything if set(values) & {found(r, place) for place in places}]
        yield {parameter: values}, hits
        yield (
            {parameter: [values[0], "000000000000000"], "username": "anna"},
            [
                r
                for r in everything
                if values[0] in [found(r, place) for place in places] and r["username"] == "anna"
            ],
        )
    unidentified = next(r for r in everything if r["device"] == [])
    yield (
        {"m360id": unidentified["m360id"]},
        [r for r in everything if found(r, "m360id") == unidentified["m360id"]],
    )
    yield {"sessionId": everything[7]["sessionId"]}, [everything[7]]
    yield {"sessionId": "0" * 36}, []
    yield {"username": "yuki"}, [r for r in everything if r["username"] == "yuki"]
    yield (
        {"friendlyName": "iphone 13 PRO"},
        [r for r in everything if "iphone 13 pro" in (found(r, "friendlyName") or "").casefold()],
    )
    operations = {
        "hasDiagnostics": "diagnosticsResults",
        "hasGrading": "gradingResult",
        "hasWipe": "wipeResult",
        "hasOemCheck": "oemCheckResult",
        "hasBlacklistCheck": "blacklistCheckResult",
    }
    for parameter, name in operations.items():
        for wanted in (True, False):
            yield {parameter: wanted}, [r for r in everything if bool(r[name]) == wanted]
    yield (
        {"hasWipe": True, "hasGrading": False, "username": "marek"},
        [r for r in everything if r["wipeResult"] and not r["gradingResult"] and r["username"] == "marek"],
    )


def test_every_filter_answers_what_looking_at_all_records_finds(api: Api, everything: list[Record]) -> None:
    for request, expected in filters(everything):
        records = [record for page in api.walk(limit=100, **request) for record in page]
        assert ids_of(records) == ids_of(expected), request
        if len(expected) > 2:
            rising = [record for page in api.walk(limit=100, order="id:asc", **request) for record in page]
            assert ids_of(rising) == ids_of(expected)[::-1], request
            after = api.call(limit=1, startingAfter=ids_of(expected)[0], **request).data
            assert ids_of(after["records"]) == ids_of(expected)[1:2], request


@pytest.mark.parametrize("order", ["id:desc", "connectionTime:asc"])
def test_connection_times_are_limits_on_both_sides_included(
    api: Api, everything: list[Record], order: str
) -> None:
    times = sorted(record["connectionTime"] for record in everything)
    low, high = times[150], times[450]
    local = datetime.fromisoformat(low).astimezone().isoformat()
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"connectionTimeMin": low}, [t for t in times if t >= low]),
        ({"connectionTimeMax": high}, [t for t in times if t <= high]),
        (
            {"connectionTimeMin": local, "connectionTimeMax": high},
            [t for t in times if low <= t <= high],
        ),
        ({"connectionTimeMin": low[:10]}, [t for t in times if t[:10] >= low[:10]]),
        ({"connectionTimeMin": (datetime.fromisoformat(times[-1]) + timedelta(days=1)).isoformat()}, []),
    ]
    for request, expected in cases:
        pages = api.walk(order=order, limit=100, **request)
        answered = [record["connectionTime"] for page in pages for record in page]
        assert sorted(answered) == expected, request


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("limit", 0), ("limit", 101), ("limit", "50"), ("limit", True), ("order", "time"),
        ("order", ["id:asc"]), ("startingAfter", "short"), ("startingAfter", "f" * 36),
        ("endingBefore", 7), ("sessionId", "x"), ("imei", "12"), ("imei", "35291811 284617"),
        ("imei", []), ("imei", ["352918112846172"] * 11), ("serial", "a-b-c"), ("m360id", "A" * 21),
        ("customId", "K2"), ("customId", ["K26-0418", 5]), ("friendlyName", "ab"),
        ("username", "a" * 101), ("connectionTimeMin", "yesterday"), ("connectionTimeMax", 5),
        ("hasWipe", "true"), ("includeOpen", 1), ("testing", "yes"),
    ],
)  # fmt: skip
def test_wrong_parameters_are_named(api: Api, parameter: str, value: Any) -> None:
    reply = api.call(**{parameter: value})
    assert reply.status == 400
    assert reply.json["data"] == []
    assert list(reply.error["details"]) == [parameter]


def test_both_cursors_at_once_are_refused(api: Api, everything: list[Record]) -> None:
    ids = ids_of(everything)
    assert list(api.call(startingAfter=ids[9], endingBefore=ids[20]).error["details"]) == ["endingBefore"]


def test_what_happens_meanwhile(simulator: SimulatorProcess) -> None:
    """New sessions on top, later changes, sessions closed late, deletions: in an account of its own."""
    with SimulatorProcess("--sessions", "300", "--today", "2026-11-23") as process:
        api = Api(process)
        ids = api.control("sessions")["ids"]
        added = api.control("add", count=3)["ids"]
        newest = api.call(limit=5).data["records"]
        assert ids_of(newest) == added + ids[:2]
        created = [record["createdAt"] for record in newest]
        assert created == sorted(created, reverse=True)

        api.control("change", id=ids[4], grade="D", set={"note": "dropped"})
        changed = api.call(sessionId=ids[4]).data["records"][0]
        assert (changed["gradingResult"]["grade"], changed["note"]) == ("D", "dropped")
        api.control("change", position=0, blacklisted=True)
        listed = api.call(limit=1, hasBlacklistCheck=True).data["records"][0]
        assert (listed["sessionId"], listed["blacklistCheckResult"]["isBlacklisted"]) == (added[0], True)

        api.control("open", id=ids[10])
        assert ids[10] not in ids_of(api.call(limit=20).data["records"])
        open_one = api.call(sessionId=ids[10], includeOpen=True).data["records"][0]
        assert open_one["isClosed"] is False
        api.control("close", id=ids[10])
        assert ids_of(api.call(limit=100).data["records"])[13] == ids[10]

        api.control("delete", id=ids[20])
        assert api.control("sessions") == {"total": 302, "ids": added + ids[:20] + ids[21:]}
        assert api.call(startingAfter=ids[20], limit=1).data["records"][0]["sessionId"] == ids[21]
        walked = [record for page in api.walk(limit=100) for record in page]
        assert ids_of(walked) == added + ids[:20] + ids[21:]


def test_prerendered_pages_are_the_same_bytes(api: Api) -> None:
    arguments = ("--sessions", "450", "--seed", "8", "--today", "2026-11-23")
    with SimulatorProcess(*arguments) as plain:
        port = str(plain.port)
        expected = [json.dumps(page) for page in Api(plain).walk(limit=100)]
    with SimulatorProcess(*arguments, "--prerender", "--port", port) as rendered:
        api = Api(rendered)
        assert [json.dumps(page) for page in api.walk(limit=100)] == expected
        ids = api.control("sessions")["ids"]
        api.control("delete", id=ids[120])
        api.control("change", id=ids[250], set={"note": "late"})
        added = api.control("add", count=2)["ids"]
        walked = [record for page in api.walk(limit=100) for record in page]
        assert ids_of(walked) == added + ids[:120] + ids[121:]
        assert walked[2 + 249]["note"] == "late"
        assert Counter(ids_of(walked)).most_common(1)[0][1] == 1


@pytest.mark.parametrize("order", ["id:desc", "connectionTime:desc", "id:asc"])
def test_some_of_the_newest_can_be_prerendered_too(api: Api, order: str) -> None:
    api.control("add", count=20)
    expected = [json.dumps(page) for page in api.walk(limit=30, order=order)]
    api.control("prerender", count=100)
    assert [json.dumps(page) for page in api.walk(limit=30, order=order)] == expected
