"""packaging/dev.py: when it makes or mends the environment, what it asks for, what its locks promise."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import dev
import dev_environment
import dev_libraries

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "packaging" / name for name in ("requirements.lock", "requirements-dev.lock")]

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="stands in for programs with shell scripts")


def locked(path: Path) -> dict[str, set[str]]:
    """Package name -> its versions in a lock file; there are several where Pythons differ."""
    packages: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)==(\S+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE
    ):
        packages.setdefault(name, set()).add(version)
    return packages


@pytest.fixture
def setups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A project of its own in a temporary folder; the list grows by each installation of packages."""
    done: list[Path] = []
    venv = tmp_path / ".venv"
    for name in ("lock", "project"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(dev_environment, "VENV", venv)
    monkeypatch.setattr(dev_environment, "STAMP", venv / "stamp")
    monkeypatch.setattr(dev_environment, "LOCK", tmp_path / "lock")
    monkeypatch.setattr(dev_environment, "PROJECT_FILES", (tmp_path / "project",))
    # Without ensurepip, a real environment takes a tenth of a second rather than seconds.
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(dev_environment, "install", done.append)
    return done


def test_environment_is_made_once_and_mended_when_its_sources_change(
    tmp_path: Path, setups: list[Path]
) -> None:
    python = dev_environment.ensure_environment()
    assert dev_environment.python_version([str(python)]) == sys.version_info[:2]
    assert setups == [python]

    dev_environment.ensure_environment()
    assert len(setups) == 1, "an up-to-date environment was set up again"

    own_file = tmp_path / ".venv" / "own-file"
    own_file.touch()
    for name in ("lock", "project"):
        (tmp_path / name).write_text("changed", encoding="utf-8")
        dev_environment.ensure_environment()
    assert len(setups) == 3
    assert own_file.exists(), "the environment was made anew where installing into it was enough"


def test_environment_without_stamp_is_adopted_and_with_broken_python_remade(
    tmp_path: Path, setups: list[Path]
) -> None:
    python = dev_environment.ensure_environment()
    own_file = tmp_path / ".venv" / "own-file"
    own_file.touch()

    dev_environment.STAMP.unlink()
    dev_environment.ensure_environment()
    assert len(setups) == 2
    assert own_file.exists()

    python.unlink()
    dev_environment.ensure_environment()
    assert len(setups) == 3
    assert not own_file.exists()
    assert dev_environment.python_version([str(python)]) == sys.version_info[:2]


def test_interrupted_setup_is_taken_up_again(setups: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(python: Path) -> None:
        raise KeyboardInterrupt

    dev_environment.ensure_environment()
    dev_environment.LOCK.write_text("changed", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(dev_environment, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            dev_environment.ensure_environment()
    dev_environment.LOCK.write_text("lock", encoding="utf-8")
    dev_environment.ensure_environment()
    assert len(setups) == 2, "packages of another lock may be in there: the old stamp must not count"


def test_packages_beside_the_lock_are_superfluous() -> None:
    lock = "ruamel-yaml==1 \\\n    --hash=sha256:0\nqt6==2 ; os_name == 'nt' \\\n    # via left-over==3\n"
    installed = ["Ruamel.YAML", "qt6", "pip", "m360desk", "left_over"]
    assert dev_environment.superfluous(installed, lock) == ["left-over"]


@posix_only
def test_another_python_is_taken_when_it_really_is_a_supported_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, answer in (
        ("python3.14", "3 9"),
        ("python3.13", ""),
        ("python3.12", "3 12"),
        ("python3.11", "3 11"),
    ):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {answer}\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev_environment.find_supported_python() == ["python3.12"]

    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(dev_environment.SetupError, match=r"needs Python 3\.11 to 3\.14"):
        dev_environment.find_supported_python()


def test_missing_library_and_missing_font_are_noticed(tmp_path: Path) -> None:
    present = {"linux": "libc.so.6", "darwin": "libSystem.dylib", "win32": "kernel32"}[sys.platform]
    libraries = {present: "present", "libm360-never-was.so.9": "absent"}
    assert dev_libraries.missing_from(libraries) == ["absent"]

    fonts = (tmp_path / "no-such-folder", tmp_path)
    (tmp_path / "readme.txt").touch()
    assert not dev_libraries.has_font(fonts)
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "Sans.ttf").touch()
    assert dev_libraries.has_font(fonts)


def test_without_rights_the_exact_command_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev_libraries, "with_rights", lambda: None)
    dev_libraries.ensure_packages([])
    assert not capsys.readouterr().out
    dev_libraries.ensure_packages(["libegl1", "libgl1"])
    assert "apt-get install --yes --no-install-recommends libegl1 libgl1\n" in capsys.readouterr().out


def test_tests_run_away_from_the_developers_own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("M360DESK_AUTH_CODE", "a real one")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/run/user/1000/bus")
    monkeypatch.setenv("PATH", "kept")
    variables = dev.private_environment(tmp_path)
    assert not {"M360DESK_AUTH_CODE", "DBUS_SESSION_BUS_ADDRESS"} & variables.keys()
    assert variables["PATH"] == "kept"
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "LOCALAPPDATA"):
        assert Path(variables[name]).is_relative_to(tmp_path)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_lock_has_hashes_and_no_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*--(?!hash=sha256:)", text, flags=re.MULTILINE)
    requirements = re.findall(r"^\w.*(?:\n +--hash=.*)*", text, flags=re.MULTILINE)
    assert requirements
    assert all("==" in requirement and "--hash=sha256:" in requirement for requirement in requirements)


def test_developers_lock_holds_the_programs_lock() -> None:
    program, everything = (locked(path) for path in LOCKS)
    assert {name for name in program if not program[name] <= everything.get(name, set())} == set()


def test_locks_satisfy_pyproject() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [(text, LOCKS[0]) for text in pyproject["project"]["dependencies"]]
    wanted += [(text, LOCKS[1]) for text in pyproject["dependency-groups"]["dev"]]
    for text, path in wanted:
        requirement = Requirement(text)
        versions = locked(path)[dev_environment.normalised(requirement.name)]
        assert all(requirement.specifier.contains(version) for version in versions), text


def test_wrong_command_explains_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["tests"]) == 2
    assert "dev.py test [ARGUMENTS]" in capsys.readouterr().err
