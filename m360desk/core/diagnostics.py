"""Diagnostics results in each shape that comes: v2's lists, v1's objects keyed by test, and what lies between."""

from collections.abc import Iterator, Mapping
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
# Names of a detail's parts: assumption, the endpoint page does not show them.
_CONTEXT_NAMES: Final = ("contextId", "context", "id", "key")
_VALUE_NAMES: Final = ("value", "result", "text")
_RESULT_NAMES: Final = ("result", "status")
_TEST_NAMES: Final = ("testId", "id", "test", "name")


def verdict(result: str) -> Verdict:
    """What a test's result means; upper and lower case alike. Results unknown to us are "other"."""
    return _verdict(result)


@lru_cache(maxsize=1024)
def _verdict(result: str) -> Verdict:
    return _VERDICTS.get(result.strip().lower(), "other")


@lru_cache(maxsize=4096)
def test_id(name: str) -> str:
    """A test's id as v2 writes it: v1's ``rearCamera`` is ``RearCamera``. Commas part ids in the cache."""
    name = name.strip().replace(",", " ")
    return name[:1].upper() + name[1:]


test_id.__test__ = False  # type: ignore[attr-defined] # pytest would take the function for a test


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


def tests_of(result: dict[str, object]) -> Iterator[tuple[str, str, object]]:
    """The tests of one result: id, result as it came ("" where none), details as they came."""
    tests = result.get("tests")
    if isinstance(tests, list):
        for test in tests:
            if isinstance(test, dict):
                name = _first_text(test, _TEST_NAMES)
                if name is not None:
                    yield test_id(name), _result_text(test), test.get("details")
        return
    keyed = tests if isinstance(tests, dict) else result
    for key, test in keyed.items():
        if isinstance(test, dict) and (keyed is tests or any(mark in test for mark in _V1_MARKS)):
            yield test_id(key), _result_text(test), test.get("details")
        elif keyed is tests and isinstance(test, str):
            yield test_id(key), test, None


def details_of(test: str, details: object) -> Iterator[tuple[str, object, object]]:
    """The details of one test: context id, value, unit (None where none came)."""
    if isinstance(details, list):
        for item in details:
            if isinstance(item, dict):
                yield from _details_of_object(test, item)
    elif isinstance(details, dict):
        yield from _details_of_object(test, details)


def _details_of_object(test: str, item: dict[str, object]) -> Iterator[tuple[str, object, object]]:
    context = _first_text(item, _CONTEXT_NAMES)
    if context is not None and any(name in item for name in _VALUE_NAMES):
        yield context, _first(item, _VALUE_NAMES), item.get("unit")
        return
    for key, value in item.items():
        context = V1_CONTEXTS.get(key, key) if test in _WITH_V1_DETAILS else key
        if isinstance(value, dict):
            yield context, _first(value, _VALUE_NAMES), value.get("unit")
        else:
            yield context, value, None


def _result_text(test: dict[str, object]) -> str:
    return _first_text(test, _RESULT_NAMES) or ""


def _first(item: dict[str, object], names: tuple[str, ...]) -> object:
    for name in names:
        value = item.get(name)
        if value is not None:
            return value
    return None


def _first_text(item: dict[str, object], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = item.get(name)
        if value is not None and (found := parsing.text(value)) is not None:
            return found
    return None
