"""A query taken apart by what a chart's own brush may have written, and put together again.

A chart ignores its own brush, so that it keeps its context; all the others show only the marked part.
Brushes write plain terms at the top level of the query: those are a chart's own, whoever typed them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from m360desk.core.query import AllOf, AnyOf, Compare, QueryError, parse

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, tzinfo

    from m360desk.core.query import Node, Query

BRUSHED = ("time", "battery", "cycles", "model", "brand", "measured", "temperature", "drain")
"""Fields that a chart filters by."""


@dataclass(frozen=True, slots=True)
class OwnTerm:
    """A term that a brush could have written: any of ``choices`` on one field, its place and its text."""

    field: str
    choices: tuple[Compare, ...]
    span: tuple[int, int]
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A query without the terms of brushes, and those terms."""

    rest: Query
    own: tuple[OwnTerm, ...]


def take_apart(query: Query, *, today: date, zone: tzinfo) -> Parts:
    """Take the terms of brushes out of a query; what stands in brackets or is negated stays where it is."""
    own = tuple(own_terms(query))
    if not own:
        return Parts(query, ())
    try:
        rest = parse(_without(query.text, own), today=today, zone=zone)
    except QueryError:
        return Parts(query, ())
    return Parts(rest, own)


def with_term(query: Query, fields: Collection[str], term: str) -> str:
    """The query's text with ``term`` (or nothing) in place of what it says of ``fields`` at its top level."""
    rest = _without(query.text, [own for own in own_terms(query) if own.field in fields])
    if rest and term and isinstance(query.root, AnyOf) and rest == query.text.strip():
        rest = f"({rest})"
    return f"{rest} {term}".strip()


def own_terms(query: Query) -> list[OwnTerm]:
    """The terms at the top level of a query that a brush could have written."""
    nodes = query.root.nodes if isinstance(query.root, AllOf) else (query.root,)
    found = (_own_term(node, query.text) for node in nodes)
    return [own for own in found if own is not None]


def marked(own: Collection[OwnTerm], field: str) -> tuple[float, float] | None:
    """What plain terms on one field leave between them, infinite where open; None: nothing is marked."""
    low, high = float("-inf"), float("inf")
    found = [term.choices[0] for term in own if term.field == field and len(term.choices) == 1]
    for choice in found:
        figures = [float(value) for value in choice.values if not isinstance(value, str)]
        if not figures or (choice.op == "=" and len(figures) > 1):
            return None
        if choice.op in (">", ">=", "=", "range"):
            low = max(low, figures[0])
        if choice.op in ("<", "<=", "=", "range"):
            high = min(high, figures[-1])
    return (low, high) if found and low <= high else None


def _own_term(node: Node, text: str) -> OwnTerm | None:
    choices = node.nodes if isinstance(node, AnyOf) else (node,)
    compares = tuple(choice for choice in choices if isinstance(choice, Compare))
    if len(compares) != len(choices) or len({(c.field.name, c.span) for c in compares}) != 1:
        return None
    first = compares[0]
    if first.field.name not in BRUSHED or _in_brackets(text, first.span):
        return None
    if first.field.name in ("model", "brand") and any(c.op != "=" for c in compares):
        return None
    return OwnTerm(first.field.name, compares, first.span, text[slice(*first.span)])


def _in_brackets(text: str, span: tuple[int, int]) -> bool:
    """Whether a bracket touches the term: without it, the bracket would be empty."""
    return text[: span[0]].rstrip().endswith("(") and text[span[1] :].lstrip().startswith(")")


def _without(text: str, own: Collection[OwnTerm]) -> str:
    for term in sorted(own, key=lambda term: term.span, reverse=True):
        start, end = term.span
        text = f"{text[:start].rstrip()} {text[end:].lstrip()}"
    return text.strip()
