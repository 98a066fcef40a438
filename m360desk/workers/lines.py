"""The one line to the service that is open, for the account that is shown."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from m360desk.services.account import with_learned_limit
from m360desk.workers.keys import NoCredentials
from m360desk.workers.line import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.store.key import CacheKey
    from m360desk.system.credentials import StoredCredentials
    from m360desk.system.settings import Settings
    from m360desk.workers.desk import Desk
    from m360desk.workers.keys import Keys

CLOSE_SECONDS = 2.0
"""At the end connections get so long to close; the system closes what is left."""


class Lines(QObject):
    """Opens a line when it is first needed and keeps it until it is hung up."""

    failed = Signal(object)

    def __init__(self, desk: Desk, keys: Keys, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._keys = desk, keys
        self._line: Line | None = None
        self.from_environment = ""
        """The account whose credentials the environment gave."""
        self.demo_credentials: StoredCredentials | None = None
        """Of the simulator that runs: never mixed with those of accounts."""

    def with_line(self, go_on: Callable[[Line], None], failed: Callable[[Exception], None]) -> None:
        """Get the line to the service, asking the keyring where need be, and go on with it.

        Neither is called when another account or mode has been opened before the keyring answered.
        """
        key = self._desk.key
        if key is None:
            failed(NoCredentials())
            return

        def found(credentials: StoredCredentials) -> None:
            if self._desk.key != key:
                return
            if self._line is None:
                self._line = self.make(key, credentials)
            go_on(self._line)

        def refused(error: Exception) -> None:
            if self._desk.key == key:
                failed(error)

        if key.mode != "demo":
            self._keys.find(key.account, found, refused)
        elif self.demo_credentials is not None:
            found(self.demo_credentials)

    def make(self, key: CacheKey, credentials: StoredCredentials) -> Line:
        """Make the line that is kept."""
        settings = self._desk.settings
        if key.mode == "demo":
            settings = settings._replace(workstations=None)
        return self._line_for(key, credentials, settings)

    def make_trial(self, key: CacheKey, credentials: StoredCredentials) -> Line:
        """Make a line of its own to try credentials with, whatever number of workstations the user has set.

        It shares the pace of the line that is open, where both are the same account's.
        """
        beside = self._line if self._line is not None and self._line.serves(key) else None
        return self._line_for(key, credentials, self._desk.settings._replace(workstations=None), beside)

    def _line_for(
        self, key: CacheKey, credentials: StoredCredentials, settings: Settings, beside: Line | None = None
    ) -> Line:
        where = "environment" if key.account == self.from_environment else "keyring"

        def learned(limit: float) -> None:
            self._learned(key, limit)

        return Line(key, credentials, settings, learned, where=where, beside=beside)

    def hang_up(self) -> threading.Event | None:
        """Close the line without waiting; the event is set when it is closed, None: there was none."""
        line, self._line = self._line, None
        if line is None:
            return None
        closed = threading.Event()

        async def close() -> None:
            try:
                await line.close()
            finally:
                closed.set()

        self._desk.network.start(close, lambda _: None, self.failed.emit)
        return closed

    def close(self) -> None:
        """Hang up and wait until it is done, for a moment: the network lane ends next."""
        closed = self.hang_up()
        if closed is not None:
            closed.wait(CLOSE_SECONDS)

    def rate_text(self) -> str:
        """How fast requests go, for the status bar: "0.4 of 5 requests/s"."""
        rate = self._line.rate if self._line is not None else None
        if rate is None:
            return ""
        recent = rate[0] if self._desk.sync.running else 0.0
        limit = f" of {rate[1]:g}" if rate[1] is not None else ""
        return f"{recent:.3g}{limit} requests/s"

    def _learned(self, key: CacheKey, limit: float) -> None:
        """Keep a limit for the next start; called in the network thread."""
        if key.mode == "demo":
            return

        def keep() -> None:
            self._desk.change_settings(lambda settings: with_learned_limit(settings, key.account, limit))

        self._desk.network.post(keep)
