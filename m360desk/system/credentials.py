"""The account's credentials: in the operating system's keyring, or in the environment for unattended use.

They stand nowhere else. Every call that reaches the keyring **can block for as long as a person takes** (the
system may ask for a password), so none belongs in the thread of a window.
"""

import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from m360desk.core.user_text import UserText
from m360desk.system.keyring_errors import CredentialStoreError, Trouble, explain
from m360desk.system.problems import SystemServiceError
from m360desk.system.redaction import Redactor

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "M360 Desk"
CODE_VARIABLE = "M360DESK_AUTH_CODE"
TOKEN_VARIABLE = "M360DESK_AUTH_TOKEN"  # noqa: S105 – the name of a variable

# Windows keeps at most this of a credential, as UTF-16 (CRED_MAX_CREDENTIAL_BLOB_SIZE).
_MOST_BYTES = 2560

# These keep secrets as plain text or behind a password asked for on a terminal, or keep nothing at all.
_REFUSED_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt", "keyrings.cryptfile")

_NAMES = {
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.SecretService": "Secret Service (GNOME Keyring, KeePassXC or KWallet)",
    "keyring.backends.libsecret": "Secret Service (GNOME Keyring, KeePassXC or KWallet)",
    "keyring.backends.kwallet": "KWallet",
}


class EnvironmentCredentialsError(SystemServiceError):
    """Only one of the two environment variables for credentials is set."""


class StoredCredentials:
    """The two parts of the API's bearer, trimmed; neither shows in a repr. Equal where both are.

    Attributes:
        auth_code: the authCode, a UUID (guide).
        auth_token: the authToken, in the guide's example 64 hex digits.
    """

    __slots__ = ("auth_code", "auth_token")

    def __init__(self, auth_code: str, auth_token: str) -> None:
        """Trim both: people paste them with blanks and line ends."""
        self.auth_code: Final = auth_code.strip()
        self.auth_token: Final = auth_token.strip()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredCredentials):
            return NotImplemented
        return (self.auth_code, self.auth_token) == (other.auth_code, other.auth_token)

    def __hash__(self) -> int:
        return hash((self.auth_code, self.auth_token))


def environment_credentials(
    redactor: Redactor, environ: Mapping[str, str] = os.environ
) -> StoredCredentials | None:
    """The credentials given by the environment, which win over stored ones; None where there are none.

    Raises:
        EnvironmentCredentialsError: only one of the two variables is set.
    """
    found = StoredCredentials(environ.get(CODE_VARIABLE, ""), environ.get(TOKEN_VARIABLE, ""))
    if not found.auth_code and not found.auth_token:
        return None
    if not found.auth_code or not found.auth_token:
        present, absent = (
            (CODE_VARIABLE, TOKEN_VARIABLE) if found.auth_code else (TOKEN_VARIABLE, CODE_VARIABLE)
        )
        raise EnvironmentCredentialsError(
            UserText(
                f"The environment variable {present} is set, {absent} is not.",
                "The service needs both parts of the credentials, so neither is used.",
                f"Set {absent} too, or remove {present} to use the credentials stored on this computer.",
            )
        )
    _hide(found, redactor)
    return found


class CredentialStore:
    """Credentials in the operating system's keyring, one entry for each account."""

    def __init__(self, redactor: Redactor) -> None:
        """What is read or stored is made known to `redactor`, so that no log shows it."""
        self._redactor = redactor

    def get(self, account: str) -> StoredCredentials | None:
        """The credentials of that account (hash of its authCode); None where none are stored. Can block.

        Raises:
            CredentialStoreError: the keyring cannot be used, or its entry cannot be read.
        """
        backend = _backend("read")
        with explain("read", _name(backend)):
            stored = backend.get_password(SERVICE, account)
        if not stored:
            return None
        credentials = _decode(stored, _name(backend))
        _hide(credentials, self._redactor)
        return credentials

    def set(self, account: str, credentials: StoredCredentials) -> None:
        """Store the credentials of that account, replacing older ones. Can block.

        Raises:
            CredentialStoreError: the keyring cannot be used.
            ValueError: the credentials are empty, or longer than Windows can keep.
        """
        if not credentials.auth_code or not credentials.auth_token:
            raise ValueError("both parts of the credentials are needed")
        _hide(credentials, self._redactor)
        value = json.dumps({"authCode": credentials.auth_code, "authToken": credentials.auth_token})
        if len(value.encode("utf-16-le")) > _MOST_BYTES:
            raise ValueError("the credentials are longer than the keyring can keep")
        backend = _backend("save")
        with explain("save", _name(backend)):
            backend.set_password(SERVICE, account, value)

    def delete(self, account: str) -> None:
        """Remove the credentials of that account; without effect where there are none. Can block.

        Raises:
            CredentialStoreError: the keyring cannot be used.
        """
        backend = _backend("remove")
        with explain("remove", _name(backend)):
            if backend.get_password(SERVICE, account) is not None:
                backend.delete_password(SERVICE, account)

    def place(self) -> str:
        """Where the credentials are kept, in words, such as "Windows Credential Manager". Can block.

        Raises:
            CredentialStoreError: there is no safe keyring.
        """
        return _name(_backend("read"))


def _backend(doing: str) -> "KeyringBackend":
    """The keyring to use; refuses those that would keep a secret in the open, or not at all."""
    with explain(doing, ""):
        import keyring.backends.chainer
        import keyring.backends.fail
        import keyring.core

        backend = keyring.get_keyring()
        if isinstance(backend, keyring.backends.fail.Keyring):
            # The service may have been started since: let people repair it without a restart of the program.
            keyring.core.init_backend()
            backend = keyring.get_keyring()
        candidates = [backend]
        if isinstance(backend, keyring.backends.chainer.ChainerBackend):
            candidates = list(keyring.backends.chainer.ChainerBackend.backends)
        safe = [candidate for candidate in candidates if _is_safe(candidate)]
    if not safe:
        raise CredentialStoreError(Trouble.MISSING, doing, "")
    return safe[0]


def _is_safe(backend: "KeyringBackend") -> bool:
    return not type(backend).__module__.startswith(_REFUSED_MODULES)


def _name(backend: "KeyringBackend") -> str:
    return _NAMES.get(type(backend).__module__, backend.name)


def _decode(stored: str, place: str) -> StoredCredentials:
    try:
        parts = json.loads(stored)
        credentials = StoredCredentials(parts["authCode"], parts["authToken"])
    except (ValueError, TypeError, KeyError, AttributeError):
        # Not chained: the error would carry the entry's text.
        raise CredentialStoreError(Trouble.UNREADABLE, "read", place) from None
    if not credentials.auth_code or not credentials.auth_token:
        raise CredentialStoreError(Trouble.UNREADABLE, "read", place)
    return credentials


def _hide(credentials: StoredCredentials, redactor: Redactor) -> None:
    redactor.register(credentials.auth_token)
    redactor.register(credentials.auth_code)
