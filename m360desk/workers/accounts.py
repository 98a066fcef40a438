"""Which account and mode the window shows, and its connection to the service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.core.user_text import UserText
from m360desk.store.key import CacheKey, account_hash
from m360desk.system.credentials import (
    CredentialStore,
    EnvironmentCredentialsError,
    StoredCredentials,
    environment_credentials,
)
from m360desk.system.problems import SystemServiceError
from m360desk.system.settings import Account, Settings
from m360desk.workers.aside import Aside
from m360desk.workers.line import Line

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Callable

    from m360desk.api.check import ConnectionReport
    from m360desk.services.sync import SyncProgress, SyncResult
    from m360desk.simulator.host import SimulatorProcess
    from m360desk.store.key import Mode
    from m360desk.system.redaction import Redactor
    from m360desk.workers.desk import Desk

DEMO_SESSIONS = 25_000
MINUTE_MS = 60_000


class NoCredentials(SystemServiceError):
    """There are no credentials for the account that is shown."""


class Accounts(QObject):
    """Finds credentials, opens the right cache, and starts what needs the service."""

    failed = Signal(object)
    """An exception: what was asked could not be begun."""
    demo_ready = Signal()

    def __init__(
        self,
        desk: Desk,
        redactor: Redactor,
        *,
        mode: str | None = None,
        api_url: str | None = None,
        demo: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """``mode`` and ``api_url`` hold for this run only; None leaves them to the settings."""
        super().__init__(parent)
        self._desk = desk
        self._redactor = redactor
        self._run_mode, self._run_api_url, self._demo_wanted = mode, api_url, demo
        self._store = CredentialStore(redactor)
        self._aside = Aside(self)
        self._line: Line | None = None
        self._credentials: StoredCredentials | None = None
        self._simulator: SimulatorProcess | None = None
        self._demo_folder: tempfile.TemporaryDirectory[str] | None = None
        self._stopped = False
        self._again = QTimer(self)
        self._again.timeout.connect(self._sync_now_and_then)
        desk.settings_changed.connect(self._set_timer)

    # Which cache

    @property
    def mode(self) -> Mode:
        """Testing, live or demo: the command line's, else the settings'."""
        if self._simulator is not None:
            return "demo"
        return "live" if (self._run_mode or self._desk.settings.mode) == "live" else "testing"

    @property
    def api_url(self) -> str | None:
        """The API's base where it is not the vendor's."""
        return self._run_api_url or self._desk.settings.api_url or None

    def open_last(self) -> None:
        """Open the cache of the account that was shown last; it needs no credentials for that."""
        if self._demo_wanted:
            self.start_demo()
            return
        try:
            given = environment_credentials(self._redactor)
        except EnvironmentCredentialsError as error:
            given = None
            self.failed.emit(error)
        self._credentials = given
        account = account_hash(given.auth_code) if given is not None else self._desk.settings.last_account
        self._open(CacheKey(account, self.mode, self.api_url) if account else None)

    def _open(self, key: CacheKey | None, folder: Path | None = None) -> None:
        self._hang_up()
        self._desk.open_cache(key, folder)
        self._set_timer()

    # Sync

    def sync_on_start(self) -> None:
        """Sync if the settings want it; called when the first rows are on the screen."""
        if self._desk.key is not None and (self.mode == "demo" or self._desk.settings.sync_on_start):
            self.start_sync()

    def start_sync(self) -> None:
        """Sync; credentials are found first. ``failed`` says why it could not begin."""
        if not self._desk.sync.running:
            self.with_line(self._sync, self.failed.emit)

    def with_line(self, go_on: Callable[[Line], None], failed: Callable[[Exception], None]) -> None:
        """Get the line to the service, asking the keyring where need be, and go on with it."""
        key = self._desk.key
        if key is None:
            failed(_no_credentials())
            return
        if self._line is not None:
            go_on(self._line)
            return

        def found(credentials: StoredCredentials | None) -> None:
            if self._desk.key != key:
                return
            if credentials is None:
                failed(_no_credentials())
                return
            self._credentials = credentials
            self._line = self._make_line(credentials, key)
            go_on(self._line)

        if self._credentials is not None:
            found(self._credentials)
            return
        self._aside.ask(lambda: self._store.get(key.account), found, failed)

    def _make_line(self, credentials: StoredCredentials, key: CacheKey) -> Line:
        known = self._desk.settings.account(key.account)
        return Line(
            credentials,
            key.api_url,
            workstations=None if key.mode == "demo" else self._desk.settings.workstations,
            learned=known.requests_per_second if known is not None else None,
            on_learned=lambda limit: self._desk.network.post(lambda: self._learned(key.account, limit)),
        )

    def _learned(self, account: str, limit: float) -> None:
        def edit(settings: Settings) -> Settings:
            known = settings.account(account)
            if known is None:
                return settings
            return settings.with_account(Account(known.key, known.name, known.code_end, limit))

        self._desk.change_settings(edit)

    def _sync(self, line: Line) -> None:
        lanes, mode, settings = self._desk.lanes, self.mode, self._desk.settings
        if lanes is None:
            return
        writer = lanes.writer

        async def sync(news: Callable[[SyncProgress], None]) -> SyncResult:
            from m360desk.services.sync import SyncOptions, run_sync

            def tell(progress: SyncProgress) -> None:
                line.note_rate()
                news(progress)

            options = SyncOptions(
                mode="live" if mode == "demo" else mode,
                testing_pages=settings.testing_pages,
                reread_days=settings.reread_days,
            )
            return await run_sync(line.client(), writer, options, progress=tell, now_ms=self._desk.now_ms)

        self._desk.sync.start(sync)

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

    def rate_text(self) -> str:
        """How fast requests go, for the status bar: "0.4 of 5 requests/s"."""
        rate = self._line.rate if self._line is not None else None
        if rate is None:
            return ""
        recent, limit = rate
        if limit is None:
            return f"{recent:.0f} requests/s"
        return f"{recent:.1f} of {limit:g} requests/s"

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
        api_url = self.api_url

        def check(given: StoredCredentials | None) -> None:
            if given is None:
                failed(_no_credentials())
                return

            async def job() -> ConnectionReport:
                from m360desk.api.check import check_connection

                line = Line(given, api_url, workstations=None, learned=None, on_learned=lambda _: None)
                try:
                    return await check_connection(
                        line.client(), wanted="live" if mode == "live" else "testing"
                    )
                finally:
                    await line.close()

            self._desk.network.start(job, done, failed)

        if credentials is not None:
            check(credentials)
        elif self._credentials is not None:
            check(self._credentials)
        else:
            account = self._desk.settings.last_account
            self._aside.ask(lambda: self._store.get(account) if account else None, check, failed)

    def apply(
        self,
        edit: Callable[[Settings], Settings],
        credentials: StoredCredentials | None,
        done: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Store new credentials, if any, in the keyring, then change the settings, then show the account."""

        def stored(_: object = None) -> None:
            self._desk.change_settings(
                lambda settings: edit(_with_account(settings, credentials)), changed, failed
            )

        def changed() -> None:
            if credentials is not None:
                self._credentials = credentials
            self._leave_demo()
            account = self._desk.settings.last_account
            key = CacheKey(account, self.mode, self.api_url) if account else None
            if key != self._desk.key or credentials is not None:
                self._open(key)
            else:
                self._hang_up()
            done()

        if credentials is None:
            stored()
            return
        account = account_hash(credentials.auth_code)
        self._aside.ask(lambda: self._store.set(account, credentials), stored, failed)

    def forget(self, done: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        """Remove the account's credentials from the keyring; its cache stays and can be opened."""
        account = self._desk.settings.last_account

        def forgotten(_: object) -> None:
            self._credentials = None
            self._desk.sync.abandon()
            self._hang_up()
            done()

        self._aside.ask(lambda: self._store.delete(account), forgotten, failed)

    def keyring_name(self, done: Callable[[str], None], failed: Callable[[Exception], None]) -> None:
        """Say where credentials are kept, in words."""
        self._aside.ask(self._store.place, done, failed)

    # Demo

    def start_demo(self) -> None:
        """Show the made-up workshop; ``demo_ready`` follows."""
        if self._simulator is not None:
            return

        def start() -> SimulatorProcess:
            from m360desk.simulator.host import SimulatorProcess

            return SimulatorProcess("--sessions", str(DEMO_SESSIONS))

        self._aside.ask(start, self._demo_started, self.failed.emit)

    def _demo_started(self, simulator: SimulatorProcess) -> None:
        if self._stopped:
            simulator.stop()
            return
        import tempfile

        self._simulator = simulator
        self._demo_folder = tempfile.TemporaryDirectory(prefix="m360desk-demo-")
        self._credentials = StoredCredentials(simulator.auth_code, simulator.auth_token)
        key = CacheKey(account_hash(simulator.auth_code), "demo", simulator.url)
        self._open(key, Path(self._demo_folder.name))
        self.demo_ready.emit()
        self.start_sync()

    def _leave_demo(self) -> None:
        simulator, self._simulator = self._simulator, None
        if simulator is None:
            return
        self._desk.open_cache(None, None)
        self._aside.ask(simulator.stop, lambda _: None, self.failed.emit)

    # The end

    def stop(self) -> None:
        """Let go of everything; the desk is stopped after this."""
        self._stopped = True
        self._again.stop()
        self._desk.sync.abandon()
        self._hang_up()
        self._aside.stop()

    def clear_away(self) -> None:
        """Remove what the demo left; called when the desk has stopped."""
        if self._simulator is not None:
            self._simulator.stop()
        if self._demo_folder is not None:
            self._demo_folder.cleanup()

    def _hang_up(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            self._desk.network.start(line.close, lambda _: None, self.failed.emit)


def _with_account(settings: Settings, credentials: StoredCredentials | None) -> Settings:
    if credentials is None:
        return settings
    key = account_hash(credentials.auth_code)
    known = settings.account(key) or Account(key, code_end=credentials.auth_code[-4:])
    return replace(settings.with_account(known), last_account=key)


def _no_credentials() -> NoCredentials:
    return NoCredentials(
        UserText(
            "There are no credentials for this account.",
            "Nothing can be fetched; what is on this computer can be searched.",
            "Enter both in Settings, Account.",
        )
    )
