"""One record while it is being read: its properties merged, its newest diagnostics result summed up."""

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from m360desk.core import diagnostics, parsing

T = TypeVar("T")

_CONTEXTS: Final = frozenset(diagnostics.V1_CONTEXTS.values())
SCALARS: Final = frozenset({int, float, str})
# The plain object is v1's name for the list (assumption).
_RESULT_LISTS: Final = ("diagnosticsResults", "diagnosticsResult")


def is_blank(value: object) -> bool:
    """Whether a property holds nothing: null, an empty text, an empty list or object."""
    return value is None or value == "" or value == [] or value == {}


def merge(record: dict[str, object]) -> dict[str, object]:
    """The record's own properties, its ``device``'s, its ``stickyData``'s: the first with a value counts."""
    merged = record.copy()
    for part in ("device", "stickyData"):
        inner = record.get(part)
        if type(inner) is not dict:
            continue
        for name, value in inner.items():
            held = merged.get(name)
            if (held is None or held == "" or held == [] or held == {}) and value is not None:
                merged[name] = value
    return merged


class Reading:
    """What the catalogue's derived fields are computed from."""

    __slots__ = ("contexts", "failed", "known", "merged", "passed", "record", "skipped", "tested")

    def __init__(self, record: dict[str, object]) -> None:
        self.record = record
        self.merged = merge(record)
        self.tested: int | None = None  # when the newest diagnostics result was finished
        # Test ids of the newest diagnostics result, as sets that keep their order; None: there is no result.
        self.failed: dict[str, None] | None = None
        self.passed: dict[str, None] = {}
        self.skipped: dict[str, None] = {}
        self.contexts: dict[str, tuple[object, str | None]] = {}  # context id -> value and unit as they came
        self.known: dict[object, object] = {}  # what was derived already, by the function that derives it
        result = diagnostics.newest(diagnostics_results(self.merged))
        if result is not None:
            self._sum_up(result)

    def first(self, *names: str) -> object:
        """The first of these properties that holds something."""
        get = self.merged.get
        for name in names:
            value = get(name)
            if value is not None and not is_blank(value):
                return value
        return None

    def _sum_up(self, result: dict[str, object]) -> None:
        self.tested = parsing.time_ms(result.get("finishedTime"))
        self.failed = {}
        lists = {"failed": self.failed, "passed": self.passed, "skipped": self.skipped}
        for test, outcome, details in diagnostics.tests_of(result):
            names = lists.get(diagnostics.verdict(outcome))
            if names is not None:
                names[test] = None
            if details:
                self._take_details(test, details)

    def _take_details(self, test: str, details: object) -> None:
        contexts = self.contexts
        for context, value, unit in diagnostics.details_of(test, details):
            if context in _CONTEXTS and type(value) in SCALARS and context not in contexts:
                contexts[context] = (value, unit if type(unit) is str else None)


def diagnostics_results(merged: dict[str, object]) -> list[dict[str, object]]:
    """All diagnostics results, in the order in which they came."""
    for name in _RESULT_LISTS:
        results = diagnostics.results_of(merged.get(name))
        if results:
            return results
    return []


def once(derive: Callable[[Reading], T]) -> Callable[[Reading], T]:
    """Have a derived value that several fields need computed once a reading."""

    @wraps(derive)
    def remembered(reading: Reading) -> T:
        known = reading.known
        if derive in known:
            return known[derive]  # type: ignore[return-value] # put there by this very function
        value = known[derive] = derive(reading)
        return value

    return remembered
