"""The menu of a chart: where its files go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from m360desk.ui.battery import saving
from m360desk.ui.battery.tables import csv_bytes
from m360desk.ui.messages import show_problem
from m360desk.ui.text import long_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from m360desk.ui.battery.figures import Figures
    from m360desk.ui.battery.panel import Panel
    from m360desk.ui.battery.tables import Row
    from m360desk.ui.theme_source import ThemeSource

_KINDS = (
    ("png", "Save picture (PNG)…", "Pictures (*.png)"),
    ("svg", "Save drawing (SVG)…", "Drawings (*.svg)"),
    ("csv", "Save figures (CSV)…", "Tables (*.csv)"),
)


class SaveMenu(QObject):
    """Fills a panel's menu and does what it says."""

    def __init__(
        self,
        panel: Panel,
        chart: saving.Paintable,
        table: Callable[[Figures], Iterator[Row]],
        shown: Callable[[], tuple[Figures | None, str, str, date]],
        themes: ThemeSource,
    ) -> None:
        """``shown`` tells figures, query text, mode and today."""
        super().__init__(panel)
        self._panel, self._chart, self._table, self._shown, self._themes = panel, chart, table, shown, themes
        for kind, words, _ in _KINDS:
            panel.menu.addAction(words).triggered.connect(lambda _=False, kind=kind: self._choose(kind))

    def content(self, kind: str) -> bytes | None:
        """The file's content: "png", "svg" or "csv"; None while there are no figures."""
        figures, query, mode, today = self._shown()
        if figures is None:
            return None
        if kind == "csv":
            return csv_bytes(self._table(figures), mode)
        search = f"Search: {query.strip()}" if query.strip() else "All sessions"
        source = f"{search}  ·  {long_date(today)}  ·  M360 Desk"
        make = saving.png_bytes if kind == "png" else saving.svg_bytes
        return make(self._chart, self._panel.header, source, self._themes.theme)

    def save(self, kind: str, path: Path) -> None:
        """Write the file, or say why not."""
        content = self.content(kind)
        if content is None:
            return
        try:
            saving.write(path if path.suffix else path.with_suffix(f".{kind}"), content)
        except saving.NotSaved as error:
            show_problem(self._panel, error.user_text)

    def _choose(self, kind: str) -> None:
        today = self._shown()[3]
        dialog = QFileDialog(self._panel, f"Save {self._panel.header.title}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(next(names for each, _, names in _KINDS if each == kind))
        dialog.setDefaultSuffix(kind)
        dialog.selectFile(f"{self._panel.header.title} {today.isoformat()}.{kind}")
        dialog.fileSelected.connect(lambda name: self.save(kind, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
