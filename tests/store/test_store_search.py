"""What SQL finds is what the query language means, for any sessions and any query."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from m360desk.core.fields import COLUMNS, FIELDS, Field, Kind
from m360desk.core.folding import fold
from m360desk.core.matching import matches
from m360desk.core.query import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Compare,
    Everything,
    Node,
    Not,
    Order,
    Query,
    Words,
)
from m360desk.core.records import Session, StoredValue
from m360desk.store import reader as reader_module
from m360desk.store import writer as writer_module
from m360desk.store.key import CacheKey
from m360desk.store.layout import is_coded
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter

# Each example makes a cache on disk: shrinking a failure would take minutes and tell little more.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_KEY = CacheKey("0" * 64, "live")
# Case, accents, ligatures, blanks, signs that mean something to LIKE, GLOB, FTS5, JSON or SQL, a NUL.
_LETTERS = "aAbB1éÉßİﬁ﷽名𝒜 \u00a0\t\0-_%*?[]^\"'\\,，.:"
_TEXTS = st.text(_LETTERS, max_size=8) | st.sampled_from(
    ["353918119109327", "iPhone 13 Pro", "Anna", "anna", "ANNA  ", "Größe 3", "K26-0418"]
)
_SURROGATES = st.text(_LETTERS + "\ud800", min_size=1, max_size=4).map(
    lambda text: text.encode("utf-8", "surrogatepass") if "\ud800" in text else text
)
_NUMBERS = st.integers(-3, 3).map(float) | st.sampled_from([0.5, 79.9, 80.0, 1e15, -(2.0**60)])
_INTEGERS = st.integers(-3, 3) | st.sampled_from([1_785_219_670_000, 2**62, -(2**62)])


def _values(field: Field) -> st.SearchStrategy[StoredValue]:
    match field.kind:
        case Kind.TEXT:
            return st.none() | _TEXTS | _SURROGATES
        case Kind.NAMES:
            return st.none() | st.lists(st.sampled_from(["Battery", "RearCamera", "é", ""]), max_size=3).map(
                ",".join
            )
        case Kind.NUMBER:
            return st.none() | _NUMBERS
        case Kind.FLAG:
            return st.none() | st.sampled_from([0, 1])
        case _:
            return st.none() | _INTEGERS


# One field after the other, not all with something in them: what matters are pairs of a value and a query.
_VALUES = st.fixed_dictionaries({}, optional={field.name: _values(field) for field in COLUMNS})
_FILTERS = [field for field in FIELDS if field.filterable and field.stored]


@dataclass
class Cache:
    writer: CacheWriter
    reader: CacheReader


class _Lock:
    def acquire(self) -> None: ...
    def release(self) -> None: ...


@contextmanager
def _cache(sessions: list[Session]) -> Iterator[Cache]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cache.sqlite3"
        with CacheWriter.open(path, _KEY, lock=_Lock(), now_ms=lambda: 1) as writer:
            writer.store_page(sessions, stretch=1, batch=1, state=None)
            writer.optimize()
            with CacheReader.open(path) as reader:
                yield Cache(writer, reader)


def _sessions(drawn: list[dict[str, StoredValue]]) -> list[Session]:
    return [
        Session(f"{number:036d}", tuple(values.get(field.name) for field in COLUMNS), b"{}")
        for number, values in enumerate(drawn)
    ]


@st.composite
def _queries(draw: st.DrawFn, sessions: list[Session]) -> Node:
    """Conditions that have a chance to match: most of their values are parts of what is there."""

    def text_of(field: Field) -> str:
        there = [fold(value) for s in sessions if isinstance(value := s.get(field.name), str | bytes)]
        whole = draw(st.sampled_from(there) if there else _TEXTS.map(fold))
        first = draw(st.integers(0, len(whole)))
        return fold(whole[first : draw(st.integers(first, len(whole)))]) if draw(st.booleans()) else whole

    def number_of(field: Field) -> int | float:
        there = [value for s in sessions if isinstance(value := s.get(field.name), int | float)]
        elsewhere: st.SearchStrategy[int | float] = _NUMBERS if field.kind is Kind.NUMBER else _INTEGERS
        return draw(st.sampled_from(there) | elsewhere if there else elsewhere)

    def compare() -> Node:
        field = draw(st.sampled_from(_FILTERS))
        is_text = field.kind in (Kind.TEXT, Kind.NAMES)
        operators = ["=", "<", "<=", ">", ">=", "range", "absent", "present", *(["match"] * 4 * is_text)]
        operator = draw(st.sampled_from(operators))
        counts = {"absent": 0, "present": 0, "range": 2, "match": 2, "=": 2}
        count = counts.get(operator, 1)
        if operator in ("match", "="):
            count = draw(st.integers(1, count))
        values = tuple(text_of(field) if is_text else number_of(field) for _ in range(count))
        return Compare(field, operator, values)  # type: ignore[arg-type]  # drawn from the operators

    def node(depth: int) -> Node:
        kind = draw(st.integers(0, 9 if depth else 5))
        if kind <= 3:
            return compare()
        if kind <= 5:
            words = [field for field in COLUMNS if field.words]
            return Words(text_of(draw(st.sampled_from(words))))
        if kind == 6:
            return Not(node(depth - 1))
        parts = tuple(node(depth - 1) for _ in range(draw(st.integers(2, 3))))
        return AllOf(parts) if kind <= 8 else AnyOf(parts)

    return node(2)


@pytest.mark.parametrize("way", ["collects few matches", "walks and tests"])
@settings(max_examples=40, deadline=None, phases=_PHASES)
@given(data=st.data())
def test_sql_means_what_the_language_means(way: str, data: st.DataObject) -> None:
    sessions = _sessions(data.draw(st.lists(_VALUES, min_size=1, max_size=8)))
    with pytest.MonkeyPatch.context() as patch, patch.context():
        if way == "walks and tests":
            patch.setattr(reader_module, "_RARE_AT_LEAST", 0)
            patch.setattr(writer_module, "_INDEX_FROM", 0)
        with _cache(sessions) as cache:
            numbers = dict(enumerate(sessions, start=1))
            for _ in range(12):
                query = Query("", data.draw(_queries(sessions)))
                wanted = {number for number, session in numbers.items() if matches(query, session)}
                order = Order(data.draw(st.sampled_from(COLUMNS)).name, data.draw(st.booleans()))
                found = cache.reader.ids(query, order)
                assert sorted(found) == sorted(wanted), query
                assert cache.reader.count(query) == len(wanted), query
                _assert_counted(cache.reader, query, sessions, data)
                told = cache.reader.ids_in_memory(query, order)
                assert told is None or told == found, query
                assert cache.reader.count(query) == len(wanted), query
                limit = data.draw(st.integers(0, 9))
                assert cache.reader.ids(query, order, limit=limit) == found[:limit]
                _assert_ordered([numbers[number] for number in found], list(found), order)


def _assert_counted(reader: CacheReader, query: Query, sessions: list[Session], data: st.DataObject) -> None:
    """In memory and in the file the same sessions are found, and the same values counted among them."""
    there = [session for session in sessions if matches(query, session)]
    nodes = [data.draw(_queries(sessions)) for _ in range(data.draw(st.integers(0, 3)))]
    wanted = [sum(matches(Query("", node), session) for session in there) for node in nodes]
    assert reader.counts(query, nodes) == wanted, (query, nodes)
    name = data.draw(st.sampled_from([field.name for field in COLUMNS if is_coded(field)]))
    values = Counter(session.get(name) for session in there)
    assert Counter(dict(reader.value_counts(query, name))) == values, (query, name)
    found = reader.in_memory([query.root])
    assert int(found.masks[0].sum()) == len(there), query
    assert Counter(dict(reader.value_counts(query, name))) == values, (query, name)


def _assert_ordered(sessions: list[Session], numbers: list[int], order: Order) -> None:
    """Missing values last, ties by row; what sorts alike but differs in case or accents stands in groups."""
    field = next(field for field in COLUMNS if field.name == order.field)
    present = [
        (s.get(order.field), n)
        for s, n in zip(sessions, numbers, strict=True)
        if s.get(order.field) is not None
    ]
    assert [n for _, n in present] == numbers[: len(present)]
    missing = numbers[len(present) :]
    assert missing == sorted(missing, reverse=order.descending)
    keys = [(_key(field, value), str(value), number) for value, number in present]
    groups = [key for key, _, _ in keys]
    assert groups == sorted(groups, reverse=order.descending)
    for (key, text, number), (next_key, next_text, next_number) in pairwise(keys):
        if (key, text) == (next_key, next_text):
            assert (number > next_number) == order.descending


def _key(field: Field, value: StoredValue) -> tuple[bool, bytes, float]:
    if isinstance(value, int | float):
        return (False, b"", value)
    if is_coded(field):
        return (False, fold(value or "").encode(), 0)
    # Identities sort by SQLite's NOCASE, those that cannot be text after all others.
    if isinstance(value, bytes):
        return (True, value, 0)
    return (False, bytes(c + 32 if 65 <= c <= 90 else c for c in (value or "").encode()), 0)


@settings(max_examples=25, deadline=None, phases=_PHASES)
@given(data=st.data())
def test_the_trigram_index_holds_what_the_table_holds(data: st.DataObject) -> None:
    """After any edits: found are all sessions that have a text, and no text that was replaced."""
    current: dict[str, Session] = {}
    with _cache([]) as cache:
        for batch in range(1, data.draw(st.integers(2, 6))):
            drawn = data.draw(st.lists(st.tuples(st.integers(0, 5), _VALUES), max_size=5))
            page = [
                Session(
                    f"{number:036d}", tuple(values.get(f.name) for f in COLUMNS), repr((batch, at)).encode()
                )
                for at, (number, values) in enumerate(drawn)
            ]
            everything = data.draw(st.booleans()) and data.draw(st.booleans())
            cache.writer.store_page(page, stretch=1, batch=batch, state=None, replace_all=everything)
            if everything:
                current.clear()
            # Of a session that is twice on a page the first one counts.
            current.update({str(session.key): session for session in reversed(page)})
            _assert_index_is_sound(cache, list(current.values()))


def _assert_index_is_sound(cache: Cache, sessions: list[Session]) -> None:
    connection = cache.writer._connection
    connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('integrity-check', 1)")
    searched = [field for field in COLUMNS if field.words and not is_coded(field)]
    texts = {
        fold(value) for s in sessions for f in searched if isinstance(value := s.get(f.name), str | bytes)
    }
    trigrams = {text[at : at + 3] for text in texts for at in range(len(text) - 2)}
    for trigram in trigrams | {"zzz"}:
        quoted = '"' + trigram.replace('"', '""') + '"'
        found = connection.execute("SELECT rowid FROM trigrams WHERE trigrams MATCH ?", (quoted,)).fetchall()
        keys = {
            key
            for (row,) in found
            for (key,) in connection.execute("SELECT row_key FROM sessions WHERE id = ?", (row,))
        }
        wanted = {
            s.key
            for s in sessions
            if any(
                isinstance(value := s.get(f.name), str | bytes) and trigram in fold(value) for f in searched
            )
        }
        assert keys == wanted, trigram
        assert len(found) == len(wanted)
    assert cache.reader.total() == len(sessions)
    assert list(cache.reader.ids(EVERYTHING, Order())) == list(
        cache.reader.ids(Query("", Everything()), Order())
    )
