"""Which rows of the columns in memory answer a query; what no column tells is asked of SQLite.

Import this module late, as `store.columns`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from m360desk.core.fields import COLUMNS
from m360desk.core.matching import SHORT_WORD
from m360desk.core.query import AllOf, AnyOf, Compare, Everything, Node, Not, Words
from m360desk.store.column_extras import FIELDS as EXTRAS
from m360desk.store.column_slices import EXACT_UP_TO, NO_NAME
from m360desk.store.columns import Check, Columns
from m360desk.store.conditions import Condition, Conditions
from m360desk.store.few import Parameter, as_list
from m360desk.store.layout import is_coded
from m360desk.store.numbers import read_integers
from m360desk.store.terms import TermTexts

Mask = NDArray[np.bool_]

SORTED: Final = ("time", "battery", "cycles")
"""Numbers that lists are sorted by out of the columns."""
_SHORT: Final = ("battery", "cycles", "measured", "temperature", "drain")
"""Numbers of at most two decimals in floats of 32 bits."""
_TOO_LARGE: Final = 1e6
_FEW_NUMBERS: Final = 6
_WORD_FIELDS: Final = tuple(field for field in COLUMNS if field.words and is_coded(field))
_COMPARE: Final[dict[str, Callable[..., Mask]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in memory.

    Attributes:
        columns: of all sessions.
        masks: for each condition, which rows fulfil it.
        terms: the texts of the columns' codes.
    """

    columns: Columns
    masks: tuple[Mask, ...]
    terms: TermTexts


class ColumnSearch:
    """Searches the columns as they are; belongs into the transaction in which they were refreshed."""

    def __init__(
        self,
        columns: Columns,
        conditions: Callable[[], Conditions],
        terms: TermTexts,
        connection: sqlite3.Connection,
        check: Check,
        fields: frozenset[str],
    ) -> None:
        """`conditions` is called when something has to be asked of SQLite, or of the texts.

        `check` is called between conditions and may raise, to break off. `fields` are the columns that the
        cache has.
        """
        self._columns = columns
        self._make_conditions = conditions
        self._terms = terms
        self._connection = connection
        self._check = check
        self._fields = fields
        self._known: dict[Words | Compare, Condition] = {}

    @cached_property
    def _conditions(self) -> Conditions:
        return self._make_conditions()

    def tells(self, node: Node) -> bool:
        """Whether the columns tell which rows fulfil a condition, or an index names the few that may.

        Else SQLite would look at every row, and does that better for all of a query at once.
        """
        match node:
            case Everything():
                return True
            case Not(node=inner):
                return self.tells(inner)
            case AllOf(nodes=nodes) | AnyOf(nodes=nodes):
                return all(map(self.tells, nodes))
            case Compare() if self._in_columns(node):
                return True
            case Words(text=text) if self._behind_breaks(text) is not None:
                return True
            case Words() | Compare():
                return self._condition(node).rows is not None

    def mask(self, node: Node) -> Mask:
        """Which rows fulfil a condition."""
        self._check()
        match node:
            case Everything():
                return np.ones(self._columns.ids.size, np.bool_)
            case Not(node=inner):
                return ~self.mask(inner)
            case AllOf(nodes=nodes):
                return reduce(and_, map(self.mask, nodes))
            case AnyOf(nodes=nodes):
                return reduce(or_, map(self.mask, nodes))
            case Words():
                return self._words(node)
            case Compare():
                return self._compare(node)

    def _words(self, node: Words) -> Mask:
        behind = self._behind_breaks(node.text)
        found = self._asked(self._condition(node)) if behind is None else self._begun(node, behind)
        for field in _WORD_FIELDS:
            found |= self._coded(Compare(field, "match", (node.text,)), self._columns.codes[field.name])
        return found

    def _behind_breaks(self, text: str) -> str | None:
        """For a word of two letters or digits: where it stands inside an identity; None for any other."""
        if len(text) != SHORT_WORD:
            return None
        return self._conditions.behind_breaks(text)

    def _begun(self, node: Words, behind: str) -> Mask:
        """In which rows an identity has a word that begins so."""
        found = self._columns.begun_by(node.text)
        # The index alone tells the rows: to look each of them up would take ten times as long.
        found |= self._listed(
            "SELECT json_group_array(rowid) FROM trigrams WHERE trigrams MATCH ?", (behind,)
        )
        folded = self._columns.folded
        if folded.any():
            # Few sessions, if any: those are looked at one by one.
            few = as_list(self._columns.ids[folded].tolist())
            condition = self._condition(node)
            sql = f"s.id IN (SELECT value FROM json_each(?)) AND {condition.sql}"  # noqa: S608 - made by conditions
            found[folded] = self._asked(Condition(sql, (few, *condition.parameters)))[folded]
        return found

    def bring(self, nodes: Sequence[Node]) -> None:
        """Read the columns that conditions ask for and that are not in memory yet."""
        names = (node.field.name for root in nodes for node in _compares(root))
        self._columns.extras.bring(filter(self._is_extra, names), self._columns.ids, self._check)

    def _is_extra(self, name: str) -> bool:
        return name in EXTRAS and name in self._fields and name not in ("time", *_SHORT)

    def _in_columns(self, node: Compare) -> bool:
        return _asks_for_device(node) or self._codes(node) is not None or self._numbers(node) is not None

    def _compare(self, node: Compare) -> Mask:
        if _asks_for_device(node):
            return self._device(node)
        codes = self._codes(node)
        if codes is not None:
            return self._coded(node, codes)
        numbers = self._numbers(node)
        return self._asked(self._condition(node)) if numbers is None else _number(numbers, node)

    def _codes(self, node: Compare) -> NDArray[Any] | None:
        """The column of a text that repeats; None where it is not in memory."""
        if not is_coded(node.field):
            return None
        name = node.field.name
        return self._columns.codes.get(name, self._columns.extras.values(name, self._columns.ids.size))

    def _numbers(self, node: Compare) -> NDArray[Any] | None:
        """The column of a number, where comparing with it is comparing with what is stored."""
        name, figures = node.field.name, [float(value) for value in node.values if not isinstance(value, str)]
        if len(figures) < len(node.values):
            return None
        if name == "time":
            return self._columns.numbers[name]
        if name in _SHORT:
            # Between two hundredths a float of 32 bits can be on either side.
            short = all(abs(figure) < _TOO_LARGE and round(figure, 2) == figure for figure in figures)
            return self._columns.numbers[name] if short else None
        if any(abs(figure) >= EXACT_UP_TO for figure in figures):
            return None
        return None if is_coded(node.field) else self._columns.extras.values(name, self._columns.ids.size)

    def _device(self, node: Compare) -> Mask:
        """Which rows have an identity, or have none; an empty one is neither missing nor there."""
        devices, alone = self._columns.devices, self._columns.devices == -self._columns.ids
        mask: Mask = alone if node.op == "absent" else ~alone & (devices != NO_NAME)
        return mask

    def _condition(self, node: Words | Compare) -> Condition:
        """What SQLite is to be asked: of a word, whether it stands in an identity."""
        known = self._known.get(node)
        if known is None:
            conditions = self._conditions
            known = (
                conditions.words_in_identities(node.text) if isinstance(node, Words) else conditions.of(node)
            )
            self._known[node] = known
        return known

    def _coded(self, node: Compare, codes: NDArray[Any]) -> Mask:
        if node.op in ("absent", "present"):
            numbers = [0, self._terms.empty() or 0] if node.op == "present" else [0]
        else:
            numbers = self._conditions.term_numbers(node)
        mask = _among(codes, np.asarray(numbers, np.intp), self._columns.met(node.field.name))
        return ~mask if node.op == "present" else mask

    def _asked(self, condition: Condition) -> Mask:
        """What SQLite says of all rows."""
        narrowed = condition.narrowed()
        select = "SELECT json_group_array(s.id) FROM sessions AS s NOT INDEXED WHERE "
        return self._listed(select + narrowed.sql, narrowed.parameters)

    def _listed(self, statement: str, parameters: Sequence[Parameter]) -> Mask:
        text = self._connection.execute(statement, parameters).fetchone()[0]
        mask = np.zeros(self._columns.ids.size, np.bool_)
        for piece in read_integers(text):
            mask[self._columns.positions(np.frombuffer(piece, np.int64))] = True
        return mask


