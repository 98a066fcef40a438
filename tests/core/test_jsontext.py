"""JSON as it really comes: nothing that can still be read is refused, and records stay byte for byte."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core import jsontext
from m360desk.core.jsontext import NotJson, decode, encode, split_history

GUIDE_EMPTY = b'{"data": {"records": [], "hasMore": false}, "meta": {"success": true}}'
GUIDE_FORBIDDEN = (
    b'{"data": [], "meta": {"success": false, "errors": {"code": "auth:forbidden", '
    b'"title": "Access forbidden with the given credentials", "details": []}}}'
)
STRANGE = [
    (b'"\\ud83d"', "\ud83d"),
    (b"1e400", math.inf),
    (b"-Infinity", -math.inf),
    (b"123456789012345678901234567890", 123456789012345678901234567890),
    (b"9" * 5000, math.inf),
    (b'"tab\there"', "tab\there"),
    (b'"caf\xe9"', "caf\udce9"),
    (b'"\xed\xa0\x80"', "\ud800"),
    (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
    (b'{"a":1,"a":2}', {"a": 2}),
]
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    # Surrogates included: half a pair must survive as well.
    | st.text(st.characters(codec=None, categories=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("data", "value"), STRANGE)
def test_what_strict_decoders_refuse_is_read_and_written_back(data: bytes, value: object) -> None:
    assert decode(data) == value
    assert decode(encode(value)) == value


def test_not_a_number_survives() -> None:
    value = decode(b'[NaN, "\\udead"]')
    assert isinstance(value, list)
    assert math.isnan(value[0])
    assert encode(value) == b'[NaN,"\\udead"]'


@given(json_values)
def test_every_value_comes_back_equal(value: object) -> None:
    assert decode(encode(value)) == value


@pytest.mark.parametrize(
    ("data", "truncated"),
    [
        (b"", True),
        (b'{"data": {"rec', True),
        (b'{"data": [1, 2', True),
        (b'{"data":', True),
        (b"<html><body>502</body></html>", False),
        (b"{} trailing", False),
        (b"\xff\xfe\x00", False),
        (b"[" * 200_000 + b"]" * 200_000, False),
    ],
)
def test_only_what_is_no_json_at_all_is_refused(data: bytes, truncated: bool) -> None:
    with pytest.raises(NotJson) as caught:
        decode(data)
    assert caught.value.truncated is truncated


def test_the_guides_examples() -> None:
    page = split_history(GUIDE_EMPTY)
    assert (page.records, page.has_more, page.total_count, page.success) == ((), False, None, True)
    refusal = split_history(GUIDE_FORBIDDEN)
    assert refusal.records is None
    assert refusal.success is False
    assert refusal.errors == {
        "code": "auth:forbidden",
        "title": "Access forbidden with the given credentials",
        "details": [],
    }


ODD_RECORDS = [
    b'{"sessionId": "\\ud800", "n": 1}',
    b'{ "spaces" :  [1 , 2]\n}',
    b'{"latin": "\xe9 \x85"}',
    b'{"brackets": "}]\\"{["}',
    b'{"big": 1e999, "nan": NaN, "digits": ' + b"7" * 5000 + b"}",
    b'{"broken": undefined, "octal": 017}',
    b'{"deep": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b"null",
    b'"text"',
]


@pytest.mark.parametrize("odd", ODD_RECORDS)
def test_an_odd_record_stops_no_page_and_stays_as_it_came(odd: bytes) -> None:
    plain = b'{"sessionId":"a","caf\xc3\xa9":"\xe2\x82\xac"}'
    body = b'\n{"data": {"hasMore": 1, "records": [' + b" , ".join([plain, odd, plain]) + b"],"
    body += b'"totalCount": "12", "news": {"a": []}}, "meta": {"success": true, "took": 3}}\r\n'
    page = split_history(body)
    assert page.records == (plain, odd, plain)
    assert (page.has_more, page.total_count, page.success) == (True, 12, True)
    assert page.rest == {"news": {"a": []}}
    assert page.meta == {"success": True, "took": 3}


@given(st.lists(st.dictionaries(st.text(), json_values, max_size=3), max_size=4), st.booleans())
def test_fast_and_slow_agree(records: list[object], has_more: bool) -> None:
    body = b'{"data": {"records": [' + b", ".join(encode(record) for record in records)
    body += b'], "hasMore": %s}, "meta": {"success": true}}' % (b"true" if has_more else b"false")
    page = split_history(body)
    assert page == jsontext._split_slowly(body)
    assert page.records is not None
    assert [decode(record) for record in page.records] == records


@pytest.mark.parametrize(
    ("data", "records"),
    [
        (b"[]", None),
        (b"{}", None),
        (b'{"records": null}', None),
        (b'{"records": "none"}', None),
        (b'{"records": {"1": {"a":1}, "3": {"b":2}}}', (b'{"a":1}', b'{"b":2}')),
        (b'{"records": {}}', ()),
    ],
)
def test_absent_records_are_told_from_none_at_all(data: bytes, records: tuple[bytes, ...] | None) -> None:
    page = split_history(b'{"data": ' + data + b', "meta": {"success": true}}')
    assert page.records == records
    assert page.has_more is None


@pytest.mark.parametrize(
    ("body", "truncated"),
    [
        (b'[{"data": {}}]', False),
        (b"", True),
        (b"<!DOCTYPE html>", False),
        (b'{"data": {"records": [{"a": 1}, {"b"', True),
        (b'{"data": {"records": [{"a": 1}', True),
        (b'{"data": {"records": [{"a": tru', True),
        (b'{"data": {"records": [], "hasMore": false}} {}', False),
        (b'{"data": }', False),
    ],
)
def test_bodies_that_are_no_answer(body: bytes, truncated: bool) -> None:
    with pytest.raises(NotJson) as caught:
        split_history(body)
    assert caught.value.truncated is truncated


CUT = (
    b'{"data": {"records": [{"a": [-1.5, "x\\ud83d\\ude00\\n"]}, true, null], "hasMore": false}, "meta": {}}'
)


@pytest.mark.parametrize("read", [decode, split_history])
@pytest.mark.parametrize("length", range(len(CUT)))
def test_every_cut_of_a_page_is_noticed(read: Callable[[bytes], object], length: int) -> None:
    with pytest.raises(NotJson) as caught:
        read(CUT[:length])
    assert caught.value.truncated
