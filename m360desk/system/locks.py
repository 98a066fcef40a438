"""Locks between processes that the operating system frees when their holder dies, however it dies.

A lock is a file that is never removed (removing it would let two processes hold "the same" lock on two
files). The holder writes who it is into the file, so that a second one can say whom it waits for.
"""

import errno
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Self

from m360desk.core.user_text import UserText
from m360desk.system.paths import place_error, prepare_folder
from m360desk.system.problems import SystemServiceError

# Windows locks bytes against reading too; one far behind the text leaves the text readable.
_LOCKED_BYTE = 0x7FFF_0000
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_LONGEST_NOTE = 4096


class Holder(NamedTuple):
    """Who holds a lock.

    Attributes:
        pid: process id on `host`.
        program: what it does, in words ("the window", "a sync").
        host: name of the computer (a profile can lie on a network drive).
        since: when it took the lock, in UTC.
    """

    pid: int
    program: str
    host: str
    since: datetime

    def describe(self) -> str:
        """For example ``M360 Desk window (process 4711 on bench-3, since 2026-11-23 08:15 UTC)``."""
        return f"{self.program} (process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC)"


class HeldByOtherError(SystemServiceError):
    """The lock is held, by another process or by another `FileLock` of this one.

    Attributes:
        path: the lock file.
        holder: who holds it, or None where that cannot be told.
    """

    def __init__(self, path: Path, holder: Holder | None, what: str) -> None:
        who = holder.describe() if holder else "another program"
        super().__init__(
            UserText(
                f"{what} is in use by {who}.",
                "Only one program may write to it at a time; reading and exporting still work.",
                "Wait until the other one has finished, or close it, and try again.",
            )
        )
        self.path = path
        self.holder = holder


class FileLock:
    """An exclusive lock on a file path; freed by `release`, and by the end of the process.

    One object belongs to one owner: it isn't re-entrant, and threads that share it must not acquire it twice.
    """

    def __init__(self, path: Path, program: str = "M360 Desk", what: str = "The local cache") -> None:
        """`path` is the lock file (made when missing).

        `program` tells others what the holder is, `what` begins the sentence "… is in use by …".
        """
        self._path = path
        self._program = program
        self._what = what
        self._handle: int | None = None

    @property
    def path(self) -> Path:
        """The lock file."""
        return self._path

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self, *, wait: bool = False) -> None:
        """Take the lock.

        With `wait`, block until it is free: only for locks that are held for moments (on Windows at most
        about ten seconds, then `HeldByOtherError`).

        Raises:
            HeldByOtherError: somebody else has it.
            PlaceError: the lock file cannot be made, or its disk knows no locks.
            RuntimeError: this object holds it already.
        """
        if self._handle is not None:
            raise RuntimeError(f"{self._path} is held by this object already")
        prepare_folder(self._path.parent)
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise place_error(self._path, error) from error
        try:
            taken = lock_handle(handle, wait=wait)
            if taken:
                self._write_note(handle)
        except OSError as error:
            os.close(handle)
            raise place_error(self._path, error) from error
        if not taken:
            os.close(handle)
            raise HeldByOtherError(self._path, self.holder(), self._what)
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; without effect where it isn't held."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        try:
            os.ftruncate(handle, 0)
            unlock_handle(handle)
        finally:
            os.close(handle)

    def holder(self) -> Holder | None:
        """Who took the lock last and has not given it back; None where nobody has.

        A holder that was killed is still named here. Whether a lock is free, only `acquire` can tell.
        """
        try:
            with self._path.open("rb") as file:
                note = json.loads(file.read(_LONGEST_NOTE))
            return Holder(
                pid=int(note["pid"]),
                program=str(note["program"]),
                host=str(note["host"]),
                since=datetime.fromisoformat(note["since"]).astimezone(UTC),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None  # the note is a courtesy: empty, half-written or gone, the lock works without it

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _write_note(self, handle: int) -> None:
        note = {
            "pid": os.getpid(),
            "program": self._program,
            "host": _host_name(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(note).encode())


def cache_lock(cache: Path, program: str) -> FileLock:
    """The lock of one cache file, the same for every program that writes to it.

    It lies beside the cache: on a shared drive, the other computer must meet it too.
    """
    return FileLock(cache.with_name(f"{cache.name}.lock"), program)


if sys.platform == "win32":
    import msvcrt

    def _host_name() -> str:
        return os.environ.get("COMPUTERNAME", "this computer")

    def lock_handle(handle: int, *, wait: bool) -> bool:
        """Lock an open file; whether that succeeded.

        Raises:
            OSError: the disk knows no locks.
        """
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

    def unlock_handle(handle: int) -> None:
        """Undo `lock_handle`."""
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _host_name() -> str:
        return os.uname().nodename  # as socket.gethostname(), whose module takes longer to load than all this

    def lock_handle(handle: int, *, wait: bool) -> bool:
        """Lock an open file; whether that succeeded.

        Raises:
            OSError: the disk knows no locks.
        """
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

    def unlock_handle(handle: int) -> None:
        """Undo `lock_handle`."""
        fcntl.flock(handle, fcntl.LOCK_UN)
