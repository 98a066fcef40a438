"""Ties the window's parts to the desk: what is pressed becomes a request, what comes back is shown."""

from __future__ import annotations

import gc
from functools import cached_property, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk import __version__
from m360desk.core.late_numpy import load_numpy
from m360desk.core.user_text import UserText
from m360desk.ui.frame.filter_bar import FilterBar
from m360desk.ui.frame.notice import Notice
from m360desk.ui.main_window import BATTERY, SESSIONS, MainWindow
from m360desk.ui.marks import Marks
from m360desk.ui.sessions.controller import SessionsController
from m360desk.ui.sessions.page import SessionsPage
from m360desk.ui.shell_sync import SyncReport
from m360desk.ui.text import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from m360desk.system.paths import Places
    from m360desk.system.redaction import Redactor
    from m360desk.system.views_file import ViewsFile
    from m360desk.ui.detail.pane import DetailPane
    from m360desk.ui.icons import Icons
    from m360desk.ui.no_list import NoList
    from m360desk.ui.session_shown import ShownSession
    from m360desk.ui.sidebar.side_bar import SideBar
    from m360desk.ui.states import StatePage
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.ui.welcome import WelcomePage
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk

CHARTS = "m360desk.ui.battery.page"
CHARTS_AFTER_MS = 1_500
"""After the first rows: by then what a person waits for is done."""
MODE_NAMES = {"live": "Live", "testing": "Testing", "demo": "Demo"}


