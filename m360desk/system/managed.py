"""Settings that whoever looks after a computer presets or locks, in a file ``managed.toml``.

It has the tables of ``settings.toml`` under ``preset`` and ``locked``, such as ``[locked.account]``: a preset
holds until the user chooses otherwise, a locked value always. It protects from a wrong click, not from
somebody who may change files.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

FILE_NAME = "managed.toml"


class Managed(NamedTuple):
    """Values as they stand in the file, by ``table.key``; not checked yet.

    Attributes:
        presets: hold where the user's file says nothing.
        locked: hold whatever the user's file says.
        path: the file; None where there is none.
        notes: what is wrong with it, for the user.
    """

    presets: Mapping[str, object] = {}
    locked: Mapping[str, object] = {}
    path: Path | None = None
    notes: tuple[str, ...] = ()


UNMANAGED = Managed()


def read_managed(paths: Sequence[Path]) -> Managed:
    """Read the first of the files that is there. One that cannot be read manages nothing, with a note."""
    for path in paths:
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Managed(path=path, notes=(f"{path} could not be read ({reason}); nothing is managed.",))
        return _understood(path, content)
    return UNMANAGED


def _understood(path: Path, content: bytes) -> Managed:
    import tomllib

    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return Managed(path=path, notes=(f"{path} could not be understood ({error}); nothing is managed.",))
    notes = [
        f"{path}: {name!r} is neither [preset] nor [locked] and counts for nothing."
        for name in document
        if name not in ("preset", "locked")
    ]
    return Managed(
        dict(_flat(document.get("preset"))), dict(_flat(document.get("locked"))), path, tuple(notes)
    )


def _flat(tables: Any) -> Iterator[tuple[str, object]]:
    if not isinstance(tables, dict):
        return
    for table, values in tables.items():
        if not isinstance(values, dict):
            yield table, values
            continue
        for key, value in values.items():
            yield f"{table}.{key}", value
