"""The detail pane: what one session says about a device, in sections that keep their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.detail.battery_body import BatteryBody
from m360desk.ui.detail.content import FOLDED_AT_FIRST, SECTIONS, PaneContent, Run
from m360desk.ui.detail.describe import describe, describe_row
from m360desk.ui.detail.head import PaneHead
from m360desk.ui.detail.identity import IdentityGrid
from m360desk.ui.detail.lines import REACH, LinesView
from m360desk.ui.detail.many import ManyPage
from m360desk.ui.detail.menu import print_action, show_menu
from m360desk.ui.detail.plots import Sparkline
from m360desk.ui.detail.raw_body import RawBody
from m360desk.ui.detail.section import Section
from m360desk.ui.text import counted
from m360desk.ui.theme import DETAIL_WIDTH, DETAIL_WIDTH_LEAST, GRID, HALF, PANE_PADDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.store.stored import StoredRow
    from m360desk.ui.detail.content import PaneContext
    from m360desk.ui.detail.describe_selection import ManyContent
    from m360desk.ui.detail.loading import SessionDetail
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource

#: What loads within this time shows no grey bars: what was shown before stays (milliseconds).
PLACEHOLDER_DELAY_MS = 50
_IDENTITIES = 6
# Lines that each section keeps free while the first session of all loads.
_FIRST_ROWS = {"history": 2, "tests": 4, "battery": 2}


class DetailPane(QScrollArea):
    """Shows one session. Filled in one call; nothing in it moves when another session is chosen.

    ``session_requested`` asks for another session of the same device by its row id, ``refresh_requested`` and
    ``report_requested`` for work on the one that is shown; ``link_requested`` carries an https address.
    ``folds_changed`` tells that :meth:`folded_sections` is to be kept, ``bars_shown`` that
    grey bars stand where a session takes long to come.
    """

    session_requested = Signal(object)
    refresh_requested = Signal(object)
    report_requested = Signal(object)
    version_requested = Signal(object, int)
    link_requested = Signal(str)
    check_requested = Signal(str)
    print_requested = Signal()
    pdf_requested = Signal()
    folds_changed = Signal()
    bars_shown = Signal()

    def __init__(
        self,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        context: Callable[[], PaneContext],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("detailPane")
        self.setAccessibleName("Session details")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(DETAIL_WIDTH_LEAST)
        self._themes = themes
        self._context = context
        self._row_id: int | None = None
        self._content: PaneContent | None = None
        self._shown_id: int | None = None
        self._row: StoredRow | None = None
        self._is_waiting = False
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.timeout.connect(self._show_waiting)
        self.head = PaneHead(themes, icons, marks)
        self.identity = IdentityGrid(_IDENTITIES, themes, icons)
        self.sparkline = Sparkline(themes)
        self.battery = BatteryBody(themes, icons, marks)
        self.raw = RawBody(themes, icons)
        self.lists: dict[str, LinesView] = {}
        self.sections: dict[str, Section] = {}
        self._page = self._build(themes, icons, marks)
        self._empty = _EmptyPage(themes)
        self.many = ManyPage(themes, icons, marks)
        self._pages = QStackedWidget()
        for each in (self._empty, self._page, self.many):
            self._pages.addWidget(each)
        self.setWidget(self._pages)
        self._connect()
        self._retheme()
        self.clear()

    # What is shown

    @property
    def row_id(self) -> int | None:
        """The row id of the session shown or awaited, or None."""
        return self._row_id

    @property
    def content(self) -> PaneContent | None:
        """What the pane says of its session, or None while that is still to come."""
        return self._content if self._shown_id == self._row_id else None

    def clear(self) -> None:
        """Show that no session is selected."""
        self._shown_now()
        self._row_id = self._shown_id = None
        self._content = None
        self._show_page(self._empty)

    def show_placeholder(self, row: StoredRow) -> None:
        """Await a session that the list's row tells something of.

        What is shown stays whole until the session comes: a pane that is empty for a moment at each step
        through the list flickers. Where it takes longer, what the row knows is shown, with grey bars.
        """
        self._row_id = row.row_id
        self._row = row
        if self._is_waiting:
            self._show_known(row)
        elif not self._delay.isActive():
            # Not started anew by each step: while the arrow key is held, the pane must not stand still.
            self._delay.start(0 if self._content is None else PLACEHOLDER_DELAY_MS)

    def _show_waiting(self) -> None:
        if self._row is None:
            return
        self._content = None
        self._is_waiting = True
        self._show_known(self._row)
        self._enable_actions(False)
        self.sparkline.hide()
        rows = self._themes.theme.fonts.compact_row_height
        for key, section in self.sections.items():
            section.show_loading(rows * _FIRST_ROWS.get(key, 0))
            section.show_bars()
        self._show_page(self._page)
        self.bars_shown.emit()

    def _show_known(self, row: StoredRow) -> None:
        title, facts, identity = describe_row(row, self._context())
        self.head.title.show_text(title, facts)
        self.head.badges.show_bars(True)
        self.identity.show_items(identity)
        self.identity.show_bars(True)

    def _shown_now(self) -> None:
        """What was awaited is there, or is not awaited any more."""
        self._delay.stop()
        self._row = None
        self._is_waiting = False

    def show_session(self, session: SessionDetail, content: PaneContent | None = None) -> None:
        """Show a session whole; the one that is shown already keeps its place, whatever has changed in it.

        ``content`` is what is to be said of it, where that has been put together already.
        """
        self._shown_now()
        if content is None:
            content = describe(session, self._context())
        again = session.row_id == self._shown_id and self._content is not None
        self._row_id = session.row_id
        if again and content == self._content and self.raw.shows(session.raw):
            return
        place = self._place() if again else None
        self._shown_id = session.row_id
        self._content = content
        self._page.setUpdatesEnabled(False)
        try:
            self._fill(content, session)
            self._show_page(self._page)
            self._settle()
        finally:
            self._page.setUpdatesEnabled(True)
        if place is not None:
            self._return_to(*place)

    def show_many(self, count: int, content: ManyContent | None = None) -> None:
        """Show that ``count`` sessions are selected, and what is known of them together as soon as it is."""
        self._shown_now()
        self._row_id = self._shown_id = None
        self._content = None
        self.many.setUpdatesEnabled(False)
        try:
            if content is None:
                self.many.show_count(count)
            else:
                self.many.show_content(content)
            self._show_page(self.many)
            self._settle()
        finally:
            self.many.setUpdatesEnabled(True)

    # Folding

    def folded_sections(self) -> tuple[str, ...]:
        """Return the keys of the folded sections, for the settings."""
        return tuple(key for key, section in self.sections.items() if section.folded)

    def set_folded_sections(self, keys: tuple[str, ...]) -> None:
        """Fold exactly these sections; unknown keys are left out."""
        for key, section in self.sections.items():
            section.set_folded(key in keys)

    def sizeHint(self) -> QSize:
        return QSize(DETAIL_WIDTH, 600)

    def _build(self, themes: ThemeSource, icons: Icons, marks: Marks) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self.identity)
        for key, title in SECTIONS:
            section = Section(key, title, self._body(key, title, themes, icons, marks), themes, icons)
            section.set_folded(key in FOLDED_AT_FIRST)
            section.folded_changed.connect(self._fold_changed)
            self.sections[key] = section
            layout.addWidget(section)
        layout.addStretch(1)
        self.sections["history"].header.set_extra(self.sparkline)
        self.sections["raw"].header.set_extra(self.raw.copy_button)
        self.lists["history"].setObjectName("deviceHistory")
        self.lists["tests"].setObjectName("testList")
        return page

    def _body(self, key: str, title: str, themes: ThemeSource, icons: Icons, marks: Marks) -> QWidget:
        if key == "battery":
            return self.battery
        if key == "raw":
            return self.raw
        view = LinesView(themes, icons, marks)
        view.setAccessibleName(title)
        view.activated_line.connect(self._line_activated)
        self.lists[key] = view
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(PANE_PADDING - REACH, 0, PANE_PADDING - REACH, 0)
        layout.addWidget(view)
        return body

    def _connect(self) -> None:
        self.head.refresh.clicked.connect(lambda: self.refresh_requested.emit(self._row_id))
        self.head.report.clicked.connect(lambda: self.report_requested.emit(self._row_id))
        self.head.more.clicked.connect(lambda: show_menu(self))
        self.print_action = print_action(self)
        self.raw.tree.height_changed.connect(self._fit_page)
        for view in (*self.lists.values(), self.battery.figures, self.battery.notes):
            view.current_moved.connect(self._reveal_current)
        self.raw.tree.selectionModel().currentChanged.connect(self._reveal_current)
        self._themes.changed.connect(self._retheme)

    def _fill(self, content: PaneContent, session: SessionDetail) -> None:
        self.head.title.show_text(content.title, content.facts)
        self.head.badges.show_badges(content.badges)
        self.identity.show_items(content.identity)
        self.identity.show_bars(False)
        self._enable_actions(True)
        self.sparkline.show_readings(content.readings, content.gauge)
        battery = content.sections["battery"]
        self.battery.show_battery(content.gauge, battery.lines, content.readings, content.battery_notes)
        self.raw.offer(session.raw)
        for key, section in self.sections.items():
            if key == "raw":
                words = counted(content.properties, "property", "properties")
                section.show_header((Run(words, colour="text2"),), has_lines=True)
                continue
            shown = content.sections[key]
            if key in self.lists:
                self.lists[key].show_lines(shown.lines)
            section.show_header(shown.summary, has_lines=bool(shown.lines))

    def _settle(self) -> None:
        """Lay everything out now, so that no half-way state is ever painted."""
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def _enable_actions(self, enabled: bool) -> None:
        for button in (self.head.refresh, self.head.report, self.head.more, self.raw.copy_button):
            button.setEnabled(enabled)

    def _line_activated(self, target: object) -> None:
        if isinstance(target, str):
            self.link_requested.emit(target)
            return
        if self.sender() is self.lists["versions"]:
            self.version_requested.emit(self._row_id, target)
        elif target != self._row_id:
            self.session_requested.emit(target)

    def _reveal_current(self) -> None:
        """Scroll to the current line of the list that has the keyboard."""
        view = QApplication.focusWidget()
        if not isinstance(view, QAbstractItemView) or not self._page.isAncestorOf(view):
            return
        line = view.visualRect(view.currentIndex())
        top = view.viewport().mapTo(self._pages, line.topLeft()).y()
        self.ensureVisible(0, top + line.height() // 2, 0, line.height())

    def _fold_changed(self) -> None:
        self._fit_page()
        self.folds_changed.emit()

    def _place(self) -> tuple[Section, int]:
        """Return the section at the top edge, and how much of it is above the edge."""
        value = self.verticalScrollBar().value()
        sections = list(self.sections.values())
        first = next((each for each in sections if each.geometry().bottom() >= value), sections[-1])
        return first, value - first.y()

    def _return_to(self, section: Section, hidden: int) -> None:
        """Put a section back where it stood; at the top of the page, the top stays."""
        if self.verticalScrollBar().value() > 0:
            self.verticalScrollBar().setValue(section.y() + hidden)

    def _show_page(self, page: QWidget) -> None:
        # A bar that came and went with what a session has would change the width of everything beside it.
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if page is self._page else policy.ScrollBarAsNeeded
        )
        self._pages.setCurrentWidget(page)
        self._fit_page()

    def _fit_page(self) -> None:
        """Let the stack be as high as the page it shows, not as the highest it has."""
        current = self._pages.currentWidget()
        for page in (self._empty, self._page, self.many):
            policy = page.sizePolicy()
            policy.setVerticalPolicy(policy.Policy.Preferred if page is current else policy.Policy.Ignored)
            page.setSizePolicy(policy)

    def _retheme(self) -> None:
        theme = self._themes.theme
        palette = self.viewport().palette()
        palette.setColor(QPalette.ColorRole.Window, theme.base)
        palette.setColor(QPalette.ColorRole.Base, theme.base)
        self.viewport().setPalette(palette)
        self.verticalScrollBar().setSingleStep(theme.fonts.compact_row_height)


class _EmptyPage(QWidget):
    """What stands there while no session is selected."""

    def __init__(self, themes: ThemeSource) -> None:
        super().__init__()
        self._themes = themes
        self._labels = (QLabel("No session selected", self), QLabel("Choose a row, or scan a device.", self))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(PANE_PADDING, PANE_PADDING, PANE_PADDING, PANE_PADDING)
        layout.setSpacing(HALF - 2)
        for label in self._labels:
            layout.addWidget(label)
        layout.addStretch(1)
        layout.setContentsMargins(PANE_PADDING, 2 * GRID, PANE_PADDING, GRID)
        themes.changed.connect(self._retheme)
        self._retheme()

    def _retheme(self) -> None:
        theme = self._themes.theme
        for label, font in zip(self._labels, (theme.fonts.body, theme.fonts.small), strict=True):
            label.setFont(font)
            palette = label.palette()
            palette.setColor(label.foregroundRole(), theme.text2)
            label.setPalette(palette)
