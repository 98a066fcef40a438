"""Chips say what a query says; what changes its text changes nothing else of what it means."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import nan
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core import facet_counts
from m360desk.core.battery import Limits
from m360desk.core.chips import chips
from m360desk.core.facet_counts import Coded, Placed, Placings, tally
from m360desk.core.facets import FACETS, Facet, split
from m360desk.core.matching import matches
from m360desk.core.query import AllOf, Node, Query, parse
from m360desk.core.query_edit import OwnPart, own_part, parts_of, toggled, with_term, written_value

TODAY = date(2026, 11, 23)
PRAGUE = ZoneInfo("Europe/Prague")


class Row:
    def __init__(self, **values: str | int | float | None) -> None:
        self.values = values

    def get(self, name: str) -> str | int | float | None:
        return self.values.get(name)


def parsed(text: str) -> Query:
    return parse(text, today=TODAY, zone=PRAGUE)


def said(text: str) -> list[str]:
    return [chip.words.replace("\xa0", " ") for chip in chips(parsed(text), PRAGUE)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (
            "K26 after:2026-11-16 operator:anna,marek -grade:D battery:<80",
            [
                "“K26” anywhere",
                "since Mon 16 Nov 2026",
                "operator anna or marek",
                "not grade D",
                "battery under 80 %",
            ],
        ),
        ("battery:80..84.9 cycles:>=1000", ["battery 80 to 84 %", "cycles from 1,000"]),
        (
            'battery:unknown,<50 model:="iPhone 13 Pro"',
            ["battery unknown or under 50 %", "model iPhone 13 Pro"],
        ),
        ("time:2026-06..2026-08", ["in Jun – Aug 2026"]),
        ("time:2025-11..2026-02", ["in Nov 2025 – Feb 2026"]),
        ("time:2026-06-03..2026-08-31", ["from Wed 3 Jun 2026 to Mon 31 Aug 2026"]),
        ("on:2026-11,2026-10", ["in Nov 2026 or Oct 2026"]),
        ("on:2026 on:2026-11-22 time:2026-03-01..2026-03-31", None),
        ("before:2026-11-16 time:>2026-11-16", ["before Mon 16 Nov 2026", "after Mon 16 Nov 2026"]),
        ("after:2026-11-16T09:30", ["since Mon 16 Nov 2026 09:30"]),
        ("is:locked -has:grading failed:none", ["is locked", "not has grading", "failed tests none"]),
        ("imei:3529 grade:A..C 'x,y", ["IMEI 3529", "grade A to C", "“'x” or “y” anywhere"]),
        ("(grade:A or grade:B) -(x y)", ["(grade:A or grade:B)", "not (x y)"]),
        ("grade:A or grade:B", ["grade:A or grade:B"]),
    ],
)
def test_chips_say_what_the_query_says(text: str, words: list[str] | None) -> None:
    found = said(text)
    if words is None:
        assert found[:2] == ["in 2026", "on Sun 22 Nov 2026"]
    else:
        assert found == words


TERMS = st.sampled_from(
    [
        *("iphone", '"13 pro"', "K26,x", "grade:A", "-grade:B", "operator:anna,marek", "battery:<80,unknown"),
        *(
            "-(grade:A or marek)",
            "(battery:>90 iphone)",
            "failed:none",
            "((grade:A))",
            "is:failed",
            "-is:tested",
        ),
        *('model:="iPhone 13"', "on:2026-11", "“13 pro”", "-(-grade:A)", "(anna or marek)"),
    ]
)
GAPS = st.sampled_from([" ", "  ", " \t"])
ROWS = st.builds(
    Row,
    model=st.sampled_from([None, "iPhone 13", "iPhone 13 Pro", "Pixel"]),
    grade=st.sampled_from([None, "A", "B"]),
    operator=st.sampled_from([None, "anna", "marek", "annabel"]),
    battery=st.sampled_from([None, 79.9, 80, 84.9, 85, 101]),
    result=st.sampled_from([None, "failed", "passed", "not tested"]),
    failed=st.sampled_from([None, "", "Battery"]),
    custom=st.sampled_from([None, "K26-1"]),
    time=st.sampled_from([None, int(datetime(2026, 11, 1, 0, 0, tzinfo=PRAGUE).timestamp() * 1000)]),
)


@st.composite
def texts(draw: st.DrawFn, least: int = 0) -> str:
    terms = draw(st.lists(TERMS, min_size=least, max_size=4))
    text = draw(GAPS).join(terms)
    return f"{text} or {draw(TERMS)}" if text and draw(st.booleans()) else text


def all_of(nodes: list[Node], row: Row) -> bool:
    return all(matches(Query("", node), row) for node in nodes)


@given(texts(), st.lists(ROWS, min_size=5, max_size=5))
def test_without_a_chip_the_rest_means_the_rest(text: str, rows: list[Row]) -> None:
    query = parsed(text)
    found = chips(query, PRAGUE)
    nodes = list(query.root.nodes) if len(found) > 1 and isinstance(query.root, AllOf) else [query.root]
    assert len(found) == (len(nodes) if text else 0)
    for number, chip in enumerate(found):
        rest = parsed(chip.rest)
        remaining = [node for at, node in enumerate(nodes) if at != number]
        assert all(matches(rest, row) == all_of(remaining, row) for row in rows)
        assert chip.value
        assert text[chip.start : chip.end].strip() == text[chip.start : chip.end]


@given(texts(), TERMS, st.lists(ROWS, min_size=5, max_size=5))
def test_a_term_joins_the_whole_query(text: str, term: str, rows: list[Row]) -> None:
    both = parsed(with_term(text, term))
    assert all(
        matches(both, row) == (matches(parsed(text), row) and matches(parsed(term), row)) for row in rows
    )


TEXTS: dict[str, list[str]] = {
    "model": ["iPhone 13", "iPhone 13 Pro", "Pixel"],
    "operator": ["anna", "marek", "annabel"],
    "grade": ["A", "B", "C"],
}


def facet(field: str) -> Facet:
    made = Facet(field, TODAY, PRAGUE, Limits(80, 85))
    made.values = {key: text for text in TEXTS.get(field, []) if (key := made.key_of(text))}
    return made


CHOICES = [
    *(("battery", key) for key in ("replace", "watch", "good", "")),
    *(("result", key) for key in ("failed", "passed", "not tested")),
    *(("operator", "anna"), ("operator", ""), ("model", "iphone 13"), ("grade", "a"), ("time", "2026-11")),
]


@given(texts(), st.sampled_from(CHOICES), st.lists(ROWS, min_size=5, max_size=5))
def test_toggling_twice_means_the_same(text: str, choice: tuple[str, str], rows: list[Row]) -> None:
    name, key = choice
    choices = facet(name)
    own = [
        part
        for part in parts_of(text)
        if part.term is not None
        and not part.negated
        and own_part(text[part.start : part.end], choices) is not None
    ]
    before = own_part(text, choices)
    once = toggled(text, choices, key)
    now = own_part(once, choices)
    assert (now is not None and key in now.chosen) != (before is not None and key in before.chosen)
    if len(own) > 1:
        return  # two parts of one facet narrow each other: taking one away leaves the other in its place
    twice = parsed(toggled(once, choices, key))
    if before is not None and name in TEXTS and _typed(text, before, key) not in (None, choices.written(key)):
        # "anna" was typed, which finds annabel too; a box that is ticked again means its own value alone.
        assert all(matches(parsed(text), row) for row in rows if matches(twice, row))
        return
    assert all(matches(twice, row) == matches(parsed(text), row) for row in rows)


def _typed(text: str, own: OwnPart, key: str) -> str | None:
    """How a choice was written; None where it was not made."""
    items = [text[item.start : item.end] for item in own.term.items]
    return next((item for item, chosen in zip(items, own.chosen, strict=True) if chosen == key), None)


def test_a_box_that_is_ticked_again_means_its_own_value_alone() -> None:
    choices = facet("operator")
    once = toggled("operator:anna,marek", choices, "anna")
    assert toggled(once, choices, "anna") == "operator:marek,=anna"


@pytest.mark.parametrize(
    ("text", "choice", "expected"),
    [
        ("K26  -grade:D", ("operator", "anna"), "K26  -grade:D operator:=anna"),
        ("operator:anna,marek  x", ("operator", "marek"), "operator:anna  x"),
        ("a operator:marek b", ("operator", "marek"), "a b"),
        ("SOH:<80", ("battery", "watch"), "SOH:<80,80..84.9"),
        ("is:failed", ("result", "not tested"), 'result:failed,"not tested"'),
        ("a or b", ("grade", "a"), "(a or b) grade:A"),
        ("galaxy not", ("grade", "a"), "(galaxy not) grade:A"),
        ("after:2026-11-02", ("time", "2026-11"), "after:2026-11-02 time:2026-11"),
        ("on:2026-10", ("time", "2026-11"), "on:2026-10,2026-11"),
        ("-result:failed", ("result", "failed"), "-result:failed result:failed"),
    ],
)
def test_toggling_leaves_the_rest_as_it_was_typed(text: str, choice: tuple[str, str], expected: str) -> None:
    assert toggled(text, facet(choice[0]), choice[1]) == expected


@given(st.text(min_size=1, max_size=12), st.lists(st.text(min_size=1, max_size=12), max_size=3))
def test_a_written_value_finds_its_text(value: str, others: list[str]) -> None:
    written = written_value(value, others)
    if written is not None:
        assert matches(parsed(f"model:{written}"), Row(model=value))


@given(texts(), st.lists(ROWS, max_size=30))
def test_counts_follow_the_query_without_the_own_part(text: str, rows: list[Row]) -> None:
    facets = {name: facet(name) for name in FACETS}
    placings = Placings()

    def column(name: str) -> Placed:
        values = [row.get(name) for row in rows]
        if name in ("battery", "time"):
            numbers = np.asarray([nan if value is None else value for value in values], np.float64)
            return placings.numbers(facets[name], lambda: numbers, 1, lambda: None)
        known = [None, *dict.fromkeys(value for value in values if value is not None)]
        codes = np.asarray([known.index(value) for value in values], np.int32)
        return placings.coded(facets[name], Coded(codes, range(len(known)), known.__getitem__))

    columns = {name: column(name) for name in FACETS}
    parts = split(text, facets)
    found = np.asarray([matches(parsed(parts.rest), row) for row in rows], np.bool_)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facet_counts, "_SLICE", 7)
        counts = tally(columns, parts, facets, None if not parts.rest.strip() else found)
    for name, each in facets.items():
        own = own_part(text, each)
        bare = parsed(text if own is None else f"{text[: own.part.start]} {text[own.part.end :]}")
        expected: Counter[str] = Counter()
        for row in (row for row in rows if matches(bare, row)):
            keys = [key for key in (*dict(CHOICES_OF[name]), "") if chooses(each, key, row)]
            assert len(keys) == 1
            expected[keys[0]] += 1
        assert counts[name] == expected


CHOICES_OF = {
    "battery": [(key, 0) for key in ("replace", "watch", "good")],
    "result": [(key, 0) for key in ("failed", "passed", "not tested")],
    "model": [(key, 0) for key in ("iphone 13", "iphone 13 pro", "pixel")],
    "operator": [(key, 0) for key in ("anna", "marek", "annabel")],
    "grade": [("a", 0), ("b", 0)],
    "time": [("2026-11", 0)],
}


def chooses(each: Facet, key: str, row: Row) -> bool:
    return matches(parsed(f"{each.field}:{each.written(key)}"), row)


def test_months_are_local() -> None:
    edge = int(datetime(2026, 10, 31, 23, 30, tzinfo=UTC).timestamp() * 1000)
    facets = {"time": facet("time")}
    times = np.asarray([edge, edge - 3_600_000, nan])
    placed = Placings().numbers(facets["time"], lambda: times, 1, lambda: None)
    counts = tally({"time": placed}, split("", facets), facets)
    assert counts["time"] == {"2026-11": 1, "2026-10": 1, "": 1}
    assert datetime.fromtimestamp(edge / 1000, PRAGUE) == datetime(2026, 11, 1, 0, 30, tzinfo=PRAGUE)
    assert timedelta(hours=1) == PRAGUE.utcoffset(datetime(2026, 11, 1))  # noqa: DTZ001 - a wall clock's time
