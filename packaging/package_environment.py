"""The environment that installers are built from: the locked packages, apart from a developer's.

It is made anew for every change of the lock: what is in it may get into what people install.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dev_environment import ROOT, environment_for_children, install_lock, make_venv, python_version, stamp_for

if TYPE_CHECKING:
    from pathlib import Path

ENVIRONMENT = ROOT / "build" / "package-environment"
LOCK = ROOT / "packaging" / "requirements-package.lock"


def ensure_package_environment() -> Path:
    """Return the Python of an environment with exactly what the lock says. Raises SetupError."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = ENVIRONMENT / "m360desk-environment.stamp"
    wanted = stamp_for(sys.version_info[:3], [LOCK.read_bytes()])
    if python_version([str(python)]) and stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return python
    print(f"Making the environment for packaging in {ENVIRONMENT} ...", flush=True)
    ENVIRONMENT.parent.mkdir(exist_ok=True)
    make_venv(ENVIRONMENT)
    install_lock(python, LOCK)
    stamp.write_text(wanted, encoding="ascii")
    return python


def build_variables(epoch: int) -> dict[str, str]:
    """Variables for building: the same input gives the same output, wherever and whenever.

    ``epoch``: seconds since 1970, what files in installers carry as their time.
    """
    variables = environment_for_children()
    variables.update(SOURCE_DATE_EPOCH=str(epoch), PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", TZ="UTC")
    variables.pop("QT_PLUGIN_PATH", None)
    if sys.platform.startswith("linux"):
        variables["LC_ALL"] = "C.UTF-8"
    return variables
