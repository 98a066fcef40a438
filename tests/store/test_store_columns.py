"""Columns in memory are what the cache holds, however it changed, and answer queries as it does."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.fields import COLUMNS, INDEX
from m360desk.core.folding import fold
from m360desk.core.matching import matches
from m360desk.core.query import EVERYTHING, AllOf, AnyOf, Compare, Node, Not, Order, Query, Words, parse
from m360desk.core.records import Session, read
from m360desk.store import column_extras, column_slices, columns
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.core.records import StoredValue
    from m360desk.store.columns import Columns
    from tests.store.conftest import MakeRecord

_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
_TEXTS = st.sampled_from(["iPhone 13", "iphone 13 Pro", "Anna", "anna", "", "Größe", "13"])
_IDENTITIES = st.sampled_from(["13", "A-13", "x 13B", "A", "ÀN-13", "Anna", "ж13", "213", "13-ß", "", "ﬁ13"])
_VALUES: dict[str, st.SearchStrategy[str | float]] = {
    "battery": st.integers(0, 2000).map(lambda tenths: tenths / 10),
    "cycles": st.integers(0, 3),
    "time": st.integers(1_785_219_670_000, 1_785_219_670_003),
    "temperature": st.sampled_from([20.1, 30.0]),
    "device": st.sampled_from(["imei:1", "imei:2", "serial:ü\n,"]),
    **dict.fromkeys(("model", "brand", "operator", "grade", "serial", "name"), _TEXTS),
    **dict.fromkeys(("imei2", "m360id", "custom"), _IDENTITIES),
}
_RECORDS = st.lists(
    st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in _VALUES.items()}),
    max_size=12,
)
_ORDERS = st.builds(
    Order, st.sampled_from(["time", "battery", "cycles", "model", "operator", "grade"]), st.booleans()
)


@st.composite
def _nodes(draw: st.DrawFn, depth: int = 2) -> Node:
    kind = draw(st.integers(0, 7 if depth else 4))
    if kind <= 3:
        name = draw(st.sampled_from([name for name in _VALUES if name != "device"]))
        numbers = name in ("battery", "cycles", "time", "temperature")
        operators = ["=", "<", "<=", ">", ">=", "range", "absent", "present"]
        operator = draw(st.sampled_from(operators if numbers else [*operators, *["match"] * 3]))
        count = {"absent": 0, "present": 0, "range": 2, "=": draw(st.integers(1, 2))}.get(operator, 1)
        drawn = [draw(_VALUES[name]) for _ in range(count)]
        values = tuple(fold(each) if isinstance(each, str) else each for each in drawn)
        return Compare(COLUMNS[INDEX[name]], operator, values)  # type: ignore[arg-type]  # as drawn above
    if kind == 4:
        return Words(fold(str(draw(_TEXTS | _IDENTITIES)))[: draw(st.integers(1, 6))].strip() or "a")
    if kind == 5:
        return Not(draw(_nodes(depth - 1)))
    parts = tuple(draw(_nodes(depth - 1)) for _ in range(2))
    return AllOf(parts) if kind == 6 else AnyOf(parts)


class _Lock:
    def acquire(self) -> None: ...
    def release(self) -> None: ...


@settings(max_examples=60, phases=_PHASES, deadline=None)
@given(_RECORDS, st.lists(_nodes(), min_size=3, max_size=3), _ORDERS)
def test_columns_answer_as_the_language_means_and_sqlite_sorts(
    drawn: list[dict[str, StoredValue]], nodes: list[Node], order: Order
) -> None:
    sessions = [
        Session(f"{number:036d}", tuple(values.get(field.name) for field in COLUMNS), b"{}")
        for number, values in enumerate(drawn)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cache.sqlite3"
        with CacheWriter.open(path, CacheKey("0" * 64, "live"), lock=_Lock(), now_ms=lambda: 1) as writer:
            writer.store_page(sessions, stretch=1, batch=1, state=None)
            with CacheReader.open(path) as reader:
                found = reader.in_memory(nodes)
                for node, mask in zip(nodes, found.masks, strict=True):
                    assert mask.tolist() == [matches(Query("", node), session) for session in sessions]
                for node in nodes:
                    query = Query("", node)
                    told = reader.ids_in_memory(query, order)
                    assert told is None or told == reader.ids(query, order)
                    assert reader.count(query) == len(reader.ids(query, order))
                assert reader.ids_in_memory(EVERYTHING, order) == reader.ids(EVERYTHING, order)
                devices = found.columns.device_order()
    expected: dict[object, list[int]] = {}
    for place, session in enumerate(sessions):
        expected.setdefault(session.get("device") or place, []).append(place)
    runs: dict[int, list[int]] = {}
    for run, place in zip(devices.runs.tolist(), devices.rows.tolist(), strict=True):
        runs.setdefault(run, []).append(place)
    assert sorted(map(sorted, runs.values())) == sorted(expected.values())
    for places in runs.values():
        times = [sessions[place].get("time") for place in places]
        ranked = [-1 if time is None else time for time in times]
        assert ranked == sorted(ranked)


def test_short_words_are_found_where_an_identity_has_a_word_that_begins_so(path: Path) -> None:
    texts = ["13", "A-13", "x 13B", "213", "1", "ÀN-13", "ж13", "13-ß", "", "ﬁ13", "1-3", "AN", "bAN", "b.an"]
    names = ("imei", "imei2", "serial", "m360id", "custom", "session")
    given = [{name: text} for name in names for text in texts]
    sessions = [
        Session(f"k{number:035d}", tuple(values.get(field.name) for field in COLUMNS), b"{}")
        for number, values in enumerate(given)
    ]
    with CacheWriter.open(path, CacheKey("0" * 64, "live"), lock=_Lock(), now_ms=lambda: 1) as writer:
        writer.store_page(sessions, stretch=1, batch=1, state=None)
    with CacheReader.open(path) as reader:
        reader.in_memory([])
        for word in ("13", "an", "1", "fi", "ж1", "b.", "à", "-1"):
            query = Query("", Words(fold(word)))
            expected = [number for number, session in enumerate(sessions, 1) if matches(query, session)]
            mask = reader.in_memory([query.root]).masks[0]
            assert (np.flatnonzero(mask) + 1).tolist() == expected, word
            told = reader.ids_in_memory(query, Order("time", False))
            assert told is None or sorted(told) == expected
        assert reader.ids_in_memory(Query("", Words("13")), Order()) is not None, "told without the file"


def _held(columns: Columns) -> dict[str, list[object]]:
    """Everything in comparable form; devices as which rows belong together."""
    held: dict[str, list[object]] = {"id": list(columns.ids.tolist())}
    for name, values in columns.numbers.items():
        held[name] = [None if np.isnan(value) else value for value in values.tolist()]
    held |= {name: list(codes.tolist()) for name, codes in columns.codes.items()}
    for name, numbers in columns._begun.items():
        texts = {number: beginning for beginning, number in numbers.items()}
        held[f"begun {name}"] = [
            texts[number] for number in columns._room.values(f"begun {name}", len(held["id"])).tolist()
        ]
    held["folded"] = list(columns.folded.tolist())
    held["device"] = list(columns.devices.tolist())
    return held


def test_columns_follow_whatever_is_written(
    writer: CacheWriter, path: Path, sessions: Callable[[int, int], list[Session]], record: MakeRecord
) -> None:
    writer.store_page(sessions(0, 300), stretch=1, batch=1, state=None)
    other = {"deviceColor": "Blue", "internalStorageFree": "20 GB", "isClosed": False, "modelCode": "A2633"}
    changed = read(record(7, batteryHealthPercent="61%", marketingName="Pixel 9", **other))
    again = read(record(7, batteryHealthPercent="62%"))

    def replaced() -> None:
        writer.store_page(sessions(400, 420), stretch=None, batch=9, state=None, replace_all=True)

    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: writer.store_page(sessions(300, 350), stretch=1, batch=2, state=None),
        lambda: writer.store_page([changed], stretch=1, batch=2, state=None),
        lambda: writer.store_page([again, *sessions(350, 360)], stretch=1, batch=3, state=None),
        lambda: writer.withdraw(3, None),
        lambda: writer.store_page([changed, *sessions(350, 352)], stretch=1, batch=4, state=None),
        replaced,
    ]
    texts = (
        "-color:b",
        "code:any free:<30",
        "storage:unknown or closed:no",
        "is:unidentified",
        "is:identified",
    )
    asked = [parse(text, today=date(2026, 11, 23), zone=UTC) for text in texts]
    with CacheReader.open(path) as kept:
        for step in steps:
            step()
            followed = _held(kept.in_memory([]).columns)
            with CacheReader.open(path) as fresh:
                assert followed == _held(fresh.in_memory([]).columns)
                assert len(followed["id"]) == fresh.total()
                for query in asked:
                    assert kept.ids_in_memory(query, Order()) == fresh.ids(query, Order()), query.text
                    assert kept.value_counts(query, "code") == fresh.value_counts(query, "code")
                    assert kept.counts(query, [each.root for each in asked]) == fresh.counts(
                        query, [each.root for each in asked]
                    )


def test_columns_that_a_search_asks_for_are_read_on_after_breaking_off_and_go_again(
    writer: CacheWriter, path: Path, record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(column_extras, "_SLICE", 50)
    monkeypatch.setattr(column_extras, "_KEPT", 2)
    sessions = [read(record(n, deviceColor=f"Colour {n % 7}", osVersion=f"{n % 5}.1")) for n in range(300)]
    writer.store_page(sessions, stretch=1, batch=1, state=None)
    today = date(2026, 11, 23)
    queries = [
        parse(text, today=today, zone=UTC) for text in ("color:4", "version:3.1 color:4", "region:any")
    ]
    token = CancelToken()
    with CacheReader.open(path) as reader, CacheReader.open(path) as file:
        extras = reader.in_memory([]).columns.extras
        told = extras._told
        asked: list[str] = []

        def telling(names: list[str], where: str, parameters: tuple[object, ...]) -> object:
            asked.append(" ".join(names))
            if len(asked) == 3:
                token.cancel()
            return told(names, where, parameters)

        monkeypatch.setattr(extras, "_told", telling)
        with pytest.raises(Cancelled):
            reader.ids_in_memory(queries[0], Order(), cancel=token)
        for query in (*queries, queries[1]):
            assert reader.ids_in_memory(query, Order()) == file.ids(query, Order())
        assert asked == ["color"] * 6 + ["version"] * 6 + ["region"] * 6 + ["version"] * 6
        before = extras.size_in_bytes
        assert 0 < before < 300 * 2 * 2 * 2
        both = parse("storage:any or wipe:any", today=today, zone=UTC)
        assert reader.ids_in_memory(both, Order()) == file.ids(both, Order())
        assert asked[-6:] == ["storage wipe"] * 6
        four = parse("color:4 version:3.1 region:any", today=today, zone=UTC)
        assert reader.ids_in_memory(four, Order()) is None, "more than are kept"


def test_more_different_texts_than_small_numbers_can_tell(
    writer: CacheWriter, path: Path, record: MakeRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "_FEW_TEXTS", np.uint8)
    phones = [read(record(number, marketingName=f"Phone {number}")) for number in range(300)]
    writer.store_page(phones[:20], stretch=1, batch=1, state=None)
    with CacheReader.open(path) as reader:
        assert reader.in_memory([]).columns.codes["model"].dtype == np.uint8
        writer.store_page(phones[20:], stretch=1, batch=2, state=None)
        writer.store_page([read(record(3, marketingName="Phone 300"))], stretch=1, batch=3, state=None)
        found = reader.in_memory([])
        told = [found.terms.text(code) for code in found.columns.codes["model"].tolist()]
        for text in ("phone 29", "model:phone", "-model:3", 'model:="phone 3"', 'model:="phone 300"'):
            query = parse(text, today=date(2026, 1, 1), zone=UTC)
            listed = reader.ids_in_memory(query, Order())
            assert listed is not None
            assert listed == reader.ids(query, Order()), text
    assert sorted(map(str, told)) == sorted(f"Phone {number}" for number in (*range(3), *range(4, 301)))


def test_row_numbers_beyond_32_bits(
    path: Path, writer: CacheWriter, record: MakeRecord, sessions: Callable[[int, int], list[Session]]
) -> None:
    writer.store_page(sessions(0, 5), stretch=1, batch=1, state=None)
    with CacheReader.open(path) as reader:
        reader.in_memory([])
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'sessions'", (2**40,))
        writer.store_page(sessions(5, 10), stretch=1, batch=2, state=None)
        columns = reader.in_memory([]).columns
        assert columns.ids.tolist() == sorted(reader.ids(EVERYTHING, Order()))
        assert columns.positions([2, 2**50]).tolist() == [1]


def test_a_cancelled_reading_goes_on_where_it_was(
    writer: CacheWriter,
    path: Path,
    sessions: Callable[[int, int], list[Session]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(column_slices, "_SLICE", 50)
    writer.store_page(sessions(0, 300), stretch=1, batch=1, state=None)
    token = CancelToken()
    slices: list[int] = []
    read_slice = column_slices.Slices.after

    def cancelling(self: column_slices.Slices, last: int) -> column_slices.Slice | None:
        slices.append(last)
        if len(slices) == 3:
            token.cancel()
        return read_slice(self, last)

    monkeypatch.setattr(column_slices.Slices, "after", cancelling)
    with CacheReader.open(path) as reader:
        with pytest.raises(Cancelled):
            reader.in_memory([EVERYTHING.root], cancel=token)
        found = reader.in_memory([EVERYTHING.root])
        assert int(found.masks[0].sum()) == 300
    assert slices.count(0) == 1  # nothing was read twice


def test_rows_that_were_looked_for_are_looked_for_anew_when_something_was_written(
    writer: CacheWriter, path: Path, sessions: Callable[[int, int], list[Session]], record: MakeRecord
) -> None:
    writer.store_page(sessions(0, 50), stretch=1, batch=1, state=None)
    weak = Query("", Compare(COLUMNS[INDEX["battery"]], "<", (20.0,)))
    with CacheReader.open(path) as reader:
        reader.in_memory([])
        before = reader.count(weak)
        writer.store_page([read(record(7, batteryHealthPercent="11%"))], stretch=1, batch=2, state=None)
        assert reader.count(weak) == before + 1
        writer.store_page([read(record(7, batteryHealthPercent="90%"))], stretch=1, batch=3, state=None)
        assert reader.count(weak) == before
        mask = reader.in_memory([weak.root]).masks[0]
        with pytest.raises(ValueError, match="read-only"):
            mask[0] = True  # the next one to ask gets the same
