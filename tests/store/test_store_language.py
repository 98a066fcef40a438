"""Every searchable field of the catalogue: file, memory and plain Python give the same answer to any text.

Fields come from the catalogue, so that none can be forgotten; values are as awkward as records can be.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m360desk.core.fields import COLUMNS, FIELDS, Field, Kind
from m360desk.core.folding import as_text, fold
from m360desk.core.matching import SHORT_WORD, matches
from m360desk.core.query import AllOf, AnyOf, Compare, Node, Not, Order, Query, QueryError, Words, parse
from m360desk.core.query_edit import written_value
from m360desk.core.query_special import NAMES, OPERATIONS, STATES, TESTED
from m360desk.core.records import Session, StoredValue
from m360desk.store import reader as reader_module
from m360desk.store import writer as writer_module
from m360desk.store.key import CacheKey
from m360desk.store.layout import is_coded
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from tests.store.conftest import FreeLock

TODAY = date(2026, 11, 23)
ZONE = ZoneInfo("Europe/Prague")
SESSIONS = 160
_SEARCHABLE = [field for field in FIELDS if field.filterable]

_TEXTS: list[StoredValue] = [
    *("", " ", "a", "A1", "ab", "Ab c", "x%y", "x_y", "*", "a*b", "[a]", "?", "a?c", "^", "-a", "(b)", "a,b"),
    *(
        '6" x',
        "O'Neil",
        "a\\b",
        "a\0b",
        "a\tb",
        "NULL",
        "or",
        "unknown",
        "none",
        "1e5",
        "007",
        "<80",
        "80..84",
    ),
    *(
        "é",
        "É",
        "Größe",
        "GROSSE",
        "ß",
        "İ",
        "ﬁx",
        "fix",
        "名前",
        "📱",
        "a📱b",
        "\u0345",
        "ﷺ",
        "ｆｕｌｌ",
        "–",
    ),
    *("353918119109327", "35-391811-910932-7", "F17GQ4WX0D83", "K26-0418", "x" * 3_000, "y z " * 500),
    *(text.encode("utf-8", "surrogatepass") for text in ("\ud800", "ab\udfffc", "é\ud800")),
]
_NAMES: list[StoredValue] = [
    *("", "Battery", "battery", "Battery,RearCamera", "RearCamera", "é,Speaker", "Wi-Fi,2", "a b,c", "A,a,A"),
    *("grading", "grading,photos", "diagnostics,wipe,oem", ","),
]
_NUMBERS: list[StoredValue] = [0.0, -0.0, -1.0, 0.5, 3.7, 79.9, 80.0, 128.0, 1024.0, 1e15, 1e-30, 1e30]
_INTEGERS: list[StoredValue] = [0, 1, -1, 2, 500, 812, 3095, 2**31, 2**53, -(2**62), 2**63 - 1]
_PLAUSIBLE: dict[str, list[StoredValue]] = {
    # Health comes to a tenth of a percent, cycles up to 100,000: so they are kept in memory.
    "battery": [0.1, 50.0, 79.9, 80.0, 80.1, 84.9, 85.0, 100.0, 103.4, 200.0],
    "cycles": [0, 1, 499, 500, 812, 99_999, 100_000],
}
_TIMES: list[StoredValue] = [
    *(0, -1, 946_684_800_000, 1_774_742_399_999, 1_774_742_400_000, 1_774_738_800_000, 1_793_000_000_000),
    *(1_795_388_399_999, 1_795_388_400_000, 1_795_474_799_999, 1_795_474_800_000, 253_402_300_799_999),
]


def _pool(field: Field) -> list[StoredValue]:
    if field.name in _PLAUSIBLE:
        return _PLAUSIBLE[field.name]
    match field.kind:
        case Kind.TEXT:
            return _TEXTS
        case Kind.NAMES:
            return _NAMES
        case Kind.NUMBER:
            return _NUMBERS
        case Kind.INTEGER:
            return _INTEGERS
        case Kind.TIME:
            return _TIMES
        case Kind.FLAG:
            return [0, 1]
        case _:
            assert_never(field.kind)


def _population() -> list[Session]:
    """Sessions with every value of every field's pool, in all sorts of company; some have next to nothing."""
    dice = random.Random(360)
    columns = []
    for field in COLUMNS:
        pool = _pool(field)
        values = [*pool, *dice.choices([None, *pool], k=SESSIONS - len(pool))]
        dice.shuffle(values)
        columns.append(values)
    rows = list(zip(*columns, strict=True))
    rows[0] = (None,) * len(COLUMNS)
    return [Session(f"{number:036d}", values, b"{}") for number, values in enumerate(rows)]


