"""A desk with its accounts on one profile, as the window has them, and what they said."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

from m360desk.store.key import CacheKey, cache_file
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import cache_lock
from m360desk.system.redaction import Redactor
from m360desk.system.settings_file import SettingsFile
from m360desk.workers.accounts import Accounts
from m360desk.workers.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from m360desk.core.user_text import UserText
    from m360desk.services.sync import SyncResult
    from m360desk.system.credentials import StoredCredentials
    from m360desk.system.settings import Settings

SESSIONS = 230


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Office:
    """A desk with its accounts on one profile, and what they said."""

    def __init__(self, qtbot: QtBot, profile: Path, api_url: str | None, **options: Any) -> None:
        self.qtbot, self.profile = qtbot, profile
        self.file = SettingsFile(profile / "settings.toml")
        self.desk = Desk(
            self.file,
            self.file.load().settings,
            profile / "cache",
            lambda path, key: CacheWriter.open(path, key, lock=cache_lock(path, "a test"), now_ms=now_ms),
            now_ms,
            UTC,
        )
        self.accounts = Accounts(self.desk, Redactor(), api_url=api_url, demo_sessions=120, **options)
        self.failures: list[Exception] = []
        self.notes: list[UserText | None] = []
        self.results: list[SyncResult | None] = []
        self.accounts.failed.connect(self.failures.append)
        self.desk.sync.failed.connect(self.failures.append)
        self.accounts.noted.connect(self.notes.append)
        self.desk.sync.ended.connect(self.results.append)
        self._closed = False

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=15_000)

    def apply(self, credentials: StoredCredentials | None = None, mode: Any = None, **changes: Any) -> None:
        """Apply settings and wait until they hold."""
        done: list[bool] = []

        def edit(settings: Settings) -> Settings:
            return settings._replace(**changes)

        self.accounts.apply(edit, credentials, lambda: done.append(True), self.failures.append, mode=mode)
        self.until(lambda: bool(done))

    def synced(self) -> SyncResult:
        """Wait for the end of a sync that was started, and take its result."""
        self.until(lambda: bool(self.results or self.failures))
        assert not self.failures
        result = self.results.pop(0)
        assert result is not None
        return result

    def sync(self) -> SyncResult:
        self.accounts.start_sync()
        return self.synced()

    def count(self, mode: Any, url: str | None, account: str) -> int:
        with CacheReader.open(cache_file(self.profile / "cache", CacheKey(account, mode, url))) as reader:
            return reader.total()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.accounts.stop()
            self.desk.stop()
            self.accounts.clear_away()