def _among(codes: NDArray[Any], numbers: NDArray[np.intp], met: Mask | None) -> Mask:
    """Which rows have one of these numbers; `met` are those that the column can have at all."""
    if met is not None:
        numbers = numbers[numbers < met.size]
        numbers = numbers[met[numbers]]
    if numbers.size <= _FEW_NUMBERS:
        # Many times quicker than the other way, which looks up each row.
        found = np.zeros(codes.size, np.bool_)
        for number in numbers.tolist():
            found |= codes == number
        return found
    chosen = np.zeros(max(int(codes.max(initial=0)), int(numbers.max())) + 1, np.bool_)
    chosen[numbers] = True
    mask: Mask = chosen.take(codes)  # twice as quick as chosen[codes]
    return mask


def _asks_for_device(node: Compare) -> bool:
    return node.field.name == "device" and node.op in ("absent", "present")


def _compares(node: Node) -> Iterator[Compare]:
    match node:
        case Compare():
            yield node
        case Not(node=inner):
            yield from _compares(inner)
        case AllOf(nodes=nodes) | AnyOf(nodes=nodes):
            for inner in nodes:
                yield from _compares(inner)


def _number(values: NDArray[np.float64], node: Compare) -> Mask:
    """A comparison of numbers; nan fulfils none but "absent"."""
    if node.op == "absent":
        return np.isnan(values)
    if node.op == "present":
        return ~np.isnan(values)
    figures = [values.dtype.type(value) for value in node.values]
    if node.op == "range":
        return (values >= figures[0]) & (values <= figures[1])
    if node.op == "=":
        return reduce(or_, (values == figure for figure in figures))
    return _COMPARE[node.op](values, figures[0])
