"""What can go wrong with a cache, each with a message for people."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from m360desk.core.user_text import UserText


class StoreError(Exception):
    """A cache cannot do what was asked.

    Attributes:
        user_text: what happened, what it means, what to do.
    """

    def __init__(self, user_text: UserText) -> None:
        super().__init__(user_text.one_line())
        self.user_text = user_text


class CacheHeld(StoreError):
    """Another writer has the cache.

    Attributes:
        holder: who, in words.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(
            UserText(
                f"The local cache is in use by {holder}.",
                "Only one program may write to it at a time; reading and exporting still work.",
                "Wait until the other one has finished, or close it, and try again.",
            )
        )
        self.holder = holder


class CacheTooNew(StoreError):
    """The cache was written by a newer version of the program.

    Attributes:
        found: the cache's schema number.
        known: the highest that this version understands.
    """

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            UserText(
                f"The local cache was written by a newer version of M360 Desk (format {found}, this version "
                f"knows up to {known}).",
                "This version can neither read nor change it; nothing was touched.",
                "Install the newest version of M360 Desk.",
            )
        )
        self.found = found
        self.known = known


class CacheUnusable(StoreError):
    """The file is damaged, or it is no cache.

    Attributes:
        path: the file.
        reason: what SQLite or the check said.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            UserText(
                f"The local cache cannot be used: {reason}.",
                f"The file is {path}. Sessions in it cannot be shown for now; the account is not affected.",
                "Start M360 Desk again or sync: a damaged file is put aside, never deleted, and the history "
                "is fetched anew.",
            )
        )
        self.path = path
        self.reason = reason


class CacheReadOnly(StoreError):
    """The cache, or its folder, cannot be written.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            UserText(
                f"The local cache cannot be written: {path}.",
                "What is in the cache can still be searched and exported, but nothing new can be stored.",
                "Allow writing to this file and its folder, or choose another profile folder.",
            )
        )
        self.path = path


class DiskFull(StoreError):
    """No room is left for the cache.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            UserText(
                "The disk is full.",
                f"The last page was not stored; everything before it is kept. The cache is {path}.",
                "Free some space and sync again: it goes on where it stopped.",
            )
        )
        self.path = path


class CacheAbsent(StoreError):
    """There is no cache yet.

    Attributes:
        path: where it would be.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            UserText(
                "Nothing has been fetched for this account and mode yet.",
                f"There is no cache at {path}.",
                "Sync once.",
            )
        )
        self.path = path


class Interrupted(StoreError):
    """A query was stopped by `CacheReader.interrupt`."""

    def __init__(self) -> None:
        super().__init__(
            UserText("The search was stopped.", "Its result is no longer needed.", "Search again if it is.")
        )


_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def from_sqlite(error: sqlite3.Error, path: Path) -> StoreError:
    """The store's error for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary == sqlite3.SQLITE_INTERRUPT:
        return Interrupted()
    if primary == sqlite3.SQLITE_FULL:
        return DiskFull(path)
    if primary == sqlite3.SQLITE_READONLY or (
        primary == sqlite3.SQLITE_CANTOPEN and not os.access(path.parent, os.W_OK)
    ):
        return CacheReadOnly(path)
    if primary in _BUSY:
        return CacheHeld("another program")
    return CacheUnusable(path, str(error))


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGED


def from_os(error: OSError, path: Path) -> StoreError:
    """The store's error for one of the operating system's."""
    if error.errno in _READ_ONLY:
        return CacheReadOnly(path)
    if error.errno == errno.ENOSPC:
        return DiskFull(path)
    return CacheUnusable(path, error.strerror or str(error))


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the operating system into the store's."""
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error, path) from error
    except OSError as error:
        raise from_os(error, path) from error
