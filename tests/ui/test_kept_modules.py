"""Modules whose code is kept between starts: the same as loaded by Python, whatever stands in the file."""

from __future__ import annotations

import importlib
import marshal
import sys
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any

import pytest

from m360desk.ui.kept_modules import KeptModules

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

NAME = "kept_for_a_test"
ATTRIBUTES = ("__name__", "__package__", "__file__", "__cached__", "__path__", "__doc__", "VALUE")


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with two modules, on the path."""
    package = tmp_path / NAME
    package.mkdir()
    (package / "__init__.py").write_text('"""A package."""\nfrom .inner import VALUE\n')
    (package / "inner.py").write_text("VALUE = 1\n")
    (package / "later.py").write_text("VALUE = 5\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return package


def start(path: Path, *more: str) -> tuple[ModuleType, ModuleType]:
    """The package and its module as a fresh process would load them between start and stop."""
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]
    importlib.invalidate_caches()
    before = list(sys.meta_path)
    modules = KeptModules(str(path))
    modules.start()
    try:
        found = importlib.import_module(NAME), importlib.import_module(f"{NAME}.inner")
        for name in more:
            importlib.import_module(f"{NAME}.{name}")
    finally:
        modules.stop()
    assert sys.meta_path == before
    modules.save()
    return found


def attributes(module: ModuleType) -> dict[str, Any]:
    return {name: getattr(module, name, None) for name in ATTRIBUTES}


def is_kept(module: ModuleType) -> bool:
    return type(module.__loader__) is not SourceFileLoader


def test_what_was_loaded_is_taken_from_the_file_and_is_the_same(sources: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    plain = start(file)
    assert not any(map(is_kept, plain))
    expected = [attributes(module) for module in plain]
    written = file.stat().st_mtime_ns
    kept = start(file)
    assert all(map(is_kept, kept))
    assert [attributes(module) for module in kept] == expected
    assert file.stat().st_mtime_ns == written, "nothing was missing"
    assert kept[1].__spec__ is not None
    assert isinstance(kept[1].__loader__, SourceFileLoader)
    assert kept[1].__loader__.get_source(f"{NAME}.inner") == "VALUE = 1\n"


def test_a_source_that_has_changed_is_loaded_anew(sources: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    start(file)
    (sources / "inner.py").write_text("VALUE = 22\n")
    package, inner = start(file)
    assert (inner.VALUE, is_kept(inner), is_kept(package)) == (22, False, True)
    package, inner = start(file)
    assert (inner.VALUE, is_kept(inner)) == (22, True)
    (sources / "inner.py").unlink()
    with pytest.raises(ModuleNotFoundError):
        start(file)


def test_what_another_start_has_loaded_stays(sources: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept"
    start(file, "later")
    start(file)
    written = file.stat().st_mtime_ns
    start(file, "later")
    assert is_kept(sys.modules[f"{NAME}.later"])
    assert file.stat().st_mtime_ns == written


def test_other_folders_may_hold_other_modules(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "kept"
    start(file)
    other = tmp_path / "other" / NAME
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    (other / "inner.py").write_text("VALUE = 333\n")
    monkeypatch.syspath_prepend(other.parent)
    assert start(file)[1].VALUE == 333


@pytest.mark.parametrize("wrong", [b"", b"no marshal", marshal.dumps((1, {})), marshal.dumps("text")])
def test_a_damaged_file_is_as_none(sources: Path, tmp_path: Path, wrong: bytes) -> None:
    file = tmp_path / "kept"
    file.write_bytes(wrong)
    assert not any(map(is_kept, start(file)))
    assert all(map(is_kept, start(file)))


@pytest.mark.parametrize("wrong", [b"", b"no marshal", marshal.dumps("no code"), None])
def test_a_damaged_entry_is_as_none(sources: Path, tmp_path: Path, wrong: bytes | None) -> None:
    file = tmp_path / "kept"
    start(file)
    version, kept = marshal.loads(file.read_bytes())  # noqa: S302 - written by this test
    kept[NAME] = 7
    kept[f"{NAME}.inner"] = (*kept[f"{NAME}.inner"][:-1], wrong)
    file.write_bytes(marshal.dumps((version, kept)))
    package, inner = start(file)
    assert (package.VALUE, inner.VALUE) == (1, 1)


def test_nothing_is_kept_without_a_place(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(tmp_path / "missing" / "kept")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    start(tmp_path / "kept")
    modules = KeptModules(None)
    modules.start()
    modules.stop()
    modules.save()
    assert list(tmp_path.iterdir()) == [sources]
