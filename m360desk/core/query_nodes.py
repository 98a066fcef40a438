"""What a query means: a tree of conditions, each with the place in the text that it came from."""

from typing import Final, Literal

from m360desk.core.fields import Field

Operator = Literal["match", "=", "<", "<=", ">", ">=", "range", "absent", "present"]
QueryValue = str | int | float
Span = tuple[int, int]


class _Part:
    """What nodes have in common: they are equal where kind, content and place are.

    Written out, because it takes longer to make dataclasses of them than to read the first rows of a cache.
    """

    __slots__: tuple[str, ...] = ()

    def _content(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._content() == self._content()

    def __hash__(self) -> int:
        return hash((type(self), self._content()))

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({said})"


class Everything(_Part):
    """Every session."""

    __slots__ = ()


class Words(_Part):
    """A bare word or phrase, folded: it stands in at least one field whose ``words`` is true.

    One of one or two characters stands only at the beginning of a word (``folding.starts_a_word``).
    """

    __slots__ = ("span", "text")

    def __init__(self, text: str, span: Span = (0, 0)) -> None:
        self.text: Final = text
        self.span: Final = span


class Compare(_Part):
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

    __slots__ = ("field", "op", "span", "values")

    def __init__(
        self, field: Field, op: Operator, values: tuple[QueryValue, ...] = (), span: Span = (0, 0)
    ) -> None:
        self.field: Final = field
        self.op: Final = op
        self.values: Final = values
        self.span: Final = span


class Not(_Part):
    """The complement: also sessions that lack the field."""

    __slots__ = ("node", "span")

    def __init__(self, node: "Node", span: Span = (0, 0)) -> None:
        self.node: Final = node
        self.span: Final = span


class AllOf(_Part):
    """All conditions at once; at least two."""

    __slots__ = ("nodes", "span")

    def __init__(self, nodes: tuple["Node", ...], span: Span = (0, 0)) -> None:
        self.nodes: Final = nodes
        self.span: Final = span


class AnyOf(_Part):
    """At least one of the conditions; at least two."""

    __slots__ = ("nodes", "span")

    def __init__(self, nodes: tuple["Node", ...], span: Span = (0, 0)) -> None:
        self.nodes: Final = nodes
        self.span: Final = span


Node = Everything | Words | Compare | Not | AllOf | AnyOf
