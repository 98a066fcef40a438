"""JSON as the service really sends it: fast where it is well formed, tolerant where it is not.

A record may hold what a strict decoder refuses: half of a surrogate pair, ``NaN``, ``1e400``, an integer past
64 bits, bytes that are not UTF-8, raw control characters. None of that may cost a page, so everything goes
through msgspec first and, where that one refuses, through ``json`` or a scanner of our own.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

_fast_decode = msgspec.json.Decoder().decode
_REFUSALS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class NotJson(ValueError):
    """The bytes are no JSON text at all.

    ``position`` is an offset in bytes (exact where all before it is ASCII); ``truncated`` says that the text
    ended too early, which points to a broken connection rather than to another kind of content.
    """

    def __init__(self, position: int, reason: str, *, truncated: bool = False) -> None:
        super().__init__(f"not JSON at position {position}: {reason}")
        self.position = position
        self.reason = reason
        self.truncated = truncated


def decode(data: bytes) -> object:
    """Read one JSON text, taking what strict decoders refuse as well.

    Bytes that are not UTF-8 come back as lone surrogates U+DC80 to U+DCFF. Of equal keys the last one counts.
    Raises :class:`NotJson` when it is no JSON, or is nested too deeply to be read.
    """
    try:
        return _fast_decode(data)
    except _REFUSALS:
        return _decode_slowly(data)


def encode(value: object) -> bytes:
    """Write ``value`` compactly; everything that :func:`decode` returns is accepted and comes back equal."""
    # Not msgspec: it writes NaN and infinities as null.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def _parse_integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        # Python refuses to convert more than some 4,300 digits.
        return float(digits)


_tolerant = json.JSONDecoder(strict=False, parse_int=_parse_integer)


def _as_text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8-sig", "surrogateescape")


def _decode_slowly(data: bytes) -> object:
    text = _as_text(data)
    try:
        return _tolerant.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(error.pos, error.msg, truncated=_is_cut_off(error)) from None
    except RecursionError:
        raise NotJson(0, "nested too deeply") from None


_BEGUN_FRACTIONS = frozenset({".", "e", "E", "e+", "e-", "E+", "E-"})


def _is_cut_off(error: json.JSONDecodeError) -> bool:
    if error.msg.startswith("Unterminated string"):
        return True
    tail = error.doc[error.pos :].strip()
    if "escape" in error.msg:
        return len(tail) <= len("\\uD83D\\uDE00") and '"' not in tail
    if tail in _BEGUN_FRACTIONS:
        return True
    return any(word.startswith(tail) for word in ("true", "false", "null", "-Infinity", "NaN"))


@dataclass(frozen=True, slots=True)
class HistoryParts:
    """A page of records taken apart without reading the records themselves.

    ``records`` are the bytes exactly as they stand in the answer; None where the answer has no list of them.
    ``has_more`` is None where it is missing or no truth value. ``rest`` and ``meta`` are the other
    properties.
    """

    records: tuple[bytes, ...] | None
    has_more: bool | None = None
    total_count: int | None = None
    success: bool | None = None
    errors: object = None
    rest: dict[str, object] = field(default_factory=dict)
    meta: dict[str, object] = field(default_factory=dict)


class _Data(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    records: list[msgspec.Raw]
    has_more: bool | None = msgspec.field(name="hasMore", default=None)
    total_count: int | None = msgspec.field(name="totalCount", default=None)


class _Meta(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    success: bool


class _Page(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    data: _Data
    meta: _Meta


_fast_page = msgspec.json.Decoder(_Page).decode


def split_history(body: bytes) -> HistoryParts:
    """Take an answer of getHistory or getExternalReports apart; the records stay verbatim bytes.

    Errors come back in ``success`` and ``errors`` (guide: ``meta.errors``). Unknown properties are kept.
    Raises :class:`NotJson` when the body is no JSON object. A record that cannot be decoded does not stop the
    page: it comes back as the bytes that stand between its neighbours.
    """
    try:
        page = _fast_page(body)
    except _REFUSALS:
        return _split_slowly(body)
    data = page.data
    return HistoryParts(
        records=tuple([bytes(record) for record in data.records]),
        has_more=data.has_more,
        total_count=data.total_count,
        success=page.meta.success,
        meta={"success": page.meta.success},
    )


def truth(value: object) -> bool | None:
    """Read a truth value as loosely typed services send it (true, 1, "1", "true"); None where it is none."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold() if isinstance(value, (int, str)) else ""
    if word in ("1", "true"):
        return True
    return False if word in ("0", "false") else None


