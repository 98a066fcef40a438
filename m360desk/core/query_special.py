"""Query words that are no fields: ``after: before: on: last: has: is:``."""

import difflib
from typing import Final

from m360desk.core.fields import Field, find_field
from m360desk.core.query_dates import Days
from m360desk.core.query_errors import QueryError, said
from m360desk.core.query_nodes import AnyOf, Compare, Node, Not, Operator, QueryValue, Span
from m360desk.core.query_tokens import Item, Token

NAMES: Final = ("after", "before", "on", "last", "has", "is")

OPERATIONS: Final = ("diagnostics", "grading", "photos", "wipe", "oem", "blacklist", "expenses", "reports")
_OTHER_OPERATIONS: Final = {
    "tests": "diagnostics",
    "photo": "photos",
    "expense": "expenses",
    "report": "reports",
}

# What ``is:`` says in terms of fields.
STATES: Final[dict[str, tuple[str, Operator, tuple[QueryValue, ...]]]] = {
    "failed": ("result", "=", ("failed",)),
    "passed": ("result", "=", ("passed",)),
    "untested": ("result", "=", ("not tested",)),
    "locked": ("account_lock", "present", ()),
    "simlocked": ("sim_lock", "=", ("locked",)),
    "blacklisted": ("blacklist", "=", ("listed",)),
    "refitted": ("parts", "present", ()),
    # What the parts check says; that a device's figures tell of another battery is seen in its history only.
    "replaced-battery": ("parts", "match", ("battery",)),
    "graded": ("grade", "present", ()),
    "wiped": ("wipe", "=", ("wiped",)),
    "identified": ("device", "present", ()),
    "unidentified": ("device", "absent", ()),
    "closed": ("closed", "=", (1,)),
    "open": ("closed", "=", (0,)),
    "manual": ("manual", "=", (1,)),
}
TESTED: Final = "tested"


def meaning(token: Token, days: Days) -> Node | None:
    """What the term means; None where its word is none of these. Raises ``QueryError``."""
    name = (token.field or "").lower()
    if name not in NAMES:
        return None
    for item in token.items:
        if item.op:
            raise QueryError(f"“{name}:” takes no {item.op}.", item.start, item.end, repair=item.text)
    nodes = tuple(_one(name, item, (token.start, token.end), days) for item in token.items)
    return nodes[0] if len(nodes) == 1 else AnyOf(nodes, (token.start, token.end))


def _one(name: str, item: Item, span: Span, days: Days) -> Node:
    if name == "has":
        return _has(item, span)
    if name == "is":
        return _is(item, span)
    time = _field("time")
    if name == "after":
        return Compare(time, ">=", (days.interval(item.text, item)[0],), span)
    if name == "before":
        return Compare(time, "<", (days.interval(item.text, item)[0],), span)
    if name == "last":
        return Compare(time, ">=", (days.last(item.text, item),), span)
    return Compare(time, "range", days.interval(item.text, item), span)


def _has(item: Item, span: Span) -> Node:
    word = item.text.lower()
    operation = _OTHER_OPERATIONS.get(word, word)
    if operation in OPERATIONS:
        return Compare(_field("has"), "=", (operation,), span)
    field = find_field(word)
    if field is not None and field.filterable:
        return Compare(field, "present", (), span)
    raise _unknown(item, "has", f"A session can have {_listing(OPERATIONS)}, or any field.", OPERATIONS)


def _is(item: Item, span: Span) -> Node:
    word = item.text.lower()
    if word == TESTED:
        return Not(Compare(_field("result"), "=", ("not tested",), span), span)
    state = STATES.get("-".join(word.replace("_", " ").split()))
    if state is None:
        states = (*STATES, TESTED)
        raise _unknown(item, "is", f"A session is {_listing(states)}.", states)
    name, op, values = state
    return Compare(_field(name), op, values, span)


def _unknown(item: Item, name: str, listing: str, known: tuple[str, ...]) -> QueryError:
    close = difflib.get_close_matches(item.text.lower(), known, n=1)
    meant = f"Did you mean {name}:{close[0]}?" if close else listing
    return QueryError(
        f"{said(f'{name}:{item.text}')} is not known. {meant}",
        item.start,
        item.end,
        repair=close[0] if close else None,
    )


def _listing(words: tuple[str, ...]) -> str:
    return ", ".join(words[:-1]) + " or " + words[-1]


def _field(name: str) -> Field:
    field = find_field(name)
    assert field is not None  # noqa: S101 - these names stand in the catalogue; a test asks for each
    return field
