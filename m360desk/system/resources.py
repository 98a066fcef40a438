"""The program's own files: icons, translations and the like."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def resource(name: str) -> Traversable:
    """The file `name` ("icons/search.svg") of the folder ``resources``.

    In an installed or frozen program that folder lies inside the package, in a source checkout beside it.

    Raises:
        FileNotFoundError: there is no such file or folder.
    """
    parts = name.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        raise FileNotFoundError(f"{name!r} does not name a resource of M360 Desk")
    found = _folder().joinpath(*parts)
    if not (found.is_file() or found.is_dir()):
        raise FileNotFoundError(f"M360 Desk has no resource {name!r}")
    return found


@cache
def _folder() -> Traversable:
    package = _package()
    inside = package.joinpath("resources")
    return inside if inside.is_dir() else _beside(package)


def _package() -> Traversable:
    from pathlib import Path

    package = Path(__file__).parents[1]
    if package.is_dir():
        return package
    # In an archive (a zip application). Imported here only: it costs 8 ms of a start.
    from importlib.resources import files

    return files("m360desk")


def _beside(package: Traversable) -> Traversable:
    from pathlib import Path

    return Path(str(package)).parent / "resources"
