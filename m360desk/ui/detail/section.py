"""A section of the detail pane: a header that folds it, its body, and what stands there while it loads."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from m360desk.ui.detail.content import Run
from m360desk.ui.detail.lines import LineMeasure, baseline, paint_runs, runs_width
from m360desk.ui.theme import FOCUS_WIDTH, GRID, ICON_SIZE, PANE_PADDING, RADIUS_BAR

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource

_CHEVRON_LEFT = 12
_TITLE_LEFT = 32
# Widths of the bars that stand for text while a section loads, as shares of the room.
_BARS = (0.52, 0.70, 0.58, 0.64)


class SectionHeader(QAbstractButton):
    """A line that folds and unfolds the section: chevron, title, summary, and a widget at the right."""

    def __init__(self, title: str, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._icons = icons
        self._summary: tuple[Run, ...] = ()
        self._extra: QWidget | None = None
        self._foldable = True
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def show_summary(self, summary: tuple[Run, ...], *, foldable: bool) -> None:
        """Show what stands behind the title; a section without lines does not fold."""
        self._foldable = foldable
        self.setEnabled(foldable)
        if summary != self._summary:
            self._summary = summary
            self._name()
        self.update()

    def set_extra(self, widget: QWidget) -> None:
        """Put a widget at the right end."""
        self._extra = widget
        widget.setParent(self)

    def sizeHint(self) -> QSize:
        return QSize(200, self._themes.theme.fonts.section_height)

    def resizeEvent(self, event: object) -> None:
        if self._extra is None:
            return
        size = self._extra.sizeHint()
        left = self.width() - PANE_PADDING - size.width()
        self._extra.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        measure = LineMeasure(theme.fonts)
        painter = QPainter(self)
        if self._foldable:
            chevron = "chevron-down" if self.isChecked() else "chevron-right"
            pixmap = self._icons.pixmap(chevron, ICON_SIZE, self.devicePixelRatioF(), "text2")
            painter.drawPixmap(_CHEVRON_LEFT, (self.height() - ICON_SIZE) // 2, pixmap)
        base = baseline(self.rect(), measure)
        title = (Run(self.text(), "strong"),)
        shown = self._extra is not None and not self._extra.isHidden()
        end = self._extra.x() - GRID if shown and self._extra is not None else self.width() - PANE_PADDING
        paint_runs(painter, title, _TITLE_LEFT, end - _TITLE_LEFT, base, measure, theme)
        left = _TITLE_LEFT + runs_width(title, measure) + 6
        paint_runs(painter, self._summary, left, end - left, base, measure, theme)
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, FOCUS_WIDTH))
            painter.drawRect(self.rect().adjusted(5, 3, -5, -3))

    def _name(self) -> None:
        words = "".join(run.text for run in self._summary)
        self.setAccessibleName(f"{self.text()}: {words}" if words else self.text())


class PlaceholderBars(QWidget):
    """Grey bars where text will stand; shown only when asked, so that what loads at once does not flicker."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown = False

    def show_bars(self, shown: bool) -> None:
        """Paint the bars, or leave the place empty."""
        self._shown = shown
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._themes.theme.sunken)
        row = self._themes.theme.fonts.compact_row_height
        for number in range(min(len(_BARS), self.height() // row)):
            bar = QRect(
                PANE_PADDING, number * row + (row - GRID) // 2, round(self.width() * _BARS[number]), GRID
            )
            painter.drawRoundedRect(bar, RADIUS_BAR, RADIUS_BAR)


class Section(QWidget):
    """A foldable part of the pane. Its body is built once and filled again for each session."""

    folded_changed = Signal(str, bool)

    def __init__(
        self,
        key: str,
        title: str,
        body: QWidget,
        themes: ThemeSource,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.key = key
        self.body = body
        self.header = SectionHeader(title, themes, icons, self)
        self._themes = themes
        self._has_lines = True
        self._filled = False
        self._loading = False
        self._folded = False
        self._bars = PlaceholderBars(themes, self)
        self._bars.hide()
        self._layout = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GRID + 1)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(body)
        layout.addWidget(self._bars)
        self.header.toggled.connect(self._toggled)
        themes.changed.connect(self.update)

    @property
    def folded(self) -> bool:
        """Whether the user has folded the section."""
        return self._folded

    def set_folded(self, folded: bool) -> None:
        """Fold or unfold."""
        self.header.setChecked(not folded)

    def show_header(self, summary: tuple[Run, ...], *, has_lines: bool) -> None:
        """Show the header's summary, and the body unless there is nothing in it or it is folded."""
        self._has_lines = has_lines
        self._loading = False
        self._filled = True
        self.header.show_summary(summary, foldable=has_lines)
        self._arrange()

    def show_loading(self, least: int) -> None:
        """Keep the place of what was here, empty and at least ``least`` high, until the session is known."""
        height = self.body.height() if self._filled and self._has_lines and not self._folded else 0
        if not self._loading:
            self._bars.setFixedHeight(max(height, least))
        self._loading = True
        self._bars.show_bars(False)
        self.header.show_summary((), foldable=True)
        self._arrange()

    def show_bars(self) -> None:
        """Paint the grey bars, if the section still loads."""
        self._bars.show_bars(self._loading)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._themes.theme.line)

    def _toggled(self, unfolded: bool) -> None:
        self._folded = not unfolded
        self._arrange()
        self.folded_changed.emit(self.key, self._folded)

    def _arrange(self) -> None:
        open_now = not self._folded
        body = open_now and self._has_lines and not self._loading
        bars = open_now and self._loading
        # One line is as high as a header; air stands only under a body.
        below = GRID + 1 if body or bars else 1
        if self._layout.contentsMargins().bottom() != below:
            self._layout.setContentsMargins(0, 0, 0, below)
        # What goes, goes first: showing lays the section out at once, and both together would make it jump.
        for visible, widget in sorted(((body, self.body), (bars, self._bars)), key=itemgetter(0)):
            if widget.isHidden() is visible:
                widget.setVisible(visible)
