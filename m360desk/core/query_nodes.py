"""What a query means: a tree of conditions, each with the place in the text that it came from."""

from dataclasses import dataclass
from typing import Literal

from m360desk.core.fields import Field

Operator = Literal["match", "=", "<", "<=", ">", ">=", "range", "absent", "present"]
QueryValue = str | int | float
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every session."""


@dataclass(frozen=True, slots=True)
class Words:
    """A bare word or phrase, folded: it stands in at least one field whose ``words`` is true.

    One of one or two characters stands only at the beginning of a word (``folding.starts_a_word``).
    """

    text: str
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Compare:
    """A condition on one field. A missing value fulfils none but ``absent``.

    - ``match``: any of ``values`` (folded) is a part of the folded text; one of one or two characters stands
      at the beginning of a word. A NAMES field matches when any one of its names does.
    - ``=``: any of ``values`` equals the value: folded text, or number. A NAMES field equals when one of its
      names does; the value ``""`` stands for "none of them" (the stored text is empty).
    - ``<``, ``<=``, ``>``, ``>=``: one value; texts compare folded, by code point.
    - ``range``: two values, both included.
    - ``absent``: the value is missing (None). No ``values``.
    - ``present``: the value is neither missing nor an empty text. No ``values``.

    TIME values are milliseconds since 1970-01-01 UTC, FLAG values 0 or 1, TEXT and NAMES values folded texts.
    """

    field: Field
    op: Operator
    values: tuple[QueryValue, ...] = ()
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class Not:
    """The complement: also sessions that lack the field."""

    node: "Node"
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class AllOf:
    """All conditions at once; at least two."""

    nodes: tuple["Node", ...]
    span: Span = (0, 0)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions; at least two."""

    nodes: tuple["Node", ...]
    span: Span = (0, 0)


Node = Everything | Words | Compare | Not | AllOf | AnyOf
