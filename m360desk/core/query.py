"""The query language of the search box, saved views, exports and the command line."""

from datetime import date, tzinfo
from typing import NamedTuple

from m360desk.core.query_errors import QueryError
from m360desk.core.query_nodes import (
    AllOf,
    AnyOf,
    Compare,
    Everything,
    Node,
    Not,
    Operator,
    QueryValue,
    Span,
    Words,
)

__all__ = [
    "EVERYTHING",
    "AllOf",
    "AnyOf",
    "Compare",
    "Everything",
    "Node",
    "Not",
    "Operator",
    "Order",
    "Query",
    "QueryError",
    "QueryValue",
    "Span",
    "Words",
    "parse",
]


class Query(NamedTuple):
    """A query as it was typed and what it means."""

    text: str
    root: Node

    @property
    def is_empty(self) -> bool:
        """Whether it asks for every session."""
        return isinstance(self.root, Everything)


EVERYTHING = Query("", Everything())


class Order(NamedTuple):
    """An order of sessions: ties by row id in the same direction, missing values last in both."""

    field: str = "time"
    descending: bool = True


def parse(text: str, *, today: date, zone: tzinfo) -> Query:
    """Understand a query. Words stand in any identity or name field; ``field:value`` asks one field.

    ``iphone battery:<80 failed:battery after:2026-01-01 operator:anna,marek -has:grading`` shows most of it.
    ``or`` and brackets combine, quotes keep words together, ``-`` negates. Days are those of ``zone``. Raises
    ``QueryError``, which knows the place and often a repair.
    """
    # Most starts of the window show everything: the parser can wait for the first key.
    from m360desk.core.query_parser import parse_root

    return Query(text, parse_root(text, today=today, zone=zone))
