"""The window program: builds the objects of every layer and hands them to each other."""

from __future__ import annotations

import gc
import sys
import time
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from m360desk import __version__
from m360desk.system.late_log import note
from m360desk.system.local_time import LocalZone
from m360desk.system.locks import cache_lock
from m360desk.system.managed import read_managed
from m360desk.system.paths import PlaceError, find_places
from m360desk.system.redaction import Redactor
from m360desk.system.settings_file import SettingsFile, WindowFile
from m360desk.ui.instance import AnotherWindow, say_in_a_box, the_only_window
from m360desk.workers.accounts import Accounts
from m360desk.workers.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from m360desk.options import Options
    from m360desk.store.key import CacheKey
    from m360desk.store.writer import CacheWriter
    from m360desk.system.crashes import Report
    from m360desk.system.locks import FileLock
    from m360desk.ui.kept_modules import KeptModules

SWITCH_SECONDS = 0.001
"""How long a worker may keep Python's lock while the UI thread wants it; the default is five times that."""


SCREENSHOT_SIZE = (1440, 900)
AFTER_FIRST_ROWS = (
    "m360desk.ui.session_shown",
    "m360desk.ui.sidebar.side_bar",
    "m360desk.ui.frame.search_completion",
    "m360desk.ui.no_list",
    "m360desk.ui.finding",
    "m360desk.ui.scan.work",
    "m360desk.ui.scanner",
    "m360desk.ui.help.desk_help",
    "m360desk.core.query_parser",
    "m360desk.core.chips",
    "m360desk.workers.finder",
    "PySide6.QtNetwork",
)
"""What completes the window: to load it takes as long as to come to the first rows."""


class Application(QObject):
    """One running window with all that belongs to it."""

    first_rows = Signal()
    """The list shows rows, or why it has none, for the first time."""
    completed = Signal()
    """All parts of the window are there."""

    def __init__(self, options: Options, app: QApplication, *, alone: bool = False) -> None:
        """``alone``: this process holds the profile's lock, so further starts are to find this window."""
        super().__init__()
        self._alone = alone
        self._app = app
        self.places = find_places(options.profile)
        self.redactor = Redactor()
        self._ends: list[Callable[[], None]] = []
        settings_file = SettingsFile(self.places.settings_file, read_managed(self.places.managed_files))
        loaded = settings_file.load()
        self.desk = Desk(
            settings_file,
            loaded.settings,
            self.places.cache_dir,
            lambda path, key: open_writer(path, key, now_ms),
            now_ms,
            LocalZone(),
        )
        self.accounts = Accounts(
            self.desk, self.redactor, mode=options.mode, api_url=options.api_url, demo=options.demo
        )
        # From here on a lane reads the first rows, while the window that shows them is loaded and built.
        self.accounts.find_last()
        from m360desk.ui.icons import Icons
        from m360desk.ui.shell import Shell
        from m360desk.ui.theme_source import ThemeSource

        self.themes = ThemeSource(app, loaded.settings.theme)
        self.icons = Icons(self.themes)
        self.shell = Shell(self.desk, self.accounts, self.themes, self.icons)
        self._window_file = WindowFile(self.places.window_file)
        self._notes = loaded.notes
        self._modules: KeptModules | None = None
        self._reports: list[Report] = []
        self._steps: Iterator[Callable[[], None]] = iter(())
        self._options = options
        self.shell.shown.connect(self._first_shown)
        self.shell.window.closing.connect(self._keep_window)

    def start(self) -> None:
        """Show the window and begin; what is heavy comes after the first rows."""
        window = self.shell.window
        if self._options.screenshot is None:
            window.restore_kept(self._window_file.load())
        else:
            window.resize(*SCREENSHOT_SIZE)
            from m360desk.ui.picture import Picture

            self._picture = Picture(self.shell, self._options.screenshot, self._app.exit)
        self.accounts.open_last()
        self.shell.begin()
        window.show()

    def stop(self) -> None:
        """Close everything; returns when every thread has ended."""
        self._steps = iter(())
        self.accounts.stop()
        self.desk.stop()
        self.accounts.clear_away()
        for end in reversed(self._ends):
            end()

    def _start_reporting(self) -> None:
        """Log and report crashes; a folder that cannot be written to costs these, not the window."""
        from m360desk.system.crashes import CrashReporter
        from m360desk.system.logs import start_logging

        try:
            self._reports = self._earlier_reports()
            self._ends.append(start_logging(self.places.log_dir, "window", self.redactor))
            crashes = CrashReporter(self.places.crash_dir, "the window", self.redactor)
            crashes.install()
            self._ends.append(crashes.uninstall)
        except PlaceError as problem:
            self.shell.say_problem(problem.user_text)

    def _earlier_reports(self) -> list[Report]:
        from m360desk.system.crashes import pending_reports

        try:
            return pending_reports(self.places.crash_dir)
        except OSError as problem:
            note(__name__, "crash reports of earlier runs could not be read: %s", problem)
            return []

    def _offer_reports(self) -> None:
        """Tell once of crashes of earlier runs; their reports go when this run ends well."""
        from m360desk.system.crashes import dismiss

        if not self._reports or self._notes or self._options.screenshot is not None:
            return
        newest = self._reports[0]
        try:
            self.shell.offer_report(newest.path, newest.title, newest.text())
        except OSError as problem:
            note(__name__, "a crash report could not be read: %s", problem)
            return
        self._ends += [partial(dismiss, report.path) for report in self._reports]

    def _first_shown(self) -> None:
        self.first_rows.emit()
        self._modules = _stop_finding_modules()
        self._steps = iter((self.shell.window.build_menus, self._make_late_classes))
        QTimer.singleShot(0, self._next_step)

    def _make_late_classes(self) -> None:
        """Before the worker loads: PySide would make the same classes in two threads at once."""
        from m360desk.ui.late_classes import steps

        self._steps = iter((*steps(), self._load_rest))

    def _load_rest(self) -> None:
        """Load what comes after the first rows, in a worker: the window answers meanwhile."""
        self._start_reporting()
        self._end_when_asked()
        self.desk.chores.request(
            "rest",
            lambda *_: _load_rest(self._modules),
            lambda _: self._go_on(),
            self.desk.failed.emit,
        )

    def _go_on(self) -> None:
        """Build what comes after the first rows, each part in a turn of the event loop for itself."""
        # What is loaded by now stays for good: the collector need not look at it again and again.
        gc.freeze()
        gc.enable()
        shell = self.shell
        ready = (shell.window.search_box.get_ready, shell.filter_bar.get_ready)
        self._steps = iter(
            (self._build_side_bar, self._build_small, shell.build_rest, *ready, self._complete)
        )
        self._next_step()

    def _next_step(self) -> None:
        step = next(self._steps, None)
        if step is not None:
            step()
            QTimer.singleShot(0, self._next_step)

    def _build_side_bar(self) -> None:
        from m360desk.system.views_file import ViewsFile
        from m360desk.ui.themed_icon import application_icon

        self._app.setWindowIcon(application_icon())
        self.shell.build_side_bar(ViewsFile(self.places.settings_file.with_name("views.toml")))

    def _build_small(self) -> None:
        self.shell.build_help(self.places, self.redactor)
        self.shell.say_notes(self._notes)
        self._offer_reports()
        self._listen()
        if self._options.page == "battery":
            self.shell.show_battery_page()

    def _complete(self) -> None:
        self.completed.emit()
        if self._options.screenshot is None or self._options.demo:
            self.accounts.sync_on_start()

    def _listen(self) -> None:
        """Let further starts on the same profile find this window."""
        if not self._alone:
            return
        from m360desk.ui.instance import FirstWindow

        first = FirstWindow(self.places.runtime_dir)
        first.asked_to_front.connect(self.shell.window.bring_to_front)
        self._ends.append(first.close)

    def _end_when_asked(self) -> None:
        """End in good order when the operating system asks: the demo leaves nothing behind."""
        from m360desk.workers.end_signals import EndSignals

        signals = EndSignals(self)
        signals.asked.connect(lambda number: self._app.exit(128 + number))
        self._ends.append(signals.stop)

    def _keep_window(self) -> None:
        if self._options.screenshot is not None:
            return
        try:
            self._window_file.save(self.shell.window.keep_state())
        except PlaceError as problem:
            # The window is closing: where it stood is not worth a question.
            note(__name__, "the window's place was not kept: %s", problem)


