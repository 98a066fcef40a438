"""Everything a developer needs, with nothing but Python and this clone.

    python3 packaging/dev.py run [ARGUMENTS]      open the program; without arguments, on the demo
    python3 packaging/dev.py test [ARGUMENTS]     ruff, mypy and all tests; the arguments go to pytest
    python3 packaging/dev.py bench [ARGUMENTS]    the benchmarks
    python3 packaging/dev.py pictures             the pictures of README.md, anew from the demo
    python3 packaging/dev.py package              this system's installers, into dist/
    python3 packaging/dev.py python [ARGUMENTS]   Python inside the environment
    python3 packaging/dev.py lock [ARGUMENTS]     write the locks anew with uv; --upgrade: newer versions

All but the last first make the environment, .venv, from the lock file, or bring it up to date; README.md
beside this file says how.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NoReturn

from dev_environment import (
    ROOT,
    SetupError,
    ensure_environment,
    environment_for_children,
    find_supported_python,
    is_supported,
)
from dev_libraries import ensure_packages, missing_packages, qt_can_load

SIDE_BY_SIDE = ("--numprocesses", "auto", "--maxprocesses", "4", "--dist", "worksteal")
"""How pytest runs all tests: most of them wait for something, so a few at a time take half as long."""

SCREENSHOT = ROOT / "build" / "m360desk.png"
PICTURES = ROOT / "packaging" / "pictures"
LOCKS = (
    "packaging/requirements.lock",
    "packaging/requirements-dev.lock",
    "packaging/requirements-package.lock",
)


def has_display() -> bool:
    """Whether a window can be opened here."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def prepare(*, window: bool) -> Path:
    """Make system packages and environment ready, and return the environment's Python.

    System packages that nothing here has the rights to install are named, and the work goes on without them.
    Raises SetupError where the environment cannot be made.
    """
    ensure_packages(missing_packages(window=window))
    return ensure_environment()


def offscreen_environment() -> dict[str, str]:
    """Variables for a Qt program that draws into memory; its letters do not depend on the caller's locale."""
    variables = environment_for_children()
    variables["QT_QPA_PLATFORM"] = "offscreen"
    if sys.platform.startswith("linux"):
        variables["LC_ALL"] = "C.UTF-8"
    return variables


