"""From the text of a query to what it means: recursive descent over the tokens.

query   = either                        (nothing at all: every session)
either  = all ("or" all)*
all     = term+                         (all of them)
term    = "-" term | "(" either ")" | words | field ":" value ("," value)*
"""

import difflib
from datetime import date, tzinfo
from typing import Final

from m360desk.core import query_special, query_values
from m360desk.core.fields import FIELDS, Field, find_field
from m360desk.core.folding import fold
from m360desk.core.identity import bare_imei
from m360desk.core.query_dates import Days
from m360desk.core.query_errors import QueryError, said
from m360desk.core.query_habits import check_habits
from m360desk.core.query_nodes import AllOf, AnyOf, Everything, Node, Not, Words
from m360desk.core.query_tokens import Item, Mark, Token, tokens, with_plain_signs

_DEEPEST: Final = 20
"""Of brackets and minus signs in each other: SQLite's own parser gives up at some thirty."""


def parse_root(text: str, *, today: date, zone: tzinfo) -> Node:
    """The meaning of ``text``; days are those of ``zone``. Raises ``QueryError``."""
    found = tokens(text)
    check_habits(text, found)
    return _Parser(text, found, Days(today, zone)).whole()


class _Parser:
    def __init__(self, text: str, found: list[Token], days: Days) -> None:
        self._text = text
        self._tokens = found
        self._position = 0
        self._days = days

    def whole(self) -> Node:
        if not self._tokens:
            return Everything()
        node = self._either(0)
        if self._position < len(self._tokens):
            token = self._tokens[self._position]
            raise QueryError("This bracket closes nothing.", token.start, token.end, repair="")
        return node

    def _peek(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _either(self, depth: int) -> Node:
        nodes = [self._all(depth)]
        while (token := self._peek()) is not None and token.mark is Mark.OR:
            self._position += 1
            nodes.append(self._all(depth))
        if len(nodes) == 1:
            return nodes[0]
        spans = [_span(node) for node in nodes]
        return AnyOf(tuple(nodes), (min(s for s, _ in spans), max(e for _, e in spans)))

    def _all(self, depth: int) -> Node:
        nodes: list[Node] = []
        while (token := self._peek()) is not None and token.mark not in {Mark.OR, Mark.CLOSE}:
            nodes.append(self._term(depth))
        if not nodes:
            raise self._nothing_here()
        if len(nodes) == 1:
            return nodes[0]
        return AllOf(tuple(nodes), (_span(nodes[0])[0], _span(nodes[-1])[1]))

    def _nothing_here(self) -> QueryError:
        token = self._peek()
        before = self._tokens[self._position - 1] if self._position else None
        if token is not None and token.mark is Mark.CLOSE and before is not None and before.mark is Mark.OPEN:
            return QueryError("Nothing stands between these brackets.", before.start, token.end, repair="")
        if token is not None and token.mark is Mark.CLOSE and before is None:
            return QueryError("This bracket closes nothing.", token.start, token.end, repair="")
        at = self._position - (before is not None and before.mark is Mark.OR)
        lone = self._tokens[at]
        around = self._tokens[max(0, at - 1) : at] + self._tokens[at + 1 : at + 2]
        alone = all(each.mark in {Mark.OPEN, Mark.CLOSE} for each in around)
        return QueryError(
            "“or” needs something on both sides. To search for the word, quote it.",
            lone.start,
            lone.end,
            repair='"or"' if alone else "",
        )

    def _term(self, depth: int) -> Node:
        token = self._tokens[self._position]
        if depth > _DEEPEST:
            raise QueryError("The brackets are nested too deeply.", token.start, token.end)
        self._position += 1
        if token.mark is Mark.MINUS:
            node = self._negated(token, depth)
            return Not(node, (token.start, _span(node)[1]))
        if token.mark is Mark.OPEN:
            return self._bracket(token, depth)
        return self._meaning(token)

    def _negated(self, minus: Token, depth: int) -> Node:
        token = self._peek()
        if token is None or token.mark in {Mark.OR, Mark.CLOSE}:
            raise QueryError("A minus sign stands alone.", minus.start, minus.end)
        return self._term(depth + 1)

    def _bracket(self, opening: Token, depth: int) -> Node:
        if self._peek() is None:
            raise QueryError("This bracket is not closed.", opening.start, opening.end, repair="")
        node = self._either(depth + 1)
        if self._peek() is None:
            rest = self._text[opening.start :].rstrip()
            raise QueryError(
                "This bracket is not closed.", opening.start, opening.start + len(rest), repair=rest + ")"
            )
        self._position += 1
        return node

    def _meaning(self, token: Token) -> Node:
        if token.field is None:
            return _words(token)
        special = query_special.meaning(token, self._days)
        if special is not None:
            return special
        field = find_field(token.field)
        if field is None or not field.filterable:
            raise _unknown_field(self._text, token)
        return query_values.condition(field, token, self._days)


def _span(node: Node) -> tuple[int, int]:
    return (0, 0) if isinstance(node, Everything) else node.span


def _words(token: Token) -> Node:
    nodes = tuple(_word(item) for item in token.items)
    return nodes[0] if len(nodes) == 1 else AnyOf(nodes, (token.start, token.end))


def _word(item: Item) -> Node:
    # An IMEI is often typed in groups, and kept without them.
    folded = fold(bare_imei(item.text))
    if not folded:
        raise QueryError("Nothing stands between these quotation marks.", item.start, item.end, repair="")
    return Words(folded, (item.start, item.end))


def _unknown_field(text: str, token: Token) -> QueryError:
    name = token.field or ""
    end = token.start + len(name) + 1
    known = [known for field in FIELDS if field.filterable for known in _names(field)] + list(
        query_special.NAMES
    )
    close = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    message = f"There is no field {said(name)}."
    if close:
        return QueryError(f"{message} Did you mean {close[0]}?", token.start, end, repair=f"{close[0]}:")
    written = text[token.start : token.end]
    if '"' in with_plain_signs(written):
        return QueryError(message, token.start, end, hint="To search for the text itself, quote all of it.")
    return QueryError(
        f"{message} To search for the text itself, quote it.",
        token.start,
        token.end,
        repair=f'"{written}"',
    )


def _names(field: Field) -> tuple[str, ...]:
    return (field.name, *field.aliases)