@dataclass
class Cache:
    """One cache, read by one reader from the file only and by another from memory where that tells."""

    file: CacheReader
    memory: CacheReader
    sessions: dict[int, Session]

    def assert_answers(self, query: Query, order: Order) -> list[int]:
        """All ways of asking agree; the answer."""
        wanted = sorted(number for number, session in self.sessions.items() if matches(query, session))
        found = list(self.file.ids(query, order))
        said = query.text[:200] or query
        assert sorted(found) == wanted, said
        assert self.file.count(query) == len(wanted), said
        assert list(self.file.ids(query, order, limit=7)) == found[:7], said
        told = self.memory.ids_in_memory(query, order)
        assert told is None or list(told) == found, said
        assert self.memory.count(query) == len(wanted), said
        assert self.memory.in_memory([query.root]).masks[0].sum() == len(wanted), said
        assert self.file.counts(query, [query.root, Not(query.root)]) == [len(wanted), 0], said
        return found

    def assert_counted(self, query: Query, name: str) -> None:
        """The values among the matches are counted alike."""
        there = [session for session in self.sessions.values() if matches(query, session)]
        wanted = Counter(session.get(name) for session in there)
        for reader in (self.file, self.memory):
            assert Counter(dict(reader.value_counts(query, name))) == wanted, (query.text, name)


