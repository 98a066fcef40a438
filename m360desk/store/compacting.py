"""Writing a cache anew without the room that nothing needs any more."""

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.user_text import UserText
from m360desk.store.errors import StoreError

_STEPS = 20_000
"""Of SQLite's machine between two looks at whether to stop."""
_MERGED_AT_ONCE = 1_000
"""Pages of the trigram index; in a million sessions half a second."""


class NoRoom(StoreError):
    """The disk has not the room that compacting needs for a while.

    Attributes:
        path: the cache.
    """

    def __init__(self, path: Path, needed: int, free: int) -> None:
        super().__init__(
            UserText(
                "There is not enough room to compact the cache.",
                f"For a while it takes {needed / 1e6:,.0f} MB beside it; {free / 1e6:,.0f} MB are free. "
                "Nothing has been changed.",
                "Free some space and try again.",
            )
        )
        self.path = path


def size_on_disk(path: Path) -> int:
    """Bytes of a cache, what stands in its write-ahead log included."""
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def check_room(path: Path) -> None:
    """See that a copy fits into the place for temporary files, and another beside the cache.

    Raises:
        NoRoom: it does not.
    """
    size = size_on_disk(path)
    needed: dict[int, int] = {}
    free: dict[int, int] = {}
    for folder in (path.parent, Path(os.environ.get("SQLITE_TMPDIR") or tempfile.gettempdir())):
        device = folder.stat().st_dev
        needed[device] = needed.get(device, 0) + size
        free[device] = shutil.disk_usage(folder).free
    for device, wanted in needed.items():
        if free[device] < wanted:
            raise NoRoom(path, wanted, free[device])


def compact(connection: sqlite3.Connection, path: Path, cancel: CancelToken) -> int:
    """Write the file anew; how many bytes smaller it has become.

    Raises:
        Cancelled: by `cancel`; what the cache holds is as it was.
        NoRoom: the disk is too full; nothing was begun.
        sqlite3.Error: as SQLite says it; the cache is as it was.
    """
    check_room(path)
    before = size_on_disk(path)
    _merge_index(connection, cancel)
    # The copy is as large as the cache: it belongs on the disk.
    connection.execute("PRAGMA temp_store = FILE")
    connection.set_progress_handler(lambda: cancel.cancelled, _STEPS)
    try:
        cancel.check()
        connection.execute("VACUUM")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT and cancel.cancelled:
            raise Cancelled from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
        connection.execute("PRAGMA temp_store = MEMORY")
    # The log holds all of it now; a reader at work leaves that for later.
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before - size_on_disk(path)


def _merge_index(connection: sqlite3.Connection, cancel: CancelToken) -> None:
    """Take out of the trigram index what was removed: until its parts are merged, it only grows by that."""
    pages = -_MERGED_AT_ONCE  # below 0: all parts belong together from now on
    while True:
        cancel.check()
        before = connection.total_changes
        connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('merge', ?)", (pages,))
        if connection.total_changes - before < 2:  # the documented sign that nothing is left to do
            return
        pages = _MERGED_AT_ONCE
