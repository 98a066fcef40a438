"""Exporting what the list shows: asks where to, tells how far it is, says how it ended."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from m360desk.core.user_text import UserText
from m360desk.ui.messages import show_problem
from m360desk.ui.sync_words import words_for
from m360desk.ui.text import counted, number
from m360desk.ui.theme import GRID, PANE_PADDING
from m360desk.ui.while_alive import while_alive

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from m360desk.core.query import Order, Query
    from m360desk.services.export import ExportResult
    from m360desk.workers.desk import Desk

    Chooser = Callable[[QWidget, str], str]

_FILTERS = {
    ".csv": "Text with commas, for any program (*.csv)",
    ".xlsx": "Excel workbook (*.xlsx)",
    ".jsonl": "JSON lines, with records as they came (*.jsonl)",
}
_WIDTH = 420


def ask_and_export(
    desk: Desk,
    query: Query,
    order: Order,
    window: QWidget,
    *,
    choose: Chooser | None = None,
    row_ids: Sequence[int] | None = None,
) -> ExportDialog | None:
    """Ask for a file, then write it beside everything else; None where no file was chosen.

    ``choose`` (parent, proposed path) returns the path, "" for none; tests bring their own. With ``row_ids``
    exactly these sessions are written, in this order.
    """
    if desk.key is None:
        return None
    chosen = (choose or choose_file)(
        window,
        str(_folder() / proposed_name(desk.key.mode, desk.now_ms(), query, selection=row_ids is not None)),
    )
    if not chosen:
        return None
    dialog = ExportDialog(desk, query, order, Path(chosen), window, row_ids=row_ids)
    dialog.open()
    dialog.start()
    return dialog


def proposed_name(mode: str, now_ms: int, query: Query, *, selection: bool = False) -> str:
    """A file name that says what is in it; what is not real says so in the first place."""
    day = datetime.fromtimestamp(now_ms / 1000).astimezone().date()
    what = "selection" if selection else "sessions" if query.is_empty else "search"
    start = "M360" if mode == "live" else f"{mode.upper()} M360"
    return f"{start} {what} {day.isoformat()}.csv"


def choose_file(window: QWidget, proposed: str) -> str:
    """Ask for a path; the chosen kind decides the ending where none was typed."""
    chosen, kind = QFileDialog.getSaveFileName(
        window, "Export", proposed, ";;".join(_FILTERS.values()), _FILTERS[".csv"]
    )
    if not chosen or Path(chosen).suffix.lower() in _FILTERS:
        return chosen
    ending = next((ending for ending, name in _FILTERS.items() if name == kind), ".csv")
    return chosen + ending


class ExportDialog(QDialog):
    """Progress with Cancel; stays open to say how it ended."""

    def __init__(
        self,
        desk: Desk,
        query: Query,
        order: Order,
        out: Path,
        parent: QWidget,
        *,
        row_ids: Sequence[int] | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle("Export – M360 Desk")
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk, self._query, self._order, self._out = desk, query, order, out
        self._row_ids = row_ids
        self._cancel: Callable[[], None] | None = None
        self._words = QLabel(f"Writing {out.name}", self)
        self._words.setObjectName("exportWords")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self._words.setMinimumWidth(_WIDTH)
        self._bar = QProgressBar(self)
        self._bar.setAccessibleName("Progress of the export")
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._buttons.rejected.connect(self.reject)
        self._buttons.accepted.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(PANE_PADDING, PANE_PADDING, PANE_PADDING, PANE_PADDING)
        column.setSpacing(GRID)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        column.addWidget(self._buttons)

    def start(self) -> None:
        """Begin to write."""

        def progress(rows: int, of: int) -> None:
            while_alive(self, lambda _: self._show_progress(rows, of))(None)

        self._cancel = self._desk.export(
            self._query,
            self._order,
            self._out,
            progress,
            while_alive(self, self._done),
            while_alive(self, self._failed),
            row_ids=self._row_ids,
        )

    def reject(self) -> None:
        """Give it up; a file that was there before is as it was."""
        cancel, self._cancel = self._cancel, None
        if cancel is not None:
            cancel()
        super().reject()

    def text(self) -> str:
        """What it says."""
        return self._words.text()

    def _show_progress(self, rows: int, of: int) -> None:
        if self._cancel is None:
            return
        self._bar.setRange(0, max(1, of))
        self._bar.setValue(rows)
        self._words.setText(
            f"Writing {self._out.name}: {number(rows, decimals=0)} of {counted(of, 'session', 'sessions')}"
        )

    def _done(self, result: ExportResult) -> None:
        self._cancel = None
        self._bar.setRange(0, 1)
        self._bar.setValue(1)
        mode = self._desk.key.mode if self._desk.key is not None else ""
        unreal = f" They are {mode} sessions, not real ones." if mode in ("testing", "demo") else ""
        self._words.setText(
            f"{counted(result.rows, 'session', 'sessions')} written to {result.path.name}.{unreal}"
        )
        self._words.setToolTip(str(result.path))
        self._buttons.setStandardButtons(QDialogButtonBox.StandardButton.Ok)

    def _failed(self, error: Exception) -> None:
        self._cancel = None
        self.reject()
        show_problem(self.parentWidget() or self, _words(self._out, error))


def _words(out: Path, error: Exception) -> UserText:
    if not isinstance(error, OSError):
        return words_for(error)
    return UserText(
        f"{out.name} cannot be written: {error.strerror or type(error).__name__}.",
        "Nothing was exported; a file that was there before is as it was.",
        "Close it where it is open in another program, check your right to write there and the space on "
        "the disk, or choose another place.",
    )


def _folder() -> Path:
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents) if documents else Path.home()
