"""Keeps code that a library compiles anew in every process, as Python itself keeps that of modules.

PySide carries a dozen Python modules as source inside a shared library: to compile them is a seventh of what
an empty window costs. What was compiled is kept beside a compiled module, where Python keeps such things, and
counts only for the very same source and the same Python.
"""

from __future__ import annotations
import __future__

import builtins
import marshal
import os
import sys
from contextlib import contextmanager, suppress
from importlib.util import MAGIC_NUMBER
from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_compile = builtins.compile
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
"""What a module that compiles another one passes on to it."""


class KeptCode:
    """Compiled code by what it was compiled from: the file's name, flags and source.

    Attributes:
        fresh: whether something had to be compiled.
    """

    def __init__(self, kept: Mapping[object, object]) -> None:
        """Whatever ``kept`` holds, only code that was asked for is taken from it."""
        self._kept = kept
        self._used: dict[tuple[str, int, bytes], CodeType] = {}
        self.fresh = False

    @classmethod
    def load(cls, path: str) -> KeptCode:
        """What was kept in a file; nothing where it is missing, damaged or another Python's."""
        with suppress(OSError, EOFError, ValueError, TypeError), open(path, "rb") as file:  # noqa: PTH123 - no pathlib yet
            magic, kept = marshal.loads(file.read())  # noqa: S302 - as trusted as the compiled modules beside it
            if magic == MAGIC_NUMBER and isinstance(kept, dict):
                return cls(kept)
        return cls({})

    def save(self, path: str) -> None:
        """Keep what was used; a folder that cannot be written to costs the next start its time, no more."""
        unfinished = f"{path}.{os.getpid()}"
        with suppress(OSError):
            with open(unfinished, "wb") as file:  # noqa: PTH123 - as above
                file.write(marshal.dumps((MAGIC_NUMBER, self._used)))
            os.replace(unfinished, path)  # noqa: PTH105 - as above

    def compile(self, source: Any, filename: Any, mode: str, *more: Any, **named: Any) -> Any:
        """As Python's own, but that whole files are compiled once."""
        if mode != "exec" or more or named or type(source) is not bytes or type(filename) is not str:
            return _compile(source, filename, mode, *more, **named)
        flags = sys._getframe(1).f_code.co_flags & _FUTURE  # noqa: SLF001 - inspect would do the same
        key = (filename, flags, source)
        code = self._kept.get(key)
        if not isinstance(code, CodeType):
            code = _compile(source, filename, mode, flags, dont_inherit=True)
            self.fresh = True
        self._used[key] = code
        return code


@contextmanager
def kept_code(path: str | None) -> Iterator[None]:
    """Whatever is compiled meanwhile is taken from a file, or kept in it; None: it is compiled, as ever."""
    if path is None:
        yield
        return
    kept = KeptCode.load(path)
    builtins.compile = kept.compile
    try:
        yield
    finally:
        builtins.compile = _compile
    if kept.fresh and not sys.dont_write_bytecode:
        kept.save(path)


def beside(compiled: str | None) -> str | None:
    """Where it is kept: beside a module's compiled file, if that has one (a packaged program's have none)."""
    if compiled is None or not os.path.isdir(os.path.dirname(compiled)):  # noqa: PTH112, PTH120 - as above
        return None
    return f"{compiled.removesuffix('.pyc')}.kept"
