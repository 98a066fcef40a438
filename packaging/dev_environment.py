"""The environment in .venv: made from the lock file, brought up to date when that changes."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "m360desk-environment.stamp"
LOCK = ROOT / "packaging" / "requirements-dev.lock"

# What the editable installation is made from: a change in any of them makes it again.
PROJECT_FILES = (ROOT / "pyproject.toml", ROOT / "m360desk" / "__init__.py")

# The lock has wheels for these: a newer Python waits for its wheels, an older one cannot run the program.
OLDEST, NEWEST = (3, 11), (3, 14)

# Raised when what this file does to an environment changes, so that existing ones are brought up to date.
SETUP_VERSION = 1

# Not in the lock but in the environment on purpose.
BESIDE_THE_LOCK = frozenset({"pip", "m360desk"})


class SetupError(Exception):
    """The environment cannot be made; the message says why and what to do."""


def is_supported(version: Sequence[int]) -> bool:
    """Whether the lock serves this Python version, given as (major, minor)."""
    return OLDEST <= tuple(version[:2]) <= NEWEST


def candidate_pythons() -> list[list[str]]:
    """Commands under which a supported Python may answer on this machine, newest first."""
    minors = range(NEWEST[1], OLDEST[1] - 1, -1)
    if sys.platform == "win32":
        return [["py", f"-3.{minor}"] for minor in minors]
    return [[f"python3.{minor}"] for minor in minors]


def find_supported_python() -> list[str]:
    """The command of a supported Python other than the one that runs this. Raises SetupError without one."""
    for command in candidate_pythons():
        version = python_version(command) if shutil.which(command[0]) else None
        if version is not None and is_supported(version):
            return command
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST, NEWEST))
    here = ".".join(map(str, sys.version_info[:3]))
    raise SetupError(
        f"M360 Desk needs Python {oldest} to {newest}; this is {here}, and no other was found on the PATH.\n"
        f"Install Python {newest} and run this command again."
    )


def environment_for_children() -> dict[str, str]:
    """This process's variables without those that would lead another Python to foreign packages."""
    misleading = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"}
    return {name: value for name, value in os.environ.items() if name not in misleading}


def python_version(command: Sequence[str]) -> tuple[int, int] | None:
    """(major, minor) of a Python, or None when it does not run."""
    probe = [*command, "-I", "-S", "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(
            probe, capture_output=True, text=True, check=True, env=environment_for_children()
        )
        major, minor = answer.stdout.split()
        return int(major), int(minor)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def venv_python() -> Path:
    """Where the environment's Python stands on this system."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def stamp_for(version: Sequence[int], contents: Iterable[bytes]) -> str:
    """What an environment was made from: the set-up's version, the Python's, and the files' contents."""
    digest = hashlib.sha256(f"{SETUP_VERSION} {tuple(version)}".encode())
    for content in contents:
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def normalised(name: str) -> str:
    """A package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked_names(lock: str) -> set[str]:
    """The normalised names of the packages in a lock file's text."""
    return {normalised(name) for name in re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, flags=re.MULTILINE)}


def superfluous(installed: Iterable[str], lock: str) -> list[str]:
    """Installed packages that the lock does not name: they would hide that it lacks a dependency."""
    return sorted({normalised(name) for name in installed} - locked_names(lock) - BESIDE_THE_LOCK)


def ensure_environment() -> Path:
    """Return the Python of an environment that equals the lock file, making or mending it first where needed.

    Raises SetupError with what to do when that is not possible.
    """
    contents = [LOCK.read_bytes(), *(path.read_bytes() for path in PROJECT_FILES)]
    python = venv_python()
    version = python_version([str(python)])
    recorded = STAMP.read_text(encoding="ascii") if STAMP.exists() else None
    if version is not None and recorded == stamp_for(version, contents):
        return python
    start = time.monotonic()
    print(f"Setting up the environment in {VENV} ...", flush=True)
    # An interrupted set-up must be taken up again next time.
    STAMP.unlink(missing_ok=True)
    if version is None or not is_supported(version):
        make_venv(VENV)
        version = sys.version_info[:2]
    install(python)
    STAMP.write_text(stamp_for(version, contents), encoding="ascii")
    print(f"The environment is ready after {time.monotonic() - start:.0f} s.", flush=True)
    return python


def make_venv(venv: Path) -> None:
    """Make an environment anew with the Python that runs this."""
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    if importlib.util.find_spec("ensurepip") is None:
        command.append("--without-pip")
    if subprocess.call(command) != 0:
        raise SetupError(f"Python could not make the environment in {venv}; the lines above say why.")


def pip_command(python: Path) -> list[str]:
    """How to call a pip that installs into the environment. Raises SetupError when there is none."""
    own = [str(python), "-m", "pip"]
    for attempt in ([*own, "--version"], [str(python), "-m", "ensurepip"]):
        if (
            subprocess.run(
                attempt, capture_output=True, env=environment_for_children(), check=False
            ).returncode
            == 0
        ):
            return own
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "--python", str(python)]
    raise SetupError(
        "This Python has neither pip nor the ensurepip module that brings it, so nothing can be installed.\n"
        f"On Debian and its relatives the package python3.{sys.version_info[1]}-venv has it."
    )


def install(python: Path) -> None:
    """Bring the environment to exactly what the lock file says, with the project itself editable."""
    pip = install_lock(python, LOCK)
    names = "import importlib.metadata as m; print(*{d.name for d in m.distributions()}, sep='\\n')"
    installed = subprocess.check_output([str(python), "-I", "-c", names], text=True).split()
    unwanted = superfluous(installed, LOCK.read_text(encoding="utf-8"))
    if unwanted:
        checked_call([*pip, "uninstall", "--quiet", "--yes", *unwanted], "Packages could not be removed")
    # hatchling comes from the lock, so this needs nothing from outside.
    project = [
        *pip,
        "install",
        *quiet_when_unwatched(),
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        str(ROOT),
    ]
    checked_call(project, "The project itself could not be installed")


def install_lock(python: Path, lock: Path) -> list[str]:
    """Install what a lock file says into an environment; returns how its pip is called."""
    pip = [*pip_command(python), "--disable-pip-version-check", "--no-input"]
    # Wheels only: building a source distribution would run code and fetch build tools that no lock has seen.
    options = [*quiet_when_unwatched(), "--require-hashes", "--only-binary", ":all:"]
    checked_call([*pip, "install", *options, "-r", str(lock)], "The locked packages could not be installed")
    return pip


def quiet_when_unwatched() -> list[str]:
    """pip's options: nothing but warnings where nobody watches."""
    return [] if sys.stdout.isatty() else ["--quiet", "--quiet"]


def checked_call(command: list[str], complaint: str) -> None:
    """Run a command; raises SetupError when it fails."""
    if subprocess.call(command, env=environment_for_children()) != 0:
        raise SetupError(f"{complaint}; the lines above say why. The next call goes on from here.")
