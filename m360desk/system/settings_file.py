"""The files ``settings.toml`` and ``window.toml``.

They may be edited by hand: unknown keys survive, a file that isn't TOML is put aside under a dated name and
never overwritten. Neither ever holds a secret.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from m360desk.system.files import put_aside, write_atomically
from m360desk.system.locks import FileLock
from m360desk.system.managed import UNMANAGED, Managed
from m360desk.system.paths import PlaceError, place_error, prepare_folder
from m360desk.system.settings import Settings, as_managed, from_document, write_into


class Loaded(NamedTuple):
    """Settings as read, with notes for the user about what was not as it should be."""

    settings: Settings
    notes: tuple[str, ...] = ()


class SettingsFile:
    """Reads and changes one ``settings.toml``; safe to use from several threads and processes at once."""

    def __init__(self, path: Path, managed: Managed = UNMANAGED) -> None:
        """Nothing is read or made yet."""
        self._path = path
        self.managed = managed

    def load(self) -> Loaded:
        """Read the settings. Always gives usable ones; the notes say which are defaults, and why."""
        try:
            document, notes = _read_toml(self._path)
        except PlaceError as problem:
            settings, wrong = from_document({}, self.managed)
            unread = f"{problem.user_text.one_line()} The usual settings are used."
            return Loaded(settings, (unread, *self.managed.notes, *wrong))
        settings, wrong = from_document(document, self.managed)
        return Loaded(settings, (*notes, *self.managed.notes, *wrong))

    def change(self, edit: Callable[[Settings], Settings]) -> Settings:
        """Apply `edit` to the settings as they stand in the file now, write them, return them.

        What is locked stays as it is, whatever `edit` does.

        The file is locked meanwhile, so that a window and a command line don't undo each other's changes.
        `edit` must be quick and must not change settings itself. Unknown keys in the file are kept, comments
        are not.

        Raises:
            PlaceError: the file cannot be read or written; it is unchanged then.
            ValueError: `edit` returned a value that isn't allowed; the file is unchanged then.
        """
        prepare_folder(self._path.parent)
        lock = FileLock(self._path.with_name(f".{self._path.name}.lock"), what="The settings file")
        lock.acquire(wait=True)
        try:
            document, _ = _read_toml(self._path)
            before = from_document(document, self.managed)[0]
            settings = as_managed(before, edit(before))
            write_into(document, settings, self.managed)
            _write_toml(self._path, document)
        finally:
            lock.release()
        return settings


class WindowFile:
    """Reads and writes ``window.toml``: opaque texts by name, such as the geometry or a table's columns.

    Apart from the settings because it is written often, and because losing it costs nothing.
    """

    def __init__(self, path: Path) -> None:
        """Nothing is read or made yet."""
        self._path = path

    def load(self) -> dict[str, str]:
        """What was saved; nothing where it is missing or damaged: the window is then laid out afresh."""
        try:
            document, _ = _read_toml(self._path)
        except PlaceError:
            return {}
        return {name: value for name, value in document.items() if isinstance(value, str)}

    def save(self, state: Mapping[str, str]) -> None:
        """Replace what was saved.

        Raises:
            PlaceError: it could not be written.
        """
        prepare_folder(self._path.parent)
        _write_toml(self._path, state)


def _read_toml(path: Path) -> tuple[dict[str, Any], list[str]]:
    """Decode `path`; a missing file is empty; one that isn't TOML is put aside, with a note.

    Raises:
        PlaceError: it cannot be read, or neither understood nor put aside.
    """
    import tomllib

    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        raise place_error(path, error) from error
    try:
        # Windows' Notepad may put a byte order mark in front.
        return tomllib.loads(content.decode("utf-8-sig")), []
    except (ValueError, RecursionError) as error:
        reason = str(error)
    try:
        aside = put_aside(path)
    except OSError as error:
        raise place_error(path, error) from error
    return {}, [
        f"{path.name} could not be understood ({reason}). "
        f"The usual settings are used; the file is kept as {aside}."
    ]


def _write_toml(path: Path, document: Mapping[str, Any]) -> None:
    import tomli_w

    try:
        write_atomically(path, tomli_w.dumps(document).encode())
    except OSError as error:
        raise place_error(path, error) from error
