"""What a query says, part by part, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from m360desk.core.fields import Field, Kind
from m360desk.core.query_edit import Part, parts_of, without
from m360desk.core.query_nodes import AllOf, Compare, Node, Not, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.core.query import Query
    from m360desk.core.query_tokens import Item

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BOUNDS: Final = {"<": "under", "<=": "up to", ">": "over", ">=": "from"}
_STATES: Final = {"absent": "unknown", "present": "any"}
_GAP: Final = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Chip:
    """One part of a query: "not", the field, the value; its place; the query's text without it.

    ``text`` is the part as it is written.
    """

    field: str
    value: str
    negated: bool
    start: int
    end: int
    rest: str
    text: str = ""

    @property
    def words(self) -> str:
        """All of it: "not grade D"."""
        return " ".join(part for part in ("not" if self.negated else "", self.field, self.value) if part)


def chips(query: Query, zone: tzinfo) -> tuple[Chip, ...]:
    """The parts of a query, in their order; days are those of ``zone``."""
    parts = parts_of(query.text)
    if not parts:
        return ()
    nodes = query.root.nodes if len(parts) > 1 and isinstance(query.root, AllOf) else (query.root,)
    return tuple(_chip(query.text, part, node, zone) for part, node in zip(parts, nodes, strict=True))


def _chip(text: str, part: Part, node: Node, zone: tzinfo) -> Chip:
    inner = node
    while isinstance(inner, Not) and part.term is not None and inner.span[0] < part.term.start:
        inner = inner.node
    field, value = _said(inner, part, zone)
    written = text[part.start : part.end]
    if part.term is None or not value:
        field, value = "", written.removeprefix("-") if part.negated else written
    return Chip(field, value, part.negated, part.start, part.end, without(text, part), written)


def _said(node: Node, part: Part, zone: tzinfo) -> tuple[str, str]:
    """Field and value in words; no value: the text itself says it best."""
    if part.term is None:
        return "", ""
    items = part.term.items
    if part.term.field is None:
        return "", f"{_either([f'“{item.text}”' for item in items])} anywhere"
    if part.term.field.lower() in ("has", "is"):
        return part.term.field.lower(), _either([item.text for item in items])
    found = _compares(node)
    fields = {compare.field.name for compare in found}
    if len(fields) != 1:
        return "", ""
    field = found[0].field
    if field.kind is Kind.TIME:
        return _time(found, field, zone)
    if field.kind in (Kind.INTEGER, Kind.NUMBER):
        return _name(field), _either([_number(compare) for compare in found])
    return _name(field), _either([_text(item) for item in items])


def _compares(node: Node) -> list[Compare]:
    if isinstance(node, Compare):
        return [node]
    if isinstance(node, (Words, Not)) or not hasattr(node, "nodes"):
        return []
    return [compare for inner in node.nodes for compare in _compares(inner)]


def _text(item: Item) -> str:
    if item.op in _BOUNDS and not item.quoted:
        return f"{_BOUNDS[item.op]} {item.text}"
    low, dots, high = item.text.partition("..")
    if dots and not item.quoted and not item.op:
        return " ".join(filter(None, (low or "up", "to" if high else "or more", high)))
    return item.text


def _number(compare: Compare) -> str:
    unit = f"{_GAP}{compare.field.unit}" if compare.field.unit else ""
    figures = [_figure(value) for value in compare.values]
    if compare.op in _STATES:
        return _STATES[compare.op]
    if compare.op == "range":
        return f"{figures[0]} to {_upper(compare)}{unit}"
    if compare.op == "=":
        return _either([f"{figure}{unit}" for figure in figures])
    return f"{_BOUNDS[compare.op]} {figures[0]}{unit}"


def _upper(compare: Compare) -> str:
    """The upper end; where health is kept to a tenth, 84.9 is all of 84."""
    high = compare.values[1]
    tenths = compare.field.unit == "%" and isinstance(high, float) and round(high % 1, 6) == 0.9
    return _figure(int(high)) if tenths else _figure(high)


def _figure(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"


def _time(found: Sequence[Compare], field: Field, zone: tzinfo) -> tuple[str, str]:
    kinds = {_preposition(compare, zone) for compare in found}
    named = "" if field.name == "time" else f"{_name(field)} "
    if len(kinds) != 1:
        return f"{named}time".strip(), _either([_when(compare, zone) for compare in found])
    return f"{named}{kinds.pop()}".strip(), _either([_when(compare, zone) for compare in found])


def _preposition(compare: Compare, zone: tzinfo) -> str:
    if compare.op == "range":
        return {10: "on", 8: "in", 7: "in", 4: "in"}.get(_width(compare, zone), "from")
    return {"<": "before", "<=": "until", ">": "after", ">=": "since"}.get(compare.op, "time")


def _width(compare: Compare, zone: tzinfo) -> int:
    """What a stretch of time is: a day (10), a month (8), several (7), a year (4), or none of these (0)."""
    low, high = (_moment(value, zone) for value in compare.values)
    if low is None or high is None or (low.hour, low.minute, low.second, low.microsecond) != (0, 0, 0, 0):
        return 0
    after = (high + timedelta(milliseconds=1)).date()
    if (after - low.date()).days == 1:
        return 10
    if low.day == 1 and after == (low.date().replace(day=28) + timedelta(days=4)).replace(day=1):
        return 8
    if (low.month, low.day) == (1, 1) and after == low.date().replace(year=low.year + 1):
        return 4
    return 7 if low.day == 1 and after.day == 1 else 0


def _when(compare: Compare, zone: tzinfo) -> str:
    if compare.op in _STATES:
        return _STATES[compare.op]
    first = _moment(compare.values[0], zone)
    if first is None:
        return ""
    if compare.op != "range":
        return _date(first, zone)
    width = _width(compare, zone)
    if width == 8:
        return f"{_MONTHS[first.month - 1]} {first.year}"
    if width == 4:
        return str(first.year)
    last = _moment(compare.values[1], zone)
    if width == 7 and last is not None:
        return _months(first, last)
    return (
        _date(first, zone) if width == 10 or last is None else f"{_date(first, zone)} to {_date(last, zone)}"
    )


def _months(first: datetime, last: datetime) -> str:
    """ "Jun – Aug 2026", "Nov 2025 – Feb 2026"."""
    year = "" if first.year == last.year else f" {first.year}"
    return f"{_MONTHS[first.month - 1]}{year} – {_MONTHS[last.month - 1]} {last.year}"


def _date(moment: datetime, zone: tzinfo) -> str:
    day = f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
    ends = (moment + timedelta(milliseconds=1)).astimezone(zone)
    whole = (moment.hour, moment.minute) == (0, 0) or (ends.hour, ends.minute, ends.second) == (0, 0, 0)
    return day if whole else f"{day} {moment:%H:%M}"


def _moment(value: str | float, zone: tzinfo) -> datetime | None:
    if isinstance(value, str):
        return None
    try:
        return (_EPOCH + timedelta(milliseconds=value)).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return None


def _name(field: Field) -> str:
    """The field's title inside a sentence: "operator", but "IMEI"."""
    title = field.title
    return title if title[1:2].isupper() or not title[1:2].isalpha() else title[0].lower() + title[1:]


def _either(words: Sequence[str]) -> str:
    """ "anna", "anna or marek", "anna, marek or yuki"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"
