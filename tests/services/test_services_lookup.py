"""One device is found by a scan: in the cache, else at the service, and never another one."""

from collections.abc import Sequence

import pytest

from m360desk.api.client import Client
from m360desk.core.identity import Scan, read_scan
from m360desk.services.lookup import LookupResult, look_up
from m360desk.services.sync_types import SyncMode
from m360desk.services.writer_thread import WriterThread
from m360desk.store.errors import CacheAbsent
from m360desk.store.reader import CacheReader
from tests.services.conftest import Bench


def find(
    bench: Bench, scan: Scan, mode: SyncMode = "live", *, online: bool = True, others: Sequence[Scan] = ()
) -> LookupResult:
    async def in_cache(identifier: str) -> Sequence[int]:
        try:
            with CacheReader.open(bench.path) as reader:
                return reader.find(identifier)
        except CacheAbsent:
            return ()

    async def ask(client: Client, writer: WriterThread) -> LookupResult:
        line = client if online else None
        return await look_up(scan, client=line, find=in_cache, cache=writer, mode=mode, others=others)

    bench.control("reset-counters")
    return bench.with_client(ask)


def identified(bench: Bench) -> dict[str, str]:
    """Identifiers of one session in the account that has them all."""
    for position in range(600):
        record = bench.control("record", position=position)["record"]
        places = [
            record,
            *(record[name] for name in ("device", "stickyData") if isinstance(record.get(name), dict)),
        ]
        found = {
            name: next((place[name] for place in places if place.get(name)), "")
            for name in ("imei", "serial", "m360id", "customId", "sessionId")
        }
        if all(found.values()):
            return found
    raise AssertionError("the fleet has no session with every identifier")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("imei", "imei"),
        ("serial", "serial"),
        ("m360id", "m360id"),
        ("custom", "customId"),
        ("session", "sessionId"),
    ],
)
def test_what_the_cache_lacks_is_asked_of_the_service_once(bench: Bench, kind: str, name: str) -> None:
    value = identified(bench)[name]
    scan = Scan(kind, value)  # type: ignore[arg-type] # one of the kinds
    result = find(bench, scan)
    assert (result.source, result.problem) == ("service", None)
    with CacheReader.open(bench.path) as reader:
        sessions = [reader.session(row) for row in result.row_ids]
    assert sessions
    for session in sessions:
        assert session is not None
        assert session.stretch is None  # what lies beside it is not known
    again = find(bench, scan)
    assert (again.source, set(again.row_ids)) == ("cache", set(result.row_ids))
    assert bench.asked() == []


def test_a_scan_is_found_however_it_is_written(bench: Bench) -> None:
    imei = identified(bench)["imei"]
    result = find(bench, read_scan(f"IMEI: {imei[:2]} {imei[2:8]} {imei[8:14]} {imei[14:]}"))
    assert result.source == "service"
    assert find(bench, read_scan(imei)).source == "cache"


def test_another_device_than_the_one_asked_for_is_refused(bench: Bench) -> None:
    """In testing mode the service answers any question with some session; without its sample id, too."""
    bench.faults("no-sample-ids")
    bench.control("settings", accountMode="testing")
    result = find(bench, Scan("imei", identified(bench)["imei"]))
    assert (result.row_ids, result.source) == ((), None)
    assert result.problem is not None
    assert "another device" in result.problem.happened
    bench.faults()
    made_up = find(bench, Scan("imei", identified(bench)["imei"]))
    assert made_up.problem is not None
    assert "made-up" in made_up.problem.happened
    assert not bench.path.exists()


def test_testing_mode_and_off_line_ask_nobody(bench: Bench) -> None:
    scan = Scan("imei", identified(bench)["imei"])
    for result in (find(bench, scan, "testing"), find(bench, scan, online=False)):
        assert (result.row_ids, result.source) == ((), None)
        assert result.problem is not None
        assert not result.denied
    assert bench.asked() == []


@pytest.mark.parametrize(
    ("text", "denied"), [("353918107000008", True), ("no such thing", True), ("x", False), ("a" * 80, False)]
)
def test_what_is_nowhere_is_said_to_be_nowhere(bench: Bench, text: str, denied: bool) -> None:
    """That the account has none is said only where the account has answered so."""
    result = find(bench, read_scan(text))
    assert (result.row_ids, result.source, result.denied) == ((), None, denied)
    assert result.problem is not None
    assert "No session" in result.problem.happened


def test_what_else_a_code_may_mean_is_looked_for_after_it(bench: Bench) -> None:
    """A custom ID that looks like a serial; a box that writes an S in front; the second number of a label."""
    known = identified(bench)
    nowhere = Scan("imei", "353918107000008")
    for scan, others in (
        (Scan("serial", known["customId"]), ()),
        (Scan("serial", "S" + known["serial"]), (Scan("serial", known["serial"]),)),
        (nowhere, (nowhere, Scan("imei", known["imei"]))),
    ):
        bench.path.unlink(missing_ok=True)
        result = find(bench, scan, others=others)
        assert (result.source, result.denied) == ("service", False)
    assert find(bench, nowhere, others=(Scan("imei", known["imei"]),)).source == "cache"


def test_trouble_with_the_service_is_told_as_it_is(bench: Bench) -> None:
    bench.faults("redirect")
    result = find(bench, Scan("imei", identified(bench)["imei"]))
    assert result.problem is not None
    assert "redirection" in result.problem.happened
    assert not result.denied