def _whole_number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        return int(value)
    return None


# The slow way. The page is read as Latin-1, so that a position in the text is a position in the bytes. Where
# even the tolerant decoder fails, values are told apart by their brackets: what a record holds is for its
# reader to judge.
_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET_OR_STRING = re.compile(r'["{}\[\]]')
_SCALAR_END = re.compile(r"[,\]} \t\n\r]")


def _split_slowly(body: bytes) -> HistoryParts:
    text = body.decode("latin-1")
    start = 3 if text.startswith("\xef\xbb\xbf") else 0
    start = _skip_space(text, start)
    if not text.startswith("{", start):
        _refuse_non_object(body)
    slices = {key: body[a:b] for key, a, b in _members(text, start)}
    if _skip_space(text, _value_end(text, start)) != len(text):
        raise NotJson(_value_end(text, start), "something follows the JSON text")
    meta = _object_or_empty(decode(slices["meta"])) if "meta" in slices else {}
    records, rest = _take_data(slices["data"]) if "data" in slices else (None, {})
    return HistoryParts(
        records=records,
        has_more=truth(rest.pop("hasMore", None)),
        total_count=_whole_number(rest.pop("totalCount", None)),
        success=truth(meta.get("success")),
        errors=meta.get("errors"),
        rest=rest,
        meta=meta,
    )


def _refuse_non_object(body: bytes) -> None:
    value = decode(body)
    raise NotJson(0, f"an object was expected, a {type(value).__name__} came")


def _object_or_empty(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _take_data(data: bytes) -> tuple[tuple[bytes, ...] | None, dict[str, object]]:
    text = data.decode("latin-1")
    if not text.startswith("{"):
        return None, {}
    records: tuple[bytes, ...] | None = None
    rest: dict[str, object] = {}
    for key, start, end in _members(text, 0):
        if key == "records":
            records = _take_records(data[start:end])
        else:
            rest[key] = decode(data[start:end])
    return records, rest


def _take_records(records: bytes) -> tuple[bytes, ...] | None:
    text = records.decode("latin-1")
    if text.startswith("["):
        return tuple(records[start:end] for start, end in _items(text, 0))
    if text.startswith("{"):
        # PHP writes a list whose numbering has a gap as an object.
        return tuple(records[start:end] for _, start, end in _members(text, 0))
    return None


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _string_end(text: str, position: int) -> int:
    match = _STRING.match(text, position)
    if match is None:
        raise NotJson(position, "a string was expected", truncated=text[position : position + 1] in ("", '"'))
    return match.end()


def _value_end(text: str, position: int) -> int:
    if position >= len(text):
        raise NotJson(position, "the text ends where a value was expected", truncated=True)
    try:
        return _tolerant.raw_decode(text, position)[1]
    except (json.JSONDecodeError, RecursionError):
        return _value_end_by_brackets(text, position)


def _value_end_by_brackets(text: str, position: int) -> int:
    if text[position] == '"':
        return _string_end(text, position)
    if text[position] not in "{[":
        match = _SCALAR_END.search(text, position)
        return match.start() if match else len(text)
    depth = 0
    while match := _BRACKET_OR_STRING.search(text, position):
        found = match.group()
        position = _string_end(text, match.start()) if found == '"' else match.end()
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found, 0)
        if depth == 0:
            return position
    raise NotJson(len(text), "a bracket is not closed", truncated=True)


def _items(text: str, position: int) -> Iterator[tuple[int, int]]:
    yield from ((start, end) for _, start, end in _walk(text, position, named=False))


def _members(text: str, position: int) -> Iterator[tuple[str, int, int]]:
    yield from _walk(text, position, named=True)


def _walk(text: str, position: int, *, named: bool) -> Iterator[tuple[str, int, int]]:
    closing = "}" if named else "]"
    position = _skip_space(text, position + 1)
    if text.startswith(closing, position):
        return
    while True:
        key = ""
        if named:
            end = _string_end(text, position)
            key = str(decode(text[position:end].encode("latin-1")))
            position = _expect(text, _skip_space(text, end), ":")
        start = _skip_space(text, position)
        end = _value_end(text, start)
        if start == end:
            raise NotJson(start, "a value was expected")
        yield key, start, end
        position = _skip_space(text, end)
        if text.startswith(closing, position):
            return
        position = _skip_space(text, _expect(text, position, ","))


def _expect(text: str, position: int, character: str) -> int:
    if text.startswith(character, position):
        return position + 1
    raise NotJson(position, f"“{character}” was expected", truncated=position >= len(text))
