"""Typing, sorting and scrolling in a large list: from the key to the painted screenful."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import SESSIONS, large_profile

NAME = "list"
EACH_SIZE = True
FRAME_MS = 1000 / 60

HERE = Path(__file__).resolve().parent


def measure() -> list[Figure]:
    """Do everything once in a window of its own."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        found = _run(profile)
    keys = [took for times in found["typed"].values() for took in times]
    return [
        _figure("key to painted result: any of these", keys, 50),
        *(_figure(f"key to painted result: {name}", times, 50) for name, times in found["typed"].items()),
        _figure("search to counted facets", found["facets"], 200),
        *(
            Figure(f"first screenful by {name.lower()}", took, "ms", goal=Goal("at most", 150))
            for name, took in found["sorted"].items()
        ),
        _figure(f"a page further in {SESSIONS:,} sessions", found["pages"], 50),
        _figure("a jump anywhere", found["jumps"], 50),
    ]


def _run(profile: Path) -> dict[str, Any]:
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, str(HERE / "list_window.py"), str(profile)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _figure(name: str, times: list[float], most: float) -> Figure:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]
    return Figure(f"{name}: p95 of {len(times)}", p95, "ms", FRAME_MS, "a frame", Goal("at most", most))
