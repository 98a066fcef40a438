"""Credentials live in a keyring that keeps secrets, or in the environment; every failure has its words."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, KeyringLocked, PasswordSetError

from m360desk.system.credentials import (
    CredentialStore,
    EnvironmentCredentialsError,
    StoredCredentials,
    environment_credentials,
)
from m360desk.system.keyring_errors import CredentialStoreError, Trouble
from m360desk.system.redaction import HIDDEN, Redactor

# The guide's own examples.
CODE = "a167b9ae-948d-490c-9995-932984fbb223"
TOKEN = "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"


class MemoryKeyring(KeyringBackend):
    """A whole backend that keeps its entries in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves this one out
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class FailingKeyring(MemoryKeyring):
    """A backend whose every call raises what real backends raise."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        del service, username
        raise self.error

    def set_password(self, service: str, username: str, password: str) -> None:
        del service, username, password
        raise self.error


@pytest.fixture(autouse=True)
def _backend_restored() -> Iterator[None]:
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.core._keyring_backend = None


def plain(kind: Callable[[], KeyringBackend]) -> KeyringBackend:
    """Make one of keyring's own backends, whose constructors have no types."""
    return kind()


def wrapped(outer: Exception, cause: Exception) -> Exception:
    outer.__cause__ = cause
    return outer


def test_credentials_are_kept_trimmed_per_account_and_known_to_the_redactor() -> None:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    redactor = Redactor()
    CredentialStore(redactor).set("account1", StoredCredentials(f" {CODE}\r\n", f"\t{TOKEN} "))
    CredentialStore(redactor).set("account2", StoredCredentials("other code", "other token"))
    assert set(backend.entries) == {("M360 Desk", "account1"), ("M360 Desk", "account2")}
    fresh = Redactor()
    found = CredentialStore(fresh).get("account1")
    assert found == StoredCredentials(CODE, TOKEN)
    assert CODE not in repr(found)
    assert TOKEN not in repr(found)
    assert fresh.clean(f"{CODE} x") == redactor.clean(f"{CODE} x") == f"{HIDDEN} x"
    store = CredentialStore(redactor)
    store.delete("account1")
    store.delete("account1")
    assert store.get("account1") is None
    assert store.get("account2") is not None


def test_credentials_that_windows_could_not_keep_are_refused_everywhere() -> None:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    store = CredentialStore(Redactor())
    store.set("account", StoredCredentials(CODE, "t" * 1100))
    for wrong in (
        StoredCredentials(CODE, "t" * 1300),
        StoredCredentials(CODE, " "),
        StoredCredentials("", TOKEN),
    ):
        with pytest.raises(ValueError, match="credentials"):
            store.set("account", wrong)
    assert store.get("account") == StoredCredentials(CODE, "t" * 1100)


class KeychainDenied(Exception):
    """Stands for the one of keyring's macOS backend, which cannot be imported elsewhere."""


class LockedException(Exception):
    """Stands for the one of the Secret Service's library, which is absent on Windows and macOS."""


class WindowsError(Exception):
    """Stands for pywintypes.error, which keyring lets through."""

    def __init__(self, winerror: int) -> None:
        super().__init__(winerror, "CredRead", "…")
        self.winerror = winerror


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (KeyringLocked("Failed to unlock the collection!"), Trouble.LOCKED),
        (wrapped(InitError("Failed to create"), LockedException("locked")), Trouble.LOCKED),
        (Exception("org.freedesktop.Secret.Error.IsLocked: Cannot create"), Trouble.LOCKED),
        (wrapped(KeyringLocked("Can't get password"), KeychainDenied(-128, "denied")), Trouble.DENIED),
        (PermissionError(13, "denied"), Trouble.DENIED),
        (WindowsError(5), Trouble.DENIED),
        (WindowsError(1312), Trouble.MISSING),
        (keyring.errors.NoKeyringError("none"), Trouble.MISSING),
        (InitError("Failed to open keyring"), Trouble.FAILED),
        (PasswordSetError("no"), Trouble.FAILED),
        (KeyringError("no"), Trouble.FAILED),
        (ConnectionResetError(104, "reset"), Trouble.FAILED),
        (WindowsError(8), Trouble.FAILED),
    ],
)
def test_each_failure_of_a_backend_is_told_apart(error: Exception, trouble: Trouble) -> None:
    keyring.set_keyring(FailingKeyring(error))
    store = CredentialStore(Redactor())
    calls: list[Callable[[], object]] = [
        lambda: store.get("account"),
        lambda: store.set("account", StoredCredentials(CODE, TOKEN)),
        lambda: store.delete("account"),
    ]
    for call in calls:
        with pytest.raises(CredentialStoreError) as caught:
            call()
        assert caught.value.trouble is trouble
        assert all(caught.value.user_text)
        assert CODE not in str(caught.value)


