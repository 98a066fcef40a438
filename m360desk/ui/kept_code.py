"""Keeps code that a library compiles anew in every process, as Python itself keeps that of modules.

PySide carries a dozen Python modules as source inside a shared library: to compile and run them is a quarter
of what an empty window costs. What was compiled is kept beside a compiled module, where Python keeps such
things, and counts only for the very same source and the same Python. Modules that are seldom needed run when
something of theirs is first asked for.
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
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

_compile = builtins.compile
_BODY = "what the module holds"
_LATE = f"""
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    del globals()["__getattr__"]
    exec({_BODY!r}, globals())
    try:
        return globals()[name]
    except KeyError:
        raise AttributeError(name) from None
"""
"""Stands for a module that is to run late; the code that it held is put into this."""
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
"""What a module that compiles another one passes on to it."""


class KeptCode:
    """Compiled code by what it was compiled from: the file's name, flags and source.

    Attributes:
        fresh: whether something had to be compiled.
    """

    def __init__(self, kept: Mapping[object, object], late: Collection[str] = ()) -> None:
        """Whatever ``kept`` holds, only code that was asked for is taken from it.

        Of files whose names end like one of ``late``, the code runs late.
        """
        self._kept = kept
        self._late = tuple(late)
        self._used: dict[tuple[str, int, bytes], CodeType] = {}
        self.fresh = False

    @classmethod
    def load(cls, path: str, late: Collection[str] = ()) -> KeptCode:
        """What was kept in a file; nothing where it is missing, damaged or another Python's."""
        with suppress(OSError, EOFError, ValueError, TypeError), open(path, "rb") as file:  # noqa: PTH123 - no pathlib yet
            magic, kept = marshal.loads(file.read())  # noqa: S302 - as trusted as the compiled modules beside it
            if magic == MAGIC_NUMBER and isinstance(kept, dict):
                return cls(kept, late)
        return cls({}, late)

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
            if filename.endswith(self._late):
                code = _to_run_late(code)
            self.fresh = True
        self._used[key] = code
        return code


def _to_run_late(body: CodeType) -> CodeType:
    """The code of a module that runs ``body`` when something of it is first asked for."""
    whole: CodeType = _compile(_LATE, body.co_filename, "exec", dont_inherit=True)
    asked = next(each for each in whole.co_consts if isinstance(each, CodeType))
    runs = asked.replace(co_consts=tuple(body if each == _BODY else each for each in asked.co_consts))
    return whole.replace(co_consts=tuple(runs if each is asked else each for each in whole.co_consts))


@contextmanager
def kept_code(path: str | None, late: Collection[str] = ()) -> Iterator[None]:
    """Whatever is compiled meanwhile is taken from a file, or kept in it; None: it is compiled, as ever.

    ``late``: how the names of those files end that run when something of theirs is first asked for.
    """
    kept = KeptCode.load(path, late) if path is not None else KeptCode({}, late)
    builtins.compile = kept.compile
    try:
        yield
    finally:
        builtins.compile = _compile
    if path is not None and kept.fresh and not sys.dont_write_bytecode:
        kept.save(path)


def beside(compiled: str | None) -> str | None:
    """Where it is kept: beside a module's compiled file, if that has one (a packaged program's have none)."""
    if compiled is None or not os.path.isdir(os.path.dirname(compiled)):  # noqa: PTH112, PTH120 - as above
        return None
    return f"{compiled.removesuffix('.pyc')}.kept"
