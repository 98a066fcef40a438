"""Completing a query at the cursor: the rest stays as it is, and what results is a query."""

from __future__ import annotations

from datetime import UTC, date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m360desk.core.battery import Limits
from m360desk.core.fields import FIELDS
from m360desk.core.query import QueryError, parse
from m360desk.core.query_candidates import (
    Candidate,
    field_candidates,
    fixed_values,
    held_values,
    is_counted,
)
from m360desk.core.query_completion import Place, completed, place_at, without_term
from m360desk.core.query_special import NAMES

TODAY = date(2026, 11, 23)
LIMITS = Limits()
HELD: list[tuple[str | bytes | None, int]] = [
    ("iPhone 13", 40),
    ("iPhone 13 Pro", 20),
    ("Galaxy S22", 30),
    ("iPhone SE, red", 7),
    ('6" phablet', 3),
    ("any", 2),
    ("or", 1),
    (b"\xed\xa0\x80 Grau", 1),
    (None, 5),
    ("", 6),
]
TESTS: list[tuple[str | bytes | None, int]] = [
    ("Battery,RearCamera", 4),
    ("RearCamera", 6),
    ("", 50),
    (None, 9),
    ("HardwareButton,é", 1),
]


def values_at(place: Place) -> list[Candidate]:
    if place.field is None:
        return field_candidates(place.typed)
    held = TESTS if place.field.lower() in {"failed", "fail"} else HELD
    found = held_values(place, held, 50) if is_counted(place.field) else []
    return [*fixed_values(place, TODAY, LIMITS), *found]


def error_in(text: str) -> QueryError | None:
    try:
        parse(text, today=TODAY, zone=UTC)
    except QueryError as error:
        return error
    return None


def is_query(text: str) -> bool:
    return error_in(text) is None


@pytest.mark.parametrize(
    ("before", "label", "after"),
    [
        ("bat|", "battery:", "battery:|"),
        ("iphone -fai| grade:A", "failed:", "iphone -failed:| grade:A"),
        ("(colo|)", "color:", "(color:|)"),
        ("model:|", "Galaxy S22", 'model:"Galaxy S22"|'),
        ("model:ip| battery:<80", "iPhone 13", 'model:="iPhone 13"| battery:<80'),
        ('x -model:"iphone 13 p|', "iPhone 13 Pro", 'x -model:"iPhone 13 Pro"|'),
        ('model:"ip|" x', "iPhone SE, red", 'model:"iPhone SE, red"| x'),
        ("model:“gal|” x", "Galaxy S22", 'model:"Galaxy S22"| x'),
        ("model:=gal|", "Galaxy S22", 'model:="Galaxy S22"|'),
        ("failed:battery,rear|", "RearCamera", "failed:battery,RearCamera|"),
        ("failed:camera|", "RearCamera", "failed:RearCamera|"),
        ("failed:zz|", None, ""),
        ("failed:n|", "none", "failed:none|"),
        ("battery:<|", "<80", "battery:<80|"),
        ("battery:unk|", "unknown", "battery:unknown|"),
        ("after:|", "2026-10", "after:2026-10|"),
        ("last:7|", "7d", "last:7d|"),
        ("is:repl|", "replaced-battery", "is:replaced-battery|"),
        ("-has:gr|", "grading", "-has:grading|"),
        ("closed:|", "yes", "closed:yes|"),
        ("model:i|phone", None, ""),
        ("mo|del:iphone", None, ""),
        ('bat|"x"', None, ""),
        ("imei:35|", None, ""),
        ("nosuch:|", None, ""),
        ("battery:<80|", None, ""),
        ("model:<a|", None, ""),
    ],
)
def test_completes(before: str, label: str | None, after: str) -> None:
    cursor = before.index("|")
    text = before.replace("|", "")
    place = place_at(text, cursor)
    offered = {each.label: each for each in values_at(place)} if place is not None else {}
    if label is None:
        assert not offered
        return
    assert place is not None
    whole, cursor = completed(text, place, offered[label].written)
    assert f"{whole[:cursor]}|{whole[cursor:]}" == after
    assert is_query(whole) or label.endswith(":")


