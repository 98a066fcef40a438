"""What a keyring's failures mean, whichever backend they come from, and what the user can do."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from m360desk.core.user_text import UserText
from m360desk.system.problems import SystemServiceError


class Trouble(Enum):
    """Kinds of failure that call for different help."""

    MISSING = "missing"  # no keyring, or none that keeps secrets safely
    LOCKED = "locked"  # it is locked and was not unlocked
    DENIED = "denied"  # it refuses this program
    UNREADABLE = "unreadable"  # the entry is there but is not what this program writes
    FAILED = "failed"  # anything else


class CredentialStoreError(SystemServiceError):
    """The operating system's keyring could not be used.

    Attributes:
        trouble: which kind of failure.
    """

    def __init__(self, trouble: Trouble, doing: str, place: str, reason: str = "") -> None:
        super().__init__(_text(trouble, doing, place, reason))
        self.trouble = trouble


# Recognised by name: importing the classes would need the very libraries that other systems don't have.
_BY_CLASS = {
    "NoKeyringError": Trouble.MISSING,
    "ModuleNotFoundError": Trouble.MISSING,
    "KeychainDenied": Trouble.DENIED,
    "SecAuthFailure": Trouble.DENIED,
    "PermissionError": Trouble.DENIED,
    "KeyringLocked": Trouble.LOCKED,
    "LockedException": Trouble.LOCKED,
    "PromptDismissedException": Trouble.LOCKED,
}
_BY_DBUS_NAME = {
    "org.freedesktop.Secret.Error.IsLocked": Trouble.LOCKED,
    "org.freedesktop.DBus.Error.AccessDenied": Trouble.DENIED,
    "org.freedesktop.DBus.Error.ServiceUnknown": Trouble.MISSING,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Trouble.MISSING,
}
_BY_WINDOWS_ERROR = {
    5: Trouble.DENIED,  # ERROR_ACCESS_DENIED
    1312: Trouble.MISSING,  # ERROR_NO_SUCH_LOGON_SESSION: over SSH or in a service there is no store
}


@contextmanager
def explain(doing: str, place: str) -> Iterator[None]:
    """Turn whatever a keyring backend raises into `CredentialStoreError`.

    Backends let through errors of D-Bus, of Windows and of the file system, so everything is caught here.
    """
    try:
        yield
    except CredentialStoreError:
        raise
    except Exception as error:
        raise CredentialStoreError(_classify(error), doing, place, type(error).__name__) from error


def _classify(error: BaseException) -> Trouble:
    # From the root cause outwards: backends wrap the telling error in a general one.
    for cause in reversed(_causes(error)):
        trouble = _classify_one(cause)
        if trouble is not None:
            return trouble
    return Trouble.FAILED


def _causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in causes:
        causes.append(current)
        current = current.__cause__ or current.__context__
    return causes


def _classify_one(error: BaseException) -> Trouble | None:
    for base in type(error).__mro__:
        if base.__name__ in _BY_CLASS:
            return _BY_CLASS[base.__name__]
    by_windows = _BY_WINDOWS_ERROR.get(getattr(error, "winerror", None) or 0)
    if by_windows is not None:
        return by_windows
    said = f"{getattr(error, 'name', '')} {error}"
    return next((trouble for name, trouble in _BY_DBUS_NAME.items() if name in said), None)


_USUAL_PLACE = {
    "win32": "Windows Credential Manager",
    "darwin": "macOS Keychain",
    "linux": "Secret Service (GNOME Keyring, KeePassXC or KWallet)",
}


_ENVIRONMENT = "or set M360DESK_AUTH_CODE and M360DESK_AUTH_TOKEN in the environment for unattended use."

_REPAIR_MISSING = {
    "win32": f"Sign in to Windows at the screen or by Remote Desktop (not over SSH), {_ENVIRONMENT}",
    "darwin": f"Sign in to macOS at the screen, {_ENVIRONMENT}",
    "linux": f"Install and start GNOME Keyring, KeePassXC or KWallet, {_ENVIRONMENT}",
}
_REPAIR_LOCKED = {
    "win32": "Sign in to Windows again and try once more.",
    "darwin": "Unlock the login keychain in Keychain Access and try again.",
    "linux": f"Unlock the keyring with its password (often that of your log-in), {_ENVIRONMENT}",
}
_REPAIR_DENIED = {
    "win32": "Ask whoever manages this computer whether Credential Manager is allowed for you.",
    "darwin": "Try again and choose “Allow” when macOS asks, or allow M360 Desk in Keychain Access.",
    "linux": "Allow M360 Desk in the keyring's own program and try again.",
}


def _text(trouble: Trouble, doing: str, place: str, reason: str) -> UserText:
    system = sys.platform if sys.platform in _USUAL_PLACE else "linux"  # the BSDs
    place = place or _USUAL_PLACE[system]
    means = {
        "save": "The credentials are not saved; they hold until M360 Desk is closed.",
        "remove": "The credentials may still be stored.",
    }.get(doing, "The stored credentials cannot be used now. What is in the local cache can.")
    if trouble is Trouble.MISSING:
        return UserText(f"No safe keyring is at hand: {place} is missing.", means, _REPAIR_MISSING[system])
    if trouble is Trouble.LOCKED:
        return UserText(f"{place} is locked.", means, _REPAIR_LOCKED[system])
    if trouble is Trouble.DENIED:
        return UserText(f"{place} refuses M360 Desk.", means, _REPAIR_DENIED[system])
    if trouble is Trouble.UNREADABLE:
        return UserText(
            f"The entry of M360 Desk in {place} cannot be read.",
            "Another program may have changed it.",
            "Enter the credentials again in the settings.",
        )
    return UserText(
        f"{place} failed ({reason}).",
        means,
        f"Try again; restart the computer if it stays so, {_ENVIRONMENT}",
    )
