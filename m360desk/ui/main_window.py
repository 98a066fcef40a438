"""The window: what stands around the pages, and which page is shown."""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.frame.actions import Actions
from m360desk.ui.frame.mode_band import MODE_TEXTS, ModeBand
from m360desk.ui.frame.notices import Notices
from m360desk.ui.frame.search_box import SearchBox
from m360desk.ui.frame.status_bar import StatusBar
from m360desk.ui.frame.tool_bar import ToolBar
from m360desk.ui.frame.workspace import Workspace
from m360desk.ui.theme import DETAIL_WIDTH, DETAIL_WIDTH_LEAST, DETAIL_WIDTH_NARROW

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.ui.detail.pane import DetailPane
    from m360desk.ui.frame.note_band import NoteBand
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.ui.sidebar.tree import SideBarTree
    from m360desk.ui.theme_source import ThemeSource

NAME = "M360 Desk"
SESSIONS, BATTERY = 0, 1
NARROW = 1280
"""Below this width the tool bar's buttons lose their words, and the side bar its place."""
NARROW_PANE = 1180
"""Below this width the detail pane begins narrower."""


class MainWindow(QMainWindow):
    """Lays the parts out; what they do is decided by whoever listens to the signals."""

    page_changed = Signal(int)
    closing = Signal()

    def __init__(
        self,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        sessions: SessionsPage,
        filter_bar: QWidget,
        make_battery_page: Callable[[], QWidget],
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(NAME)
        self.setMinimumSize(960, 600)
        self.resize(1440, 900)
        self._themes, self._icons, self._marks = themes, icons, marks
        self._make_battery_page = make_battery_page
        self._filter_bar = filter_bar
        self.mode_band = ModeBand(themes, self)
        self.setMenuWidget(self.mode_band)
        self.notices = Notices(lambda: self.note_band, self)
        self.search_box = SearchBox(themes, icons, self)
        self.status = StatusBar(themes, icons, marks, self)
        self.setStatusBar(self.status)
        self.commands = self._make_actions()
        self._split_restored = False
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(sessions)
        # The pane itself comes after the first rows; its place is kept from the start.
        self._detail_place = QWidget(self)
        self._detail_place.setAutoFillBackground(True)
        self._detail_place.setBackgroundRole(QPalette.ColorRole.Base)
        self._detail_place.setMinimumWidth(DETAIL_WIDTH_LEAST)
        self.splitter.addWidget(self._detail_place)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([1440 - DETAIL_WIDTH, DETAIL_WIDTH])
        self.pages = QStackedWidget(self)
        self.pages.setObjectName("pages")
        self.pages.addWidget(self.splitter)
        self._battery_place: QWidget | None = QWidget(self)
        self.pages.addWidget(self._battery_place)
        self.pages.currentChanged.connect(self._page_shown)
        central = QWidget(self)
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.workspace = Workspace(themes, self.pages, NARROW, central)
        self.workspace.side_bar_shown.connect(self.side_bar_action.setChecked)
        column.addWidget(self.workspace, 1)
        self._column = column
        self._welcome: QWidget | None = None
        self._card: QWidget | None = None
        self._sessions = sessions
        self._detail: DetailPane | None = None
        self._folded: str | None = None
        self._side_bar: SideBarTree | None = None
        self._side_folded: str | None = None
        self.setCentralWidget(central)
        self._bar = self._make_tool_bar()
        # Else the first button there is would have the keyboard when the window opens.
        sessions.setFocus(Qt.FocusReason.OtherFocusReason)

    @cached_property
    def note_band(self) -> NoteBand:
        """Where notes and errors are said; most starts have none."""
        from m360desk.ui.frame.note_band import NoteBand

        band = NoteBand(self._themes, self._icons, self._marks, self)
        self._column.insertWidget(0, band)
        return band

    def show_mode(self, mode: str) -> None:
        """Say in title and band whether what is shown is real."""
        self.mode_band.show_mode(mode)
        text = MODE_TEXTS.get(mode)
        self.status.show_mode_word(text.word if text is not None else "")
        self.setWindowTitle(f"{text.word} – {NAME}" if text is not None else NAME)
        self.sync_action.setText("Refresh" if mode == "testing" else "Sync")

    def build_menus(self) -> None:
        """Build the menus, and give what can be done its keys: nobody needs them before the first rows."""
        from m360desk.ui.frame.menus import Menus

        self.commands.dress(self._icons)
        self.menus = Menus(self.commands, self)
        if sys.platform == "darwin":
            self._menu_bar = self.menus.make_bar()
        else:
            self._bar.place_menu(self.menus.whole)

    def place_detail(self, detail: DetailPane) -> None:
        """Put the detail pane into its place, its sections folded as they were kept."""
        self._detail = detail
        if self._folded is not None:
            detail.set_folded_sections(tuple(self._folded.split(",")))
        sizes = self.splitter.sizes()
        detail.setMinimumWidth(DETAIL_WIDTH_LEAST)
        self.splitter.replaceWidget(1, detail)
        if not self._split_restored:
            wanted = DETAIL_WIDTH_NARROW if self.width() < NARROW_PANE else DETAIL_WIDTH
            sizes = [sum(sizes) - wanted, wanted]
        self.splitter.setSizes(sizes)
        self._detail_place.deleteLater()

    def place_side_bar(self, side_bar: SideBarTree) -> None:
        """Put the side bar into its place, its sections folded as they were kept."""
        self._side_bar = side_bar
        if self._side_folded is not None:
            side_bar.set_folded(self._side_folded.split(","))
        self.workspace.place_side_bar(side_bar)
        side_bar.left.connect(self.workspace.leave_side_bar)

    def show_page(self, number: int) -> None:
        """Go to one of the pages; charts are built when they are first wanted."""
        self.pages.setCurrentIndex(number)

    def show_welcome(self, welcome: QWidget | None) -> None:
        """Show this in place of the pages and their tools, until it is called with None."""
        old, self._welcome = self._welcome, welcome
        if old is not None and old is not welcome:
            self._column.removeWidget(old)
            old.deleteLater()
        if welcome is not None and old is not welcome:
            self._column.addWidget(welcome, 1)
        self.workspace.setVisible(welcome is None)
        self._bar.setVisible(welcome is None)

    def show_card(self, card: QWidget | None) -> None:
        """Show this in place of side bar, list and pane, which stay as they are; None: those again."""
        if self._card is not None and self._card is not card:
            self._card.hide()
        if card is not None and self._column.indexOf(card) < 0:
            self._column.addWidget(card, 1)
        self._card = card
        self.workspace.setVisible(card is None and self._welcome is None)
        if card is not None:
            card.show()

    def keep_state(self) -> dict[str, str]:
        """Geometry, splitter and folded sections, for the next start."""
        state = {
            "geometry": _text(self.saveGeometry()),
            "splitter": _text(self.splitter.saveState()),
        }
        if self._detail is not None:
            self._folded = ",".join(self._detail.folded_sections())
        if self._folded is not None:
            state["folded"] = self._folded
        state |= self._sessions.keep_state()
        state["side_bar"] = "shown" if self.workspace.wanted else "hidden"
        if self._side_bar is not None:
            self._side_folded = ",".join(self._side_bar.folded())
        if self._side_folded is not None:
            state["side_bar_folded"] = self._side_folded
        return state

    def restore_kept(self, state: dict[str, str]) -> None:
        """Take over what was kept; what does not fit any more is left alone by Qt."""
        if "geometry" in state:
            self.restoreGeometry(QByteArray.fromBase64(state["geometry"].encode()))
        if "splitter" in state:
            self._split_restored = True
            self.splitter.restoreState(QByteArray.fromBase64(state["splitter"].encode()))
        self._sessions.restore_kept(state)
        self._folded = state.get("folded")
        self._side_folded = state.get("side_bar_folded")
        self.workspace.set_wanted(state.get("side_bar") != "hidden")

    def bring_to_front(self) -> None:
        """Show the window over the others: somebody started the program a second time."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def open_menu(self) -> None:
        """Open the menu by the keyboard."""
        self._bar.open_menu()

    def next_pane(self, step: int = 1) -> None:
        """Move the keyboard to the next of the panes: search, side bar, list or charts, session."""
        panes: list[QWidget] = [self.search_box, *([self._card] if self._card is not None else [])]
        if self._side_bar is not None and self._side_bar.isVisible():
            panes.append(self._side_bar)
        if self.pages.currentIndex() == SESSIONS:
            panes += [self._sessions, *([self._detail] if self._detail is not None else [])]
        elif (page := self.pages.currentWidget()) is not None:
            panes.append(page)
        focus = self.focusWidget()
        here = next((n for n, pane in enumerate(panes) if pane is focus or pane.isAncestorOf(focus)), -1)
        for number in range(1, len(panes) + 1):
            entry = _entry(panes[(here + step * number) % len(panes)])
            if entry is not None:
                entry.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    # Inner workings

    def _make_actions(self) -> Actions:
        actions = Actions(self)
        self.sessions_action, self.battery_action = actions.sessions, actions.battery
        self.side_bar_action = actions.side_bar
        self.sync_action, self.export_action = actions.sync, actions.export
        self.settings_action = actions.settings
        actions.sessions.triggered.connect(lambda: self.show_page(SESSIONS))
        actions.battery.triggered.connect(lambda: self.show_page(BATTERY))
        actions.side_bar.triggered.connect(lambda shown: self.workspace.show_side_bar(shown))
        actions.find.triggered.connect(self._go_to_search)
        actions.quit.triggered.connect(self.close)
        actions.next_pane.triggered.connect(lambda: self.next_pane())
        actions.previous_pane.triggered.connect(lambda: self.next_pane(-1))
        return actions

    def _make_tool_bar(self) -> ToolBar:
        """With the menu's button, but for macOS: there the menu bar stands at the screen's edge."""
        with_menu = sys.platform != "darwin"
        bar = ToolBar(self._themes, self._icons, self.commands, self.search_box, self, with_menu=with_menu)
        self.commands.menu.triggered.connect(bar.open_menu)
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)
        return bar

    def _page_shown(self, number: int) -> None:
        if number == BATTERY and self._battery_place is not None:
            page = _under(self._make_battery_page())
            self.pages.blockSignals(True)
            self.pages.insertWidget(BATTERY, page)
            self.pages.setCurrentWidget(page)
            self.pages.removeWidget(self._battery_place)
            self.pages.blockSignals(False)
            self._battery_place.deleteLater()
            self._battery_place = None
        # One bar over both pages: it goes where it is seen, with all that it says.
        shown = self.pages.currentWidget() if number == BATTERY else self._sessions
        layout = shown.layout() if shown is not None else None
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(0, self._filter_bar)
            # Else it would be hidden until the next turn of the event loop.
            self._filter_bar.show()
        action = self.battery_action if number == BATTERY else self.sessions_action
        action.setChecked(True)
        self.page_changed.emit(number)

    def _go_to_search(self) -> None:
        self.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_box.selectAll()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bar.set_narrow(self.width() < NARROW)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)


def _under(page: QWidget) -> QWidget:
    """The page with room over it for what stands over every page."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(page, 1)
    return whole


def _entry(pane: QWidget) -> QWidget | None:
    """What gets the keyboard in a pane: what it names as its proxy, itself, or the first that takes it."""
    for each in (pane.focusProxy(), pane, *pane.findChildren(QWidget)):
        if each is None or not each.isVisible() or not each.isEnabled():
            continue
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus:
            return each
    return None


def _text(state: QByteArray) -> str:
    return bytes(state.toBase64().data()).decode("ascii")