def _stop_finding_modules() -> KeptModules | None:
    """End what the start has begun before anything of Qt was loaded, if it was begun so."""
    start = sys.modules.get("m360desk.ui.plain_import")
    if start is None:
        return None
    modules: KeptModules = start.modules
    modules.stop()
    return modules


def _load_rest(modules: KeptModules | None) -> None:
    """Runs in a worker."""
    from m360desk.system.memory import return_large_blocks

    return_large_blocks()
    for name in AFTER_FIRST_ROWS:
        import_module(name)
    if modules is not None:
        modules.save()


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def open_writer(path: Path, key: CacheKey, now: Callable[[], int]) -> CacheWriter:
    """Open a cache for writing, its lock beside it."""
    from m360desk.store.writer import CacheWriter

    return CacheWriter.open(path, key, lock=cache_lock(path, "the window"), now_ms=now)


def make_qt(arguments: list[str]) -> QApplication:
    """Make Qt's application object with the program's name and icon."""
    sys.setswitchinterval(SWITCH_SECONDS)
    QApplication.setApplicationName("m360desk")
    QApplication.setApplicationDisplayName("M360 Desk")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("m360desk")
    return QApplication(arguments)


def run(options: Options) -> int:
    """Run the window until it is closed; returns the exit code."""
    app = make_qt(sys.argv[:1])
    lock: FileLock | None = None
    if options.screenshot is None and not options.demo:
        try:
            lock = the_only_window(find_places(options.profile).runtime_dir)
        except AnotherWindow as other:
            if other.user_text is not None and not options.console:
                say_in_a_box(other.user_text)
            return other.exit_code
    application = Application(options, app, alone=lock is not None)
    application.start()
    try:
        return app.exec()
    finally:
        application.stop()
        if lock is not None:
            lock.release()
