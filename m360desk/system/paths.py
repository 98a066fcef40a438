"""Where the program keeps its files.

Everything lies either below one folder (``--profile DIR``) or in the platform's places for local data: on
Windows ``%LOCALAPPDATA%`` (never the roaming profile: gigabytes must not follow a log-in), on macOS
``~/Library``, elsewhere the XDG folders. The cache is *data* and not a "cache" in the platform's sense:
the system and cleaning tools may empty those at any time, and it is a shop's evidence.
"""

import errno
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from m360desk.core.user_text import UserText
from m360desk.system.managed import FILE_NAME
from m360desk.system.problems import SystemServiceError

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_READ_ONLY = {errno.EROFS}
_DENIED = {errno.EACCES, errno.EPERM}
_NOT_A_FOLDER = {errno.ENOTDIR, errno.EEXIST}


class PlaceError(SystemServiceError):
    """A folder or file of the program cannot be used.

    Attributes:
        path: the folder or file.
    """

    def __init__(self, path: Path, user_text: UserText) -> None:
        super().__init__(user_text)
        self.path = path


class Places(NamedTuple):
    """The program's files and folders; nothing is created before `prepare_folder` is called for it.

    Attributes:
        settings_file: the user's settings (``settings.toml``).
        window_file: sizes and positions of the window (``window.toml``), apart because they are written often
            and nobody misses them.
        cache_dir: the local caches, one file for each account, mode and API URL.
        log_dir: log files.
        crash_dir: crash reports.
        runtime_dir: lock files and the window's meeting point with a second start.
        profile: the folder given by ``--profile``, else None.
        managed_files: presets of whoever looks after the computer; the first that is there counts.
    """

    settings_file: Path
    window_file: Path
    cache_dir: Path
    log_dir: Path
    crash_dir: Path
    runtime_dir: Path
    profile: Path | None
    managed_files: tuple[Path, ...]


def find_places(profile: Path | None = None) -> Places:
    """The places for this user, or all below `profile`. Reads and creates nothing."""
    if profile is not None:
        root = Path(os.path.abspath(profile.expanduser()))  # noqa: PTH100 – resolve() would follow links
        managed = (root / FILE_NAME,)
        return _places(config=root, data=root, logs=root / "logs", profile=root, managed=managed)
    import platformdirs

    name = "M360 Desk" if sys.platform in {"win32", "darwin"} else "m360desk"
    dirs = platformdirs.PlatformDirs(name, appauthor=False, roaming=False)
    return _places(
        config=Path(dirs.user_config_dir),
        data=Path(dirs.user_data_dir),
        logs=Path(dirs.user_log_dir),
        profile=None,
        managed=_managed_files(),
    )


def _managed_files() -> tuple[Path, ...]:
    """In the system's folder, where an update leaves it, else beside the installed program."""
    if sys.platform == "win32":
        system = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "M360 Desk"
    elif sys.platform == "darwin":
        system = Path("/Library/Application Support/M360 Desk")
    else:
        system = Path("/etc/m360desk")
    beside = (Path(sys.executable).parent / FILE_NAME,) if getattr(sys, "frozen", False) else ()
    return (system / FILE_NAME, *beside)


def _places(
    *, config: Path, data: Path, logs: Path, profile: Path | None, managed: tuple[Path, ...]
) -> Places:
    return Places(
        settings_file=config / "settings.toml",
        window_file=config / "window.toml",
        cache_dir=data / "cache",
        log_dir=logs,
        crash_dir=logs / "crashes",
        runtime_dir=data / "run",
        profile=profile,
        managed_files=managed,
    )


def prepare_folder(folder: Path) -> Path:
    """Create `folder` for this user alone (mode 0700) where it is missing, prove that it can be written to.

    Folders that exist keep their rights: whoever shares a profile folder on purpose may.

    Raises:
        PlaceError: it cannot be created or written to.
    """
    try:
        _make_private(folder)
        # Rights are known for certain only by writing: os.access() knows neither Windows' access lists nor
        # what root cannot do.
        probe = folder / f".m360desk-{os.getpid()}-{time.monotonic_ns()}"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        probe.unlink()
    except OSError as error:
        raise place_error(folder, error) from error
    return folder


def _make_private(folder: Path) -> None:
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "a file is in the way", str(folder))


def place_error(path: Path, error: OSError) -> PlaceError:
    """Put an operating system's error about `path` into words."""
    means = "M360 Desk keeps its settings, cache and logs there and cannot go on without it."
    elsewhere = "or start with --profile and a folder that you may write to."
    if error.errno in _FULL:
        text = UserText(
            f"The disk that holds {path} is full.",
            "Nothing more can be saved there; what was saved before is kept.",
            "Free some space and try again.",
        )
    elif error.errno in _READ_ONLY:
        text = UserText(f"{path} is on a read-only disk.", means, f"Make the disk writable, {elsewhere}")
    elif error.errno in _DENIED:
        text = UserText(
            f"You may not write to {path}.", means, f"Ask for the right to write there, {elsewhere}"
        )
    elif error.errno in _NOT_A_FOLDER:
        text = UserText(
            f"{path} cannot be used as a folder: a file is in the way.",
            means,
            f"Move that file away, {elsewhere}",
        )
    else:
        reason = error.strerror or type(error).__name__
        text = UserText(
            f"{path} cannot be used ({reason}).", means, f"Check that the disk is connected, {elsewhere}"
        )
    return PlaceError(path, text)
