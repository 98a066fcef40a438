"""The query language of the search box, saved views, exports and the command line."""

from dataclasses import dataclass

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
    "QueryValue",
    "Span",
    "Words",
]


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was typed and what it means."""

    text: str
    root: Node

    @property
    def is_empty(self) -> bool:
        """Whether it asks for every session."""
        return isinstance(self.root, Everything)


EVERYTHING = Query("", Everything())


@dataclass(frozen=True, slots=True)
class Order:
    """An order of sessions: ties by row id in the same direction, missing values last in both."""

    field: str = "time"
    descending: bool = True
