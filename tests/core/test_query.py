"""The query language: what it finds, what it refuses, and where it points."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m360desk.core import jsontext
from m360desk.core.chips import chips
from m360desk.core.fields import FIELDS, Kind
from m360desk.core.matching import matches
from m360desk.core.query import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Compare,
    Everything,
    Node,
    Not,
    Query,
    QueryError,
    Words,
    parse,
)
from m360desk.core.records import read
from tests.core.json_strategies import RECORDS

TODAY = date(2026, 11, 23)
PRAGUE = ZoneInfo("Europe/Prague")


def parsed(text: str, zone: tzinfo = UTC) -> Query:
    return parse(text, today=TODAY, zone=zone)


def parsed_or_error(text: str) -> Query | QueryError:
    try:
        return parsed(text)
    except QueryError as error:
        return error


@dataclass(frozen=True)
class Row:
    """A session of only the values that a test is about; everything else is missing."""

    values: dict[str, str | int | float | bytes | None]

    def get(self, name: str) -> str | int | float | bytes | None:
        return self.values.get(name)


ROW = Row(
    {
        "imei": "352918112846172",
        "serial": "F17GQ4WX0D83",
        "custom": "K26-0418",
        "operator": "Žaneta O'Neil",
        "model": "iPhone 13 Pro",
        "name": "iPhone 13 Pro 128 GB Graphite",
        "battery": 78.0,
        "cycles": 812,
        "storage": 128.0,
        "grade": "B",
        "closed": 1,
        "result": "failed",
        "failed": "Battery,RearCamera",
        "failed_count": 2,
        "passed": "Speaker",
        "passed_count": 1,
        "skipped": "",
        "account_lock": "iCloud",
        "parts": None,
        "has": "diagnostics,grading",
        "device": "imei:352918112846172",
        "time": int(datetime(2026, 11, 22, 23, 30, tzinfo=UTC).timestamp() * 1000),
        "color": b"\xed\xa0\x80 Grau",
    }
)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "8461", "k26-04", "zaneta", "ŽANETA", "iphone 13", '"13 pro"', "13", "pr", "o'neil"),
        *("35-291811-284617-2", "imei:35-291811-284617-2", '"35 291811 284617 2"', "imei:=352918112846172"),
        *(
            "battery:78",
            "battery:<80",
            "battery:<=78%",
            "battery:>77.9",
            "battery:70..78",
            "battery:..78",
            "battery:78..",
        ),
        *(
            "battery:<50,75..80",
            "battery:any",
            "SOH:<80",
            "parts:unknown",
            "skipped:none",
            "failed:any",
            "grade:A..C",
        ),
        *(
            "storage:128gb",
            "storage:<1TB",
            "cycles:>=812",
            "closed:yes",
            "failed:camera",
            "failed:2",
            "failed:>1",
        ),
        *("failed:=rearcamera", "operator:anna,zaneta", "grade:<c", "colour:grau", 'color:"� grau"'),
        *(
            "-failed:speaker",
            "-grade:C",
            "-region:eu",
            "-(grade:B battery:>90)",
            "nobody or 8461",
            "(grade:A or grade:B) 13",
        ),
        *(
            "is:failed",
            "is:tested",
            "is:locked",
            "is:identified",
            "has:grading",
            "has:photos,grading",
            "has:serial",
        ),
        *(
            "-has:wipe",
            "-is:open",
            "time:2026-11-22",
            "on:yesterday",
            "time:2026-11",
            "time:2026",
            "last:2d",
            "last:1w",
        ),
        *(
            "after:2026-11-22",
            "before:2026-11-23",
            "time:2026-11-22T23:30",
            "time:2026-11-01..2026-11-22",
            "time:>2026-11-21",
        ),
        *("time:<=2026-11-22", "-before:2026-11-22", "anna,zaneta", "“13 Pro”"),
        *("35 291811 284617 2", "imei:35 291811 284617 2", "x,35-291811 284617 2", "(35 291811 284617 2)"),
        *(
            "ｂａｔｔｅｒｙ：＜８０",
            "iphone　（13　or　14）",
            "–grade:C",
            "−grade:C",
            "cycles:<1.000",
            "storage:128",
        ),
        *("is:replaced_battery or is:failed", "Battery:<80", "is:open or o'neil", "operator:o'neil"),
    ],
)
def test_finds(text: str) -> None:
    assert matches(parsed(text), ROW)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "8462",
            "phone 14",
            "pho nobody",
            '"pro 13"',
            "ho",
            "ro",
            "61",
            "imei:=35291811284617",
            "graphite nobody",
        ),
        *(
            "battery:80",
            "battery:>78",
            "battery:<78",
            "battery:79..",
            "battery:unknown",
            "battery:<50,79..80",
        ),
        *(
            "parts:any",
            "parts:none",
            "skipped:any",
            "skipped:unknown",
            "region:eu",
            "failed:speaker",
            "failed:=camera",
        ),
        *(
            "failed:3",
            "failed:<2",
            "closed:no",
            "-grade:B",
            "grade:>b",
            "nobody or 8462",
            "is:passed",
            "is:untested",
            "is:open",
        ),
        *(
            "has:wipe",
            "has:region",
            "on:today",
            "time:2026-11-23",
            "last:1d",
            "after:2026-11-23",
            "before:2026-11-22",
        ),
        *(
            "time:>2026-11-22",
            "time:<2026-11-22",
            "time:2026-11-22T23:29",
            "operator:neta,anna,=zaneta",
            "-13",
            "grade:ab",
            "–grade:B",
        ),
    ],
)
def test_does_not_find(text: str) -> None:
    matching = {"operator:neta,anna,=zaneta"}  # "neta" is a part: lists are "or"
    assert matches(parsed(text), ROW) == (text in matching)


def test_a_battery_that_the_parts_check_calls_foreign_is_a_replaced_one() -> None:
    for parts, found in {"display,battery": True, "Battery": True, "display": False, "": False}.items():
        assert matches(parsed("is:replaced-battery"), Row({"parts": parts})) is found
    assert not matches(parsed("is:replaced-battery"), Row({"parts": None}))


def test_days_are_local() -> None:
    # 23:30 UTC on the 22nd is 00:30 on the 23rd in Prague.
    assert matches(parsed("on:today", PRAGUE), ROW)
    assert matches(parsed("after:2026-11-23", PRAGUE), ROW)
    assert not matches(parsed("before:2026-11-23", PRAGUE), ROW)
    summer_day = parsed("time:2026-03-29", PRAGUE).root  # 23 hours long
    assert isinstance(summer_day, Compare)
    low, high = summer_day.values
    assert isinstance(low, int)
    assert high == low + 23 * 3_600_000 - 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("last:1d", "2026-11-23"),
        ("last:2w", "2026-11-10"),
        ("last:1m", "2026-10-24"),
        ("last:1y", "2025-11-24"),
    ],
)
def test_last_counts_today(text: str, first: str) -> None:
    after = parsed(f"after:{first}").root
    assert isinstance(after, Compare)
    assert parsed(text).root == Compare(after.field, after.op, after.values, span=(0, len(text)))


def test_every_filterable_field_takes_values_lists_negation_and_unknown() -> None:
    samples = {
        Kind.TEXT: ("x", "x..y", ">x"),
        Kind.NAMES: ("x", "=x", "none"),
        Kind.INTEGER: ("1", "1..2", ">=1"),
        Kind.NUMBER: ("1", "..2.5", "<1"),
        Kind.TIME: ("2026", "2026-01..2026-02", ">2026-01-01"),
        Kind.FLAG: ("yes", "no", "=no"),
    }
    nothing = Row({})
    for field in FIELDS:
        if not field.filterable:
            with pytest.raises(QueryError):
                parsed(f"{field.name}:1")
            continue
        for name in (field.name, *field.aliases):
            if name == "has":
                continue  # a word of the language: it asks for operations
            for value in (*samples[field.kind], ",".join(samples[field.kind])):
                assert not matches(parsed(f"{name}:{value}"), nothing), (name, value)
                assert matches(parsed(f"-{name}:{value}"), nothing), (name, value)
            assert matches(parsed(f"{name}:unknown"), nothing)
            assert not matches(parsed(f"{name}:any"), nothing)


def test_the_tree_of_a_query_and_its_places() -> None:
    text = "pixel (operator:anna,marek or -battery:<80,unknown)"
    root = parsed(text).root
    assert isinstance(root, AllOf)
    words, either = root.nodes
    assert words == Words("pixel", (0, 5))
    assert isinstance(either, AnyOf)
    operator, negated = either.nodes
    assert isinstance(operator, Compare)
    assert (operator.op, operator.values, text[slice(*operator.span)]) == (
        "match",
        ("anna", "marek"),
        "operator:anna,marek",
    )
    assert isinstance(negated, Not)
    assert text[slice(*negated.span)] == "-battery:<80,unknown"
    assert isinstance(negated.node, AnyOf)
    assert [node.op for node in negated.node.nodes if isinstance(node, Compare)] == ["<", "absent"]
    assert parsed("  ").is_empty
    assert EVERYTHING.is_empty
    assert not parsed("x").is_empty


@pytest.mark.parametrize(
    ("text", "place", "said", "repaired"),
    [
        (
            "a battery:<eighty",
            "battery:<eighty",
            "“eighty” is not a number. Write battery:<80.",
            "a battery:<80",
        ),
        ("battery:8O", "battery:8O", "not a number", "battery:80"),
        ("battery:80-84", "battery:80-84", "not a number", "battery:80..84"),
        ("battery:80–84%", "battery:80–84%", "not a number", "battery:80..84%"),
        ("cycles:x", "cycles:x", "Write cycles:<500, cycles:500..800 or cycles:unknown.", None),
        (f"cycles:{'x' * 999}", f"cycles:{'x' * 999}", "x…” is not a number", None),
        ("cycles:1,000", "1,000", "A comma means “or”", "cycles:1000"),
        (
            "opertor:anna x",
            "opertor:",
            "There is no field “opertor”. Did you mean operator?",
            "operator:anna x",
        ),
        ("a zzzz:1", "zzzz:1", "There is no field “zzzz”.", 'a "zzzz:1"'),
        ("K26:04", "K26:04", "quote it", '"K26:04"'),
        ('zzzz:"1 2"', "zzzz:", "There is no field", None),
        ("flags:1", "flags:", "There is no field “flags”.", None),
        ("(a b", "(a b", "not closed", "(a b)"),
        ("(", "(", "not closed", ""),
        ("a ) b", ")", "closes nothing", "a  b"),
        ("()", "()", "Nothing stands between", ""),
        ('x "a b', '"a b', "quotation mark", 'x "a b"'),
        ('abc"', '"', "quotation mark", "abc"),
        ("a or", "or", "both sides", "a "),
        ("or a", "or", "both sides", " a"),
        ("or", "or", "both sides", '"or"'),
        ("a or or b", "or", "both sides", "a  or b"),
        ("(or)", "or", "both sides", '("or")'),
        ("(a or)", "or", "both sides", "(a )"),
        ("a - b", "- ", "minus sign", "a -b"),
        ("- failed:camera", "- ", "minus sign", "-failed:camera"),
        ("– (a or b)", "– ", "minus sign", "-(a or b)"),
        ("--a", "-", "minus sign", None),
        ("-or a", "-", "minus sign", None),
        ("<80", "<80", "stands alone", None),
        ("battery <80", "battery <80", "in one piece", "battery:<80"),
        ("x battery >= 80 y", "battery >= 80", "in one piece", "x battery:>=80 y"),
        ("battery <", "battery <", "in one piece", None),
        ("-battery < 80", "battery < 80", "in one piece", "-battery:<80"),
        ("nobody < 80", "<", "Write the field before it", None),
        (":a", ":a", "colon stands alone", None),
        ("battery : <80", "battery : <80", "one piece", "battery:<80"),
        (",", ",", "comma stands alone", None),
        ("battery:", "battery:", "no value", None),
        ("battery: <80", "battery: <80", "no value", "battery:<80"),
        ("imei: 35 x", "imei: 35", "no value", "imei:35 x"),
        ("battery:<,80", "battery:<", "no value", None),
        ("operator:anna,", "operator:anna,", "no value", "operator:anna"),
        ("grade:A, B", "grade:A, B", "no value", "grade:A,B"),
        ("model:(iphone or pixel)", "model:(iphone or pixel)", "no brackets", "model:iphone,pixel"),
        ("grade:(A, B) x", "grade:(A, B)", "no brackets", "grade:A,B x"),
        ("battery<80", "battery<80", "lacks a colon", "battery:<80"),
        ("SOH≥80 x", "SOH≥80", "lacks a colon", "SOH:>=80 x"),
        ("grade!=A", "grade!=A", "lacks a colon", "-grade:A"),
        ("grade==A,B", "grade==A,B", "lacks a colon", "grade:A,B"),
        ("battery>", "battery>", "lacks a colon", None),
        ("a AND b", "AND", "not needed", "a  b"),
        ("iphone and battery:<80", "and", "not needed", "iphone  battery:<80"),
        ("a && b", "&&", "not needed", "a  b"),
        ("a | b", "|", "Write “or”", "a or b"),
        ("not grade:A", "not ", "minus sign right before", "-grade:A"),
        ("NOT (a b)", "NOT ", "minus sign right before", "-(a b)"),
        ("not -grade:A", "not ", "minus sign right before", "-grade:A"),
        ("iphone* x", "iphone*", "No asterisk", "iphone x"),
        ("imei:*6172", "*6172", "No asterisk", "imei:6172"),
        ("operator:'anna b'", "'anna b'", "Write double ones", 'operator:"anna b"'),
        ("‘13 pro’ x", "‘13 pro’", "Write double ones", '"13 pro" x'),
        ("storage:128 GB", "storage:128 GB", "in one piece", "storage:128GB"),
        ("battery:<80 % x", "battery:<80 %", "in one piece", "battery:<80% x"),
        ("last:7 days", "last:7 days", "in one piece", "last:7days"),
        ("battery:80 .. 84", "battery:80 .. 84", "in one piece", "battery:80..84"),
        ("battery:80 ..84", "battery:80 ..84", "in one piece", "battery:80..84"),
        ('operator:""', '""', "operator:unknown", None),
        ('""', '""', "Nothing stands between", ""),
        ("battery:84..80", "84..80", "ends before it begins", "battery:80..84"),
        ("battery:..", "..", "no ends", None),
        ("time:3.4.2026", "3.4.2026", "is no date", "time:2026-04-03"),
        ("on:22/11/2026", "22/11/2026", "is no date", "on:2026-11-22"),
        ("on:11/22/2026", "11/22/2026", "is no date", "on:2026-11-22"),
        ("on:3/4/2026", "3/4/2026", "is no date", None),
        ("on:31.2.2026", "31.2.2026", "is no date", None),
        ("time:>20261122", ">20261122", "is no date", "time:>2026-11-22"),
        ("after:7d", "7d", "is no date", "after:2026-11-17"),
        ("after:2026-02-30", "2026-02-30", "is no date", None),
        ("time:9999", "9999", "is no date", None),
        ("last:soon", "soon", "last:7d", None),
        ("last:week", "week", "last:7d", "last:1w"),
        ("last:99999y", "99999y", "too far back", None),
        ("after:>2026", ">2026", "takes no >", "after:2026"),
        ("has:gradin", "gradin", "Did you mean has:grading?", "has:grading"),
        ("is:zzz", "zzz", "A session is failed", None),
        ("closed:maybe", "closed:maybe", "yes or no", None),
        ("parts:>2", "parts:>2", "no order", None),
        ("(" * 60 + "a" + ")" * 60, "(", "nested too deeply", None),
        ("a " * 201, "a", "at most 200", None),
        (",".join(["a"] * 201), ",".join(["a"] * 201), "at most 200", None),
        ("-" + "(" * 1001, "(", "not so many signs", None),
        ("a" * 20_001, "a", "at most 20,000 characters, this one has 20,001", None),
    ],
)
def test_errors_say_what_and_where(text: str, place: str, said: str, repaired: str | None) -> None:
    with pytest.raises(QueryError) as caught:
        parsed(text)
    error = caught.value
    assert text[error.start : error.end] == place
    assert said in error.message
    if repaired is not None:
        assert error.repaired(text) == repaired
    elif error.repair is not None:
        parsed(error.repaired(text) or "x")


PIECES = st.sampled_from(
    [
        *"()-,\"'<>=!:.*|“”‘’–（：，",
        *("or", "and", "not", " ", "..", "battery", "failed", "time", "after", "has", "is", "last", "imei:"),
        *(
            "80",
            "35 291811 284617 2",
            "% ",
            " GB",
            "2026-01-31",
            "22.1.2026",
            "x",
            "é",
            "📱",
            "\ud800",
            "\0",
            "\t",
        ),
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join) | st.text(st.characters(codec=None), max_size=30), RECORDS)
def test_any_text_is_a_query_or_an_error_in_its_place(text: str, record: dict[str, object]) -> None:
    session = read(jsontext.encode(record))
    query = parsed_or_error(text)
    if isinstance(query, QueryError):
        assert 0 <= query.start <= query.end <= len(text)
        assert query.message
        _assert_repairs_end(text)
        return
    assert bool(chips(query, UTC)) != query.is_empty
    assert query == parsed(text)
    assert matches(query, session) in {True, False}
    for node in _walk(query.root):
        if not isinstance(node, Everything):
            assert 0 <= node.span[0] < node.span[1] <= len(text)
            assert matches(Query("", Not(node)), session) != matches(Query("", node), session)


def _assert_repairs_end(text: str) -> None:
    """Whoever takes every repair that is offered comes to an answer, or to where he must think himself."""
    for _ in range(40):
        query = parsed_or_error(text)
        repaired = query.repaired(text) if isinstance(query, QueryError) else None
        if repaired is None:
            return
        assert repaired != text
        text = repaired
    pytest.fail(f"repairs go on and on: {text}")


def _walk(node: Node) -> list[Node]:
    if isinstance(node, (AllOf, AnyOf)):
        return [node, *(inner for child in node.nodes for inner in _walk(child))]
    return [node, *_walk(node.node)] if isinstance(node, Not) else [node]
