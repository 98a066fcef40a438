"""Opening sessions with the arrow key in a large list: from the key press to the painted detail pane."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import large_profile

NAME = "open"
EACH_SIZE = True
STEPS = 300
HELD_SECONDS = 10.0

HERE = Path(__file__).resolve().parent


def measure() -> list[Figure]:
    """Step through the list once with each step waited for, once with the key held."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        found = _run(profile)
    steps, held = found["steps"], found["held"]
    return [
        Figure("key press to painted pane: p50", _percentile(steps["wall"], 50), "ms"),
        Figure(
            "key press to painted pane: p95", _percentile(steps["wall"], 95), "ms", goal=Goal("at most", 50)
        ),
        Figure("the UI thread's own share of it: p95", _percentile(steps["own"], 95), "ms"),
        Figure("key held: turn of the event loop, p99", _percentile(held["wall"], 99), "ms"),
        Figure(
            f"key held: worst of {len(held['own']):,} turns, own time",
            max(held["own"]),
            "ms",
            goal=Goal("at most", 33),
        ),
        Figure("key held: worst turn on the clock", max(held["wall"]), "ms"),
    ]


def _run(profile: Path) -> dict[str, dict[str, list[float]]]:
    variables = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(HERE.parents[1])}
    command = [sys.executable, str(HERE / "open_window.py"), str(profile), str(STEPS), str(HELD_SECONDS)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout)
    return found


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]
