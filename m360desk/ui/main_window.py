"""The window: what stands around the pages, and which page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QMenu,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.frame.bands import MODE_TEXTS, ModeBand
from m360desk.ui.frame.note_band import NoteBand
from m360desk.ui.frame.notices import Notices
from m360desk.ui.frame.search_box import SearchBox
from m360desk.ui.frame.status_bar import StatusBar
from m360desk.ui.frame.workspace import Workspace
from m360desk.ui.theme import DETAIL_WIDTH, DETAIL_WIDTH_LEAST, DETAIL_WIDTH_NARROW, GRID, HALF, ICON_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.ui.detail.pane import DetailPane
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
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
        sessions: QWidget,
        filter_bar: QWidget,
        make_battery_page: Callable[[], QWidget],
    ) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle(NAME)
        self.setMinimumSize(960, 600)
        self.resize(1440, 900)
        self._themes, self._icons = themes, icons
        self._make_battery_page = make_battery_page
        self._filter_bar = filter_bar
        self.mode_band = ModeBand(themes, self)
        self.setMenuWidget(self.mode_band)
        self.note_band = NoteBand(themes, icons, marks, self)
        self.notices = Notices(self.note_band, self)
        self.search_box = SearchBox(themes, icons, self)
        self.status = StatusBar(themes, icons, marks, self)
        self.setStatusBar(self.status)
        self._make_actions()
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
        column.addWidget(self.note_band)
        self.workspace = Workspace(themes, self.pages, NARROW, central)
        self.workspace.side_bar_shown.connect(self.side_bar_action.setChecked)
        column.addWidget(self.workspace, 1)
        self._column = column
        self._welcome: QWidget | None = None
        self._sessions = sessions
        self._detail: DetailPane | None = None
        self._folded: str | None = None
        self._side_bar: SideBarTree | None = None
        self._side_folded: str | None = None
        self.setCentralWidget(central)
        self._make_tool_bar()
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_mode(self, mode: str) -> None:
        """Say in title and band whether what is shown is real."""
        self.mode_band.show_mode(mode)
        text = MODE_TEXTS.get(mode)
        self.setWindowTitle(f"{text.word} – {NAME}" if text is not None else NAME)
        self.sync_action.setText("Refresh" if mode == "testing" else "Sync")
        self._size_buttons()

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
        self._folded = state.get("folded")
        self._side_folded = state.get("side_bar_folded")
        self.workspace.set_wanted(state.get("side_bar") != "hidden")

    def bring_to_front(self) -> None:
        """Show the window over the others: somebody started the program a second time."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def next_pane(self, step: int = 1) -> None:
        """Move the keyboard to the next of the panes: search, side bar, list or charts, session."""
        panes: list[QWidget] = [self.search_box]
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

    def _make_actions(self) -> None:
        self.sessions_action = self._page_action("Sessions", "list", SESSIONS, "Ctrl+1")
        self.battery_action = self._page_action("Battery health", "bars", BATTERY, "Ctrl+2")
        self.side_bar_action = self._action(
            "Side bar", "sidebar", "sideBarAction", "Ctrl+B", "Show the side bar"
        )
        self.side_bar_action.setCheckable(True)
        self.side_bar_action.setChecked(True)
        self.side_bar_action.triggered.connect(lambda shown: self.workspace.show_side_bar(shown))
        group = QActionGroup(self)
        group.addAction(self.sessions_action)
        group.addAction(self.battery_action)
        self.sessions_action.setChecked(True)
        self.sync_action = self._action("Sync", "sync", "syncAction", "F5", "Fetch new sessions")
        self.export_action = self._action(
            "Export", "export", "exportAction", "Ctrl+E", "Save what the list shows as a file"
        )
        self.settings_action = self._action("Settings…", "gear", "settingsAction", "Ctrl+,", "")
        self.find_action = self._action("Find", "search", "findAction", "Ctrl+F", "")
        self.quit_action = self._action("Quit", "", "quitAction", QKeySequence.StandardKey.Quit, "")
        self.about_action = self._action("About M360 Desk", "info", "aboutAction", "", "")
        self.find_action.triggered.connect(self._go_to_search)
        self.quit_action.triggered.connect(self.close)
        next_pane = self._action("Next pane", "", "nextPane", "F6", "")
        next_pane.triggered.connect(lambda: self.next_pane())
        last_pane = self._action("Previous pane", "", "previousPane", "Shift+F6", "")
        last_pane.triggered.connect(lambda: self.next_pane(-1))
        for action in (self.find_action, self.quit_action, self.settings_action, next_pane, last_pane):
            self.addAction(action)

    def _action(
        self, text: str, icon: str, name: str, keys: str | QKeySequence.StandardKey, tip: str
    ) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        if icon:
            action.setIcon(self._icons.icon(icon))
        if keys:
            action.setShortcut(QKeySequence(keys))
        shortcut = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(
            " ".join(part for part in (tip or text, f"({shortcut})" if shortcut else "") if part)
        )
        return action

    def _page_action(self, text: str, icon: str, number: int, keys: str) -> QAction:
        action = self._action(text, icon, f"page{number}", keys, "")
        action.setCheckable(True)
        action.triggered.connect(lambda: self.show_page(number))
        return action

    def _make_tool_bar(self) -> None:
        bar = QToolBar("Tools", self)
        bar.setObjectName("toolBar")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.setIconSize(QSize(ICON_SIZE, ICON_SIZE))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.toggleViewAction().setEnabled(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        layout = bar.layout()
        if layout is not None:
            layout.setContentsMargins(GRID, GRID, GRID, GRID)
            layout.setSpacing(HALF)
        bar.addAction(self.side_bar_action)
        bar.addAction(self.sessions_action)
        bar.addAction(self.battery_action)
        self.search_box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        bar.addWidget(self.search_box)
        bar.addAction(self.sync_action)
        bar.addAction(self.export_action)
        menu = QMenu(self)
        menu.addAction(self.settings_action)
        menu.addAction(self.about_action)
        menu.addSeparator()
        menu.addAction(self.quit_action)
        self._menu_button = QToolButton(bar)
        self._menu_button.setObjectName("menuButton")
        self._menu_button.setAccessibleName("Menu")
        self._menu_button.setToolTip("Menu (F10)")
        self._menu_button.setIcon(self._icons.icon("menu"))
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu_button.setMenu(menu)
        open_menu = QAction(self)
        open_menu.setShortcut(QKeySequence("F10"))
        open_menu.triggered.connect(self._menu_button.showMenu)
        self.addAction(open_menu)
        bar.addWidget(self._menu_button)
        self._bar = bar
        self.addToolBar(Qt.ToolBarArea.TopToolBarArea, bar)

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
        action = self.battery_action if number == BATTERY else self.sessions_action
        action.setChecked(True)
        self.page_changed.emit(number)

    def _go_to_search(self) -> None:
        self.search_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search_box.selectAll()

    def _theme_changed(self) -> None:
        height = self._themes.theme.fonts.control_height
        self._bar.setFixedHeight(height + 16)
        direct = Qt.FindChildOption.FindDirectChildrenOnly
        for button in self._bar.findChildren(QToolButton, options=direct):
            button.setFixedHeight(height)
        self._size_buttons()

    def _size_buttons(self) -> None:
        """Leave room around the words: styles set tool buttons tight."""
        narrow = self.width() < NARROW
        only_icon, both = Qt.ToolButtonStyle.ToolButtonIconOnly, Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        metrics = self.fontMetrics()
        named = (self.sessions_action, self.battery_action, self.sync_action, self.export_action)
        for action in (self.side_bar_action, *named):
            button = self._bar.widgetForAction(action)
            if not isinstance(button, QToolButton):
                continue
            folded = action is self.side_bar_action or (narrow and not action.isCheckable())
            button.setToolButtonStyle(only_icon if folded else both)
            words = 0 if folded else metrics.horizontalAdvance(action.text()) + GRID
            button.setFixedWidth(ICON_SIZE + words + 2 * GRID + HALF)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_buttons()

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
