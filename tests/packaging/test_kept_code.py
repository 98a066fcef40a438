"""Code that a packaged program brings along, so that PySide need not compile it at each start."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import package
from m360desk.ui.kept_code import KeptCode
from package_environment import build_variables

if TYPE_CHECKING:
    import pytest


def test_what_pyside_compiles_goes_along_and_is_the_same_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for name in ("first", "second"):
        monkeypatch.setattr(package, "MADE", tmp_path / name)
        package.MADE.mkdir()
        package.keep_code(Path(sys.executable), build_variables(0))
        made.append(package.MADE / "plain_import.pyc.kept")
    first, second = made
    assert first.read_bytes() == second.read_bytes()
    kept = KeptCode.load(str(first))
    # One of PySide's own expressions, which it reads signatures with; nothing has to be compiled for it.
    patterns = [key[0] for key in kept._kept if isinstance(key, tuple) and isinstance(key[0], str)]
    longest = max((text for text in patterns if not text.endswith(".py")), key=len)
    flags = next(key[1] for key in kept._kept if isinstance(key, tuple) and key[0] == longest)
    assert kept.compile_pattern(longest, flags).pattern == longest
    assert not kept.fresh
