"""What the window says of syncs: in the status bar while they run, in the band when they fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from m360desk.core.user_text import UserText
from m360desk.system.late_log import note
from m360desk.ui.frame.notice import Notice
from m360desk.ui.frame.status_bar import SyncLine
from m360desk.ui.last_sync import last_sync_ms
from m360desk.ui.sync_words import (
    PAUSED,
    done_line,
    failed_line,
    offline_line,
    offline_text,
    progress_line,
    words_for,
)
from m360desk.ui.text import local_time, moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.services.sync import SyncProgress, SyncResult
    from m360desk.services.sync_types import SyncStop
    from m360desk.ui.frame.notices import Notices
    from m360desk.ui.frame.status_bar import StatusBar
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk

_LONG_S = 3.0
"""Seconds of waiting for a connection that make the window call itself off-line: a short break does not."""

PROBLEM, OFFLINE, CACHE, REMARK = "problem", "offline", "cache", "sync remark"
UNUSABLE = "CacheUnusable"
"""The kind of problem that is over as soon as the writer has put a damaged cache aside."""
WANTS_CREDENTIALS = ("CREDENTIALS", "NoCredentials", "CredentialStoreError")
WANTS_SETTINGS = ("ACCOUNT", "NOT_LIVE", "AddressError", "EnvironmentCredentialsError")


class Problem(NamedTuple):
    """What went wrong; ``kind`` is the reason of a sync's stop, or the name of an error."""

    text: UserText
    kind: str
    technical: str = ""