@pytest.fixture(scope="module", params=["collects few matches", "walks and tests"])
def cache(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """The population in a cache, searched in either of the ways in which few and many are found."""
    path = tmp_path_factory.mktemp("language") / "cache.sqlite3"
    sessions = _population()
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "walks and tests":
            patch.setattr(reader_module, "_RARE_AT_LEAST", 0)
            patch.setattr(writer_module, "_INDEX_FROM", 0)
        with CacheWriter.open(path, CacheKey("0" * 64, "live"), lock=FreeLock(), now_ms=lambda: 1) as writer:
            writer.store_page(sessions, stretch=1, batch=1, state=None)
            writer.optimize()
        with CacheReader.open(path) as file, CacheReader.open(path) as memory:
            memory.in_memory(())
            yield Cache(file, memory, dict(enumerate(sessions, start=1)))


def _parsed(text: str) -> Query | None:
    try:
        return parse(text, today=TODAY, zone=ZONE)
    except QueryError:
        return None


def _values(field: Field) -> list[str]:
    """What can be asked of a field, most of it close to what there is."""
    dice = random.Random(field.name)
    fixed = ["unknown", "any", "none"]
    match field.kind:
        case Kind.FLAG:
            return [*fixed, "yes", "no", "yes,unknown"]
        case Kind.TIME:
            days = ["2026-03-29", "2026-10-25", "2026-11-22", "2026-11", "2026", "2000", "2026-03-29T03:00"]
            ends = ["2026-03-28..2026-03-29", "2026-11-23..", "..2026-03", "today,yesterday", "1980..2199"]
            return [
                *fixed,
                *days,
                *ends,
                *(f"{op}{day}" for op in ("<", "<=", ">", ">=", "=") for day in days),
            ]
        case Kind.INTEGER | Kind.NUMBER:
            figures = [str(value) for value in _pool(field)] + [
                "79.95",
                "79.9000001",
                "9" * 60,
            ]
            ops = [f"{op}{figure}" for op in ("", "=", "<", "<=", ">", ">=") for figure in figures]
            return [
                *fixed,
                *dice.sample(ops, 30),
                *(f"<{f}" for f in figures[-3:]),
                "0..812",
                "79.9..80",
                "..0.5",
                "1..",
                f"{figures[0]},812",
            ]
        case Kind.TEXT | Kind.NAMES:
            return [*fixed, *_texts_of(field, dice)]
        case _:
            assert_never(field.kind)


def _texts_of(field: Field, dice: random.Random) -> list[str]:
    written = []
    for value in _pool(field):
        assert isinstance(value, str | bytes)
        text = as_text(value)
        whole = written_value(text)
        if whole is not None:
            written += [whole, f"={whole.removeprefix('=')}"]
        part = text[dice.randint(0, len(text)) :][: dice.randint(1, 6)]
        written.append('"' + part.replace('"', "") + '"')
    if field.kind is Kind.TEXT:
        ends = [fold(as_text(value)) for value in _pool(field) if isinstance(value, str | bytes)]
        plain = sorted(end for end in ends if end.isalnum() and len(end) < 20)
        written += [f"{op}{dice.choice(plain)}" for op in ("<", "<=", ">", ">=") for _ in range(3)]
        written += [f"{low}..{high}" for low, high in zip(plain, plain[3:], strict=False)]
    return [*written, ",".join(dice.sample([each for each in written if ".." not in each], 3)), ">0", "2"]


@pytest.mark.parametrize("field", _SEARCHABLE, ids=lambda field: field.name)
def test_every_searchable_field_answers_alike_everywhere(cache: Cache, field: Field) -> None:
    dice = random.Random(field.title)
    operators: set[str] = set()
    hits = 0
    # "has" asks for operations; of the field that it stands for, they are the values.
    for value in [*_values(field), *(OPERATIONS if field.name == "has" else ())]:
        query = _parsed(f"{field.name}:{value}")
        if query is None:
            continue
        operators |= {node.op for node in _compares(query.root) if node.field.name == field.name}
        order = Order(dice.choice(COLUMNS).name, dice.random() < 0.5)
        hits += bool(cache.assert_answers(query, order))
        without = Query("", Not(query.root))
        assert len(cache.assert_answers(without, order)) == SESSIONS - cache.file.count(query)
        if is_coded(field):
            cache.assert_counted(query, field.name)
    assert hits >= 2, "what is asked for is there"
    for op in _operators_of(field) - operators:
        # A few cannot be written for this field; the cache understands them all the same.
        values = _drawn(field, op, dice)
        cache.assert_answers(Query("", Compare(field, op, values)), Order())  # type: ignore[arg-type]  # as listed


def _operators_of(field: Field) -> set[str]:
    common = {"=", "absent", "present", "<", "<=", ">", ">=", "range"}
    return common | {"match"} if field.kind in (Kind.TEXT, Kind.NAMES) else common


def _drawn(field: Field, op: str, dice: random.Random) -> tuple[str | int | float, ...]:
    there = [fold(value) if isinstance(value, str | bytes) else value for value in _pool(field)]
    drawn = dice.sample([value for value in there if value is not None], 2)
    return tuple(drawn[: {"absent": 0, "present": 0, "range": 2, "=": 2, "match": 2}.get(op, 1)])


def _compares(node: Node) -> list[Compare]:
    if isinstance(node, Compare):
        return [node]
    if isinstance(node, Not):
        return _compares(node.node)
    return [each for inner in getattr(node, "nodes", ()) for each in _compares(inner)]


@pytest.mark.parametrize(
    "text",
    [
        *(f"is:{state}" for state in (*STATES, TESTED)),
        *(f"has:{operation}" for operation in OPERATIONS),
        *(f"has:{field.name}" for field in _SEARCHABLE),
        *(f"{name}:2026-03-29" for name in ("after", "before", "on")),
        *("on:yesterday", "on:today", "on:2026-10-25", "last:7d", "last:1y", "after:2026-11-22T23:30"),
        *("passed:battery", "skipped:none", "failed:camera", "failed:2", "failed:>0", "battery:unknown"),
    ],
)
def test_words_of_the_language_answer_alike_everywhere(cache: Cache, text: str) -> None:
    for whole in (text, f"-{text}", f"{text} or grade:A", f"{text} a"):
        query = _parsed(whole)
        assert query is not None
        cache.assert_answers(query, Order())


def test_no_word_of_the_language_is_left_out() -> None:
    assert {"after", "before", "on", "last", "has", "is"} == set(NAMES)


def test_bare_words_answer_alike_everywhere(cache: Cache) -> None:
    """Any part of what stands in a field of words; of one or two characters, what begins a word."""
    dice = random.Random(1)
    for value in _TEXTS:
        assert isinstance(value, str | bytes)
        folded = fold(value)
        for length in (1, 2, 3, 6):
            first = dice.randint(0, len(folded))
            part = fold(folded[first : first + length])
            if part:
                found = cache.assert_answers(Query("", Words(part)), Order("model", descending=False))
                assert found or len(part) <= SHORT_WORD, part
    for nothing in ("zq", "q", "nowhere", "📱📱", "ªª"):
        cache.assert_answers(Query("", Words(fold(nothing))), Order())


@pytest.mark.parametrize("field", COLUMNS, ids=lambda field: field.name)
def test_every_field_sorts_alike_everywhere(cache: Cache, field: Field) -> None:
    """Both ways, ties by row in the same direction, missing values last; file and memory agree to the row."""
    query = _parsed("a or battery:>0")
    assert query is not None
    for descending in (True, False):
        order = Order(field.name, descending)
        found = cache.assert_answers(query, order)
        missing = [number for number in found if cache.sessions[number].get(field.name) is None]
        assert found[len(found) - len(missing) :] == sorted(missing, reverse=descending)
        values = [cache.sessions[number].get(field.name) for number in found[: len(found) - len(missing)]]
        keys = [(value, number) for value, number in zip(values, found, strict=False)]
        if all(isinstance(value, int | float) for value in values):
            assert keys == sorted(keys, reverse=descending)
        else:
            same: dict[StoredValue, list[int]] = {}
            for value, number in keys:
                same.setdefault(value, []).append(number)
            assert all(numbers == sorted(numbers, reverse=descending) for numbers in same.values())


_PIECES = st.sampled_from(
    [
        *(
            "(",
            ")",
            "-",
            " ",
            " or ",
            ",",
            '"',
            "<",
            ">=",
            "..",
            ":",
            "a",
            "ab",
            "é",
            "📱",
            "\0",
            "\ud800",
            "'",
        ),
        *(
            "; DROP TABLE sessions; --",
            "' OR 1=1 --",
            "%",
            "*",
            "battery:<80",
            "imei:35",
            "serial:f17",
            "K26",
        ),
        *("failed:camera", "-grade:A", "has:", "is:tested", "last:9d", "time:", "2026", "x" * 300, "ﷺ" * 40),
        *(f"{field.name}:" for field in _SEARCHABLE),
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_any_text_is_answered_alike_or_marked(cache: Cache, text: str) -> None:
    query = _parsed(text)
    if query is not None:
        cache.assert_answers(query, Order("operator"))


def _lists(count: int) -> Iterator[str]:
    numbers = range(count)
    yield "imei:" + ",".join(str(353_918_119_109_327 + number) for number in numbers)
    yield "serial:" + ",".join("ab" for _ in numbers)
    yield "custom:" + ",".join(f"<K{number}" for number in numbers)
    yield "model:" + ",".join(f"=m{number}" for number in numbers)
    yield "model:" + ",".join(f"<m{number}" for number in numbers)
    yield "battery:" + ",".join(f"{number}..{number + 1}" for number in numbers)
    yield "storage:" + ",".join(f">{number}" for number in numbers)
    yield "time:" + ",".join("2026-01" for _ in numbers)
    yield "has:" + ",".join("grading" for _ in numbers)
    yield "is:" + ",".join("tested" for _ in numbers)


def _as_deep_as_goes(shape: str, close: str) -> str:
    """The deepest query of a shape that is not refused."""
    deepest = ""
    for depth in range(1, 60):
        text = shape * depth + "battery:<80" + close * depth
        if _parsed(text) is None:
            return deepest
        deepest = text
    raise AssertionError("nothing is too deep")


@pytest.mark.parametrize(
    "text",
    [
        *_lists(990),
        *(glue.join(f"w{number}" for number in range(200)) for glue in (" ", " or ", ",", " -")),
        *(glue.join(["ab", "a"] * 100) for glue in (" ", " or ", ",", " -")),
        " or ".join(f"(serial:<{number} or -custom:ab)" for number in range(100)),
        *(
            _as_deep_as_goes(shape, ")")
            for shape in (
                "(",
                "-(",
                "(a ",
                "(a or ",
                "-(ab or ",
                "(a -(",
                "(serial:<x (b or ",
                "(custom:ab,<x or ",
            )
        ),
        *("'" * 20_000, "a" * 20_000, "imei:" + "9" * 19_000, 'custom:"' + "\0é" * 9_000 + '"'),
    ],
    ids=lambda text: f"{text[:20]}…{len(text)}",
)
def test_as_much_as_the_language_allows_is_answered(cache: Cache, text: str) -> None:
    query = _parsed(text)
    assert query is not None
    wanted = [number for number, session in cache.sessions.items() if matches(query, session)]
    assert sorted(cache.file.ids(query, Order())) == wanted
    assert len(cache.file.ids(query, Order(), limit=7)) == min(7, len(wanted))
    assert cache.memory.count(query) == len(wanted)


def test_what_is_shown_is_what_was_meant_by_combinations(cache: Cache) -> None:
    """And, or and not of the same conditions, however they are put."""
    dice = random.Random(9)
    for _ in range(60):
        parts: Sequence[Node] = [
            Compare(field, op, _drawn(field, op, dice))  # type: ignore[arg-type]  # as listed
            for field in dice.sample(_SEARCHABLE, 3)
            for op in dice.sample(sorted(_operators_of(field)), 1)
        ]
        first, second, third = parts
        tree = AllOf((AnyOf((first, Not(second))), Not(AllOf((second, third)))))
        other = AllOf((Not(AllOf((Not(first), second))), AnyOf((Not(second), Not(third)))))
        order = Order(dice.choice(COLUMNS).name)
        assert cache.assert_answers(Query("", tree), order) == cache.assert_answers(Query("", other), order)
