"""The record as it came, as a tree whose branches are decoded and built only when they are opened."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor

from m360desk.core.large_records import Level, Packed
from m360desk.ui.detail.raw_search import Kept
from m360desk.ui.text import counted, number, shortened

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

Index = QModelIndex | QPersistentModelIndex

_NO_INDEX = QModelIndex()
_SHOWN_CHARACTERS = 400
_TIP_CHARACTERS = 2_000
#: A branch with more members shows them in groups of so many: 40,000 rows take a second to lay out.
GROUP = 200


@dataclass(slots=True)
class _Node:
    name: str
    value: object
    row: int
    parent: _Node | None
    level: Level | None = None
    span: range | None = None
    children: list[_Node] | None = field(default=None)

    def grown(self) -> list[_Node]:
        """Return the children, built at the first call."""
        if self.children is None:
            level = self.level if self.level is not None else Level(self.value)
            span = self.span if self.span is not None else range(len(level))
            if len(span) > GROUP:
                self.children = self._groups(level, span)
            else:
                below = enumerate(level.members(span.start, span.stop))
                self.children = [_Node(name, value, row, self) for row, (name, value) in below]
        return self.children

    @property
    def is_group(self) -> bool:
        """Whether it stands for some of its parent's members, not for one."""
        return self.span is not None

    def branches(self) -> bool:
        return isinstance(self.value, dict | list | Packed) and bool(self.value)

    def _groups(self, level: Level, span: range) -> list[_Node]:
        size = GROUP
        while len(span) > GROUP * size:
            size *= GROUP
        parts = [span[at : at + size] for at in range(0, len(span), size)]
        return [
            _Node(f"{number(part[0])} to {number(part[-1])}", self.value, row, self, level, part)
            for row, part in enumerate(parts)
        ]


class RawModel(QAbstractItemModel):
    """Names and values of a decoded JSON record."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = _Node("", {}, 0, None)
        self.value_colour = QColor()
        self.row_height = 0

    def show_record(self, record: object) -> None:
        """Show a decoded or packed record, or what a search has left of it."""
        self.beginResetModel()
        self._root = _Node("", record, 0, None)
        self.endResetModel()

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
            if index.column() == 0:
                return node.name
            return "" if node.is_group else value_text(node.value)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return self.value_colour
        if role == Qt.ItemDataRole.SizeHintRole and self.row_height:
            return QSize(0, self.row_height)
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 1:
            branch = isinstance(node.value, dict | list | Packed)
            return None if branch else shortened(json_text(node.value, indent=None), _TIP_CHARACTERS)
        return None

    def value(self, index: Index) -> object:
        """Return the value of a row, of a group that of all it belongs to; a branch may be packed."""
        return self._node(index).value

    def names(self, index: Index) -> tuple[str, ...]:
        """Return the names on the way from the record to a value, groups left out."""
        found: list[str] = []
        node: _Node | None = self._node(index)
        while node is not None and node.parent is not None:
            if not node.is_group:
                found.append(node.name)
            node = node.parent
        return tuple(reversed(found))

    def steps(self, index: Index) -> tuple[str, ...]:
        """Return the names on the way from the top to a row, by which :meth:`at` finds it again."""
        names: list[str] = []
        node: _Node | None = self._node(index)
        while node is not None and node.parent is not None:
            names.append(node.name)
            node = node.parent
        return tuple(reversed(names))

    def at(self, steps: tuple[str, ...]) -> QModelIndex:
        """Return the row at the end of these names; an invalid index where one of them is not there."""
        node = self._root
        for name in steps:
            below = next((child for child in node.grown() if child.name == name), None)
            if below is None:
                return QModelIndex()
            node = below
        return QModelIndex() if node is self._root else self.createIndex(node.row, 0, node)

    def ways(self) -> list[QModelIndex]:
        """Return the branches of which a search has left only what leads to a match, outer ones first."""
        found: list[QModelIndex] = []
        waiting = [self._root]
        for node in waiting:
            if isinstance(node.value, Kept):
                if node is not self._root:
                    found.append(self.createIndex(node.row, 0, node))
                waiting.extend(node.grown())
        return found

    def path(self, index: Index) -> str:
        """Return where a value stands in the record: "diagnosticsResults[0].tests[3].result"."""
        written = (name if name.startswith("[") else f".{name}" for name in self.names(index))
        return "".join(written).removeprefix(".")

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
    if isinstance(value, Packed):
        return f"{number(len(value.raw) / 1000, decimals=0)} kB"
    return shortened(json_text(value, indent=None), _SHOWN_CHARACTERS)


def json_text(value: object, *, indent: int | None = 2) -> str:
    """Return a value as JSON. Lone surrogates stay escaped, so that any clipboard takes the text."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if any("\ud800" <= character <= "\udfff" for character in text):
        return json.dumps(value, indent=indent)
    return text
