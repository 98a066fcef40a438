"""Build what this system can make of the program into dist/, and prove it.

    python3 packaging/dev.py package [--no-smoke]

First the program as one folder (build.spec), then the system's installers from it, then checksums. The same
commit on the same machine gives the same bytes, signatures aside.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dev_environment import ROOT, SetupError
from inventory import write_inventory
from package_environment import build_variables, ensure_package_environment

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

SYSTEM = platform.system()  # "Linux", "Windows" or "Darwin"
BUILD = ROOT / "build" / "package"
MADE = ROOT / "build" / "package-made"
DIST = ROOT / "dist"


def main(arguments: list[str]) -> int:
    """Make everything; returns the exit code."""
    if set(arguments) - {"--no-smoke"}:
        raise SetupError("package takes no arguments but --no-smoke.")
    python = ensure_package_environment()
    epoch = source_epoch()
    variables = build_variables(epoch)
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    timed("icons", lambda: call([str(python), "packaging/application_icons.py", str(MADE)], variables))
    timed("kept code", lambda: keep_code(python, variables))
    if SYSTEM == "Windows":
        from package_windows import write_version_resource

        write_version_resource(MADE / "version.txt", version())
    tree = timed("the program", lambda: freeze(python, variables))
    timed("licences and SBOM", lambda: write_inventory(python, tree, DIST, version(), epoch))
    settle(tree, epoch)
    if "--no-smoke" not in arguments:
        import smoke

        program = tree / ("m360desk.exe" if SYSTEM == "Windows" else "m360desk")
        smoke.prove([str(program)], pictures=ROOT / "build" / "smoke", source=[str(python), "-m", "m360desk"])
    made = timed("installers", lambda: make_installers(python, tree, epoch))
    write_checksums()
    for path in made:
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size / 1e6:.1f} MB")
    return 0


def version() -> str:
    """The program's version."""
    text = (ROOT / "m360desk" / "__init__.py").read_text(encoding="utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def source_epoch() -> int:
    """Seconds since 1970 that stand for this commit: SOURCE_DATE_EPOCH, else when it was committed."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    return int(subprocess.check_output(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True))


def call(command: list[str], variables: dict[str, str]) -> None:
    """Run a command in the repository's root; raises SetupError when it fails."""
    if subprocess.call(command, cwd=ROOT, env=variables) != 0:
        raise SetupError(f"{Path(command[0]).name} failed; the lines above say why.")


def timed(title: str, work: Callable[[], T]) -> T:
    """Do `work`, say how long it took, and return what it gave."""
    start = time.monotonic()
    result = work()
    print(f"== {title}: {time.monotonic() - start:.0f} s", flush=True)
    return result


def keep_code(python: Path, variables: dict[str, str]) -> None:
    """Compile what PySide would compile at each start: see m360desk/ui/kept_code.py."""
    compiled = MADE / "compiled"
    shutil.rmtree(compiled, ignore_errors=True)
    # In a start from source it is kept beside a compiled module.
    variables = {**variables, "PYTHONPYCACHEPREFIX": str(compiled)}
    del variables["PYTHONDONTWRITEBYTECODE"]
    call([str(python), "-c", "import m360desk.ui.plain_import"], variables)
    (kept,) = compiled.rglob("plain_import.*.kept")
    shutil.copyfile(kept, MADE / "plain_import.pyc.kept")


def freeze(python: Path, variables: dict[str, str]) -> Path:
    """Let PyInstaller make the program's folder, from nothing that an earlier run left; returns it."""
    shutil.rmtree(BUILD, ignore_errors=True)
    command = [str(python), "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN"]
    command += ["--distpath", str(BUILD), "--workpath", str(BUILD / "work"), str(ROOT / "build.spec")]
    call(command, {**variables, "PYINSTALLER_CONFIG_DIR": str(BUILD / "cache")})
    return BUILD / "m360desk"


def settle(tree: Path, epoch: int) -> None:
    """Strip symbols, and give every file the same rights and time wherever it was built."""
    if SYSTEM == "Linux":
        strip(tree)
        # One file under two names: it tells by its name whether there is a console.
        (tree / "m360desk-gui").unlink()
        (tree / "m360desk-gui").hardlink_to(tree / "m360desk")
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_symlink():
            os.utime(path, (epoch, epoch), follow_symlinks=False)
            continue
        if os.name == "posix":
            program = path.is_dir() or path.name in {"m360desk", "m360desk-gui"}
            path.chmod(0o755 if program else 0o644)
        os.utime(path, (epoch, epoch))


def strip(tree: Path) -> None:
    """Remove symbols from libraries, but for those that a wheel's repair has laid out anew: they would break.

    The programs themselves are left too: PyInstaller's archive hangs at their end.
    """
    libraries = sorted(
        path
        for path in tree.rglob("*.so*")
        if path.is_file() and not path.is_symlink() and not path.parent.name.endswith(".libs")
    )
    call(["strip", "--strip-unneeded", *map(str, libraries)], dict(os.environ))


def make_installers(python: Path, tree: Path, epoch: int) -> list[Path]:
    """The installers of this system, made from the program's folder."""
    if SYSTEM == "Linux":
        from package_linux import make_deb, make_rpm

        return [make_deb(tree, DIST, version(), epoch), make_rpm(python, tree, DIST, version(), epoch)]
    if SYSTEM == "Windows":
        from package_windows import make_setup

        return [make_setup(tree, DIST, version())]
    from package_macos import make_disk_image

    return [make_disk_image(tree.with_name("M360 Desk.app"), DIST, version())]


def write_checksums() -> None:
    """Write SHA256SUMS over everything in dist/, as `sha256sum --check` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(DIST.iterdir())
    ]
    (DIST / "SHA256SUMS").write_text("".join(lines), encoding="ascii", newline="\n")
