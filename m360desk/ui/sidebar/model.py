"""The side bar's tree: sections, and the entries below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from m360desk.ui.sidebar.entries import SECTIONS, TITLES, VIEWS, Entry
from m360desk.ui.text import NOTHING, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QObject

Index = QModelIndex | QPersistentModelIndex
MIME = "application/x-m360desk-view"
ENTRY_ROLE = Qt.ItemDataRole.UserRole
_NO_INDEX = QModelIndex()
_TOP = len(SECTIONS)


class SideBarModel(QAbstractItemModel):
    """Sections stand for good; entries come and go without moving what stays."""

    toggled = Signal(str, str)
    """Section and key of a choice that is to be made or taken back."""
    renamed = Signal(int, str)
    moved = Signal(int, int)
    """A saved view goes to another place among them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[list[Entry]] = [[] for _ in SECTIONS]

    def show_entries(self, section: str, entries: Sequence[Entry]) -> None:
        """Show these below a section; lines that stay keep cursor and place."""
        number_of = SECTIONS.index(section)
        parent = self.index(number_of, 0)
        old = self._entries[number_of]
        new = list(entries)
        if [entry.name for entry in old] != [entry.name for entry in new]:
            self._rearrange(parent, old, new)
            return
        self._entries[number_of] = new
        changed = [at for at, (was, now) in enumerate(zip(old, new, strict=True)) if was != now]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0, parent), self.index(changed[-1], 0, parent))

    def entry(self, index: Index) -> Entry | None:
        """What stands there; None for a section."""
        if not index.isValid() or index.internalId() == _TOP:
            return None
        return self._entries[index.internalId()][index.row()]

    def section(self, index: Index) -> str:
        """The section that the line belongs to, or is."""
        inside = index.internalId()
        return SECTIONS[index.row() if inside == _TOP else inside]

    def entries(self, section: str) -> list[Entry]:
        """What stands below a section."""
        return list(self._entries[SECTIONS.index(section)])

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() if parent.isValid() else _TOP)

    def parent(self, index: Index = _NO_INDEX) -> QModelIndex:  # type: ignore[override]  # the other overload is QObject's
        if not index.isValid() or index.internalId() == _TOP:
            return QModelIndex()
        return self.createIndex(index.internalId(), 0, _TOP)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        if not parent.isValid():
            return len(SECTIONS)
        return len(self._entries[parent.row()]) if parent.internalId() == _TOP else 0

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index)
        if entry is None:
            names = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
            return TITLES[self.section(index)] if index.isValid() and role in names else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return entry.title
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.CheckStateRole and entry.checked is not None:
            return Qt.CheckState.Checked if entry.checked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(entry)
        return _tip(entry) if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        entry = self.entry(index)
        if entry is None:
            drop = Qt.ItemFlag.ItemIsDropEnabled
            return flags | drop if index.isValid() and self.section(index) == VIEWS else flags
        if entry.checked is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        if entry.saved is not None:
            flags |= Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.entry(index)
        if entry is None:
            return False
        if role == Qt.ItemDataRole.CheckStateRole and entry.key is not None:
            self.toggled.emit(self.section(index), entry.key)
            return True
        if role == Qt.ItemDataRole.EditRole and entry.saved is not None and str(value).strip():
            self.renamed.emit(entry.saved, " ".join(str(value).split()))
            return True
        return False

    # Drag and drop among the saved views

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        data = QMimeData()
        entry = self.entry(indexes[0]) if indexes else None
        if entry is not None and entry.saved is not None:
            data.setData(MIME, str(entry.saved).encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        if not data.hasFormat(MIME) or not parent.isValid() or self.section(parent) != VIEWS:
            return False
        views = self.entries(VIEWS)
        built_in = sum(view.saved is None for view in views)
        place = (row if row >= 0 else len(views)) - built_in
        start = int(bytes(data.data(MIME).data()))
        place = max(0, place - (place > start))
        if place != start:
            self.moved.emit(start, place)
        # The order comes back by show_entries: the view must not take the line away itself.
        return False

    def _rearrange(self, parent: QModelIndex, old: list[Entry], new: list[Entry]) -> None:
        """Put in and take out only the lines between those that stay."""
        names = [entry.name for entry in old]
        wanted = [entry.name for entry in new]
        same = 0
        while same < min(len(names), len(wanted)) and names[same] == wanted[same]:
            same += 1
        if len(old) > same:
            self.beginRemoveRows(parent, same, len(old) - 1)
            del old[same:]
            self.endRemoveRows()
        section = parent.row()
        if len(new) > same:
            self.beginInsertRows(parent, same, len(new) - 1)
            self._entries[section] = new
            self.endInsertRows()
        else:
            self._entries[section] = new
        if same:
            self.dataChanged.emit(self.index(0, 0, parent), self.index(same - 1, 0, parent))


def _spoken(entry: Entry) -> str:
    if entry.count is None:
        return entry.title
    return f"{entry.title}, {number(entry.count, decimals=0)} {'session' if entry.count == 1 else 'sessions'}"


def _tip(entry: Entry) -> str | None:
    if entry.query is not None:
        return entry.query or None
    return entry.title if entry.key is not None else None


def count_text(entry: Entry) -> str:
    """The count as it stands at the right; nothing for lines that count nothing."""
    if entry.query is None and entry.key is None:
        return ""
    return NOTHING if entry.count is None else number(entry.count, decimals=0)
