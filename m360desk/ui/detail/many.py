"""What the detail pane shows while several sessions are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from m360desk.ui.detail.describe_selection import many_title
from m360desk.ui.detail.head import BadgeRow, TitleText
from m360desk.ui.detail.lines import REACH, LinesView
from m360desk.ui.detail.section import Section
from m360desk.ui.text import counted
from m360desk.ui.theme import GRID, HALF, PANE_PADDING

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from m360desk.ui.detail.content import Line
    from m360desk.ui.detail.describe_selection import ManyContent
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

_TITLES = ("In common", "Battery", "Tests", "Models")


class ManyPage(QWidget):
    """Counts of the selected sessions, worst first; ``export_requested`` asks to save them as a file."""

    export_requested = Signal()

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("manySessions")
        self._imeis: tuple[str, ...] = ()
        self.head = _Head(themes, icons, marks, self)
        self.head.copy.clicked.connect(self._copy)
        self.head.export.clicked.connect(self.export_requested)
        self.lists: dict[str, LinesView] = {}
        self._sections: dict[str, Section] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        for title in _TITLES:
            view = LinesView(themes, icons, marks)
            view.setAccessibleName(title)
            body = QWidget()
            inner = QVBoxLayout(body)
            inner.setContentsMargins(PANE_PADDING - REACH, 0, PANE_PADDING - REACH, 0)
            inner.addWidget(view)
            self.lists[title] = view
            self._sections[title] = Section(title, title, body, themes, icons)
            layout.addWidget(self._sections[title])
        layout.addStretch(1)

    def show_count(self, count: int) -> None:
        """Say at once how many are selected; what is known of others goes."""
        self.head.title.show_text(many_title(count), "")
        self.head.badges.show_badges(())
        self._show_imeis((), known=False)
        self._show_blocks(())

    def show_content(self, content: ManyContent) -> None:
        """Show what the selected sessions have in common and how many have which fault."""
        self.head.title.show_text(content.title, content.facts)
        self.head.badges.show_badges(content.badges)
        self._show_imeis(content.imeis, known=True)
        self._show_blocks(content.blocks)

    def _show_imeis(self, imeis: tuple[str, ...], *, known: bool) -> None:
        self._imeis = imeis
        self.head.copy.setEnabled(bool(imeis))
        self.head.copy.setText(f"Copy {counted(len(imeis), 'IMEI', 'IMEIs')}" if known else "Copy IMEIs")

    def _show_blocks(self, blocks: tuple[tuple[str, tuple[Line, ...]], ...]) -> None:
        shown = dict(blocks)
        for title, section in self._sections.items():
            lines = shown.get(title, ())
            self.lists[title].show_lines(lines)
            section.show_header((), has_lines=bool(lines))
            section.setVisible(bool(lines))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._imeis))


class _Head(QWidget):
    def __init__(self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.title = TitleText(themes, self)
        self.badges = BadgeRow(themes, icons, marks, self)
        self.copy = QPushButton(icons.icon("copy"), "Copy IMEIs", self)
        self.copy.setToolTip("Copy the IMEIs of the selected sessions, one a line, each once")
        self.export = QPushButton(icons.icon("export"), "Export…", self)
        self.export.setToolTip("Save the selected sessions as a file")
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.export)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANE_PADDING, GRID + HALF, PANE_PADDING, GRID + HALF + 1)
        layout.setSpacing(GRID + HALF)
        layout.addWidget(self.title)
        layout.addWidget(self.badges)
        layout.addLayout(buttons)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._themes.theme.line)
