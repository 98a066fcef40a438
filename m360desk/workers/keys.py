"""The credentials of this run: in memory once known, else asked of the keyring without waiting for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.core.user_text import UserText
from m360desk.store.key import account_hash
from m360desk.system.credentials import CredentialStore
from m360desk.system.problems import SystemServiceError
from m360desk.workers.aside import Aside

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.system.credentials import StoredCredentials
    from m360desk.system.redaction import Redactor

    Found = Callable[[StoredCredentials], None]
    Failed = Callable[[Exception], None]

PATIENCE_MS = 3000
"""How long the keyring may take before the user is told what is waited for."""

_WAITING = UserText(
    "The system's keyring has not answered yet.",
    "It keeps the credentials, and may be waiting for its password in another window.",
    "Unlock it there. What is on this computer can be searched meanwhile.",
)


class NoCredentials(SystemServiceError):
    """There are no credentials for the account that is shown."""

    def __init__(self) -> None:
        super().__init__(
            UserText(
                "There are no credentials for this account.",
                "Nothing can be fetched; what is on this computer can be searched.",
                "Enter both in Settings, Account.",
            )
        )


class Keys(QObject):
    """Finds, keeps and forgets credentials by account (hash of the authCode)."""

    noted = Signal(object)
    """A :class:`UserText` that the user should see; None: it holds no longer."""

    def __init__(
        self, redactor: Redactor, parent: QObject | None = None, *, patience_ms: int = PATIENCE_MS
    ) -> None:
        super().__init__(parent)
        self._redactor = redactor
        self._store = CredentialStore(redactor)
        self._aside = Aside(self)
        self._known: dict[str, StoredCredentials] = {}
        self._asking: dict[str, list[tuple[Found, Failed]]] = {}
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(patience_ms)
        self._patience.timeout.connect(lambda: self.noted.emit(_WAITING))

    def hold(self, credentials: StoredCredentials) -> str:
        """Keep credentials in memory, for this run; returns the account that they belong to."""
        self._redactor.register(credentials.auth_token)
        self._redactor.register(credentials.auth_code)
        account = account_hash(credentials.auth_code)
        self._known[account] = credentials
        return account

    def drop(self, account: str) -> None:
        """Forget the credentials of an account in memory."""
        self._known.pop(account, None)

    def find(self, account: str, found: Found, failed: Failed) -> None:
        """Find the credentials of an account: at once where they are known, else when the keyring answers.

        ``failed`` gets :class:`NoCredentials` or :class:`CredentialStoreError`.
        """
        known = self._known.get(account)
        if known is not None:
            found(known)
            return
        if not account:
            failed(NoCredentials())
            return
        waiting = self._asking.setdefault(account, [])
        waiting.append((found, failed))
        if len(waiting) > 1:
            return
        self._patience.start()
        self._aside.ask(
            lambda: self._store.get(account),
            lambda stored: self._answered(account, stored),
            lambda error: self._refused(account, error),
        )

    def save(self, account: str) -> None:
        """Store in the keyring what is in memory; ``noted`` says so where that fails."""
        credentials = self._known[account]
        self._aside.ask(lambda: self._store.set(account, credentials), lambda _: None, self._not_saved)

    def forget(self, account: str, done: Callable[[], None], failed: Failed) -> None:
        """Remove the credentials of an account from memory and from the keyring."""
        self.drop(account)
        self._aside.ask(lambda: self._store.delete(account), lambda _: done(), failed)

    def place(self, done: Callable[[str], None], failed: Failed) -> None:
        """Say where credentials are kept, in words."""
        self._aside.ask(self._store.place, done, failed)

    def stop(self) -> None:
        """Want no more answers."""
        self._patience.stop()
        self._aside.stop()

    def _answered(self, account: str, stored: StoredCredentials | None) -> None:
        # Entered by hand while the keyring was waiting: what is newer counts.
        credentials = self._known.get(account, stored)
        if credentials is None:
            self._refused(account, NoCredentials())
            return
        self._known[account] = credentials
        for found, _ in self._done_waiting(account):
            found(credentials)

    def _refused(self, account: str, error: Exception) -> None:
        for _, failed in self._done_waiting(account):
            failed(error)

    def _done_waiting(self, account: str) -> list[tuple[Found, Failed]]:
        waiting = self._asking.pop(account, [])
        if not self._asking:
            if not self._patience.isActive():
                self.noted.emit(None)
            self._patience.stop()
        return waiting

    def _not_saved(self, error: Exception) -> None:
        text = getattr(error, "user_text", None)
        if not isinstance(text, UserText):
            text = UserText(
                f"The keyring did not take the credentials: {error}.",
                "They hold until M360 Desk is closed.",
                "Copy both from the M360 dashboard again.",
            )
        self.noted.emit(text)