class SyncReport(QObject):
    """Follows the desk's syncs. Whether there is a list to stand over is the shell's to know."""

    changed = Signal()
    """Something began or ended: what stands in place of an empty list may have to change."""
    settings_asked = Signal()

    def __init__(
        self,
        desk: Desk,
        accounts: Accounts,
        status: StatusBar,
        notices: Notices,
        listed: Callable[[], int],
        parent: QObject,
    ) -> None:
        """``listed`` tells how many sessions the list shows: over none, a page says what a band would."""
        super().__init__(parent)
        self._desk, self._accounts, self._status, self._notices = desk, accounts, status, notices
        self._listed = listed
        self.problem: Problem | None = None
        self.waits = False
        """Whether a sync that runs waits for the connection to come back."""
        self._offline_since_ms: int | None = None
        self._last_sync_ms: int | None = None
        self._looked_up = False
        status.cancel_pressed.connect(accounts.cancel_sync)
        desk.sync.started.connect(self.changed)
        desk.sync.progressed.connect(self._progressed)
        desk.sync.ended.connect(self._ended)
        desk.sync.failed.connect(self._failed)
        desk.failed.connect(self._failed)
        desk.cache_noted.connect(self._cache_noted)
        desk.stats_changed.connect(self._stats_changed)
        accounts.failed.connect(self._failed)

    # What the user does

    def start(self) -> None:
        """Fetch what is new; without an account, ask for one. A sync that runs goes on alone."""
        if self._desk.sync.running:
            return
        if self._desk.key is None:
            self.settings_asked.emit()
            return
        self._clear()
        self._status.show_sync(SyncLine("Connecting", icon="sync", busy=True))
        self._accounts.start_sync()

    # What the shell tells

    def account_changed(self) -> None:
        """Another cache is open: nothing of what was said holds any more."""
        self._clear()
        self._notices.withdraw(CACHE, REMARK)
        self._last_sync_ms = self._offline_since_ms = None
        self._looked_up = False
        if self._desk.key is None:
            self._status.show_sync(SyncLine("No account yet", icon="question", colour="text2"))
        else:
            self._status.show_sync(SyncLine("Ready", icon="clock", colour="text2"))

    def list_changed(self) -> None:
        """The list has come or gone: the same problem is told by the band or by a page."""
        self._tell()

    # What comes from the desk

    def _progressed(self, progress: SyncProgress) -> None:
        trouble = progress.trouble
        if trouble is None:
            self._go_on()
        elif trouble.reason.name == "OFFLINE" and (self.waits or progress.waiting_seconds >= _LONG_S):
            self._wait_for(trouble)
        self._status.show_sync(progress_line(progress, self._desk.zone))
        self._show_rate()

    def _wait_for(self, trouble: SyncStop) -> None:
        new = not self.waits
        self.waits = True
        self._stopped(trouble)
        if new:
            self.changed.emit()

    def _go_on(self) -> None:
        """The connection that a sync waited for is back."""
        if not self.waits:
            return
        self.waits = False
        self._offline_since_ms = None
        self._clear()
        self.changed.emit()

    def _ended(self, result: SyncResult | None) -> None:
        self._show_rate()
        if self.waits:
            self.waits = False
            self._clear()
        if result is None:
            self._status.show_sync(PAUSED)
        elif result.stopped_by is not None:
            self._stopped(result.stopped_by)
        else:
            now = self._last_sync_ms = self._desk.now_ms()
            self._offline_since_ms = None
            self._clear()
            whole = result.complete or result.mode == "testing"
            self._status.show_sync(done_line(now, now, self._desk.zone, complete=whole))
            self._remark(result.notes)
        self.changed.emit()

    def _stopped(self, stop: SyncStop) -> None:
        self._say(Problem(stop.user_text, stop.reason.name, stop.technical))

    def _failed(self, error: BaseException) -> None:
        note(__name__, "failed: %s", type(error).__name__)
        technical = getattr(error, "technical", None)
        facts = str(technical()) if callable(technical) else ""
        self._say(Problem(words_for(error), type(error).__name__, facts))
        self.changed.emit()

    def _cache_noted(self, notices: tuple[str, ...]) -> None:
        """The cache was put aside or brought up to date as it was opened."""
        text = UserText(notices[0], " ".join(notices[1:]), "")
        self._notices.post(CACHE, Notice(text))
        if self.problem is not None and self.problem.kind == UNUSABLE:
            self._clear()
            self.changed.emit()

    def _stats_changed(self) -> None:
        if self.problem is not None and self.problem.kind == "OFFLINE":
            self._tell()
        if not self._looked_up:
            self._looked_up = True
            self._desk.read_soon("last sync", lambda reader, _: last_sync_ms(reader), self._remember)

    def _remember(self, last_ms: int | None) -> None:
        """What an earlier run of the program did; syncs of this one know better."""
        if self._last_sync_ms is not None or last_ms is None:
            return
        self._last_sync_ms = last_ms
        if self.problem is None and not self._desk.sync.running:
            self._status.show_sync(SyncLine("Ready", self._last(), icon="clock", colour="text2"))
        else:
            self._tell()

    # What is said

    def _say(self, problem: Problem) -> None:
        self.problem = problem
        if problem.kind != "OFFLINE":
            self._status.show_sync(failed_line(problem.text, self._last()))
        self._tell()

    def _tell(self) -> None:
        """Say in the band what went wrong, unless a page in place of the list says it."""
        problem = self.problem
        if problem is None or not self._listed():
            self._notices.withdraw(PROBLEM, OFFLINE)
            if problem is not None and problem.kind == "OFFLINE":
                self._status.show_sync(offline_line(self._last()))
        elif problem.kind == "OFFLINE":
            self._tell_offline()
        else:
            self._notices.withdraw(OFFLINE)
            self._notices.post(PROBLEM, self._notice(problem))

    def _notice(self, problem: Problem) -> Notice:
        if problem.kind in WANTS_CREDENTIALS:
            button, act = "Enter credentials…", self.settings_asked.emit
        elif problem.kind in WANTS_SETTINGS:
            button, act = "Settings…", self.settings_asked.emit
        else:
            button, act = "Try again", self.start
        return Notice(problem.text, error=True, button=button, act=act)

    def _tell_offline(self) -> None:
        now = self._desk.now_ms()
        if self._offline_since_ms is None:
            self._offline_since_ms = now
        stats = self._desk.stats
        text = offline_text(
            self._offline_since_ms,
            stats.sessions if stats is not None else None,
            stats.newest_ms if stats is not None else None,
            now_ms=now,
            zone=self._desk.zone,
        )
        self._notices.withdraw(PROBLEM)
        if self.waits:
            notice = Notice(text, icon="offline", button="Stop trying", act=self._accounts.cancel_sync)
        else:
            notice = Notice(text, icon="offline", aside=self._next_try(), button="Try now", act=self.start)
        self._notices.post(OFFLINE, notice)
        self._status.show_sync(offline_line(self._last()))
        self._status.show_fact("rate", "No connection to the service")

    def _next_try(self) -> str:
        when = self._accounts.next_sync_ms
        local = moment(when, self._desk.zone) if when is not None else None
        return f"Next try at {local:%H:%M}" if local is not None else ""

    def _last(self) -> str:
        if self._last_sync_ms is None:
            return ""
        when = local_time(self._last_sync_ms, now_ms=self._desk.now_ms(), zone=self._desk.zone)
        return f"last sync {when.clock}" if when.day == "Today" else f"last sync {when.day} {when.clock}"

    def _remark(self, notes: tuple[str, ...]) -> None:
        if notes:
            self._notices.post(REMARK, Notice(UserText(notes[0], " ".join(notes[1:]), "")))
        else:
            self._notices.withdraw(REMARK)

    def _clear(self) -> None:
        self.problem = None
        self._notices.withdraw(PROBLEM, OFFLINE)

    def _show_rate(self) -> None:
        self._status.show_fact("rate", self._accounts.rate_text())
