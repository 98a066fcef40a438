"""Deleting a cache that the user wants gone."""

from pathlib import Path

from m360desk.system.locks import cache_lock
from m360desk.system.paths import place_error

_COMPANIONS = ("-wal", "-shm", "")
"""The cache itself goes last: what is left of it after a failure is still a cache."""


def delete_cache(path: Path) -> None:
    """Delete a cache's file and what SQLite keeps beside it; backups and files put aside stay.

    Raises:
        HeldByOtherError: another program writes to it.
        PlaceError: it cannot be deleted.
    """
    if not path.exists():
        return
    with cache_lock(path, "M360 Desk, to delete it"):
        for companion in _COMPANIONS:
            file = path.with_name(path.name + companion)
            try:
                file.unlink(missing_ok=True)
            except OSError as error:
                raise place_error(file, error) from error
