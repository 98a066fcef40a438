"""The made-up shop: believable, the same for the same seed, and never held in memory."""

import json
import random
import statistics
import tracemalloc
from collections import Counter, defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from m360desk.simulator.history import History
from m360desk.simulator.parameters import HistoryQuery
from m360desk.simulator.shop.fleet import Fleet, IdStyle
from m360desk.simulator.shop.phones import PHONES

END = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Every seventh record of the usual fleet, newest first."""
    fleet = Fleet(25_000, END, 1)
    return [json.loads(fleet.record_bytes(number)) for number in range(24_999, -1, -7)]


def passes_luhn(imei: str) -> bool:
    """The check as ISO/IEC 7812 words it: double every second digit from the right, sum the digits."""
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(imei))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def found(record: dict[str, Any], name: str) -> Any:
    """A property wherever it may stand: record, device, stickyData."""
    for place in (record, record["device"], record["stickyData"]):
        if isinstance(place, dict) and place.get(name) is not None:
            return place[name]
    return None


def health(record: dict[str, Any]) -> float | None:
    text = found(record, "batteryHealthPercent")
    return float(text.rstrip("%")) if text else None


def test_models_are_many_and_told_apart() -> None:
    assert len(PHONES) >= 60
    assert len({phone.brand for phone in PHONES}) >= 8
    assert len({phone.tac for phone in PHONES}) == len({phone.name for phone in PHONES}) == len(PHONES)
    for phone in PHONES:
        assert phone.tac.isdigit()
        assert len(phone.tac) == 8
        assert 1500 <= phone.capacity <= 5500
        assert phone.storages
        assert len(set(phone.colours)) == len(phone.colours)
    capacities = {phone.name: phone.capacity for phone in PHONES}
    assert capacities["iPhone 13 Pro"] == 3095
    assert capacities["iPhone 6s"] == 1715
    assert capacities["Galaxy S23"] == 3900


def test_identities(records: list[dict[str, Any]]) -> None:
    tacs = {phone.tac: phone.name for phone in PHONES}
    devices: dict[str, set[str]] = defaultdict(set)
    unidentified = 0
    for record in records:
        imei = found(record, "imei")
        assert len(found(record, "m360id")) == 18
        if imei is None:
            unidentified += 1
            assert record["device"] == []
            assert found(record, "serial") is None
            continue
        for number in filter(None, (imei, found(record, "imei2"))):
            assert len(number) == 15
            assert passes_luhn(number)
            assert tacs[number[:8]] == found(record, "marketingName")
        assert imei != found(record, "imei2")
        devices[imei].add(found(record, "serial"))
        assert found(record, "modelCode") in {phone.code for phone in PHONES}
    assert all(len(serials) == 1 for serials in devices.values())
    assert len({serial for serials in devices.values() for serial in serials}) == len(devices)
    assert 0.004 < unidentified / len(records) < 0.03


def test_batteries_look_like_a_shops(records: list[dict[str, Any]]) -> None:
    known = [percent for record in records if (percent := health(record)) is not None]
    measured = [
        record for record in records if health(record) is None and found(record, "fullChargeCapacity")
    ]
    assert measured, "some devices tell the capacity alone"
    unknown = (len(records) - len(known) - len(measured)) / len(records)
    assert 87 <= statistics.median(known) <= 90
    assert 0.14 <= sum(percent < 80 for percent in known) / len(known) <= 0.18
    assert 0.055 <= unknown <= 0.085
    by_model: dict[str, list[float]] = defaultdict(list)
    for record in records:
        if (percent := health(record)) is not None:
            by_model[found(record, "marketingName")].append(percent)
    medians = {name: statistics.median(values) for name, values in by_model.items() if len(values) > 40}
    assert medians["iPhone XR"] < medians["iPhone 12"] < medians["iPhone 14"] < medians["iPhone 15"]
    in_front = {name for name, _ in Counter({name: len(v) for name, v in by_model.items()}).most_common(4)}
    assert in_front == {"iPhone 11", "iPhone 12", "iPhone 13", "iPhone 14"}


def test_devices_come_back_older_or_with_a_new_battery() -> None:
    fleet = Fleet(25_000, END, 1)
    visits = Counter[int]()
    replaced = aged = 0
    for number in range(0, 25_000, 40):
        device = fleet.facts(number).device
        states = device.visits
        visits[len(states)] += 1
        assert [state.number for state in states] == sorted(state.number for state in states)
        for before, after in pairwise(states):
            assert before.created_ms < after.created_ms
            if after.cycles < before.cycles:
                replaced += 1
                assert after.health > before.health
            else:
                aged += 1
                assert after.health <= before.health + 1.1  # a reading's noise
    assert set(visits) == {2, 3, 4, 5, 6}
    assert replaced > 20
    assert aged > 5 * replaced


def test_failing_tests_go_together(records: list[dict[str, Any]]) -> None:
    failed = []
    for record in records:
        for result in record["diagnosticsResults"][-1:]:
            tests = result.get("tests", [])
            failed.append({test["testId"] for test in tests if test["result"] == "Failed"})
    microphone = sum("Microphone" in names for names in failed)
    with_speaker = sum({"Microphone", "Speaker"} <= names for names in failed)
    speaker = sum("Speaker" in names for names in failed)
    assert with_speaker > 3 * microphone * speaker / len(failed), "no more often than by chance"


def test_records_are_of_the_size_and_spread_of_real_ones(records: list[dict[str, Any]]) -> None:
    fleet = Fleet(25_000, END, 1)
    sizes = [len(fleet.record_bytes(number)) for number in range(24_999, 15_000, -50)]
    assert 6000 <= statistics.mean(sizes) <= 8000
    on_record = [record for record in records if record.get("imei")]
    assert 85 <= statistics.median(len(record) for record in on_record) <= 110
    in_device = sum("imei" in (record["device"] or {}) for record in records) / len(records)
    in_sticky = sum("batteryHealthPercent" in record["stickyData"] for record in records) / len(records)
    assert 0.1 < in_device < 0.25
    assert 0.05 < in_sticky < 0.2
    oldest = [result for record in records[-200:] for result in record["diagnosticsResults"]]
    assert all("tests" not in result and result["touchScreen"]["status"] for result in oldest)
    forms = {
        tuple(sorted(details[0])) if isinstance(details, list) else "object"
        for record in records[:3000]
        for result in record["diagnosticsResults"]
        for test in result["tests"]
        if test["testId"] == "Battery" and (details := test["details"])
    }
    assert {("contextId", "unit", "value"), ("context", "value"), "object"} <= forms
    assert any("id" in form for form in forms)
    assert any("key" in form for form in forms)


def test_work_follows_the_shops_day_and_week(records: list[dict[str, Any]]) -> None:
    moments = [datetime.fromisoformat(record["createdAt"]) for record in records]
    assert moments == sorted(moments, reverse=True)
    assert moments[0] <= END
    assert (END - moments[0]).total_seconds() < 4 * 3600
    assert all(5 <= moment.hour < 18 for moment in moments), "uploads at night"
    weekdays = Counter(moment.weekday() for moment in moments)
    assert weekdays[0] > 2 * weekdays[5] > 10 * weekdays[6]
    opened = [datetime.fromisoformat(record["connectionTime"]) for record in records]
    assert all(start < end for start, end in zip(opened, moments, strict=True))


def test_same_seed_same_shop() -> None:
    one, same, other = Fleet(5000, END, 9), Fleet(5000, END, 9), Fleet(5000, END, 10)
    numbers = random.Random(4).sample(range(5000), 60)
    for number in numbers:
        one.record_bytes(number + 1 if number < 4999 else 0)  # what was asked before must not matter
        assert one.record_bytes(number) == same.record_bytes(number)
        assert one.session_id(number) != other.session_id(number)
        assert other.number_of_id(one.session_id(number)) is None


def test_the_reference_record_is_made_again() -> None:
    """On every system and Python version, so that a seed means the same everywhere."""
    reference = json.loads((FIXTURES / "reference_record.json").read_text(encoding="utf-8"))
    fleet = Fleet(25_000, END, 1, "http://127.0.0.1:8360")
    number = fleet.number_of_id(reference["sessionId"])
    assert number is not None
    assert json.loads(fleet.record_bytes(number)) == reference


@pytest.mark.parametrize("style", list(IdStyle))
def test_ids_lead_back_to_their_sessions(style: IdStyle) -> None:
    fleet = Fleet(3000, END, 2)
    fleet.id_style = style
    ids = [fleet.session_id(number) for number in range(3010)]
    assert all(len(session_id) == 36 for session_id in ids)
    assert len(set(ids)) == len(ids)
    assert (ids == sorted(ids)) == (style is IdStyle.TIME)
    assert [fleet.number_of_id(session_id) for session_id in ids] == list(range(3010))
    for wrong in ("", "a" * 36, ids[0][:-1] + ("0" if ids[0][-1] != "0" else "1")):
        assert fleet.number_of_id(wrong) is None


def test_every_identity_finds_exactly_its_sessions() -> None:
    fleet = Fleet(2000, END, 6)
    every: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number in range(2000):
        record = json.loads(fleet.record_bytes(number))
        for name in ("imei", "imei2", "serial", "m360id", "customId"):
            if (value := found(record, name)) is not None:
                every["imei" if name == "imei2" else name, value].append(number)
    finders = {
        "imei": fleet.sessions_of_imei,
        "serial": fleet.sessions_of_serial,
        "m360id": fleet.sessions_of_m360id,
        "customId": fleet.sessions_of_custom_id,
    }
    for (name, value), numbers in every.items():
        assert finders[name](value, 2000) == numbers
    for find in finders.values():
        for nothing in ("", "000", "353000000000000", "K99-0001", "RMA 12", "????????????"):
            assert find(nothing, 2000) == []


def test_a_million_sessions_take_no_more_memory_than_a_thousand() -> None:
    def peak(sessions: int) -> int:
        tracemalloc.start()
        try:
            history = History(Fleet(sessions, END, 3))
            rng = random.Random(1)
            for _ in range(200):
                number = rng.randrange(sessions)
                assert history.fleet.number_of_id(history.fleet.session_id(number)) == number
                history.record_bytes(number)
            middle = history.page(HistoryQuery(limit=100), after=sessions // 2, before=None, limit=100)
            assert middle.numbers == list(range(sessions // 2 - 1, sessions // 2 - 101, -1))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = peak(1000), peak(1_000_000)
    assert large < small + 2_000_000
