"""Diagnostics as they stand in a record: today's shape in the forms an answer may take, and the old one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from m360desk.simulator.shop.dice import between, mix, whole

if TYPE_CHECKING:
    from m360desk.simulator.shop.sessions import Facts

_TESTS = (
    "TouchScreen", "Color", "Speaker", "Microphone", "RearCamera", "FrontCamera", "Battery", "Vibration",
    "Wifi", "Bluetooth", "HardwareButton", "Charge", "Proximity", "Storage",
)  # fmt: skip
_MORE_TESTS = ("Gyroscope", "NFC")
_SKIPPED_NOW_AND_THEN = frozenset({"Proximity", "Charge", "HardwareButton", "Gyroscope", "NFC"})
_OLD_NAMES = {
    "TouchScreen": "touchScreen", "Color": "color", "Speaker": "speaker", "Microphone": "microphone",
    "RearCamera": "rearCamera", "FrontCamera": "frontCamera", "Battery": "battery", "Vibration": "vibration",
    "Wifi": "wifi", "Bluetooth": "bluetooth", "HardwareButton": "hardwareButton", "Charge": "charge",
    "Proximity": "proximity", "Storage": "storage",
}  # fmt: skip
_WHY_FAILED = {
    "TouchScreen": "4 of 60 fields without answer", "Color": "stripe at the lower edge",
    "Speaker": "Earpiece: 18 dB, expected 60 dB or more", "Microphone": "Bottom microphone: no signal",
    "RearCamera": "No focus", "FrontCamera": "No picture", "Vibration": "No vibration felt",
    "Wifi": "No network found", "Bluetooth": "No device found", "HardwareButton": "Volume down: no answer",
    "Charge": "0.02 A, expected 0.5 A or more", "Proximity": "No change when covered",
}  # fmt: skip
_SPEC = {"RearCamera": "12 MP", "FrontCamera": "12 MP", "Wifi": "802.11ax, -48 dBm", "Charge": "1.31 A"}
_NAMES_OF_FORM = (("contextId", "value"), ("context", "value"), ("id", "result"), ("key", "text"))
_CATEGORIES = {
    "Display": ("TouchScreen", "Color"), "Sound": ("Speaker", "Microphone", "Vibration"),
    "Cameras": ("RearCamera", "FrontCamera"), "Connections": ("Wifi", "Bluetooth", "NFC"),
    "Power": ("Battery", "Charge"), "Sensors": ("Proximity", "Gyroscope"),
}  # fmt: skip
_CATEGORY_OF = {test: category for category, tests in _CATEGORIES.items() for test in tests}


def _entry(test: str, result: str, details: object) -> dict[str, object]:
    """A DiagnosticsResultTest."""
    return {
        "testId": test,
        "category": _CATEGORY_OF.get(test, "Device"),
        "result": result,
        "isManual": result == "Skipped" or test in {"Color", "HardwareButton"},
        "attempts": 2 if result == "Failed" else 1,
        "comment": None,
        "details": details,
    }


def _plain_entry(test: str, result: str) -> msgspec.Raw:
    """A test whose details do not depend on the device, as JSON text."""
    details: list[object] = []
    if result == "Failed":
        details = [{"contextId": test + "Reason", "value": _WHY_FAILED.get(test, "Not as expected")}]
    elif test in _SPEC:
        details = [{"contextId": test + "Info", "value": _SPEC[test]}]
    return msgspec.Raw(msgspec.json.encode(_entry(test, result, details)))


# Written once: most of a record's tests are these, and encoding them again would take most of the time.
_PLAIN_ENTRIES = {
    (test, result): _plain_entry(test, result)
    for test in _TESTS + _MORE_TESTS
    for result in ("Passed", "Failed", "Skipped", "NA")
}
_OLD_ENTRIES = {
    result: msgspec.Raw(msgspec.json.encode({"status": result.lower(), "attempts": 1, "details": []}))
    for result in ("Passed", "Failed", "Skipped", "NA")
}


def iso(moment_ms: int) -> str:
    """ISO 8601 in UTC with whole seconds, as the service writes times."""
    return datetime.fromtimestamp(moment_ms // 1000, UTC).isoformat()


def outcomes(facts: Facts) -> dict[str, str]:
    """Test id and result of one diagnostics run."""
    rng = facts.rng
    state = facts.state
    failing = state.failing
    weak = facts.device.reads_battery and state.health < 80
    tests = _TESTS if rng.random() < 0.8 else _TESTS + _MORE_TESTS
    found: dict[str, str] = {}
    for test in tests:
        if test in failing:
            found[test] = "Failed"
        elif test == "Battery" and weak:
            found[test] = "Failed" if rng.random() < 0.9 else "Passed"
        elif test in _SKIPPED_NOW_AND_THEN and rng.random() < 0.06:
            found[test] = "Skipped" if rng.random() < 0.7 else "NA"
        else:
            found[test] = "Failed" if rng.random() < 0.0015 else "Passed"
    return found


def diagnostics(facts: Facts, *, old_shape: bool) -> list[object]:
    """The list ``diagnosticsResults`` of a session: one run, sometimes one before it."""
    rng = facts.rng
    finished = facts.created_ms - int((facts.created_ms - facts.connected_ms) * between(rng, 0.05, 0.3))
    found = outcomes(facts)
    make = _old_result if old_shape else _result
    last = make(facts, found, finished)
    if rng.random() >= 0.05:
        return [last]
    first = make(facts, found | {"Speaker": "Skipped", "Microphone": "Skipped"}, finished - 95_000)
    return [first, last] if rng.random() < 0.7 else [last, first]


def _battery_details(facts: Facts) -> dict[str, tuple[float | str, str]]:
    """Context id, value and unit; nothing where the device does not tell."""
    rng = facts.rng
    device, state = facts.device, facts.state
    details: dict[str, tuple[float | str, str]] = {
        "BatteryTemperature": (round(between(rng, 22.0, 38.0), 1), "°C"),
        "BatteryVoltage": (round(between(rng, 3.62, 4.31), 2), "V"),
        "BatteryTechnology": ("Li-ion", ""),
    }
    if device.reads_battery:
        capacity = device.phone.capacity
        details["BatteryOriginalCapacity"] = (capacity, "mAh")
        details["BatteryCurrentCapacity"] = (round(capacity * state.health / 100), "mAh")
        if device.reads_cycles:
            details["BatteryCycles"] = (state.cycles, "")
    drain = between(rng, 1, 5) + max(0.0, 90 - state.health) / 3
    details["BatteryDrainPercentLost"] = (round(drain), "%")
    return details


def _storage_details(facts: Facts) -> dict[str, tuple[float | str, str]]:
    total = facts.device.storage
    free = free_storage(facts)
    return {
        "StorageTotal": (total, "GB"),
        "StorageFree": (free, "GB"),
        "StorageUsed": (round(total - free, 2), "GB"),
    }


def free_storage(facts: Facts) -> float:
    """GB free on the device; nearly all after a wipe."""
    roll = (mix(facts.number) >> 11) * 2.0**-53
    share = 0.82 + 0.08 * roll if facts.has_wipe else 0.04 + 0.76 * roll
    return round(facts.device.storage * share, 2)


def _result(facts: Facts, found: dict[str, str], finished_ms: int) -> dict[str, object]:
    rng = facts.rng
    roll = rng.random()
    form = 0 if roll < 0.62 else 1 if roll < 0.74 else 2 if roll < 0.82 else 3 if roll < 0.88 else 4
    tests: list[object] = []
    for test, result in found.items():
        if test == "Battery":
            details = _written(_battery_details(facts), form)
        elif test == "Storage":
            details = _written(_storage_details(facts), form)
        else:
            tests.append(_PLAIN_ENTRIES[test, result])
            continue
        tests.append(_entry(test, result, details))
    return {
        "id": facts.number * 2 + 1,
        "startedTime": iso(finished_ms - whole(rng, 80, 420) * 1000),
        "durationSeconds": (finished_ms - facts.connected_ms) // 1000,
        "language": "en",
        "operator": facts.operator,
        "finishedTime": iso(finished_ms),
        "appVersion": "4.18.2",
        "template": "Full test",
        "tests": tests,
    }


def _written(details: dict[str, tuple[float | str, str]], form: int) -> object:
    """Details as a list of objects under one of the known pairs of names, or as one object."""
    if form == 4:
        return {name: value for name, (value, _) in details.items()}
    name_key, value_key = _NAMES_OF_FORM[form]
    if form == 1:  # values as text with their units
        return [
            {name_key: name, value_key: f"{value} {unit}".rstrip()} for name, (value, unit) in details.items()
        ]
    return [
        {name_key: name, value_key: value, "unit": unit or None} for name, (value, unit) in details.items()
    ]


_OLD_DETAILS = {
    "BatteryTemperature": "temperature", "BatteryVoltage": "voltage", "BatteryTechnology": "technology",
    "BatteryOriginalCapacity": "designCapacity", "BatteryCurrentCapacity": "fullCapacity",
    "BatteryCycles": "cycles", "BatteryDrainPercentLost": "batteryDrainPercent",
    "StorageTotal": "total", "StorageFree": "free", "StorageUsed": "used",
}  # fmt: skip


def _old_result(facts: Facts, found: dict[str, str], finished_ms: int) -> dict[str, object]:
    result: dict[str, object] = {"finishedTime": iso(finished_ms)}
    with_units = facts.rng.random() < 0.5
    for test, outcome in found.items():
        if test == "Storage":
            result["storage"] = {"details": _old_details(_storage_details(facts), with_units)}
            continue
        name = _OLD_NAMES.get(test, test.lower())
        if test == "Battery":
            details = _old_details(_battery_details(facts), with_units)
            result[name] = {"status": outcome.lower(), "attempts": 1, "details": details}
        else:
            result[name] = _OLD_ENTRIES[outcome]
    return result


def _old_details(details: dict[str, tuple[float | str, str]], with_units: bool) -> dict[str, object]:
    return {
        _OLD_DETAILS[name]: f"{value} {unit}".rstrip() if with_units else value
        for name, (value, unit) in details.items()
    }
