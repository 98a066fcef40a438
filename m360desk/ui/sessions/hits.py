"""What a search found in a text, so that the list can show it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from m360desk.core.fields import COLUMNS, INDEX
from m360desk.core.folding import fold
from m360desk.core.matching import SHORT_WORD
from m360desk.core.query_nodes import AllOf, AnyOf, Compare, Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from m360desk.core.query_nodes import Node

Span = tuple[int, int]
IDENTITIES = frozenset(("imei", "imei2", "serial", "m360id", "custom", "session"))
"""A part of one is worth pointing out; a model or an operator that was chosen is the same in every row."""
NO_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Hits(NamedTuple):
    """The folded texts that a query looks for: anywhere, or in one field."""

    words: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = NO_FIELDS

    def __bool__(self) -> bool:
        return bool(self.words or self.fields)

    @classmethod
    def of(cls, root: Node) -> Hits:
        """What a query looks for; what it excludes is not among it."""
        words: list[str] = []
        fields: dict[str, tuple[str, ...]] = {}
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, AllOf | AnyOf):
                waiting += node.nodes
            elif isinstance(node, Words):
                words.append(node.text)
            elif isinstance(node, Compare) and node.op == "match" and node.field.name in IDENTITIES:
                texts = tuple(str(value) for value in node.values if value)
                fields[node.field.name] = fields.get(node.field.name, ()) + texts
        return cls(tuple(words), fields)

    def spans(self, name: str, text: str) -> list[Span]:
        """Where the search's texts stand in a field's value, in order and without overlaps."""
        parts = self.fields.get(name, ())
        if COLUMNS[INDEX[name]].words:
            parts += self.words
        if not parts:
            return []
        folded = fold(text)
        if len(folded) != len(text):
            return []  # folding has moved the places
        found = sorted(span for part in parts for span in _places(folded, part))
        return _joined(found)


def _places(folded: str, part: str) -> list[Span]:
    places: list[Span] = []
    at = folded.find(part)
    while at >= 0:
        # One or two characters are looked for at the beginning of a word only.
        if len(part) > SHORT_WORD or at == 0 or not folded[at - 1].isalnum():
            places.append((at, at + len(part)))
        at = folded.find(part, at + 1)
    return places


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
