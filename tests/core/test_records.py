"""The tolerant reader: every shape of the API, and any JSON object whatever."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m360desk.core import jsontext
from m360desk.core.diagnostics import V1_CONTEXTS
from m360desk.core.fields import COLUMNS, FIELDS, find_field
from m360desk.core.flags import ACCOUNT_LOCK, BLACKLISTED, PARTS, ROOTED, SIM_LOCK, UNIDENTIFIED
from m360desk.core.notes import KNOWN
from m360desk.core.records import Session, key_in, read, read_detail
from tests.core.json_strategies import INNER_NAMES, RECORDS, TEXTS

FIXTURES = Path(__file__).parent.parent / "fixtures"
KEY = "019fa7b8-1e8a-7e2e-9094-82d87d177ace"
BATTERY_V1 = {
    "status": "failed",
    "details": {
        "temperature": "31.4 °C",
        "voltage": 4123,
        "technology": "Li-ion",
        "designCapacity": "3095 mAh",
        "fullCapacity": 2414,
        "cycles": "812",
        "batteryDrainPercent": "9%",
    },
}
V1 = {
    "battery": BATTERY_V1,
    "rearCamera": {"status": "passed"},
    "storage": {"details": {"total": "128 GB", "free": "24 GB", "used": "104 GB"}},
}


def session(record: Mapping[str, object]) -> Session:
    return read(jsontext.encode(dict(record)))


def values(record: Mapping[str, object], *names: str) -> list[object]:
    found = session(record)
    return [found.get(name) for name in names]


@settings(max_examples=150, deadline=None)
@given(RECORDS)
def test_any_object_is_read_whole_and_always_alike(record: dict[str, object]) -> None:
    raw = jsontext.encode(record)
    found, again, detail = read(raw), read(raw), read_detail(raw)
    assert found.raw == raw
    assert found == again == detail.session
    assert jsontext.encode(detail.record) == raw
    assert [str(note) for note in detail.notes] == [str(note) for note in read_detail(raw).notes]
    marks = ",".join("?" * len(COLUMNS))
    with sqlite3.connect(":memory:") as connection:
        kept = connection.execute(f"SELECT {marks}", found.values).fetchone()
    connection.close()
    assert kept == found.values


IDS = st.one_of(st.text(min_size=36, max_size=36), st.just(KEY), TEXTS, st.integers(), st.none())


@settings(max_examples=300, deadline=None)
@given(RECORDS, st.fixed_dictionaries({}, optional={"id": IDS, "sessionId": IDS}), st.data())
def test_the_key_alone_is_the_one_that_reading_finds(
    record: dict[str, object], ids: dict[str, object], data: st.DataObject
) -> None:
    raw = bytearray(jsontext.encode(record | ids))
    assert key_in(bytes(raw)) == read(bytes(raw)).key
    for _ in range(data.draw(st.integers(0, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from(b'"{}[]\\,:0aeNu\xff\xc3\n'))
    assert key_in(bytes(raw)) == read(bytes(raw)).key


@pytest.mark.parametrize("depth", [5, 1_000, 200_000])
def test_the_key_of_a_record_that_is_nested_deeply(depth: int) -> None:
    raw = b'{"sessionId": "%s", "a": %s}' % (KEY.encode(), b"[" * depth + b"]" * depth)
    assert key_in(raw) == read(raw).key


ODD: tuple[object, ...] = (
    *(
        "²",
        "٣٤",
        "²" * 14,
        "9" * 5000,
        "1e999",
        "%",
        "-",
        ",",
        "\x00",
        "\ud800",
        "💥",
        "NaN",
        "0x1F",
        "1970",
        "T",
        "..",
    ),
    *(0, -1, 10**30, -(2**63), 2**64, 1e308, -0.0, 5e-324, float("nan"), float("inf"), True, False, None),
    *(
        [],
        {},
        [[]],
        [{}],
        [None],
        {"": None},
        [[[1]]],
        [1, "a"],
        {"0": {}},
        {"0": {"tests": 1}},
        [{"tests": {"a": 1}}],
    ),
    *(
        {"value": {"value": {}}},
        {"status": []},
        {"result": {"result": "x"}},
        [{"tests": [{"testId": 5, "result": 1}]}],
    ),
)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_every_property_may_hold_anything(odd: object) -> None:
    everywhere = dict.fromkeys([*sorted(KNOWN), *INNER_NAMES], odd)
    contexts = [{"contextId": name, "value": odd, "unit": odd} for name in V1_CONTEXTS.values()]
    tests = [{"testId": "Battery", "result": odd, "details": contexts}, everywhere]
    for record in (
        everywhere,
        {"sessionId": KEY, "device": everywhere, "stickyData": everywhere},
        {"diagnosticsResults": [{"finishedTime": odd, "tests": tests}, everywhere]},
        {
            "diagnosticsResults": {
                "battery": {"status": odd, "details": everywhere},
                "storage": {"details": odd},
            }
        },
        dict.fromkeys(KNOWN, everywhere),
        {name: [everywhere, odd] for name in KNOWN},
    ):
        raw = jsontext.encode(record)
        assert read(raw) == read_detail(raw).session
        assert all(str(note) for note in read_detail(raw).notes)


@pytest.mark.parametrize("raw", [b"[]", b"null", b"{", b"", b"\xff\xfe", b'"text"', b"[" * 100_000, b"NaN"])
def test_what_is_no_object_has_no_key_but_keeps_its_bytes(raw: bytes) -> None:
    found = read(raw)
    assert (found.key, found.raw, set(found.values)) == (None, raw, {None})
    assert read_detail(raw).notes


@pytest.mark.parametrize(
    "expense", ['"Amount €148"', '{"Amount": "€148"}', '[{"amount": "€100"}, {"price": "48.00 EUR"}]']
)
def test_expenses_are_money_however_they_are_written(expense: str) -> None:
    assert read(f'{{"sessionId": "x", "deviceExpense": {expense}}}'.encode()).get("expense") == 148


def test_the_reference_record_gives_every_figure() -> None:
    raw = (FIXTURES / "reference_record.json").read_bytes()
    found = read(raw)
    record = json.loads(raw)
    assert found.key == record["sessionId"]
    assert [found.get(name) for name in ("battery", "battery_source", "cycles", "full_charge", "design")] == [
        78.0,
        "reported",
        1167,
        2399,
        3095,
    ]
    assert found.get("measured") == 77.5  # of 2,399 by 3,095 mAh, whatever the device reports
    assert [found.get(n) for n in ("temperature", "voltage", "drain", "storage")] == [36.7, 3.68, 6.0, 128.0]
    assert (found.get("model"), found.get("name")) == ("iPhone 13 Pro", "iPhone 13 Pro 128 GB Silver")
    assert (found.get("result"), found.get("failed"), found.get("passed_count")) == ("failed", "Battery", 15)
    assert (found.get("grade"), found.get("blacklist"), found.get("wipe"), found.get("expense")) == (
        "C",
        "clean",
        "wiped",
        148.14,
    )
    assert (found.get("account_lock"), found.get("sim_lock")) == ("iCloud", "unlocked")
    assert found.get("parts") == "display,frontCamera"
    assert found.get("flags") == ACCOUNT_LOCK | PARTS
    assert found.get("device") == "imei:352918119109327"
    assert found.get("has") == "diagnostics,grading,photos,wipe,oem,blacklist,expenses,reports"
    # 06:21:10 UTC on 28 July 2026, counted by hand from 2026-01-01 (1767225600): 208 days and 22,870 s.
    assert found.get("time") == (1767225600 + 208 * 86400 + 22870) * 1000


def test_properties_are_looked_for_in_the_record_then_the_device_then_the_sticky_data() -> None:
    record = {
        "sessionId": KEY,
        "serial": None,
        "brand": "on record",
        "device": {"serial": "on device", "brand": "no", "id": "x" * 36, "deviceColor": ""},
        "stickyData": {"serial": "no", "customId": "sticky", "deviceColor": "sticky"},
    }
    assert values(record, "serial", "brand", "custom", "color") == [
        "on device",
        "on record",
        "sticky",
        "sticky",
    ]
    assert session(record).key == KEY, "the device's own id is not the session's"


@pytest.mark.parametrize("empty", [[], {}, None, "", "x", 3])
def test_php_lists_for_objects_and_other_odd_containers_do_no_harm(empty: object) -> None:
    names = "device stickyData diagnosticsResults gradingResult gradingPhotos oemCheckResult wipeResult"
    others = "deviceExpense blacklistCheckResult diagnosticsReports brandAccounts"
    record = {"sessionId": KEY, "customId": "K1", **dict.fromkeys([*names.split(), *others.split()], empty)}
    assert session(record).get("custom") == "K1"
    assert session(record).get("result") == "not tested"
    assert read_detail(jsontext.encode(record)).tests == ()


def test_the_key_is_the_id_where_it_is_one_else_the_session_id() -> None:
    other = KEY[::-1]
    assert session({"id": other, "sessionId": KEY}).key == other
    assert session({"id": 40301, "sessionId": KEY}).key == KEY
    assert session({"id": 40301, "sessionId": "short"}).key is None
    assert session({"sessionId": "short"}).get("session") == "short"


@pytest.mark.parametrize(
    "wrap", [lambda v1: [v1], lambda v1: v1, lambda v1: {"0": v1}, lambda v1: [{"tests": v1}]]
)
def test_v1_results_are_read_as_v2(wrap: object) -> None:
    assert callable(wrap)
    record = {"sessionId": KEY, "diagnosticsResults": wrap(V1)}
    assert values(record, "failed", "passed", "result") == ["Battery", "RearCamera", "failed"]
    assert values(
        record, "temperature", "voltage", "design", "full_charge", "cycles", "drain", "storage", "free"
    ) == [
        31.4,
        4.123,
        3095,
        2414,
        812,
        9.0,
        128.0,
        24.0,
    ]
    assert values(record, "battery", "battery_source") == [78.0, "measured"]
    detail = read_detail(jsontext.encode(record))
    assert [(test.test_id, test.title, test.verdict) for test in detail.tests] == [
        ("Battery", "Battery", "failed"),
        ("RearCamera", "Rear camera", "passed"),
        ("Storage", "Storage", "other"),
    ]
    assert [item.context_id for item in detail.tests[0].details] == [
        "BatteryTemperature",
        "BatteryVoltage",
        "BatteryTechnology",
        "BatteryOriginalCapacity",
        "BatteryCurrentCapacity",
        "BatteryCycles",
        "BatteryDrainPercentLost",
    ]


@pytest.mark.parametrize(
    "details",
    [
        [{"contextId": "BatteryVoltage", "value": "4.12 V"}, {"contextId": "BatteryCycles", "value": 5}],
        [
            {"context": "BatteryVoltage", "result": 4.12, "unit": "V"},
            {"id": "BatteryCycles", "text": "5 cycles"},
        ],
        [{"key": "BatteryVoltage", "value": 4120, "unit": "mV"}, {"key": "BatteryCycles", "value": "5"}],
        {"BatteryVoltage": 4.12, "BatteryCycles": 5},
        {"BatteryVoltage": {"value": "4,12 V"}, "BatteryCycles": {"value": 5, "unit": None}},
        [{"BatteryVoltage": 4.12}, {"BatteryCycles": 5}],
    ],
)
def test_details_in_every_accepted_form(details: object) -> None:
    tests = [{"testId": "Battery", "result": "Passed", "details": details}]
    record = {"sessionId": KEY, "diagnosticsResults": [{"tests": tests}]}
    assert values(record, "voltage", "cycles") == [4.12, 5]
    shown = read_detail(jsontext.encode(record)).tests[0].details
    assert [(item.context_id, item.number) for item in shown][1] == ("BatteryCycles", 5)


def result(finished: object, test: str, outcome: str = "Passed") -> dict[str, object]:
    return {"finishedTime": finished, "tests": [{"testId": test, "result": outcome, "details": []}]}


def test_the_newest_result_counts_else_the_last() -> None:
    early, late = "2026-01-01T10:00:00+02:00", "2026-01-01T09:00:00Z"
    by_time = {"diagnosticsResults": [result(late, "Late"), result(early, "Early"), result(None, "Undated")]}
    assert values(by_time, "passed") == ["Late"]
    detail = read_detail(jsontext.encode(by_time))
    assert [found.tests[0].test_id for found in detail.results] == ["Late", "Early", "Undated"]
    undated = {"diagnosticsResults": [result(None, "First"), result("soon", "Last")]}
    assert values(undated, "passed", "tested") == ["Last", None]


def test_results_we_do_not_know_are_shown_and_counted_nowhere() -> None:
    tests = [
        {"testId": "Lidar", "result": "Wobbly", "details": []},
        {"testId": "Wifi", "result": "NA", "details": []},
        {"testId": "Charge", "result": "SKIPPED", "details": []},
        {"result": "Passed"},
        "no test",
    ]
    record = {"diagnosticsResults": [{"tests": tests[:3]}]}
    assert values(record, "result", "failed", "passed", "skipped", "skipped_count") == [
        "not tested",
        "",
        "",
        "Charge",
        1,
    ]
    detail = read_detail(jsontext.encode(record))
    assert [(test.title, test.result, test.verdict) for test in detail.tests] == [
        ("Lidar", "Wobbly", "other"),
        ("Wi-Fi", "NA", "na"),
        ("Charge", "SKIPPED", "skipped"),
    ]
    assert "Lidar: result “Wobbly”, not known: neither passed nor failed" in map(str, detail.notes)
    assert values({"diagnosticsResults": [{"tests": tests}]}, "passed_count") == [1]


@pytest.mark.parametrize(
    ("record", "percent", "source"),
    [
        ({"batteryHealthPercent": "100%"}, 100.0, "reported"),
        ({"batteryHealthPercent": 87}, 87.0, "reported"),
        ({"batteryHealthPercent": "103 %"}, 103.0, "reported"),
        ({"batteryHealthPercent": 0.87}, 87.0, "reported"),
        ({"batteryHealthPercent": "87,5%"}, 87.5, "reported"),
        ({"batteryHealthPercent": None}, None, None),
        ({"batteryHealthPercent": "0%"}, None, None),
        ({"batteryHealthPercent": -1}, None, None),
        ({"batteryHealthPercent": "Service"}, None, None),
        (
            {"batteryHealthPercent": "", "fullChargeCapacity": 2414, "designCapacity": "3095 mAh"},
            78.0,
            "measured",
        ),
        ({"batteryHealthPercent": 5000, "fullChargeCapacity": 3095, "designCapacity": 0}, None, None),
    ],
)
def test_state_of_health_and_its_source(record: dict[str, object], percent: object, source: object) -> None:
    assert values(record, "battery", "battery_source") == [percent, source]


@pytest.mark.parametrize(
    ("record", "locks"),
    [
        ({"osType": "iOS", "associatedAccount": "On", "MDMState": "Off"}, "iCloud"),
        ({"osType": "Android", "associatedAccount": "a***@example.org"}, "FRP"),
        ({"osType": "Android", "frpState": "Locked", "MDMState": True}, "FRP,MDM"),
        ({"brandAccounts": [{"type": "Samsung"}], "frpState": "off"}, "Brand account"),
        ({"brandAccounts": [], "frpState": None}, ""),
        ({"frpState": "unknown", "MDMState": None}, None),
        ({}, None),
    ],
)
def test_account_locks(record: dict[str, object], locks: str | None) -> None:
    assert values(record, "account_lock") == [locks]
    flags = session(record).get("flags")
    assert isinstance(flags, int)
    assert bool(flags & ACCOUNT_LOCK) == bool(locks)


def test_what_stands_against_selling_is_flagged() -> None:
    record = {
        "simLock": None,
        "simLockStatus": "LOCKED",
        "blacklistCheckResult": {"status": "Stolen"},
        "oemCheckResult": {
            "display": {"isOriginal": False},
            "battery": {"isOriginal": True},
            "x": {"isOriginal": None},
        },
        "iosJailbreak": True,
        "imei": "000000000000000",
        "serial": "unknown",
    }
    assert values(record, "flags", "sim_lock", "blacklist", "parts") == [
        SIM_LOCK | BLACKLISTED | PARTS | ROOTED | UNIDENTIFIED,
        "locked",
        "listed",
        "display",
    ]
    assert values(
        {"oemCheckResult": {"a": {"isOriginal": True}}, "blacklistCheckResult": "Pending"},
        "parts",
        "blacklist",
    ) == [
        "",
        "Pending",
    ]


def test_identities_come_as_bare_text() -> None:
    record = {
        "imei": 352918119109327,
        "imei2": "35-291811-910933-5",
        "serial": " F17V0TC46325 ",
        "customId": 12.0,
    }
    assert values(record, "imei", "imei2", "serial", "custom") == [
        "352918119109327",
        "352918119109335",
        "F17V0TC46325",
        "12",
    ]


@pytest.mark.parametrize(
    ("record", "model"),
    [
        ({"friendlyName": "iPhone 15 Pro Max 256 GB Space Gray", "modelName": "x"}, "iPhone 15 Pro Max"),
        ({"friendlyName": "Galaxy S23 1TB"}, "Galaxy S23"),
        ({"friendlyName": "Pixel 7 Obsidian", "deviceColor": "obsidian"}, "Pixel 7"),
        ({"friendlyName": "128 GB"}, "128 GB"),
        ({"marketingName": "Redmi 9", "friendlyName": "y"}, "Redmi 9"),
        ({"modelCode": "SM-G991B"}, "SM-G991B"),
    ],
)
def test_the_model_stands_without_storage_and_colour(record: dict[str, object], model: str) -> None:
    assert values(record, "model") == [model]


def test_what_a_strict_decoder_refuses_is_read() -> None:
    raw = (
        b'{"sessionId":"' + KEY.encode() + b'","customId":"K\\ud800","username":"\xff","batteryCycles":1e400,'
        b'"fullChargeCapacity":123456789012345678901234567890,"internalStorage":NaN,"serial":"F17V0TC46325"}'
    )
    found = read(raw)
    assert (found.key, found.get("serial"), found.get("custom")) == (KEY, "F17V0TC46325", b"K\xed\xa0\x80")
    assert [found.get(name) for name in ("cycles", "full_charge", "storage")] == [None, None, None]
    assert read_detail(raw).session == found


def test_what_was_strange_is_noted() -> None:
    record = {
        "sessionId": KEY,
        "batteryCycles": "812 cycles",
        "batteryHealthPercent": "78%",
        "connectionTime": "2026-08-26 05:14:12",
        "createdAt": 1787548452,
        "imei": "352918119109328",
        "isClosed": "1",
        "device": "none",
        "internalStorage": "huge",
        "internalStorageFree": "1 TB",
        "iosPencil": 1,
        "dockTest": 2,
    }
    assert [str(note) for note in read_detail(jsontext.encode(record)).notes] == [
        "imei: “352918119109328”, no identity: The check digit is wrong: one digit was misread or mistyped.",
        "connectionTime: text “2026-08-26 05:14:12”, without an offset, read as UTC",
        "createdAt: number 1787548452, read as 2026-08-24 05:14:12 UTC",
        "isClosed: text “1”, read as yes",
        "batteryCycles: text “812 cycles”, read as 812",
        "internalStorage: text “huge”, not read as a figure",
        "device: text “none”, an object was expected, so it was passed over",
        "2 properties without a name here: iosPencil, dockTest",
    ]


def test_names_and_aliases_of_fields_are_unique_and_found_in_any_case() -> None:
    names = [name for field in FIELDS for name in (field.name, *field.aliases)]
    assert len(names) == len(set(names))
    assert {find_field(name.upper()) for name in names} == set(FIELDS)