class Shell(QObject):
    """Builds the window and decides what it shows."""

    shown = Signal()
    """Rows are on the screen, or the page that says why there are none; sent once."""
    settled = Signal()
    """Something that was awaited is shown; sent again whenever that is so."""

    def __init__(self, desk: Desk, accounts: Accounts, themes: ThemeSource, icons: Icons) -> None:
        super().__init__()
        self.desk, self.accounts, self.themes, self.icons = desk, accounts, themes, icons
        self.marks = Marks()
        self.filter_bar = FilterBar(themes, icons, self.marks)
        self.page = SessionsPage(
            themes,
            icons,
            self.marks,
            desk.rows,
            lambda: desk.limits,
            desk.now_ms,
            desk.zone,
            self.filter_bar,
        )
        self.session: ShownSession | None = None
        self.side_bar: SideBar | None = None
        self._battery: Any = None
        self.window = MainWindow(
            themes, icons, self.marks, self.page, self.filter_bar, self._make_battery_page
        )
        self.controller = SessionsController(desk, self.window.search_box, self.filter_bar, self.page, self)
        window = self.window
        self.sync = SyncReport(
            desk, accounts, window.status, window.notices, lambda: self.controller.listed, self
        )
        self._was_shown = False
        self._welcome: WelcomePage | None = None
        self._connect()

    @property
    def detail(self) -> DetailPane | None:
        """The detail pane, None until the first rows are shown."""
        return self.session.pane if self.session is not None else None

    @cached_property
    def no_list(self) -> NoList:
        """Says why there is no list; most starts have one and come to their rows without it."""
        from m360desk.ui.no_list import NoList

        no_list = NoList(self.desk, self.themes, self.icons, self.marks, self)
        no_list.states.way_chosen.connect(self.window.search_box.setText)
        no_list.states.pressed.connect(self._state_pressed)
        return no_list

    @property
    def states(self) -> StatePage:
        """The page that stands in place of a list."""
        return self.no_list.states

    @property
    def awaits(self) -> bool:
        """Whether something that the window shows is still to come."""
        if self.session is None or self.desk.sync.running:
            return True
        if self.accounts.has_demo and self.accounts.mode != "demo":
            return True
        if self.desk.key is not None and self.controller.awaits:
            return True
        if self.window.pages.currentIndex() == BATTERY:
            return self._battery is None or bool(self._battery.awaits)
        if self.side_bar is not None and self.side_bar.awaits:
            return True
        return self.session.awaits

    def begin(self) -> None:
        """Show something at once where there is no cache to show yet."""
        if self.desk.key is None:
            self._show_state()

    def build_rest(self) -> None:
        """Build what the first rows need not wait for: the detail pane and what it shows."""
        if self.session is not None:
            return
        from m360desk.ui.frame.search_completion import SearchCompletion
        from m360desk.ui.session_shown import ShownSession

        self.session = ShownSession(
            self.desk, self.accounts, self.page, self.themes, self.icons, self.marks, self.window
        )
        self.session.settled.connect(self.settled)
        self.session.noted.connect(self._show_note)
        self.window.place_detail(self.session.pane)
        self._add_list_actions(self.session)
        self._watch_scanner(self.session)
        self.completion = SearchCompletion(self.desk, self.window.search_box, self.themes)
        self.desk.warm_up()
        QTimer.singleShot(CHARTS_AFTER_MS, self._load_charts)
        self.desk.refresh_stats()
        self.session.choose(self.page.table.current_row_id())

    def _add_list_actions(self, session: ShownSession) -> None:
        from m360desk.ui.sessions.actions import ListActions
        from m360desk.ui.sessions.column_menu import ColumnMenus

        box = self.window.search_box
        self.list_actions = ListActions(self.desk, self.page, session.work, self.icons, box.text, self)
        self.list_actions.query_asked.connect(box.setText)
        self.list_actions.noted.connect(self._show_note)
        self.window.menus.view.addMenu(ColumnMenus(self.page.table).menu)

    def build_side_bar(self, views_file: ViewsFile) -> None:
        """Build the side bar in the place that was kept for it."""
        from m360desk.ui.sidebar.side_bar import SideBar

        window = self.window
        self.side_bar = SideBar(
            self.desk,
            views_file,
            self.themes,
            self.icons,
            self.marks,
            self.controller.query,
            window.workspace,
        )
        window.place_side_bar(self.side_bar.tree)
        self.side_bar.query_asked.connect(window.search_box.setText)
        self.side_bar.view_asked.connect(window.workspace.leave_side_bar)
        self.side_bar.counted.connect(self.settled)
        self.controller.query_changed.connect(self.side_bar.show_query)
        window.search_box.save_asked.connect(self._save_view)

    def build_help(self, places: Places, redactor: Redactor) -> None:
        """Connect the menu's entries that nothing at the start waits for."""
        from m360desk.ui.help.desk_help import DeskHelp

        self.help = DeskHelp(
            self.desk, places, redactor, lambda: self.sync.problem, self.window, self.themes, self.icons
        )

    def _save_view(self, _: str) -> None:
        if self.side_bar is not None:
            self.window.workspace.show_side_bar(True)
            self.side_bar.save_view()

    def _load_charts(self) -> None:
        """Load what the charts are drawn with, in a worker: it takes most of a second."""
        self.desk.chores.request(
            "charts", lambda *_: _load_charts(), lambda _: self._charts_loaded(), self.desk.failed.emit
        )

    def _charts_loaded(self) -> None:
        # What was loaded stays for good: the collector would stop the window for it again and again.
        gc.freeze()

    def _watch_scanner(self, session: ShownSession) -> None:
        from m360desk.ui.finding import DeviceFinding
        from m360desk.ui.scan.work import ScanWork
        from m360desk.ui.scanner import Scanner

        window = self.window
        finding = DeviceFinding(self.accounts, window.search_box, self.page, self.controller, self)
        finding.began.connect(lambda: self.window.show_page(SESSIONS))
        finding.noted.connect(self._show_note)
        icons, marks = self.icons, self.marks
        self.scan = ScanWork(
            self.desk, self.accounts, window, self.page, self.controller, finding, self.themes, icons, marks
        )
        self.scan.noted.connect(self._show_note)
        self.scan.report_asked.connect(session.work.make_report)
        handle = window.windowHandle()
        if handle is not None:
            scanner = Scanner(handle, window.search_box, parent=self)
            scanner.began.connect(self.scan.remember)
            scanner.scanned.connect(self.scan.scanned)

    # Wiring

    def _connect(self) -> None:
        window, desk = self.window, self.desk
        window.sync_action.triggered.connect(self.sync.start)
        window.export_action.triggered.connect(self._export)
        window.settings_action.triggered.connect(lambda: self.open_settings())
        window.mode_band.pressed.connect(lambda: self.open_settings())
        window.search_box.left_downwards.connect(self.page.table.setFocus)
        self.page.table.rows_painted.connect(self._first_shown)
        self.page.model.rows_arrived.connect(self._rows_arrived)
        self.controller.answered.connect(self._show_state)
        self.controller.query_changed.connect(self._query_changed)
        desk.cache_opened.connect(self._show_account)
        desk.cache_changed.connect(self._cache_changed)
        desk.stats_changed.connect(self._show_stats)
        desk.settings_changed.connect(self._settings_changed)
        self.sync.changed.connect(self._show_state)
        self.sync.settings_asked.connect(self.open_settings)
        self.accounts.noted.connect(self._show_note)

    # Notes

    def say_notes(self, notes: Sequence[str]) -> None:
        """Say what was not as it should be when the settings were read."""
        if notes:
            self.window.notices.post("settings", Notice(UserText(notes[0], " ".join(notes[1:]), "")))

    def _show_note(self, text: UserText | None) -> None:
        """Say something that is no error of what was asked, or take it back."""
        if text is None:
            self.window.notices.withdraw("note")
        else:
            self.window.notices.post("note", Notice(text))

    def offer_report(self, path: Path, title: str, report: str) -> None:
        """Tell of a crash of an earlier run; its report can be read and copied."""
        text = UserText(
            "M360 Desk stopped unexpectedly last time.",
            f"Nothing that was stored is lost. A report without your data lies at {path}.",
            "It goes when this window is closed: copy it if you want to tell the makers.",
        )
        from m360desk.ui.messages import show_problem

        act = partial(show_problem, self.window, text, f"{title}\n\n{report}")
        self.window.notices.post("crash", Notice(text, button="Show report", act=act))

    def say_problem(self, text: UserText) -> None:
        """Say what went wrong."""
        self.window.notices.post("error", Notice(text, error=True))

    # What is shown

    def _show_account(self) -> None:
        key = self.desk.key
        mode = key.mode if key is not None else ""
        self.window.show_mode(mode)
        self._name_mode()
        self.window.notices.withdraw("note", "error")
        self.sync.account_changed()
        if self.session is not None:
            self.session.clear()
        if self._was_shown:
            self.desk.refresh_stats()
        if self.session is not None:
            self.desk.warm_up()
        if key is None:
            for fact in ("rate", "sessions", "cache"):
                self.window.status.show_fact(fact, "")
            self._show_state()
        else:
            self._welcome = None
            self.window.show_welcome(None)

    def _name_mode(self) -> None:
        mode = self.desk.key.mode if self.desk.key is not None else ""
        facts = (MODE_NAMES.get(mode, f"M360 Desk {__version__}"), self.accounts.account_name)
        self.window.status.show_fact("mode", " · ".join(filter(None, facts)))

    def _show_stats(self) -> None:
        stats = self.desk.stats
        if stats is None:
            return
        self.window.status.show_fact("sessions", f"{number(stats.sessions, decimals=0)} sessions")
        self.window.status.show_fact("cache", f"Cache {_size(stats.bytes)}")
        self.controller.show_counts()

    def _show_state(self) -> None:
        """Decide whether the list is shown, or why there is none."""
        if self.desk.key is None:
            self._show_welcome()
            return
        if self.controller.listed:
            self.page.show_table()
            self._choose_first()
            self.sync.list_changed()
            return
        self.no_list.explain(
            self.controller.query,
            self.sync.problem,
            MODE_NAMES.get(self.desk.key.mode, ""),
            reading=self.desk.sync.running and not self.sync.waits,
        )
        self.sync.list_changed()
        self.page.show_state(self.states)
        self._first_shown()
        self.settled.emit()

    def _show_welcome(self) -> None:
        from m360desk.ui.welcome import WelcomePage

        if self._welcome is None:
            self._welcome = WelcomePage(self.accounts, self.themes, self.icons, self.marks)
            self.window.show_welcome(self._welcome)
        self._first_shown()
        self.settled.emit()

    def _first_shown(self) -> None:
        if self._was_shown:
            return
        self._was_shown = True
        self.shown.emit()

    def _state_pressed(self, name: str) -> None:
        if name == "settings":
            self.open_settings()
        elif name == "demo":
            self.accounts.start_demo()
        elif name == "sync":
            self.sync.start()
        elif name == "clear":
            self.window.search_box.clear()
        elif name == "undo":
            self.window.search_box.setText(self.controller.previous)

    def _rows_arrived(self) -> None:
        self._choose_first()
        self.settled.emit()

    def _choose_first(self) -> None:
        """Leave no list without a chosen session."""
        if self.page.waits_to_select or not self.controller.listed:
            return
        if self.page.table.current_row_id() is not None:
            return
        if self.session is not None:
            self.session.choose_first()
        else:
            self.page.table.select_row(0, scroll=False)

    def _cache_changed(self) -> None:
        if self._battery is not None:
            self._battery.refresh()

    def _query_changed(self, query: object) -> None:
        if "no_list" in vars(self):  # else nothing has been counted for it
            self.no_list.give_up()
        if self._battery is not None:
            self._battery.show_query(query)

    def _settings_changed(self) -> None:
        self.themes.set_choice(self.desk.settings.theme)
        self._name_mode()
        self.page.limits_changed()
        if self._battery is not None:
            self._battery.refresh()

    def _make_battery_page(self) -> QWidget:
        # Charts bring pyqtgraph and numpy: not before they are wanted.
        from m360desk.ui.battery.page import BatteryPage

        self._battery = BatteryPage(self.desk, self.themes, self.icons, self.marks)
        self._battery.filter_asked.connect(self.controller.draw)
        self._battery.settled.connect(self.settled)
        self._battery.show_query(self.controller.query)
        return self._battery  # type: ignore[no-any-return]  # known only here, where it is imported

    def show_battery_page(self) -> None:
        """Go to the charts."""
        self.window.show_page(BATTERY)

    # Dialogs

    def open_settings(self) -> None:
        """Open the settings."""
        from m360desk.ui.settings.dialog import SettingsDialog

        dialog = SettingsDialog(self.desk, self.accounts, self.themes, self.icons, self.marks, self.window)
        dialog.open()

    def _export(self) -> None:
        from m360desk.ui.export_dialog import ask_and_export

        ask_and_export(self.desk, self.controller.query, self.controller.order, self.window)


def _size(size: int) -> str:
    megabytes = size / 1_000_000
    if megabytes >= 1000:
        return f"{number(megabytes / 1000, decimals=1)} GB"
    return f"{number(megabytes, decimals=0 if megabytes >= 10 else 1)} MB"


def _load_charts() -> None:
    """Runs in a worker."""
    load_numpy()
    import_module(CHARTS)
