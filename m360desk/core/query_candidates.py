"""What may stand at the place that is being completed: names of fields, and values of one field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from m360desk.core.fields import FIELDS, Field, Kind, find_field
from m360desk.core.folding import as_text, fold
from m360desk.core.matching import names_in
from m360desk.core.query_edit import written_value
from m360desk.core.query_special import NAMES, OPERATIONS, STATES, TESTED
from m360desk.core.query_values import EXAMPLES
from m360desk.core.titles import title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from m360desk.core.battery import Limits
    from m360desk.core.query_completion import Place
    from m360desk.core.session import StoredValue

_SPECIAL: Final = {
    "after": ("From a day on", "after:2026-01-31"),
    "before": ("Before a day", "before:2026-02"),
    "on": ("On a day, in a month or year", "on:yesterday"),
    "last": ("In the last days", "last:7d"),
    "has": ("Has an operation, or any value of a field", "has:grading"),
    "is": ("Is in a state", "is:locked"),
}
_EXAMPLE_VALUES: Final = {
    "model": "iphone",
    "failed": "camera",
    "passed": "wifi",
    "skipped": "any",
    "grade": "A,B",
    "operator": "anna",
    "imei": "284617",
    "result": "passed",
    "os": "ios",
    "color": "black",
}
_OPERATION_TITLES: Final = {
    "oem": "Parts check",
    "blacklist": "Blacklist check",
    "photos": "Grading photos",
    "reports": "Diagnostics reports",
}
_STATE_TITLES: Final = {
    "failed": "A test failed",
    "passed": "Tests passed, none failed",
    "untested": "No test with a result",
    "tested": "Has a test result",
    "locked": "An account holds it",
    "simlocked": "SIM lock",
    "blacklisted": "On a blacklist",
    "refitted": "A part is not original",
    "replaced-battery": "The battery is not original",
    "graded": "Has a grade",
    "wiped": "Wiped",
    "identified": "Has an identity",
    "unidentified": "No IMEI or serial",
    "closed": "Closed",
    "open": "Still open",
    "manual": "Entered by hand",
}
_PERIODS: Final = (
    ("1d", "Today"),
    ("7d", "The last 7 days"),
    ("4w", "The last 4 weeks"),
    ("3m", "The last 3 months"),
    ("1y", "The last year"),
)
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS_ONLY: Final = ("after", "before", "on")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be put at a place.

    Attributes:
        written: how it stands in the query, operator and quotation marks included.
        label: what people look for in the list.
        title: what it means, where the label does not say so.
        example: how a field is used.
        count: how many sessions there are of it; None where that is not known.
    """

    written: str
    label: str
    title: str = ""
    example: str = ""
    count: int | None = None


# Names of fields


def field_candidates(typed: str) -> list[Candidate]:
    """The fields whose name, alias or title begins with what was typed, names first."""
    start = _as_name(typed)
    ranked: list[tuple[int, int, Candidate]] = []
    for order, (name, aliases, title, example) in enumerate(_fields()):
        rank = _rank_of_name(start, name, aliases, title)
        if rank is not None:
            ranked.append((rank, order, Candidate(f"{name}:", f"{name}:", title, example)))
    return [candidate for _, _, candidate in sorted(ranked, key=lambda each: each[:2])]


def begins_a_name(typed: str) -> bool:
    """Whether a name or alias of a field begins with what was typed."""
    start = _as_name(typed)
    return any(_rank_of_name(start, name, aliases, "") is not None for name, aliases, *_ in _fields())


def _as_name(typed: str) -> str:
    return typed.lower().replace("-", "_")


def _fields() -> Iterator[tuple[str, tuple[str, ...], str, str]]:
    for field in FIELDS:
        if field.name == "has":
            continue  # a word of its own, below
        if field.filterable:
            yield field.name, field.aliases, field.title, f"{field.name}:{_example(field)}"
    for name in NAMES:
        yield name, (), *_SPECIAL[name]


def _example(field: Field) -> str:
    if field.name in _EXAMPLE_VALUES:
        return _EXAMPLE_VALUES[field.name]
    if field.kind in (Kind.INTEGER, Kind.NUMBER):
        low, high = EXAMPLES.get(field.name, (1, 5))
        return f"<{low}" if field.unit == "%" else f"{low}..{high}"
    return {Kind.TIME: "2026-01", Kind.FLAG: "yes"}.get(field.kind, "any")


def _rank_of_name(start: str, name: str, aliases: Iterable[str], title: str) -> int | None:
    if name.startswith(start):
        return 0
    if any(alias.startswith(start) for alias in aliases):
        return 1
    return 2 if any(word.startswith(start) for word in title.lower().split()) else None


# Values that are known beforehand


def fixed_values(place: Place, today: date, limits: Limits) -> list[Candidate]:
    """The values of the field at the place that need not be looked for in the cache."""
    found = [each for each in _fixed(place.field or "", today, limits) if _fits_fixed(place, each)]
    return [] if [each.written for each in found] == [place.op + place.typed] else found


def _fixed(name: str, today: date, limits: Limits) -> list[Candidate]:
    word = name.lower()
    if word == "last":
        return [Candidate(period, period, title) for period, title in _PERIODS]
    if word in _DAYS_ONLY:
        return _days(today)
    if word == "has":
        return [Candidate(each, each, _OPERATION_TITLES.get(each, each.title())) for each in OPERATIONS]
    if word == "is":
        return [Candidate(each, each, _STATE_TITLES[each]) for each in (*STATES, TESTED)]
    field = find_field(word)
    if field is None or not field.filterable:
        return []
    unknown = Candidate("unknown", "unknown", f"{field.title} not known")
    match field.kind:
        case Kind.TIME:
            return [*_days(today), unknown]
        case Kind.FLAG:
            return [
                Candidate("yes", "yes", field.title),
                Candidate("no", "no", f"Not {field.title.lower()}"),
                unknown,
            ]
        case Kind.INTEGER | Kind.NUMBER:
            return [*_figures(field, limits), unknown]
    return []


