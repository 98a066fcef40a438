"""The file ``views.toml``: the searches that the user has saved, in the user's order."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from m360desk.system.files import put_aside, write_atomically
from m360desk.system.paths import place_error, prepare_folder


class SavedView(NamedTuple):
    """A search under a name."""

    name: str
    query: str


class ViewsFile:
    """Reads and writes one ``views.toml``. It may be edited by hand; one that isn't TOML is put aside."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or made yet."""
        self._path = path

    def load(self) -> tuple[SavedView, ...]:
        """The saved views; none where there is no file. Entries that are no views are left out.

        Raises:
            PlaceError: the file cannot be read, or neither understood nor put aside.
        """
        try:
            document = tomllib.loads(self._path.read_bytes().decode("utf-8-sig"))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise place_error(self._path, error) from error
        except (ValueError, RecursionError):
            self._put_aside()
            return ()
        entries = document.get("view")
        found = [_view(entry) for entry in entries] if isinstance(entries, list) else []
        return tuple(view for view in found if view is not None)

    def save(self, views: Sequence[SavedView]) -> None:
        """Replace what was saved.

        Raises:
            PlaceError: it could not be written; the file is unchanged then.
        """
        import tomli_w

        prepare_folder(self._path.parent)
        document = {"view": [{"name": view.name, "query": view.query} for view in views]}
        try:
            write_atomically(self._path, tomli_w.dumps(document).encode())
        except OSError as error:
            raise place_error(self._path, error) from error

    def _put_aside(self) -> None:
        try:
            put_aside(self._path)
        except OSError as error:
            raise place_error(self._path, error) from error


def _view(entry: object) -> SavedView | None:
    if not isinstance(entry, dict):
        return None
    name, query = entry.get("name"), entry.get("query")
    return SavedView(name, query) if isinstance(name, str) and isinstance(query, str) else None
