"""The few system packages that Qt and the environment need on Debian and its relatives.

Qt's wheels bring Qt itself, but not the graphics, font and keyboard libraries that every desktop has and a
server, a container or a bare chroot lacks. The lists were found with ldd on the wheel's libraries and plugins
in a bare Debian 12.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Shared library -> Debian package; without these, QtGui and its offscreen platform do not load.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}

# Without these, there is no window: the first five serve an X display, the others Wayland.
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a shared library of this machine's kind, with all that it needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font(folders: tuple[Path, ...] = FONT_FOLDERS) -> bool:
    """Whether any outline font is installed for all users; without one, Qt draws no letters."""
    return any(next(folder.rglob("*.[ot]t[cf]"), None) is not None for folder in folders)


def missing_from(libraries: Mapping[str, str]) -> list[str]:
    """The Debian packages of those libraries that do not load."""
    return [package for library, package in libraries.items() if not loads(library)]


def qt_can_load() -> bool:
    """Whether all that Qt needs from the system is there. Other systems than Linux always have it."""
    return not sys.platform.startswith("linux") or not missing_from(QT_LIBRARIES)


def missing_packages(*, window: bool) -> list[str]:
    """Debian packages that are wanted here: Qt's, a font, Python's venv; for a window also X's."""
    if not sys.platform.startswith("linux"):
        return []
    packages = missing_from({**QT_LIBRARIES, **(WINDOW_LIBRARIES if window else {})})
    if not has_font():
        packages.append("fonts-dejavu-core")
    if importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python3.{sys.version_info[1]}-venv")
    return packages


def install_command(packages: list[str]) -> list[str]:
    """The command that installs packages, without the rights it needs."""
    return ["apt-get", "install", "--yes", "--no-install-recommends", *packages]


def with_rights() -> list[str] | None:
    """What to put before a command so that it may install packages; None when nothing here may."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    # Nobody can type a password where there is no terminal: there, sudo must not ask.
    return ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]


def ensure_packages(packages: list[str]) -> None:
    """Install Debian packages, or say how to where that cannot be done from here."""
    if not packages:
        return
    rights = with_rights()
    if shutil.which("apt-get") and rights is not None and apt_install(rights, packages):
        return
    print(
        f"These system packages are missing: {' '.join(packages)}\n"
        "and could not be installed from here. An administrator of this machine can, with\n"
        f"    {shlex.join(install_command(packages))}\n"
        "(the names are Debian's; other systems have the same libraries under names of their own).\n",
        flush=True,
    )


def apt_install(rights: list[str], packages: list[str]) -> bool:
    """Install packages with apt, with fresh package lists when the ones here do not do. Returns success."""
    print(f"Installing system packages: {' '.join(packages)}", flush=True)
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*apt, *install_command(packages)]
    install.insert(len(apt) + 1, "--quiet=2")
    if (
        subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
        == 0
    ):
        return True
    if subprocess.call([*apt, "apt-get", "--quiet=2", "update"]) != 0:
        return False
    return subprocess.call(install, stdout=subprocess.DEVNULL) == 0