def _days(today: date) -> list[Candidate]:
    before = today.year * 12 + today.month - 2
    last = f"{before // 12:04}-{before % 12 + 1:02}"
    return [
        Candidate("today", "today", today.isoformat()),
        Candidate("yesterday", "yesterday"),
        Candidate(f"{today:%Y-%m}", f"{today:%Y-%m}", f"{_MONTHS[today.month - 1]} {today.year}"),
        Candidate(last, last, f"{_MONTHS[before % 12]} {before // 12}"),
        Candidate(str(today.year), str(today.year), "This year"),
    ]


def _figures(field: Field, limits: Limits) -> list[Candidate]:
    low, high = EXAMPLES.get(field.name, (1, 5))
    words = ("", "", "")
    if field.name == "battery":
        low, high = limits.replace_under, limits.good_from
        words = ("To be replaced", "To be watched", "Good")
    written = (f"<{low:g}", f"{low:g}..{high:g}", f">={high:g}")
    return [Candidate(each, each, word or field.unit) for each, word in zip(written, words, strict=True)]


def _fits_fixed(place: Place, candidate: Candidate) -> bool:
    if place.quoted or candidate.written in place.others:
        return False
    return candidate.written.startswith((place.op + place.typed).lower())


# Values that the cache holds


def is_counted(name: str) -> bool:
    """Whether the values of a field are those that the cache holds: texts that repeat, and lists of tests."""
    field = find_field(name)
    if field is None or not field.filterable or name.lower() in NAMES:
        return False
    return field.kind is Kind.NAMES or (field.kind is Kind.TEXT and field.name not in _UNIQUE)


_UNIQUE: Final = frozenset({"imei", "imei2", "serial", "m360id", "custom", "session", "device"})


def held_values(
    place: Place, found: Sequence[tuple[StoredValue, int]], most: int, *, counts: bool = True
) -> list[Candidate]:
    """The values of the field at the place, those first that begin with what was typed, then by count.

    Args:
        place: where a value of such a field is being typed.
        found: all values of the field, and how many sessions have them; a value is a whole list of tests.
        most: so many are enough.
        counts: whether the counts hold for the query, and are to be shown.
    """
    field = find_field(place.field or "")
    if field is None or place.op not in ("", "="):
        return []
    tallied = _by_name(found) if field.kind is Kind.NAMES else _by_text(found)
    texts = [text for text in tallied if text]
    typed = fold(place.typed)
    taken = {fold(other) for other in place.others}
    ranked = [
        (rank, -tallied[text], text)
        for text in texts
        if (rank := _rank_of_value(typed, text, _title(field, text))) is not None and fold(text) not in taken
    ]
    candidates: list[Candidate] = []
    for _, count, text in sorted(ranked)[:most]:
        written = written_value(text, texts)
        if written is not None:
            shown = -count if counts else None
            candidates.append(
                Candidate(_with_operator(place, written), text, _title(field, text), count=shown)
            )
    if not place.op and not place.quoted:
        candidates += _kinds_of_nothing(field, place, tallied, counts=counts)
    only = [each.written for each in candidates]
    return [] if only == [place.op + place.typed] else candidates


def _by_text(found: Iterable[tuple[StoredValue, int]]) -> dict[str | None, int]:
    tallied: dict[str | None, int] = {}
    for value, count in found:
        text = as_text(value) if isinstance(value, (str, bytes)) else None
        tallied[text] = tallied.get(text, 0) + count
    return tallied


def _by_name(found: Iterable[tuple[StoredValue, int]]) -> dict[str | None, int]:
    tallied: dict[str | None, int] = {}
    for text, count in _by_text(found).items():
        # "" stands for a list with nothing in it.
        names: Iterable[str | None] = (None,) if text is None else set(names_in(text)) or {""}
        for name in names:
            tallied[name] = tallied.get(name, 0) + count
    return tallied


def _kinds_of_nothing(
    field: Field, place: Place, tallied: dict[str | None, int], *, counts: bool
) -> list[Candidate]:
    """The words for "none of them" and "not known", where there are such sessions."""
    words: list[tuple[str, str | None, str]] = [("unknown", None, f"{field.title} not known")]
    if field.kind is Kind.NAMES:
        words.insert(0, ("none", "", "Looked at, and none"))
    return [
        Candidate(word, word, title, count=tallied[key] if counts else None)
        for word, key, title in words
        if tallied.get(key) and word.startswith(place.typed.lower()) and word not in place.others
    ]


def _title(field: Field, text: str) -> str:
    """What a test or part is called, where its id does not read like that."""
    if field.kind is not Kind.NAMES:
        return ""
    title = title_of(text)
    return "" if fold(title) == fold(text) else title


def _rank_of_value(typed: str, text: str, title: str) -> int | None:
    tests: Sequence[Callable[[str], bool]] = (
        lambda folded: folded.startswith(typed),
        lambda folded: f" {typed}" in folded,
        lambda folded: typed in folded,
    )
    folded = fold(text), fold(title)
    return next((rank for rank, test in enumerate(tests) if any(map(test, folded))), None)


def _with_operator(place: Place, written: str) -> str:
    return written if written.startswith("=") else place.op + written
