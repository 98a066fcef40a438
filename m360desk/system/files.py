"""Writing a file so that it is whole whenever it is read."""

import contextlib
import os
import time
from datetime import UTC, datetime
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once: a reader sees the whole old file or the whole new one.

    The file is private to the user (mode 0600). A symbolic link stays a link; what it points to is replaced.

    Raises:
        OSError: the old file is untouched then.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}-{os.getpid()}-{time.monotonic_ns()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def put_aside(path: Path) -> Path:
    """Rename a file that cannot be used to a dated name beside it; return that name.

    Raises:
        OSError: it could not be renamed.
    """
    stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    number = 1
    while True:
        suffix = "" if number == 1 else f"-{number}"
        aside = path.with_name(f"{path.stem}-damaged-{stamp}{suffix}{path.suffix}")
        if not aside.exists():
            return path.rename(aside)
        number += 1


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut; Windows has no such call and does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
