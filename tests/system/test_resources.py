"""The program finds its own files, in a checkout and in an installed wheel."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from m360desk.system.resources import resource

ROOT = Path(__file__).resolve().parents[2]


def test_a_checkout_reads_the_folder_beside_the_package(tmp_path: Path) -> None:
    assert resource("icons").is_dir()
    for wrong in ("no/such.svg", "../pyproject.toml", "", "/etc/passwd", "icons/"):
        with pytest.raises(FileNotFoundError):
            resource(wrong)


def test_an_installed_package_reads_its_own_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "m360desk", tmp_path / "m360desk", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "m360desk" / "resources").mkdir()
    (tmp_path / "m360desk" / "resources" / "note.txt").write_text("inside")
    program = "from m360desk.system.resources import resource; print(resource('note.txt').read_text())"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == "inside\n"
