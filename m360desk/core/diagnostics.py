"""Diagnostics results in each shape: v2's lists, v1's objects keyed by test, and what lies between."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

from m360desk.core import parsing

Verdict = Literal["passed", "failed", "skipped", "na", "other"]

_VERDICTS: Final[Mapping[str, Verdict]] = {
    "passed": "passed",
    "pass": "passed",
    "ok": "passed",
    "success": "passed",
    "true": "passed",
    "failed": "failed",
    "fail": "failed",
    "failure": "failed",
    "false": "failed",
    "skipped": "skipped",
    "skip": "skipped",
    "na": "na",
    "n/a": "na",
    "notavailable": "na",
    "not available": "na",
    "notapplicable": "na",
}

# Keys of v1's details and the context ids that took their place (guide).
V1_CONTEXTS: Final[Mapping[str, str]] = {
    "temperature": "BatteryTemperature",
    "voltage": "BatteryVoltage",
    "technology": "BatteryTechnology",
    "designCapacity": "BatteryOriginalCapacity",
    "fullCapacity": "BatteryCurrentCapacity",
    "cycles": "BatteryCycles",
    "batteryDrainPercent": "BatteryDrainPercentLost",
    "total": "StorageTotal",
    "free": "StorageFree",
    "used": "StorageUsed",
}
_V1_MARKS: Final = ("status", "result", "details")
_WITH_V1_DETAILS: Final = frozenset({"Battery", "Storage"})
NAMELESS: Final = "Unnamed"  # a test that came without an id still counts
# Names of a detail's parts: assumption, the endpoint page does not show them.
_CONTEXT_NAMES: Final = ("contextId", "context", "id", "key")
_VALUE_NAMES: Final = ("value", "result", "text")
_RESULT_NAMES: Final = ("result", "status")
_TEST_NAMES: Final = ("testId", "id", "test", "name")


@lru_cache(maxsize=1024)
def verdict(result: str) -> Verdict:
    """What a test's result means; upper and lower case alike. Results unknown to us are "other"."""
    return _VERDICTS.get(result.strip().lower(), "other")


@lru_cache(maxsize=4096)
def test_id(name: str) -> str:
    """A test's id as v2 writes it: v1's ``rearCamera`` is ``RearCamera``. Commas part ids in the cache."""
    name = name.strip().replace(",", " ")
    return name[:1].upper() + name[1:]


def results_of(value: object) -> list[dict[str, object]]:
    """The diagnostics results of a session, in the order in which they came."""
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict) and item]
    if not isinstance(value, dict) or not value:
        return []
    if "tests" not in value and all(name.isdigit() for name in value):
        # PHP writes a list whose numbering has a gap as an object.
        return [item for item in value.values() if isinstance(item, dict) and item]
    return [value]


def newest(results: list[dict[str, object]]) -> dict[str, object] | None:
    """The current result: the newest by ``finishedTime``, else the last in the list."""
    if len(results) < 2:
        return results[0] if results else None
    best: dict[str, object] | None = None
    best_ms: int | None = None
    for result in results:
        ms = parsing.time_ms(result.get("finishedTime"))
        if ms is not None and (best_ms is None or ms >= best_ms):
            best, best_ms = result, ms
    return best or results[-1]


def tests_of(result: dict[str, object]) -> list[tuple[str, str, object]]:
    """The tests of one result: id, result as it came ("" where none), details as they came."""
    tests = result.get("tests")
    if type(tests) is list:
        return [_listed_test(test) for test in tests if type(test) is dict]
    keyed = tests if type(tests) is dict else result
    found: list[tuple[str, str, object]] = []
    for key, test in keyed.items():
        if isinstance(test, dict) and (keyed is tests or any(mark in test for mark in _V1_MARKS)):
            found.append((test_id(key), _result_text(test), test.get("details")))
        elif keyed is tests and isinstance(test, str):
            found.append((test_id(key), test, None))
    return found


def _listed_test(test: dict[str, object]) -> tuple[str, str, object]:
    name = test.get("testId")
    if type(name) is not str or not name:
        name = _first_text(test, _TEST_NAMES) or NAMELESS
    outcome = test.get("result")
    if type(outcome) is not str:
        outcome = _result_text(test)
    return test_id(name), outcome, test.get("details")


def details_of(test: str, details: object) -> list[tuple[str, object, object]]:
    """The details of one test: context id, value, unit (None where none came)."""
    if type(details) is list:
        found = []
        for item in details:
            if type(item) is not dict:
                continue
            context = item.get("contextId")
            if type(context) is str and context and "value" in item:
                found.append((context, item["value"], item.get("unit")))
            else:
                found += _details_of_object(test, item)
        return found
    return _details_of_object(test, details) if type(details) is dict else []


def _details_of_object(test: str, item: dict[str, object]) -> list[tuple[str, object, object]]:
    context = _first_text(item, _CONTEXT_NAMES)
    if context is not None and any(name in item for name in _VALUE_NAMES):
        return [(context, _first(item, _VALUE_NAMES), item.get("unit"))]
    found = []
    for key, value in item.items():
        name = V1_CONTEXTS.get(key, key) if test in _WITH_V1_DETAILS else key
        if isinstance(value, dict):
            found.append((name, _first(value, _VALUE_NAMES), value.get("unit")))
        else:
            found.append((name, value, None))
    return found


def _result_text(test: dict[str, object]) -> str:
    return _first_text(test, _RESULT_NAMES) or ""


def _first(item: dict[str, object], names: tuple[str, ...]) -> object:
    for name in names:
        value = item.get(name)
        if value is not None:
            return value
    return None


def _first_text(item: dict[str, object], names: tuple[str, ...]) -> str | None:
    value = item.get(names[0])
    if type(value) is str and value:
        return value
    for name in names:
        value = item.get(name)
        if value is not None and (found := parsing.text(value)) is not None:
            return found
    return None
