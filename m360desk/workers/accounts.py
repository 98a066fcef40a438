"""Which account and mode the window shows, and its connection to the service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.services.account import (
    AddressError,
    account_in_force,
    remembered,
    service_address,
    sync_options,
)
from m360desk.store.key import CacheKey, account_hash
from m360desk.system.credentials import (
    EnvironmentCredentialsError,
    StoredCredentials,
    environment_credentials,
)
from m360desk.workers.demo import DEMO_SESSIONS, Demo
from m360desk.workers.finder import Found, LookUp, make_report, read_again
from m360desk.workers.keys import Keys
from m360desk.workers.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from m360desk.api.answers import ReportLink
    from m360desk.api.check import ConnectionReport
    from m360desk.api.retry import Waiting
    from m360desk.core.scanning import Code
    from m360desk.services.sync import SyncProgress, SyncResult
    from m360desk.simulator.host import SimulatorProcess
    from m360desk.store.key import Mode
    from m360desk.store.reader import CacheReader
    from m360desk.system.redaction import Redactor
    from m360desk.system.settings import Settings
    from m360desk.workers.desk import Desk
    from m360desk.workers.line import Line

MINUTE_MS = 60_000


class Accounts(QObject):
    """Finds credentials, opens the right cache, and starts what needs the service."""

    failed = Signal(object)
    """An exception: what was asked could not be begun."""
    noted = Signal(object)
    """A :class:`UserText` that the user should see, such as credentials that could not be saved; None: it
    holds no longer."""
    demo_ready = Signal()

    def __init__(
        self,
        desk: Desk,
        redactor: Redactor,
        *,
        mode: str | None = None,
        api_url: str | None = None,
        demo: bool = False,
        demo_sessions: int = DEMO_SESSIONS,
        parent: QObject | None = None,
    ) -> None:
        """``mode`` and ``api_url`` hold for this run only; None leaves them to the settings."""
        super().__init__(parent)
        self._desk = desk
        self._redactor = redactor
        self._run_mode, self._run_api_url, self._demo_wanted = mode, api_url, demo
        self._account = ""
        self._sync_wanted = False
        self.keys = Keys(redactor, self)
        self.keys.noted.connect(self.noted)
        self._lines = Lines(desk, self.keys, self)
        self._lines.failed.connect(self.failed)
        self._demo = Demo(self, sessions=demo_sessions)
        self._demo.started.connect(self._demo_started)
        self._demo.failed.connect(self.failed)
        self._again = QTimer(self)
        self._again.timeout.connect(self._sync_now_and_then)
        desk.settings_changed.connect(self._set_timer)
        desk.sync.progressed.connect(self._account_answers)

    # Which cache

    @property
    def mode(self) -> Mode:
        """What is shown: testing, live or demo."""
        key = self._desk.key
        return "demo" if key is not None and key.mode == "demo" else self.own_mode

    @property
    def own_mode(self) -> Literal["testing", "live"]:
        """The account's mode: the command line's, else the settings'."""
        return "live" if (self._run_mode or self._desk.settings.mode) == "live" else "testing"

    @property
    def account(self) -> str:
        """The user's own account (hash of the authCode), also while the demo is shown; "" for none."""
        return self._account

    @property
    def has_demo(self) -> bool:
        """Whether the demo is shown, or about to be."""
        return self._demo.wanted

    def open_last(self) -> None:
        """Open the cache of the account that was shown last; it needs no credentials for that."""
        problems: list[Exception] = []
        given = None
        try:
            given = environment_credentials(self._redactor)
        except EnvironmentCredentialsError as error:
            problems.append(error)
        self._account = account_in_force(given, self._desk.settings)
        if given is not None:
            self._lines.from_environment = self.keys.hold(given)
        if self._demo_wanted:
            self.start_demo()
            return
        try:
            self._open(self._own_key())
        except AddressError as error:
            self._open(None)
            problems.append(error)
        for problem in problems:
            self.failed.emit(problem)

    def _own_key(self) -> CacheKey | None:
        return CacheKey(self._account, self.own_mode, self._api_url()) if self._account else None

    def _api_url(self) -> str | None:
        return service_address(self._run_api_url or self._desk.settings.api_url)

    def _open(self, key: CacheKey | None, folder: Path | None = None) -> None:
        self._sync_wanted = False
        self._desk.sync.abandon()
        self._lines.hang_up()
        self._desk.open_cache(key, folder)
        self._set_timer()

    # Sync

    def sync_on_start(self) -> None:
        """Sync if the settings want it; called when the first rows are on the screen."""
        if self._desk.key is not None and (self.mode == "demo" or self._desk.settings.sync_on_start):
            self.start_sync()

    def start_sync(self) -> None:
        """Sync; credentials are found first. ``failed`` says why it could not begin."""
        if self._desk.sync.running or self._sync_wanted:
            return
        self._sync_wanted = True
        self._lines.with_line(self._sync, self._sync_refused)

    def cancel_sync(self) -> None:
        """Stop a sync, also one that still waits for its credentials; the desk's ``sync.ended`` follows."""
        if self._desk.sync.running:
            self._desk.sync.cancel()
        elif self._sync_wanted:
            self._sync_wanted = False
            self._desk.sync.ended.emit(None)

    def _sync_refused(self, error: Exception) -> None:
        if self._sync_wanted:
            self._sync_wanted = False
            self.failed.emit(error)

    def _sync(self, line: Line) -> None:
        lanes = self._desk.lanes
        if lanes is None or not self._sync_wanted:
            return
        self._sync_wanted = False
        writer = lanes.writer
        options = sync_options(self._desk.settings, self.mode)

        async def sync(news: Callable[[SyncProgress], None]) -> SyncResult:
            from m360desk.services.sync import SyncProgress, run_sync

            last = SyncProgress("probing")

            def tell(progress: SyncProgress) -> None:
                nonlocal last
                last = progress
                line.note_rate()
                news(progress)

            def wait(waiting: Waiting) -> None:
                why = waiting.reason.user_text.happened.rstrip(".")
                text = f"{max(1, round(waiting.seconds))} s: {why}"
                news(replace(last, phase="waiting", waiting_seconds=waiting.seconds, text=text))

            line.on_wait = wait

            return await run_sync(line.client(), writer, options, progress=tell, now_ms=self._desk.now_ms)

        self._desk.sync.start(sync)

    def _account_answers(self, progress: SyncProgress) -> None:
        """Remember an account whose credentials came from the environment and are good."""
        account = self._lines.from_environment
        key = self._desk.key
        if not progress.pages or key is None or key.mode == "demo" or key.account != account:
            return
        self._lines.from_environment = ""
        self.keys.find(account, lambda held: self._remember(account, held.auth_code[-4:]), self.failed.emit)

    def _remember(self, account: str, code_end: str) -> None:
        self._desk.change_settings(lambda settings: remembered(settings, account, code_end))

    def _sync_now_and_then(self) -> None:
        if self.mode == "live":
            self.start_sync()

    def _set_timer(self) -> None:
        minutes = self._desk.settings.sync_minutes
        if minutes and self.mode == "live" and self._desk.key is not None:
            if self._again.interval() != minutes * MINUTE_MS or not self._again.isActive():
                self._again.start(minutes * MINUTE_MS)
        else:
            self._again.stop()

    @property
    def next_sync_ms(self) -> int | None:
        """When the next sync begins by itself, milliseconds since 1970 UTC; None where none will."""
        left = self._again.remainingTime()
        return self._desk.now_ms() + left if left >= 0 else None

    def rate_text(self) -> str:
        """How fast requests go, for the status bar: "0.4 of 5 requests/s"."""
        return self._lines.rate_text()

    def look_up(
        self,
        code: Code,
        *,
        done: Callable[[Found], None],
        failed: Callable[[BaseException], None],
        read: Callable[[CacheReader, Sequence[int]], object] | None = None,
        asking: Callable[[], None] | None = None,
        asks: bool = True,
    ) -> LookUp:
        """Find what was scanned: in the cache, else at the service, whose sessions are stored."""
        found = LookUp(
            self._desk, self._lines, code, done=done, failed=failed, read=read, asking=asking, asks=asks
        )
        found.start()
        return found

    def read_again(
        self, session_id: str, done: Callable[[Found], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Read one session from the service once more and store it as it is now."""
        read_again(self._desk, self._lines, session_id, done, failed)

    def make_report(
        self,
        session_id: str,
        done: Callable[[Sequence[ReportLink]], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Have the service make a report of one session; ``done`` gets where it can be read."""
        make_report(self._desk, self._lines, session_id, done, failed)

    # Settings

    def check_connection(
        self,
        credentials: StoredCredentials | None,
        done: Callable[[ConnectionReport], None],
        failed: Callable[[BaseException], None],
        *,
        mode: str,
    ) -> None:
        """Ask the service with these credentials, or the stored ones, and report step by step."""
        try:
            api_url = self._api_url()
        except AddressError as error:
            failed(error)
            return

        def check(given: StoredCredentials) -> None:
            account = account_hash(given.auth_code)
            key = CacheKey(account, "live" if mode == "live" else "testing", api_url)
            line = self._lines.make_trial(key, given)

            async def job() -> ConnectionReport:
                # Loaded first: how long that takes says nothing of the service.
                import httpx  # noqa: F401
                import truststore  # noqa: F401

                from m360desk.api.check import check_connection

                try:
                    wanted: Literal["live", "testing"] = "live" if mode == "live" else "testing"
                    return await check_connection(line.client(), wanted=wanted)
                finally:
                    await line.close()

            self._desk.network.start(job, done, failed)

        if credentials is not None:
            check(credentials)
        else:
            self.keys.find(self._account, check, failed)

    def apply(
        self,
        edit: Callable[[Settings], Settings],
        credentials: StoredCredentials | None,
        done: Callable[[], None],
        failed: Callable[[Exception], None],
        *,
        mode: Literal["testing", "live"] | None = None,
    ) -> None:
        """Change the settings, then show the account with new credentials or in a new mode, if any.

        The credentials hold at once; the keyring gets them meanwhile, and ``noted`` says so if it does not.
        """
        before = self._desk.settings

        def whole(settings: Settings) -> Settings:
            settings = edit(settings)
            if mode is not None:
                settings = replace(settings, mode=mode)
            if credentials is None:
                return settings
            return remembered(settings, account_hash(credentials.auth_code), credentials.auth_code[-4:])

        def changed() -> None:
            if mode is not None:
                self._run_mode = None
            if credentials is not None:
                self._account = self.keys.hold(credentials)
                self._lines.from_environment = ""
            if credentials is not None or not self.has_demo:
                self._show_changed(before, fresh=credentials is not None)
            done()
            if credentials is not None:
                self.keys.save(self._account)

        self._desk.change_settings(whole, changed, failed)

    def _show_changed(self, before: Settings, *, fresh: bool) -> None:
        """Go on with what the settings and credentials are now."""
        try:
            key = self._own_key()
        except AddressError as error:
            self.failed.emit(error)
            return
        if key != self._desk.key:
            self._open(key)
            self._end_demo()
            if fresh:
                self.start_sync()
            else:
                self.sync_on_start()
        elif fresh or before.workstations != self._desk.settings.workstations:
            again = fresh or self._desk.sync.running or self._sync_wanted
            self._sync_wanted = False
            self._desk.sync.abandon()
            self._lines.hang_up()
            if again:
                self.start_sync()

    def forget(self, done: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        """Remove the account's credentials from this computer; its cache stays and can be searched."""
        if self.mode != "demo":
            self._sync_wanted = False
            self._desk.sync.abandon()
            self._lines.hang_up()
        self.keys.forget(self._account, done, failed)

    def keyring_name(self, done: Callable[[str], None], failed: Callable[[Exception], None]) -> None:
        """Say where credentials are kept, in words."""
        self.keys.place(done, failed)

    def delete_cache(self, done: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        """Delete the cache that is shown, and show the account anew, with nothing fetched yet."""
        key = self._desk.key
        if key is None or key.mode == "demo":
            return

        def deleted() -> None:
            self._open(key)
            done()

        def not_deleted(error: Exception) -> None:
            self._open(key)
            failed(error)

        self._open(None)
        self._desk.delete_cache(key, deleted, not_deleted)

    # Demo

    def start_demo(self) -> None:
        """Show the made-up workshop; ``demo_ready`` follows."""
        self._demo.start()

    def leave_demo(self) -> None:
        """Show the user's own account again, or that there is none yet."""
        if self.has_demo:
            self._show_changed(self._desk.settings, fresh=False)
            self._end_demo()

    def _demo_started(self, simulator: SimulatorProcess) -> None:
        self._lines.demo_credentials = StoredCredentials(simulator.auth_code, simulator.auth_token)
        key = CacheKey(account_hash(simulator.auth_code), "demo", simulator.url)
        self._open(key, self._demo.folder)
        self.demo_ready.emit()
        self.start_sync()

    def _end_demo(self) -> None:
        self._lines.demo_credentials = None
        self._demo.leave()

    # The end

    def stop(self) -> None:
        """Let go of everything; the desk is stopped after this."""
        self._again.stop()
        self._sync_wanted = False
        self._desk.sync.abandon()
        self._lines.close()
        self.keys.stop()

    def clear_away(self) -> None:
        """Remove what the demo left; called when the desk has stopped."""
        self._demo.clear_away()
