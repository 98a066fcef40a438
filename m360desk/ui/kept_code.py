"""Keeps what libraries compile anew in every process, as Python itself keeps the code of modules.

PySide carries a dozen Python modules as source inside a shared library: to compile them is a seventh of what
an empty window costs, their regular expressions a seventh more. What was compiled is kept beside a compiled
module, where Python keeps such things, and counts only for the very same source and the same Python.
"""

from __future__ import annotations
import __future__

import builtins
import marshal
import os
import re
import sys
from contextlib import contextmanager, suppress
from types import CodeType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_compile = builtins.compile
# What makes a program of a pattern, and what makes that run. They are Python's own affair: where a later one
# has none of these names, patterns are compiled as ever.
_re: Any = sys.modules.get("re._compiler")
_sre: Any = sys.modules.get("_sre")
_compile_pattern: Any = getattr(_re, "compile", None)
_make_pattern: Any = getattr(_sre, "compile", None)
_FUTURE = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
"""What a module that compiles another one passes on to it."""


class KeptCode:
    """What was compiled by what it was compiled from: a file's name, flags and source; a pattern and flags.

    Of a regular expression its program is kept, in the form in which Python hands it to its engine, which
    takes none that could do harm.

    Attributes:
        fresh: whether something had to be compiled.
    """

    def __init__(self, kept: Mapping[object, object]) -> None:
        """Whatever ``kept`` holds, only code that was asked for is taken from it."""
        self._kept = kept
        self._used: dict[tuple[object, ...], object] = {}
        self.fresh = False

    @classmethod
    def load(cls, path: str) -> KeptCode:
        """What was kept in a file; nothing where it is missing, damaged or another Python's."""
        with suppress(OSError, EOFError, ValueError, TypeError), open(path, "rb") as file:  # noqa: PTH123 - no pathlib yet
            version, kept = marshal.loads(file.read())  # noqa: S302 - as trusted as the compiled modules beside it
            if version == sys.version and isinstance(kept, dict):
                return cls(kept)
        return cls({})

    def save(self, path: str) -> None:
        """Keep what was used; a folder that cannot be written to costs the next start its time, no more."""
        unfinished = f"{path}.{os.getpid()}"
        with suppress(OSError, ValueError):
            whole = marshal.dumps((sys.version, self._used))
            with open(unfinished, "wb") as file:  # noqa: PTH123 - as above
                file.write(whole)
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

    def compile_pattern(self, pattern: Any, flags: Any = 0) -> Any:
        """As ``re`` does it for texts that it has not seen yet, but once."""
        if type(pattern) is not str or type(flags) is not int or flags & re.DEBUG:
            return _compile_pattern(pattern, flags)
        key = (pattern, flags)
        program = self._kept.get(key)
        made = _pattern_of(program)
        if made is None:
            made, program = _compiled(pattern, flags)
            self.fresh = True
        self._used[key] = program
        return made


def _pattern_of(program: object) -> Any:
    """The pattern that runs a kept program; None where it is none."""
    if isinstance(program, tuple):
        with suppress(TypeError, ValueError, OverflowError, RuntimeError):
            return _make_pattern(*program)
    return None


def _compiled(pattern: str, flags: int) -> tuple[Any, tuple[Any, ...]]:
    """A pattern compiled by Python, and its program."""
    program: tuple[Any, ...] = ()

    def note(*parts: Any) -> Any:
        nonlocal program
        # Python's numbers of operations have names: only plain ones can be kept.
        program = tuple([*map(int, part)] if isinstance(part, list) else part for part in parts)
        return _make_pattern(*parts)

    _sre.compile = note
    try:
        return _compile_pattern(pattern, flags), program
    finally:
        _sre.compile = _make_pattern


@contextmanager
def kept_code(path: str | None) -> Iterator[None]:
    """Whatever is compiled meanwhile is taken from a file, or kept in it; None: it is compiled, as ever."""
    if path is None:
        yield
        return
    kept = KeptCode.load(path)
    builtins.compile = kept.compile
    if _compile_pattern is not None and _make_pattern is not None:
        _re.compile = kept.compile_pattern
    try:
        yield
    finally:
        builtins.compile = _compile
        if _compile_pattern is not None:
            _re.compile = _compile_pattern
    if kept.fresh and not sys.dont_write_bytecode:
        kept.save(path)


def beside(compiled: str | None, ending: str = "kept") -> str | None:
    """Where it is kept: beside a module's compiled file, if that has one (a packaged program's have none)."""
    if compiled is None or not os.path.isdir(os.path.dirname(compiled)):  # noqa: PTH112, PTH120 - as above
        return None
    return f"{compiled.removesuffix('.pyc')}.{ending}"