@pytest.mark.parametrize("system", ["win32", "darwin", "linux", "freebsd14"])
def test_every_trouble_has_advice_on_every_system(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    texts = {CredentialStoreError(trouble, "read", "").user_text for trouble in Trouble}
    assert len(texts) == len(Trouble)
    assert all(all(text) for text in texts)
    assert ("Windows" in " ".join(map(str, texts))) is (system == "win32")


def test_backends_that_keep_nothing_or_plain_text_count_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    class PlaintextKeyring(MemoryKeyring):
        pass

    PlaintextKeyring.__module__ = "keyrings.alt.file"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")  # what detection then finds
    for refused in (
        PlaintextKeyring(),
        plain(keyring.backends.null.Keyring),
        plain(keyring.backends.fail.Keyring),
    ):
        keyring.set_keyring(refused)
        with pytest.raises(CredentialStoreError) as caught:
            CredentialStore(Redactor()).set("account", StoredCredentials(CODE, TOKEN))
        assert caught.value.trouble is Trouble.MISSING
        if isinstance(refused, MemoryKeyring):
            assert refused.entries == {}


def test_of_chained_backends_the_first_safe_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class PlaintextKeyring(MemoryKeyring):
        pass

    PlaintextKeyring.__module__ = "keyrings.alt.file"
    open_one, safe_one = PlaintextKeyring(), MemoryKeyring()
    monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", [open_one, safe_one])
    keyring.set_keyring(plain(keyring.backends.chainer.ChainerBackend))
    CredentialStore(Redactor()).set("account", StoredCredentials(CODE, TOKEN))
    assert open_one.entries == {}
    assert len(safe_one.entries) == 1


@pytest.mark.parametrize(
    "entry", ["nonsense", "[]", "{}", '{"authCode": 1, "authToken": 2}', '{"authCode": "x"}']
)
def test_an_entry_of_another_hand_is_unreadable_and_not_quoted(entry: str) -> None:
    backend = MemoryKeyring()
    backend.entries["M360 Desk", "account"] = entry
    keyring.set_keyring(backend)
    with pytest.raises(CredentialStoreError) as caught:
        CredentialStore(Redactor()).get("account")
    assert caught.value.trouble is Trouble.UNREADABLE
    assert caught.value.__cause__ is None
    assert "again" in caught.value.user_text.do


def test_the_environment_wins_only_when_whole() -> None:
    redactor = Redactor()
    both = {"M360DESK_AUTH_CODE": f"{CODE}\n", "M360DESK_AUTH_TOKEN": f" {TOKEN}"}
    assert environment_credentials(redactor, both) == StoredCredentials(CODE, TOKEN)
    assert redactor.clean(CODE) == HIDDEN
    assert environment_credentials(redactor, {}) is None
    assert environment_credentials(redactor, {"M360DESK_AUTH_CODE": " "}) is None
    for name in both:
        with pytest.raises(EnvironmentCredentialsError) as caught:
            environment_credentials(redactor, {name: both[name]})
        (absent,) = set(both) - {name}
        assert f"Set {absent} too" in caught.value.user_text.do
        assert both[name].strip() not in str(caught.value)


def test_importing_the_layer_does_not_import_keyring() -> None:
    program = (
        "import sys, m360desk.system.credentials, m360desk.system.logs, m360desk.system.settings_file\n"
        "heavy = {'keyring', 'platformdirs', 'tomllib', 'socket', 'importlib.resources'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-S", "-c", program], check=True, cwd=Path(__file__).resolve().parents[2])
