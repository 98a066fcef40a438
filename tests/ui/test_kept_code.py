"""Code that is kept between starts: the same as compiled anew, whatever stands in the file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from m360desk.ui.kept_code import KeptCode, beside, kept_code

ROOT = Path(__file__).resolve().parents[2]
PATTERN = """
(?P<word> [a-zßẞ\ud800-\udfff]+ ) \\s* (?: = \\s* (?P<value> (?i:0x[0-9a-f]+) | "[^"]*" ) )? # a setting
"""
VERBOSE = re.VERBOSE.value
SOURCE = b"import sys\nVALUE = 7\ndef double(n: Unknown) -> int:\n    return 2 * n\n"

START = """
import builtins
before = builtins.__import__
import m360desk.ui.plain_import as plain
assert builtins.__import__ is before
assert builtins.compile.__module__ == "builtins"
import re
assert (re._compiler.compile.__module__, re._compiler._sre.compile.__module__) == ("re._compiler", "_sre")
from PySide6.QtCore import QPoint, Qt
try:
    QPoint("x")
except TypeError as error:
    print(error)
print(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, hasattr(Qt, "AlignLeft"), QPoint.__doc__)
"""
PLAIN = START.replace("import m360desk.ui.plain_import as plain", "import PySide6.QtCore").replace(
    "assert builtins.__import__ is before", ""
)


def run(code: Any) -> ModuleType:
    module = ModuleType("made")
    exec(code, module.__dict__)  # noqa: S102 - as whoever asked for the code does
    return module


def test_what_was_compiled_is_taken_from_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "kept")
    first = KeptCode.load(path)
    code = first.compile(SOURCE, "made.py", "exec")
    assert first.fresh
    first.save(path)
    second = KeptCode.load(path)
    again = second.compile(SOURCE, "made.py", "exec")
    assert not second.fresh
    assert again == code
    assert run(again).double(4) == 8, "the flag for annotations has been passed on"
    third = KeptCode.load(path)
    assert run(third.compile(SOURCE.replace(b"7", b"8"), "made.py", "exec")).VALUE == 8
    assert third.fresh


def test_a_pattern_that_was_compiled_is_taken_from_the_file(tmp_path: Path) -> None:
    path = str(tmp_path / "kept")
    first = KeptCode.load(path)
    compiled = first.compile_pattern(PATTERN, VERBOSE)
    assert first.fresh
    first.save(path)
    second = KeptCode.load(path)
    again = second.compile_pattern(PATTERN, VERBOSE)
    assert not second.fresh
    assert compiled == again == re.compile(PATTERN, re.VERBOSE), "the same program"
    assert again.match('maße = "x"').groupdict() == {"word": "maße", "value": '"x"'}
    assert again.groupindex == {"word": 1, "value": 2}
    third = KeptCode.load(path)
    third.compile_pattern(PATTERN, VERBOSE | re.IGNORECASE.value)
    assert third.fresh, "other flags are another pattern"
    with pytest.raises(re.error):
        third.compile_pattern("(")


@pytest.mark.parametrize(
    "wrong", [None, 3, (), ("a",), ("a", 32, [1, 2, 3], 0, {}, (None,)), ("a", 32, "a", 0, {}, (None,))]
)
def test_what_is_no_program_is_not_run(wrong: object) -> None:
    kept = KeptCode({("a", 0): wrong})
    assert kept.compile_pattern("a").fullmatch("a")
    assert kept.fresh


@pytest.mark.parametrize("wrong", [b"", b"no marshal", b"\xe9\x00\x00\x00\x00", b"N", b"(\x02\x00\x00\x00NN"])
def test_a_damaged_file_is_as_none(tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "kept"
    path.write_bytes(wrong)
    kept = KeptCode.load(str(path))
    assert run(kept.compile(SOURCE, "made.py", "exec")).VALUE == 7
    kept.save(str(path))
    again = KeptCode.load(str(path))
    again.compile(SOURCE, "made.py", "exec")
    assert not again.fresh


def test_other_ways_of_compiling_are_python_s_own(tmp_path: Path) -> None:
    with kept_code(str(tmp_path / "kept")):
        assert eval(compile("1 + 1", "x", "eval")) == 2  # noqa: S307 - that is what is tested
        assert compile("1 + 1", "x", "exec", dont_inherit=True).co_filename == "x"
        assert re.compile(b"one of bytes").match(b"one of bytes")
    assert not (tmp_path / "kept").exists()


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(tmp_path: Path) -> None:
    kept = KeptCode({})
    kept.compile(SOURCE, "made.py", "exec")
    kept.save(str(tmp_path / "missing" / "kept"))
    assert beside(None) is None
    assert beside(str(tmp_path / "missing" / "made.pyc")) is None


def start(source: str, compiled: Path) -> str:
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(compiled), "PYTHONPATH": str(ROOT)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", source], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_qt_is_the_same_with_kept_code_and_without(tmp_path: Path) -> None:
    """Errors are worded by the modules that are kept."""
    plain = start(PLAIN, tmp_path)
    assert "wrong argument types" in plain
    assert start(START, tmp_path) == plain
    (kept,) = tmp_path.rglob("*.kept")
    written = kept.stat().st_mtime_ns
    assert start(START, tmp_path) == plain
    assert kept.stat().st_mtime_ns == written, "the second start compiled nothing"
    kept.write_bytes(b"damaged")
    assert start(START, tmp_path) == plain
    assert kept.stat().st_size > 10_000
