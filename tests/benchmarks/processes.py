"""Children of a benchmark, and what the system tells of a process."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from m360desk.app import Application

HERE = Path(__file__).resolve().parent

_PAGE = 4096


def memory_of(pid: int) -> int:
    """Bytes of a process that are in memory; 0 where the system does not tell (it is Linux' way)."""
    told = Path(f"/proc/{pid}/statm")
    return int(told.read_text().split()[1]) * _PAGE if told.exists() else 0


def most_memory() -> int:
    """The most bytes that this process ever had in memory; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    told = Path("/proc/self/status")
    if told.exists():
        # Not getrusage(): that counts what the process had in memory before it became this program, too.
        line = next(line for line in told.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def processor() -> str:
    """Cores, and their name and the memory where the system tells (it is Linux' way)."""
    cores = f"{os.cpu_count()} cores"
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return f"{cores} {platform.processor()}".rstrip()
    names = (line.partition(":")[2].strip() for line in told.read_text().splitlines() if "model name" in line)
    memory = os.sysconf("SC_PHYS_PAGES") * _PAGE / 2**30
    return f"{cores} {next(names, platform.machine())}, {memory:.0f} GB"


def told_by(script: str, *arguments: object, variables: Mapping[str, str] | None = None) -> Any:
    """What a script beside this file prints as JSON, run without a display in a process of its own.

    Raises:
        RuntimeError: it failed; what it said on standard error.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    done = subprocess.run(command, env=environment | dict(variables or {}), capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr}")
    return json.loads(done.stdout)


def is_warm(application: "Application") -> bool:
    """Whether a window has loaded everything and read the columns: that belongs to the start alone."""
    from m360desk.ui.shell import CHARTS

    lanes = application.desk.lanes
    assert lanes is not None
    is_loaded = hasattr(sys.modules.get(CHARTS), "BatteryPage") and lanes.slow.is_free_for("")
    return is_loaded and not application.shell.awaits


def is_at_rest(application: "Application") -> bool:
    """Whether nothing was asked for a while: what answers took for a moment has been given back."""
    desk = application.desk
    assert desk.lanes is not None
    lanes = (desk.lanes.rows, desk.lanes.bulk, desk.lanes.slow, desk.chores)
    is_asked = any(lane._done or not lane.is_free_for("") for lane in lanes)
    return is_warm(application) and not desk._idle.isActive() and not is_asked