def private_environment(folder: Path) -> dict[str, str]:
    """Variables for tests: nothing they do reaches the developer's settings, caches, keyring or account."""
    variables = {
        name: value for name, value in offscreen_environment().items() if not name.startswith("M360DESK_")
    }
    home = folder / "home"
    runtime = folder / "runtime"
    home.mkdir()
    runtime.mkdir(mode=0o700)
    variables["HOME"] = variables["USERPROFILE"] = str(home)
    for name in (
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_CACHE_HOME",
        "XDG_STATE_HOME",
        "APPDATA",
        "LOCALAPPDATA",
    ):
        variables[name] = str(home / name.lower())
    variables["XDG_RUNTIME_DIR"] = str(runtime)
    variables["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    variables.pop("DBUS_SESSION_BUS_ADDRESS", None)
    return variables


def hand_over(command: list[str], variables: dict[str, str]) -> NoReturn:
    """Become `command`; where the system cannot do that, run it and leave with its exit code."""
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name == "posix":
        os.execve(command[0], command, variables)  # noqa: S606 - the very point: no shell between us
    sys.exit(subprocess.call(command, env=variables))


def run(arguments: list[str]) -> int:
    """Open the program; without a display, draw its window into a picture and say where that is."""
    python = prepare(window=has_display())
    program = [str(python), "-m", "m360desk"]
    if not qt_can_load():
        raise SetupError("Without the system packages named above Qt does not load: nothing was started.")
    if has_display():
        hand_over([*program, *(arguments or ["--demo"])], environment_for_children())
    if arguments:
        hand_over([*program, *arguments], offscreen_environment())
    print("There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): drawing a picture.", flush=True)
    SCREENSHOT.parent.mkdir(exist_ok=True)
    command = [*program, "--demo", "--screenshot", str(SCREENSHOT)]
    code = subprocess.call(command, cwd=ROOT, env=offscreen_environment())
    if code == 0:
        print(f"The picture is {SCREENSHOT}")
    return code


def step(title: str, command: list[str], variables: dict[str, str]) -> bool:
    """Run one check, say how long it took, and return whether it passed."""
    print(f"\n== {title}", flush=True)
    start = time.monotonic()
    passed = subprocess.call(command, cwd=ROOT, env=variables) == 0
    print(f"== {title}: {'passed' if passed else 'FAILED'} in {time.monotonic() - start:.1f} s", flush=True)
    return passed


def test(arguments: list[str]) -> int:
    """Run every check, also after one failed. pytest comes last: its summary is the end of the output."""
    python = prepare(window=False)
    checks = {
        "ruff check": ["ruff", "check"],
        "ruff format": ["ruff", "format", "--check"],
        "mypy": ["mypy", "--strict"],
    }
    variables = environment_for_children()
    failed = [
        title
        for title, command in checks.items()
        if not step(title, [str(python), "-m", *command], variables)
    ]
    print(
        f"\n== pytest (before it: {', '.join(failed) + ' FAILED' if failed else 'all checks passed'})",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="m360desk-test-", ignore_cleanup_errors=True) as folder:
        command = [str(python), "-m", "pytest", *(arguments or SIDE_BY_SIDE)]
        code = subprocess.call(command, cwd=ROOT, env=private_environment(Path(folder)))
    if not qt_can_load():
        raise SetupError(
            "The tests could not run: without the system packages named at the start Qt does not load."
        )
    return code or int(bool(failed))


def bench(arguments: list[str]) -> NoReturn:
    """Run the benchmarks, in a window where there is a display."""
    python = prepare(window=has_display())
    variables = environment_for_children() if has_display() else offscreen_environment()
    hand_over([str(python), str(ROOT / "tests" / "benchmarks" / "run.py"), *arguments], variables)


def pictures(arguments: list[str]) -> int:
    """Draw the pictures of README.md from the demo."""
    if arguments:
        raise SetupError("pictures takes no arguments.")
    python = prepare(window=False)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="m360desk-pictures-", ignore_cleanup_errors=True) as profile:
        for page in ("sessions", "battery"):
            command = [str(python), "-m", "m360desk", "--demo", "--profile", profile, "--page", page]
            command += ["--screenshot", str(PICTURES / f"{page}.png")]
            code = subprocess.call(command, cwd=ROOT, env=offscreen_environment())
            if code:
                return code
    print(f"The pictures are in {PICTURES}")
    return 0


def package(arguments: list[str]) -> int:
    """Build and prove this system's installers."""
    import package as packaging

    ensure_packages(missing_packages(window=False))
    return packaging.main(arguments)


def python(arguments: list[str]) -> NoReturn:
    """Run the environment's Python."""
    hand_over([str(ensure_environment()), *arguments], environment_for_children())


def lock(arguments: list[str]) -> int:
    """Write the lock files from pyproject.toml; without `--upgrade`, locked versions stay."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError(
            "Locking needs uv, which is not installed. Install it (for example: pipx install uv)."
        )
    program, everything, installers = LOCKS
    compile_lock = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    compile_lock += ["--generate-hashes", "--no-header", "--constraints", "packaging/lock-constraints.txt"]
    targets = (
        ["--output-file", program, "pyproject.toml"],
        ["--output-file", everything, "--constraints", program, "--group", "dev", "pyproject.toml"],
        ["--output-file", installers, "--constraints", program, "--group", "package", "pyproject.toml"],
    )
    for target in targets:
        code = subprocess.call([*compile_lock, *arguments, *target], cwd=ROOT)
        if code:
            return code
    return 0


COMMANDS = {
    "run": run,
    "test": test,
    "bench": bench,
    "pictures": pictures,
    "package": package,
    "python": python,
    "lock": lock,
}


def main(arguments: list[str]) -> int:
    """Run one command; exit codes are its own, 1 when the set-up failed, 2 for wrong use."""
    if not arguments or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    if not is_supported(sys.version_info[:2]):
        return subprocess.call([*find_supported_python(), __file__, *arguments])
    return COMMANDS[arguments[0]](arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetupError as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit(130)
