"""The record as it came, as a tree whose branches are built only when they are opened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor

from m360desk.ui.text import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QObject

Index = QModelIndex | QPersistentModelIndex

_NO_INDEX = QModelIndex()
_SHOWN_CHARACTERS = 400
#: A search stops here: more would not be read, and a huge record must not hold up the window.
MOST_MATCHES = 500
_MOST_VISITED = 200_000
_MOST_DEPTH = 100


@dataclass(slots=True)
class _Node:
    name: str
    value: object
    row: int
    parent: _Node | None
    children: list[_Node] | None = field(default=None)

    def grown(self) -> list[_Node]:
        """Return the children, built at the first call."""
        if self.children is None:
            pairs = enumerate(_members(self.value))
            self.children = [_Node(name, value, row, self) for row, (name, value) in pairs]
        return self.children

    def branches(self) -> bool:
        return isinstance(self.value, dict | list) and bool(self.value)


class RawModel(QAbstractItemModel):
    """Names and values of a decoded JSON record."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._whole: object = {}
        self._root = _Node("", {}, 0, None)
        self._found = 0
        self.value_colour = QColor()
        self.row_height = 0

    @property
    def found(self) -> int:
        """How many names and values matched the last search."""
        return self._found

    def show_record(self, record: object) -> None:
        """Show a decoded record."""
        self._whole = record
        self._plant(record)

    def search(self, words: str) -> bool:
        """Show only what has ``words`` in its name or value; return whether all is shown (no words)."""
        wanted = words.strip().casefold()
        if not wanted:
            self._found = 0
            self._plant(self._whole)
            return True
        kept, self._found = _pruned(self._whole, wanted)
        self._plant(kept)
        return False

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        children = self._node(parent).grown()
        if not (0 <= row < len(children) and 0 <= column < 2):
            return QModelIndex()
        return self.createIndex(row, column, children[row])

    def parent(self, child: Index = _NO_INDEX) -> QModelIndex:  # type: ignore[override]  # QObject.parent() too
        node = self._node(child).parent if child.isValid() else None
        if node is None or node is self._root:
            return QModelIndex()
        return self.createIndex(node.row, 0, node)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.column() > 0 else len(self._node(parent).grown())

    def hasChildren(self, parent: Index = _NO_INDEX) -> bool:
        return parent.column() <= 0 and self._node(parent).branches()

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 2

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return ("Name", "Value")[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return node.name if index.column() == 0 else value_text(node.value)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return self.value_colour
        if role == Qt.ItemDataRole.SizeHintRole and self.row_height:
            return QSize(0, self.row_height)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 1:
            return None if isinstance(node.value, dict | list) else json_text(node.value, indent=None)
        return None

    def value(self, index: Index) -> object:
        """Return the decoded value of a row."""
        return self._node(index).value

    def path(self, index: Index) -> str:
        """Return where a value stands in the record: "diagnosticsResults[0].tests[3].result"."""
        names: list[str] = []
        node: _Node | None = self._node(index)
        while node is not None and node.parent is not None:
            names.append(node.name if node.name.startswith("[") else f".{node.name}")
            node = node.parent
        return "".join(reversed(names)).removeprefix(".")

    def _plant(self, value: object) -> None:
        self.beginResetModel()
        self._root = _Node("", value, 0, None)
        self.endResetModel()

    def _node(self, index: Index) -> _Node:
        if not index.isValid():
            return self._root
        node: _Node = index.internalPointer()
        return node


def value_text(value: object) -> str:
    """Return a value for one line: JSON for plain ones, a count for branches."""
    if isinstance(value, dict):
        return counted(len(value), "property", "properties")
    if isinstance(value, list):
        return counted(len(value), "entry", "entries")
    return shortened(json_text(value, indent=None), _SHOWN_CHARACTERS)


def json_text(value: object, *, indent: int | None = 2) -> str:
    """Return a value as JSON. Lone surrogates stay escaped, so that any clipboard takes the text."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if any("\ud800" <= character <= "\udfff" for character in text):
        return json.dumps(value, indent=indent)
    return text


def _members(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield f"[{number}]", entry


def _pruned(record: object, wanted: str) -> tuple[object, int]:
    """Return the parts of a record that have ``wanted`` in a name or a plain value, and how many those are.

    A branch whose name matches stays whole. Lists become objects keyed by position: entries keep theirs.
    """
    budget = [MOST_MATCHES, _MOST_VISITED]
    kept = _pruned_members(record, wanted, budget)
    return kept, MOST_MATCHES - budget[0]


def _pruned_members(value: object, wanted: str, budget: list[int], depth: int = 0) -> dict[str, object]:
    kept: dict[str, object] = {}
    if depth > _MOST_DEPTH:
        return kept
    for name, member in _members(value):
        budget[1] -= 1
        if budget[0] <= 0 or budget[1] <= 0:
            break
        if wanted in name.casefold():
            kept[name] = member
            budget[0] -= 1
        elif isinstance(member, dict | list):
            below = _pruned_members(member, wanted, budget, depth + 1)
            if below:
                kept[name] = below
        elif wanted in json_text(member, indent=None).casefold():
            kept[name] = member
            budget[0] -= 1
    return kept
