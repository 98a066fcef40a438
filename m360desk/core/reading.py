"""One record while it is being read: its properties merged, its newest diagnostics result summed up."""

from typing import Final

from m360desk.core import diagnostics, parsing

_CONTEXTS: Final = frozenset(diagnostics.V1_CONTEXTS.values())
# The plain object is v1's name for the list (assumption).
_RESULT_LISTS: Final = ("diagnosticsResults", "diagnosticsResult")


def is_blank(value: object) -> bool:
    """Whether a property holds nothing: null, an empty text, an empty list or object."""
    return value is None or value == "" or value == [] or value == {}


def merge(record: dict[str, object]) -> dict[str, object]:
    """The record's own properties, then its ``device``'s, then its ``stickyData``'s: the first with a value."""
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

    __slots__ = ("contexts", "failed", "merged", "passed", "record", "skipped", "tested")

    def __init__(self, record: dict[str, object]) -> None:
        self.record = record
        self.merged = merge(record)
        self.tested: int | None = None  # when the newest diagnostics result was finished
        self.failed: list[str] | None = None  # test ids of the newest diagnostics result; None: there is none
        self.passed: list[str] = []
        self.skipped: list[str] = []
        self.contexts: dict[str, tuple[object, object]] = {}  # context id -> value and unit as they came
        result = diagnostics.newest(diagnostics_results(self.merged))
        if result is not None:
            self._sum_up(result)

    def first(self, *names: str) -> object:
        """The first of these properties that holds something."""
        get = self.merged.get
        for name in names:
            value = get(name)
            if not is_blank(value):
                return value
        return None

    def _sum_up(self, result: dict[str, object]) -> None:
        self.tested = parsing.time_ms(result.get("finishedTime"))
        self.failed = failed = []
        lists = {"failed": failed, "passed": self.passed, "skipped": self.skipped}
        contexts = self.contexts
        for test, outcome, details in diagnostics.tests_of(result):
            names = lists.get(diagnostics.verdict(outcome))
            if names is not None and test not in names:
                names.append(test)
            if not details:
                continue
            for context, value, unit in diagnostics.details_of(test, details):
                if value is not None and context in _CONTEXTS and context not in contexts:
                    contexts[context] = (value, unit)


def diagnostics_results(merged: dict[str, object]) -> list[dict[str, object]]:
    """All diagnostics results, in the order in which they came."""
    for name in _RESULT_LISTS:
        results = diagnostics.results_of(merged.get(name))
        if results:
            return results
    return []
