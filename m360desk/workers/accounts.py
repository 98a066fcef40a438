"""Which account and mode the window shows, and its connection to the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

from m360desk.services.account import (
    AddressError,
    account_in_force,
    remembered,
    service_address,
)
from m360desk.store.key import CacheKey, account_hash
from m360desk.system.credentials import (
    EnvironmentCredentialsError,
    StoredCredentials,
    environment_credentials,
)
from m360desk.workers.account_sync import AccountSync
from m360desk.workers.demo import DEMO_SESSIONS, Demo
from m360desk.workers.keys import Keys
from m360desk.workers.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from m360desk.api.answers import ReportLink
    from m360desk.api.check import ConnectionReport
    from m360desk.core.scanning import Code
    from m360desk.services.blacklist import BlacklistOutcome
    from m360desk.simulator.host import SimulatorProcess
    from m360desk.store.key import Mode
    from m360desk.store.reader import CacheReader
    from m360desk.system.redaction import Redactor
    from m360desk.system.settings import Settings
    from m360desk.workers.desk import Desk
    from m360desk.workers.finder import Found, LookUp


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
        self._last: CacheKey | None = None
        self._problems: list[Exception] = []
        self.keys = Keys(redactor, self)
        self.keys.noted.connect(self.noted)
        self._lines = Lines(desk, self.keys, self)
        self._lines.failed.connect(self.failed)
        self._demo = Demo(self, sessions=demo_sessions)
        self._demo.started.connect(self._demo_started)
        self._demo.failed.connect(self.failed)
        self._syncing = AccountSync(desk, self._lines, self.keys, lambda: self.mode, self)
        self._syncing.failed.connect(self.failed)

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
    def account_name(self) -> str:
        """What the user calls the account that is shown, where there is more than one; "" otherwise."""
        settings = self._desk.settings
        known = settings.account(self._account) if self.mode != "demo" else None
        return known.label if known is not None and len(settings.accounts) > 1 else ""

    @property
    def has_demo(self) -> bool:
        """Whether the demo is shown, or about to be."""
        return self._demo.wanted

    def find_last(self) -> None:
        """Find the account that was shown last, and have its cache read ahead of ``open_last``."""
        given = None
        try:
            given = environment_credentials(self._redactor)
        except EnvironmentCredentialsError as error:
            self._problems.append(error)
        self._account = account_in_force(given, self._desk.settings)
        if given is not None:
            self._lines.from_environment = self.keys.hold(given)
        if self._demo_wanted:
            return
        try:
            self._last = self._own_key()
        except AddressError as error:
            self._problems.append(error)
        if self._last is not None:
            self._desk.look_ahead(self._last)

    def open_last(self) -> None:
        """Open the cache of the account that was found; it needs no credentials for that."""
        if self._demo_wanted:
            self.start_demo()
            return
        self._open(self._last)
        for problem in self._problems:
            self.failed.emit(problem)

    def _own_key(self) -> CacheKey | None:
        return CacheKey(self._account, self.own_mode, self._api_url()) if self._account else None

    def _api_url(self) -> str | None:
        return service_address(self._run_api_url or self._desk.settings.api_url)

    def _open(self, key: CacheKey | None, folder: Path | None = None) -> None:
        self._syncing.abandon()
        self._lines.hang_up()
        self._desk.open_cache(key, folder)
        self._syncing.set_timer()

    # Sync

    def sync_on_start(self) -> None:
        """Sync if the settings want it; called when the first rows are on the screen."""
        self._syncing.start_if_set()

    def start_sync(self) -> None:
        """Sync; credentials are found first. ``failed`` says why it could not begin."""
        self._syncing.start()

    def cancel_sync(self) -> None:
        """Stop a sync, also one that still waits for its credentials; the desk's ``sync.ended`` follows."""
        self._syncing.cancel()

    @property
    def next_sync_ms(self) -> int | None:
        """When the next sync begins by itself, milliseconds since 1970 UTC; None where none will."""
        return self._syncing.next_ms

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
        from m360desk.workers.finder import LookUp

        found = LookUp(
            self._desk, self._lines, code, done=done, failed=failed, read=read, asking=asking, asks=asks
        )
        found.start()
        return found

    def read_again(
        self, session_id: str, done: Callable[[Found], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Read one session from the service once more and store it as it is now."""
        from m360desk.workers.finder import read_again

        read_again(self._desk, self._lines, session_id, done, failed)

    def make_report(
        self,
        session_id: str,
        done: Callable[[Sequence[ReportLink]], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """Have the service make a report of one session; ``done`` gets where it can be read."""
        from m360desk.workers.finder import make_report

        make_report(self._desk, self._lines, session_id, done, failed)

    def check_blacklist(
        self, imei: str, done: Callable[[BlacklistOutcome], None], failed: Callable[[BaseException], None]
    ) -> None:
        """Order a blacklist check, paid for in live mode: only after the user was asked and has agreed."""
        from m360desk.workers.finder import check_blacklist

        check_blacklist(self._desk, self._lines, imei, done, failed)

    # Settings

    def check_connection(
        self,
        credentials: StoredCredentials | None,
        done: Callable[[ConnectionReport], None],
        failed: Callable[[BaseException], None],
        *,
        mode: str,
        account: str = "",
    ) -> None:
        """Ask the service with these credentials, or the stored ones of an account, and report step by step.

        ``account`` is the one that is shown where none is named.
        """
        from m360desk.workers.trial import try_connection

        try:
            api_url = self._api_url()
        except AddressError as error:
            failed(error)
            return

        wanted: Literal["live", "testing"] = "live" if mode == "live" else "testing"

        def check(given: StoredCredentials) -> None:
            try_connection(self._desk, self._lines, given, api_url, wanted, done=done, failed=failed)

        if credentials is not None:
            check(credentials)
        else:
            self.keys.find(account or self._account, check, failed)

    def apply(
        self,
        edit: Callable[[Settings], Settings],
        credentials: StoredCredentials | None,
        done: Callable[[], None],
        failed: Callable[[Exception], None],
        *,
        mode: Literal["testing", "live"] | None = None,
        account: str = "",
    ) -> None:
        """Change the settings, then show the account with new credentials, another one or a new mode, if any.

        The credentials hold at once; the keyring gets them meanwhile, and ``noted`` says so if it does not.
        ``account`` (its hash) is one that the settings know; the credentials' own goes before it.
        """
        before = self._desk.settings
        shown = account_hash(credentials.auth_code) if credentials is not None else account

        def whole(settings: Settings) -> Settings:
            if mode is not None:
                settings = settings._replace(mode=mode)
            if credentials is not None:
                settings = remembered(settings, shown, credentials.auth_code[-4:])
            elif shown:
                settings = settings._replace(last_account=shown)
            return edit(settings)

        def changed() -> None:
            if mode is not None:
                self._run_mode = None
            if shown:
                self._account = shown
            if credentials is not None:
                self.keys.hold(credentials)
                self._lines.from_environment = ""
            if shown or not self.has_demo:
                self._show_changed(before, fresh=credentials is not None)
            done()
            if credentials is not None:
                self.keys.save(shown)

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
            again = fresh or self._syncing.is_under_way
            self._syncing.abandon()
            self._lines.hang_up()
            if again:
                self.start_sync()

    def forget(self, account: str, done: Callable[[], None], failed: Callable[[Exception], None]) -> None:
        """Remove an account's credentials from this computer; its cache stays and can be searched."""
        if self.mode != "demo" and account == self._account:
            self._syncing.abandon()
            self._lines.hang_up()
        self.keys.forget(account, done, failed)

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

        self._syncing.abandon()
        self._lines.hang_up()
        self._desk.delete_open_cache(deleted, not_deleted)

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
        self._syncing.stop()
        self._lines.close()
        self.keys.stop()

    def clear_away(self) -> None:
        """Remove what the demo left; called when the desk has stopped."""
        self._demo.clear_away()
