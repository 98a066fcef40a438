"""Keeps the code of all modules that a start loads in one file.

Python looks for each of two hundred modules in several folders, asks for the state of its source and of its
compiled file, and reads that: a twentieth of a start. Here one file is read. What stands in it counts for
sources of the same time and size, as Python's compiled files do, and for the same Python and folders.
"""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType
    from typing import Any

_NOTHING = ()
"""Kept of a module that has no code which could be kept, so that it is not tried again at each start."""


class _Kept(NamedTuple):
    """One module: its source with the time (ns) and size (bytes) it had, and its code, marshalled."""

    source: str
    modified: int
    size: int
    compiled: str | None
    is_package: bool
    code: bytes


class _Loader(SourceFileLoader):
    """Loads a module as ever, but that its code is here already."""

    def __init__(self, name: str, source: str, code: bytes) -> None:
        super().__init__(name, source)
        self._code = code

    def get_code(self, fullname: str) -> CodeType | None:
        kept, self._code = self._code, b""
        with suppress(EOFError, ValueError, TypeError):
            code = marshal.loads(kept)  # noqa: S302 - as trusted as the compiled modules beside the file
            if isinstance(code, CodeType):
                return code
        return super().get_code(fullname)


class KeptModules:
    """Finds modules for Python between ``start`` and ``stop``; ``save`` keeps what was loaded meanwhile."""

    def __init__(self, path: str | None) -> None:
        """``path``: the file, which need not be there; None: nothing is kept."""
        self._path = path
        self._before: Iterable[str] = ()
        self._loaded: Sequence[str] = ()
        self._kept: Mapping[object, object] = {}
        self._changed = False
        """Whether one of them is not what it was."""

    def start(self) -> None:
        """Read the file, and find modules from now on."""
        self._before = frozenset(sys.modules)
        if self._path is None:
            return
        with suppress(OSError, EOFError, ValueError, TypeError), open(self._path, "rb") as file:  # noqa: PTH123 - no pathlib yet
            version, kept = marshal.loads(file.read())  # noqa: S302 - as above
            if version == _version() and isinstance(kept, dict):
                self._kept = kept
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What Python asks: how to load a module; None where another one has to tell."""
        entry = self._kept.get(name)
        if entry is None or entry == _NOTHING:
            return None
        with suppress(OSError, TypeError, ValueError):
            kept = _Kept(*entry)  # type: ignore[misc]  # else it is none of ours
            state = os.stat(kept.source)  # noqa: PTH116 - as above
            if (state.st_mtime_ns, state.st_size) == (kept.modified, kept.size):
                return _spec(name, kept)
        self._changed = True
        return None

    def stop(self) -> None:
        """Leave modules to Python again."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        self._loaded = [name for name in list(sys.modules) if name not in self._before]

    def save(self) -> None:
        """Keep what was loaded, if the file lacks something of it; takes some time, any thread may do it.

        What other kinds of starts have loaded is kept, too. A folder that cannot be written to costs the next
        start its time, no more.
        """
        before, self._kept = self._kept, {}
        loaded = {name: sys.modules[name] for name in self._loaded if name in sys.modules}
        if not self._changed and before.keys() >= loaded.keys():
            return
        if self._path is None or sys.dont_write_bytecode:
            return
        kept: Any = {**before, **{name: _kept(name, module) for name, module in loaded.items()}}
        whole = marshal.dumps((_version(), kept))
        unfinished = f"{self._path}.{os.getpid()}"
        with suppress(OSError):
            with open(unfinished, "wb") as file:  # noqa: PTH123 - as above
                file.write(whole)
            os.replace(unfinished, self._path)  # noqa: PTH105 - as above


def _version() -> Any:
    """What decides which code a module has, besides its source."""
    return sys.version, sys.flags.optimize, tuple(sys.path)


def _spec(name: str, kept: _Kept) -> ModuleSpec:
    loader = _Loader(name, kept.source, kept.code)
    spec = ModuleSpec(name, loader, origin=kept.source, is_package=kept.is_package)
    spec.has_location = True
    spec.cached = kept.compiled
    if spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(os.path.dirname(kept.source))  # noqa: PTH120 - as above
    return spec


def _kept(name: str, module: ModuleType) -> tuple[object, ...]:
    spec = getattr(module, "__spec__", None)
    if spec is None or spec.name != name or not isinstance(spec.loader, SourceFileLoader):
        return _NOTHING
    with suppress(OSError, ValueError, ImportError, SyntaxError):
        # The state first: what is written meanwhile must not count for what was read before.
        state = os.stat(spec.origin)  # noqa: PTH116 - as above
        code = spec.loader.get_code(name)
        if code is not None:
            is_package = spec.submodule_search_locations is not None
            time, size = state.st_mtime_ns, state.st_size
            return tuple(_Kept(spec.origin, time, size, spec.cached, is_package, marshal.dumps(code)))
    return _NOTHING
