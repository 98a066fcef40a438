"""Imports go downwards only: the architecture, checked from the import statements themselves."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "m360desk"

BELOW: dict[str, set[str]] = {
    "core": set(),
    "api": {"core"},
    "store": {"core"},
    "system": {"core"},
    "simulator": set(),
    "services": {"core", "api", "store", "system", "simulator"},
    "workers": {"core", "api", "store", "system", "simulator", "services"},
    "ui": {"core", "api", "store", "system", "simulator", "services", "workers"},
}
WIRING = {"app", "cli", "commands", "options", "__main__", "__init__"}
QT = {"ui", "workers", "app"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported_names(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names += [f"{module}.{alias.name}" for alias in node.names]
    return names


def test_every_module_belongs_to_a_known_part() -> None:
    assert {part_of(path) for path in modules()} <= set(BELOW) | WIRING


@pytest.mark.parametrize("part", sorted(BELOW))
def test_imports_go_downwards_only(part: str) -> None:
    allowed = BELOW[part] | {part, "__version__"}
    for path in modules():
        if part_of(path) != part:
            continue
        for name in imported_names(path):
            pieces = name.split(".")
            if pieces[0] == "m360desk" and len(pieces) > 1:
                assert pieces[1] in allowed, f"{path.relative_to(PACKAGE)} imports {name}"


def test_qt_stands_in_the_upper_layers_alone() -> None:
    for path in modules():
        if part_of(path) in QT:
            continue
        for name in imported_names(path):
            assert name.split(".")[0] not in {"PySide6", "pyqtgraph"}, (
                f"{path.relative_to(PACKAGE)} imports {name}"
            )


def test_workers_know_no_widgets() -> None:
    for path in modules():
        if part_of(path) == "workers":
            for name in imported_names(path):
                assert not name.startswith("PySide6") or name.startswith("PySide6.QtCore"), f"{path}: {name}"


def test_lower_layers_import_without_qt() -> None:
    names = [
        ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in modules()
        if part_of(path) not in QT and path.stem != "__main__"
    ]
    program = (
        "import importlib, sys\n"
        "for name in ('PySide6', 'pyqtgraph'): sys.modules[name] = None\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=PACKAGE.parent)
