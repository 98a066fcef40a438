"""Proof of a packaged program: what people will start is started, and what it does is looked at.

    python3 packaging/smoke.py [options] PROGRAM [ARGUMENT ...]

PROGRAM is the console program; arguments may stand before it ("chroot FOLDER /opt/m360desk/m360desk").
Pictures of the window are left in --pictures to be opened and looked at. Any warning or unexpected output is
a failure. Nothing but the standard library is needed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 240
SESSIONS = 700
STARTS = 5
# Against the same program from source: what packaging may cost.
MOST_OF_SOURCE = 1.1


class SmokeError(Exception):
    """The program does not do what it should."""


class Program:
    """The program under proof, and the variables that it is started with."""

    def __init__(self, command: list[str], folder: Path, *, seen_as: Path | None = None) -> None:
        """``folder`` is for what it writes; ``seen_as``: that folder's name from inside a chroot."""
        self.command = command
        self.folder = folder
        self.seen_as = seen_as or folder
        self.variables = {k: v for k, v in os.environ.items() if not k.startswith(("M360DESK_", "PYTHON"))}
        self.variables.setdefault("QT_QPA_PLATFORM", "offscreen")

    def run(self, *arguments: str, code: int = 0, quiet: bool = True) -> str:
        """Run to the end; its standard output. Raises SmokeError on another code or unexpected errors."""
        done = subprocess.run(
            [*self.command, *arguments],
            env=self.variables,
            cwd=ROOT if "-m" in self.command else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode != code:
            raise SmokeError(f"{arguments} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        if quiet and done.stderr.strip():
            raise SmokeError(f"{arguments} said what it should not:\n{done.stderr}")
        return done.stdout

    def inside(self, name: str) -> str:
        """A file of the folder as the program sees it."""
        return str(self.seen_as / name)


def prove(
    command: list[str],
    *,
    pictures: Path,
    source: list[str] | None = None,
    keyring: bool = False,
    seen_as: Path | None = None,
    folder: Path | None = None,
) -> None:
    """Run every check on the program; prints what was found. Raises SmokeError at the first failure.

    ``source``: how the same program is started from source, to compare start-up time and memory.
    ``keyring``: whether a keyring is expected to work.
    """
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix="m360desk-smoke-", dir=folder, ignore_cleanup_errors=True
    ) as temporary:
        # A name that is no ASCII and has a space, as users' names and folders have.
        work = Path(temporary) / "Zoë Łuk"
        work.mkdir()
        if seen_as is not None:
            # The program runs as another user in there.
            Path(temporary).chmod(0o777)
            work.chmod(0o777)
        inside = None if seen_as is None else seen_as / work.relative_to(folder or Path("/"))
        program = Program(command, work, seen_as=inside)
        print(f"version: {check_version(program)}", flush=True)
        print(f"selfcheck: {check_selfcheck(program, keyring=keyring)}", flush=True)
        for page in ("sessions", "battery"):
            print(f"picture: {check_picture(program, page, pictures)}", flush=True)
        print(f"sync and export: {check_sync_and_export(program)}", flush=True)
        if source is not None:
            compare_with_source(program, Program(source, work))


def check_version(program: Program) -> str:
    """``--version`` names the version of this source tree."""
    text = (ROOT / "m360desk" / "__init__.py").read_text(encoding="utf-8")
    version = text.partition('__version__ = "')[2].partition('"')[0]
    said = program.run("--version").strip()
    if said != f"M360 Desk {version}":
        raise SmokeError(f"--version says {said!r}")
    return said


def check_selfcheck(program: Program, *, keyring: bool) -> str:
    """``--selfcheck`` finds everything in order."""
    report: dict[str, Any] = json.loads(program.run("--selfcheck"))
    checks = report["checks"]
    wanted = {"database", "libraries", "resources", "tls", "qt"} | ({"keyring"} if keyring else set())
    broken = {
        name: check.get("problem") for name, check in checks.items() if name in wanted and not check["ok"]
    }
    if broken or not report["works"]:
        raise SmokeError(f"--selfcheck found: {broken}")
    where = checks["keyring"].get("place", "none")
    return (
        f"Python {report['python']}, Qt {checks['qt']['version']} on {checks['qt']['platform']}, "
        f"SQLite {checks['database']['sqlite']}, keyring: {where}"
    )


def check_picture(program: Program, page: str, pictures: Path) -> str:
    """``--demo --screenshot`` draws a picture of the right size with something on it."""
    name = f"{page}.png"
    program.run("--demo", "--page", page, "--screenshot", program.inside(name))
    content = (program.folder / name).read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    if (width, height) != (1440, 900) or len(content) < 30_000:
        raise SmokeError(
            f"{name}: {width} x {height}, {len(content)} bytes: that is no picture of the window"
        )
    (pictures / name).write_bytes(content)
    return f"{pictures / name}, {len(content)} bytes"


def check_sync_and_export(program: Program) -> str:
    """A whole sync against the simulator (the same program), and an export with every session in it."""
    simulator = subprocess.Popen(
        [*program.command, "simulate", "--sessions", str(SESSIONS), "--stop-with-parent"],
        env=program.variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if simulator.stdout is None:
            raise SmokeError("the simulator has no output")
        line = simulator.stdout.readline()
        found = re.fullmatch(r"(\S+) \S+ (\S+) \S+ (\S+)\s*", line)
        if found is None:
            raise SmokeError(f"the simulator said {line!r}")
        url, code, token = found.groups()
        program.variables |= {"M360DESK_AUTH_CODE": code, "M360DESK_AUTH_TOKEN": token}
        common = ("--profile", program.inside("profile"), "--mode", "live", "--api-url", url)
        result = json.loads(program.run("sync", "--json", *common).splitlines()[-1])
        if not result["complete"] or result["sessions"] < SESSIONS:
            raise SmokeError(f"the sync gave {result}")
        program.run("export", program.inside("out.csv"), *common, quiet=False)
        program.run("export", program.inside("out.xlsx"), *common, quiet=False)
        with (program.folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = sum(1 for _ in csv.reader(file)) - 1
        if rows != result["sessions"]:
            raise SmokeError(f"{result['sessions']} sessions in the cache, {rows} in the export")
        if (program.folder / "out.xlsx").read_bytes()[:2] != b"PK":
            raise SmokeError("the workbook is none")
        return f"{rows} sessions in {result['seconds']} s"
    finally:
        if simulator.stdin is not None:
            simulator.stdin.close()
        try:
            simulator.wait(timeout=20)
        except subprocess.TimeoutExpired:
            simulator.kill()
            simulator.wait()
        if simulator.stdout is not None:
            simulator.stdout.close()
        for name in ("M360DESK_AUTH_CODE", "M360DESK_AUTH_TOKEN"):
            program.variables.pop(name, None)


def compare_with_source(program: Program, source: Program) -> None:
    """Start-up time (to a drawn window, then its end) and memory against running from source, in turns."""
    profile = ("--profile", program.inside("profile"), "--screenshot", program.inside("start.png"))
    times: dict[str, list[float]] = {"packaged": [], "source": []}
    memory: dict[str, list[int]] = {"packaged": [], "source": []}
    for _ in range(STARTS):
        for name, each in (("packaged", program), ("source", source)):
            start = time.monotonic()
            memory[name].append(_peak_memory(each, profile))
            times[name].append(time.monotonic() - start)
    for what, values, unit in (("start", times, "s"), ("memory", memory, "MB")):
        packaged, from_source = (statistics.median(values[name]) for name in ("packaged", "source"))
        # Each pair ran in the same moment: a busy one burdens both.
        pairs = zip(values["packaged"], values["source"], strict=True)
        ratio = statistics.median(one / other if other else 0.0 for one, other in pairs)
        print(f"{what}: {packaged:.2f} {unit}, from source {from_source:.2f} ({ratio:.2f} times)", flush=True)
        if ratio > MOST_OF_SOURCE:
            raise SmokeError(f"{what}: {ratio:.2f} times what running from source takes")


def _peak_memory(program: Program, arguments: tuple[str, ...]) -> int:
    """Run to the end; the most memory it had, in MB (0 on Windows, which does not tell it this way)."""
    if sys.platform == "win32":
        program.run(*arguments)
        return 0
    process = subprocess.Popen(
        [*program.command, *arguments],
        env=program.variables,
        cwd=ROOT if "-m" in program.command else None,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SmokeError(f"{arguments} ended with {process.returncode}")
    return usage.ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)


def main() -> int:
    """Prove the program that the command line names."""
    parser = argparse.ArgumentParser(description="Prove a packaged M360 Desk.")
    parser.add_argument("--pictures", type=Path, default=ROOT / "build" / "smoke")
    parser.add_argument("--keyring", action="store_true", help="a keyring is there and must work")
    parser.add_argument("--folder", type=Path, help="where the program writes, as seen from here")
    parser.add_argument("--seen-as", type=Path, help="that folder as the program sees it")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    args = parser.parse_args()
    try:
        prove(
            args.command,
            pictures=args.pictures,
            keyring=args.keyring,
            folder=args.folder,
            seen_as=args.seen_as,
        )
    except (SmokeError, subprocess.TimeoutExpired) as problem:
        print(f"FAILED: {problem}", file=sys.stderr)
        return 1
    print("All checks passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
