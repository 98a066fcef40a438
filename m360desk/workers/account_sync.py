"""When the account that is shown is synced: on request, when the window opens, and every so many minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.services.account import remembered, sync_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.api.retry import Waiting
    from m360desk.services.sync import SyncProgress, SyncResult
    from m360desk.store.key import Mode
    from m360desk.workers.desk import Desk
    from m360desk.workers.keys import Keys
    from m360desk.workers.line import Line
    from m360desk.workers.lines import Lines

MINUTE_MS = 60_000


class AccountSync(QObject):
    """Begins syncs over the open line; how they go is told by the desk's ``sync``."""

    failed = Signal(object)
    """An exception: a sync could not be begun."""

    def __init__(
        self, desk: Desk, lines: Lines, keys: Keys, mode: Callable[[], Mode], parent: QObject | None = None
    ) -> None:
        """``mode`` tells what is shown."""
        super().__init__(parent)
        self._desk, self._lines, self._keys, self._mode = desk, lines, keys, mode
        self._wanted = False
        self._again = QTimer(self)
        self._again.timeout.connect(self._now_and_then)
        desk.settings_changed.connect(self.set_timer)
        desk.sync.progressed.connect(self._account_answers)

    @property
    def is_under_way(self) -> bool:
        """Whether one runs, or waits for its credentials."""
        return self._desk.sync.running or self._wanted

    @property
    def next_ms(self) -> int | None:
        """When the next one begins by itself, milliseconds since 1970 UTC; None where none will."""
        left = self._again.remainingTime()
        return self._desk.now_ms() + left if left >= 0 else None

    def start(self) -> None:
        """Sync; credentials are found first. ``failed`` says why it could not begin."""
        if self.is_under_way:
            return
        self._wanted = True
        self._lines.with_line(self._begin, self._refused)

    def start_if_set(self) -> None:
        """Sync if the settings want it when something is opened; a demo is always fetched."""
        if self._desk.key is not None and (self._mode() == "demo" or self._desk.settings.sync_on_start):
            self.start()

    def cancel(self) -> None:
        """Stop it, also one that still waits for its credentials; the desk's ``sync.ended`` follows."""
        if self._desk.sync.running:
            self._desk.sync.cancel()
        elif self._wanted:
            self._wanted = False
            self._desk.sync.ended.emit(None)

    def abandon(self) -> None:
        """Stop it and want no answer."""
        self._wanted = False
        self._desk.sync.abandon()

    def set_timer(self) -> None:
        """Sync every so many minutes, where the settings say so and what is shown is live."""
        minutes = self._desk.settings.sync_minutes
        if minutes and self._mode() == "live" and self._desk.key is not None:
            if self._again.interval() != minutes * MINUTE_MS or not self._again.isActive():
                self._again.start(minutes * MINUTE_MS)
        else:
            self._again.stop()

    def stop(self) -> None:
        """Begin no more."""
        self._again.stop()
        self.abandon()

    def _refused(self, error: Exception) -> None:
        if self._wanted:
            self._wanted = False
            self.failed.emit(error)

    def _begin(self, line: Line) -> None:
        lanes = self._desk.lanes
        if lanes is None or not self._wanted:
            return
        self._wanted = False
        writer = lanes.writer
        options = sync_options(self._desk.settings, self._mode())

        async def sync(news: Callable[[SyncProgress], None]) -> SyncResult:
            from m360desk.services.sync import SyncProgress, run_sync, stop_for

            last = SyncProgress("probing")

            def tell(progress: SyncProgress) -> None:
                nonlocal last
                last = progress
                line.note_rate()
                news(progress)

            def wait(waiting: Waiting) -> None:
                from dataclasses import replace

                why = waiting.reason.user_text.happened.rstrip(".")
                text = f"{max(1, round(waiting.seconds))} s: {why}"
                news(
                    replace(
                        last,
                        phase="waiting",
                        waiting_seconds=waiting.seconds,
                        text=text,
                        trouble=stop_for(waiting.reason),
                    )
                )

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
        self._keys.find(account, lambda held: self._remember(account, held.auth_code[-4:]), self.failed.emit)

    def _remember(self, account: str, code_end: str) -> None:
        self._desk.change_settings(lambda settings: remembered(settings, account, code_end))

    def _now_and_then(self) -> None:
        if self._mode() == "live":
            self.start()