def test_counts_come_with_values_and_lists_are_taken_apart() -> None:
    place = place_at("failed:", 7)
    assert place is not None
    offered = {each.label: (each.count, each.title) for each in held_values(place, TESTS, 50)}
    assert offered == {
        "RearCamera": (10, "Rear camera"),
        "Battery": (4, ""),
        "HardwareButton": (1, "Hardware buttons"),
        "é": (1, ""),
        "none": (50, "Looked at, and none"),
        "unknown": (9, "Failed tests not known"),
    }
    assert next(iter(offered)) == "RearCamera", "the most frequent first"
    assert all(each.count is None for each in held_values(place, TESTS, 50, counts=False))


def test_every_field_can_be_found_and_says_how_it_is_used() -> None:
    names = {field.name for field in FIELDS if field.filterable} | set(NAMES)
    offered = {each.label.rstrip(":"): each for each in field_candidates("")}
    assert set(offered) == names
    for each in offered.values():
        assert each.title
        assert is_query(each.example), each.example
        for at in range(1, len(each.label)):
            assert each in field_candidates(each.label[:at])


WHOLE = st.sampled_from(
    [
        *("", "iphone", "battery:<80", "(grade:A or grade:B)", '-model:"iPhone 13"', "a,b", "“é 📱”", "or?"),
        *('model:="x" or grade:A', "is:locked -has:grading", "failed:a,b", "(a (b))", "x or y"),
    ]
)
HEADS = st.sampled_from(
    [
        "",
        "-",
        *(f"{name}:" for name in NAMES),
        *(f"{f.name}:" for f in FIELDS),
        "MODEL:",
        "-failed:a,",
        "fail:=",
    ]
)
TYPED = st.sampled_from(
    ["", "i", "bat", "n", "un", "<", ">=8", "=", '"', '"ip', "“iphone 13 p", "2026", "re", "é"]
)


@settings(max_examples=400, deadline=None)
@given(WHOLE, HEADS, TYPED, WHOLE, st.booleans())
def test_completing_makes_a_query_of_one_and_changes_nothing_else(
    before: str, head: str, typed: str, after: str, in_brackets: bool
) -> None:
    opening, closing = ("(", ")") if in_brackets and not typed.startswith(('"', "“")) else ("", "")
    if typed.startswith(('"', "“")):
        after = ""  # an open quotation mark takes in all that follows
    start = f"{before} {opening}{head}{typed}"
    text = f"{start}{closing} {after}"
    text = text if after or closing else start
    place = place_at(text, len(start))
    for candidate in values_at(place) if place is not None else []:
        assert place is not None
        whole, cursor = completed(text, place, candidate.written)
        assert whole[: place.start] == text[: place.start]
        assert whole[cursor:] == text[place.end :]
        assert whole[place.start : cursor] == candidate.written
        if place.field is None:
            whole = f"{whole[: place.start]}{candidate.example}{whole[cursor:]}"
        assert is_query(whole), whole
    if place is not None:
        assert is_query(without_term(text, place)) or opening, "what its values are counted in"


PIECES = st.sampled_from(
    [
        *("bat", "model:", "failed:", "is:", "after:", "has:", "battery:", "grade:=", "iphone", "a,b", ","),
        *('"', "“", "(", ")", "-", " ", "or", " or ", "<", "..", ":", "é", "📱", "\t", "\0", "model:ip"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=20), st.data())
def test_whatever_stands_in_the_box_the_rest_stays(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(-1, len(text) + 1))
    place = place_at(text, cursor)
    if place is None:
        return
    assert 0 <= place.term_start <= place.start <= cursor <= place.end <= place.term_end <= len(text)
    for candidate in values_at(place):
        whole, end = completed(text, place, candidate.written)
        assert (whole[: place.start], whole[end:]) == (text[: place.start], text[place.end :])


@pytest.mark.parametrize(
    "text",
    [
        *(
            '"' * 10_000,
            "(" * 2_000 + "a" + ")" * 2_000,
            "a:" * 5_000,
            "-" * 10_000,
            "📱 " * 5_000,
            "," * 9_999,
        ),
        *(
            "or " * 3_000,
            "model:" + "a," * 5_000,
            "<>=" * 3_000,
            "'; DROP TABLE sessions; --" * 400,
            "x" * 10_000,
        ),
    ],
)
def test_queries_of_any_length_are_answered_or_marked(text: str) -> None:
    for cursor in (0, 1, len(text) // 2, len(text)):
        place_at(text, cursor)
    error = error_in(text)
    if error is not None:
        assert 0 <= error.start <= error.end <= len(text)
        assert error.message
        assert error.repaired(text) != text
