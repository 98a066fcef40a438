"""The log of scans: what came out, when, and what it was; kept until the program ends."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from m360desk.ui.text import iso_time, local_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from PySide6.QtCore import QObject

    from m360desk.core.scanning import Code
    from m360desk.ui.scan.content import CardContent, Look

Index = QModelIndex | QPersistentModelIndex
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_NO_INDEX = QModelIndex()
_HEADER = ("scanned", "code", "verdict", "device", "remark", "mode")
_SPREADSHEET_RUNS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these would be run by a spreadsheet."""


@dataclass(frozen=True, slots=True)
class ScanEntry:
    """One scan: when (ms since 1970 UTC), what was scanned, what came of it.

    ``content`` is kept where there is no session to read it from again.
    """

    time_ms: int
    code: Code
    look: Look
    title: str
    device: str
    remark: str
    mode: str
    row_id: int | None = None
    content: CardContent | None = None

    @classmethod
    def of(cls, content: CardContent, code: Code, time_ms: int, mode: str) -> ScanEntry:
        """The entry of a card."""
        return cls(
            time_ms,
            code,
            content.headline.look,
            content.headline.title,
            content.log_device,
            content.log_remark,
            mode,
            content.row_id,
            content if content.row_id is None else None,
        )


class ScanLog(QAbstractListModel):
    """The scans of this run, the newest first."""

    def __init__(self, now_ms: Callable[[], int], zone: tzinfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now_ms, self._zone = now_ms, zone
        self.entries: list[ScanEntry] = []

    def add(self, entry: ScanEntry) -> None:
        """Note a scan."""
        self.beginInsertRows(_NO_INDEX, 0, 0)
        self.entries.insert(0, entry)
        self.endInsertRows()

    def replace(self, position: int, entry: ScanEntry) -> None:
        """Something has become known of a scan."""
        if entry != self.entries[position]:
            self.entries[position] = entry
            self.dataChanged.emit(self.index(position), self.index(position))

    def clear(self) -> None:
        """Forget all: another account is shown."""
        self.beginResetModel()
        self.entries.clear()
        self.endResetModel()

    def clock(self, entry: ScanEntry) -> str:
        """When, as the log shows it."""
        return local_time(entry.time_ms, now_ms=self._now_ms(), zone=self._zone).clock

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            said = (self.clock(entry), entry.title, entry.device, entry.remark)
            return ", ".join(part for part in said if part)
        return iso_time(entry.time_ms, self._zone) if role == Qt.ItemDataRole.ToolTipRole else None

    def as_text(self) -> str:
        """The log as lines with tabs between the columns, oldest first, as spreadsheets take it."""
        return "\n".join("\t".join(row) for row in self._rows())

    def as_csv(self) -> str:
        """The log as CSV with a header line, oldest first."""
        text = io.StringIO()
        csv.writer(text).writerows(self._rows())
        return text.getvalue()

    def _rows(self) -> list[tuple[str, ...]]:
        rows = [
            (
                iso_time(entry.time_ms, self._zone),
                _harmless(entry.code.scan.value),
                entry.title,
                _harmless(entry.device.replace("\u00a0", " ")),
                _harmless(entry.remark.replace("\u00a0", " ")),
                entry.mode,
            )
            for entry in reversed(self.entries)
        ]
        return [_HEADER, *rows]


def _harmless(text: str) -> str:
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(_SPREADSHEET_RUNS) else flat
