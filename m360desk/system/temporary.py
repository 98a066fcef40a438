"""A temporary folder that is gone when its process is, at the latest when the next one is wanted.

A process that is killed cannot tidy up. Each folder holds a lock that the operating system frees with its
holder's death: one whose lock can be taken belongs to nobody any more.
"""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from m360desk.system.locks import FileLock, HeldByOtherError
from m360desk.system.paths import PlaceError

_LOCK = "in-use.lock"
_DAY_S = 86_400


class TemporaryFolder:
    """A folder of this process; ``path`` is there until :meth:`remove`."""

    def __init__(self, prefix: str, parent: Path | None = None) -> None:
        """Remove what dead processes left under ``prefix`` (in the system's usual place, or ``parent``), then
        make one.

        Raises:
            OSError: no folder can be made.
            PlaceError: its disk knows no locks.
        """
        place = parent or Path(tempfile.gettempdir())
        for left in _left_over(place, prefix):
            _remove_if_free(left)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
            self._lock = FileLock(self.path / _LOCK)
            try:
                self._lock.acquire()
            except HeldByOtherError:
                continue  # another process took it for left over before it was locked, and removes it
            if self._lock.path.exists():
                return
            self._lock.release()

    def remove(self) -> None:
        """Remove it with all that is in it; what another program holds open stays for the next start."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)


def _left_over(place: Path, prefix: str) -> Iterator[Path]:
    """Folders of this user (never links to any) that may be nobody's."""
    for path in place.glob(f"{prefix}*"):
        try:
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
                continue
            # One without a lock is just being made, unless it is old.
            if (path / _LOCK).exists() or time.time() - found.st_mtime > _DAY_S:
                yield path
        except OSError:
            continue


def _remove_if_free(path: Path) -> None:
    lock = FileLock(path / _LOCK)
    try:
        lock.acquire()
    except (HeldByOtherError, PlaceError):
        return
    lock.release()
    shutil.rmtree(path, ignore_errors=True)
