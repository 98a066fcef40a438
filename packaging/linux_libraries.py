"""Which packages the program's shared libraries come from, on Debian's and on Fedora's relatives.

The program brings Qt and Python; what is here belongs to every desktop and comes from the system. A library
that is needed and not named here stops the build: nothing gets into, or is expected by, an installer unseen.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

C_LIBRARY = re.compile(r"(ld-linux.*|lib(c|m|dl|rt|pthread|util|resolv))\.so\.\d+")

# Shared library -> Debian package, with Ubuntu's and Debian 13's names for those that were renamed.
DEBIAN = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libcrypto.so.3": "libssl3t64 | libssl3",
    "libdbus-1.so.3": "libdbus-1-3",
    "libexpat.so.1": "libexpat1",
    "libffi.so.8": "libffi8",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "liblzma.so.5": "liblzma5",
    "libssl.so.3": "libssl3t64 | libssl3",
    "libstdc++.so.6": "libstdc++6",
    "libuuid.so.1": "libuuid1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}


class UnknownLibraryError(Exception):
    """The program needs a shared library that no package is known for."""


def needed_libraries(tree: Path) -> tuple[set[str], str]:
    """What the program's files need of the system, and the newest version of glibc's interface among it.

    Reads the dynamic sections; nothing is loaded.
    """
    files = [p for p in sorted(tree.rglob("*")) if p.is_file() and not p.is_symlink() and _is_elf(p)]
    own = {p.name for p in tree.rglob("*.so*")}
    needed: set[str] = set()
    glibc = (2, 0)
    for start in range(0, len(files), 50):
        command = ["objdump", "--private-headers", *map(str, files[start : start + 50])]
        text = subprocess.check_output(command, text=True)
        needed.update(re.findall(r"^\s+NEEDED\s+(\S+)", text, flags=re.MULTILINE))
        for minor in re.findall(r"\bGLIBC_2\.(\d+)\b", text):
            glibc = max(glibc, (2, int(minor)))
    return needed - own, f"{glibc[0]}.{glibc[1]}"


def debian_packages(needed: set[str], glibc: str) -> list[str]:
    """The Depends line's parts. Raises UnknownLibraryError."""
    wanted = {library for library in needed if not C_LIBRARY.fullmatch(library)}
    unknown = sorted(wanted - set(DEBIAN))
    if unknown:
        raise UnknownLibraryError(
            f"The program needs {', '.join(unknown)}; name the package in {__name__}.py."
        )
    return [
        f"libc6 (>= {glibc})",
        *sorted({DEBIAN[library] for library in wanted}),
        "fonts-dejavu-core | fonts-dejavu",
    ]


def rpm_capabilities(needed: set[str], glibc: str) -> list[str]:
    """The same as rpm knows it: by library name, so that it holds on every distribution."""
    wanted = sorted(library for library in needed if not C_LIBRARY.fullmatch(library))
    return [f"libc.so.6(GLIBC_{glibc})(64bit)", *(f"{library}()(64bit)" for library in wanted)]


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"
