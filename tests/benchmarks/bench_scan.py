"""From a scan's last key to the painted verdict, of devices in a large cache."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import SESSIONS, large_profile

NAME = "scan"
SCANS = 200

HERE = Path(__file__).resolve().parent


def measure() -> list[Figure]:
    """Scan devices from all over the cache, one after the other, into one window."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        found = _scan(profile)
    times = found["clock"]
    name = f"scan to painted card, {SESSIONS:,} sessions"
    return [
        Figure(f"{name}: p50", _percentile(times, 50), "ms"),
        Figure(f"{name}: p95 of {len(times)}", _percentile(times, 95), "ms", goal=Goal("at most", 50)),
        Figure(f"{name}: p95 of processor time", _percentile(found["processor"], 95), "ms"),
        Figure(f"{name}: slowest", max(times), "ms"),
        Figure(f"{name}: the first, which builds the card", times[0], "ms"),
    ]


def _scan(profile: Path) -> dict[str, list[float]]:
    """Milliseconds by the clock, and of processor time: on a busy machine the two lie far apart."""
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, str(HERE / "scan_window.py"), str(profile), str(SCANS)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, list[float]] = json.loads(done.stdout)
    assert len(found["clock"]) == SCANS
    return found


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
