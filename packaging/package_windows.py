"""The Windows installer, made by NSIS (makensis on the PATH) from the program's folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from dev_environment import ROOT, SetupError

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = ROOT / "packaging" / "windows" / "installer.nsi"
ICON = ROOT / "build" / "package-made" / "m360desk.ico"

VERSION_RESOURCE = """VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0, OS=0x40004, fileType=1),
  kids=[
    StringFileInfo([StringTable('080904B0', [
      StringStruct('CompanyName', 'The M360 Desk authors'),
      StringStruct('FileDescription', 'M360 Desk'),
      StringStruct('FileVersion', '{version}'),
      StringStruct('InternalName', 'm360desk'),
      StringStruct('LegalCopyright', 'MIT licence'),
      StringStruct('ProductName', 'M360 Desk'),
      StringStruct('ProductVersion', '{version}'),
    ])]),
    VarFileInfo([VarStruct('Translation', [0x0809, 1200])]),
  ],
)
"""


def write_version_resource(path: Path, version: str) -> None:
    """Write what PyInstaller puts into the programs as their version."""
    path.write_text(VERSION_RESOURCE.format(numbers=four_numbers(version), version=version), encoding="utf-8")


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """A version as Windows wants it: "1.2.3" is (1, 2, 3, 0); what follows the numbers does not count."""
    major, minor, patch = [*version.partition("-")[0].split("."), "0", "0"][:3]
    return int(major), int(minor), int("".join(filter(str.isdigit, patch)) or 0), 0


def make_setup(tree: Path, dist: Path, version: str) -> Path:
    """Make the installer, signed where a certificate is given; returns its path."""
    out = dist / f"m360desk-{version}-setup.exe"
    for name in ("m360desk.exe", "m360desk-gui.exe"):
        sign(tree / name)
    makensis = shutil.which("makensis") or r"C:\Program Files (x86)\NSIS\makensis.exe"
    write_removal(tree, tree.parent / "removal.nsh")
    size = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file()) // 1024
    defines = {
        "VERSION": version,
        "NUMBERS": ".".join(map(str, four_numbers(version))),
        "TREE": str(tree),
        "REMOVAL": str(tree.parent / "removal.nsh"),
        "OUT": str(out),
        "ICON": str(ICON),
        "SIZE": str(size),
    }
    command = [makensis, "-V2", "-WX", "-INPUTCHARSET", "UTF8"]
    command += [f"-D{name}={value}" for name, value in defines.items()]
    if subprocess.call([*command, str(SCRIPT)]) != 0:
        raise SetupError("makensis failed; the lines above say why. NSIS 3 must be installed.")
    sign(out)
    return out


def write_removal(tree: Path, path: Path) -> None:
    """Write what the uninstaller removes: exactly the files that are installed, then empty folders."""
    relative = sorted(p.relative_to(tree) for p in tree.rglob("*") if p.is_file())
    folders = sorted((p.relative_to(tree) for p in tree.rglob("*") if p.is_dir()), reverse=True)
    lines = [f'Delete "$INSTDIR\\{_windows(name)}"' for name in relative]
    lines += [f'RMDir "$INSTDIR\\{_windows(name)}"' for name in folders]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def sign(path: Path) -> None:
    """Sign a program where M360DESK_SIGN_COMMAND says how ("signtool sign … {}"); else leave it unsigned."""
    command = os.environ.get("M360DESK_SIGN_COMMAND")
    if not command or os.name != "nt":
        return
    if subprocess.call(command.replace("{}", f'"{path}"')) != 0:
        raise SetupError(f"{path.name} could not be signed; the lines above say why.")


def _windows(path: Path) -> str:
    # "$" begins a variable in NSIS.
    return str(path).replace("/", "\\").replace("$", "$$")
