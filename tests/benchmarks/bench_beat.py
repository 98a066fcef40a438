"""The beat of the window's thread while somebody types, sorts and scrolls: at rest and during syncs."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from m360desk.simulator.host import SimulatorProcess
from tests.benchmarks.figures import Figure, Goal, percentile
from tests.benchmarks.processes import told_by
from tests.benchmarks.workshop import FLEET, SESSIONS, large_profile, make_profile

NAME = "beat"
EACH_SIZE = True
FRAME_MS = 1000 / 60
SECONDS = 60
REST_SECONDS = 20
RATE = 5
ADDED = SECONDS * RATE * 100 * 2
"""More new sessions than a sync at that rate can fetch meanwhile."""

FRESH = 100_000
"""Sessions of the account that is synced from nothing."""

HERE = Path(__file__).resolve().parent


def measure() -> list[Figure]:
    """Measure one situation after the other, each in a program of its own."""
    kept = large_profile()
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(kept, profile)
        rest = _run(profile, REST_SECONDS)
        with SimulatorProcess(*FLEET, "--rate", str(RATE)) as simulator:
            simulator.control("add", count=ADDED)
            steady = _run(profile, SECONDS, simulator)
        assert steady["sessions"] > SESSIONS, "nothing was synced meanwhile"
        fresh = Path(name) / "fresh"
        with SimulatorProcess("--sessions", str(FRESH), *FLEET[2:], "--prerender") as simulator:
            make_profile(fresh, simulator.url)
            unlimited = _run(fresh, 0, simulator)
        assert unlimited["new"] == FRESH, unlimited["new"]
    return [
        *_figures("at rest", rest, None, None),
        *_figures(f"syncing {RATE * 100} sessions a second", steady, FRAME_MS, 4 * FRAME_MS),
        *_figures("syncing without limit", unlimited, 2 * FRAME_MS, None),
    ]


def _run(profile: Path, seconds: int, simulator: SimulatorProcess | None = None) -> dict[str, Any]:
    """Seconds 0: until the sync ends."""
    variables, what = {}, "rest"
    if simulator is not None:
        what = "sync"
        variables["M360DESK_AUTH_CODE"] = simulator.auth_code
        variables["M360DESK_AUTH_TOKEN"] = simulator.auth_token
    with subprocess.Popen(
        [sys.executable, str(HERE / "beat_floor.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as waiting:
        found: dict[str, Any] = told_by("beat_window.py", profile, what, seconds, variables=variables)
        idle, _ = waiting.communicate("")
    found["idle"] = json.loads(idle)
    return found


def _figures(name: str, run: dict[str, Any], p99: float | None, worst: float | None) -> list[Figure]:
    """The floor is a process that only waited beside it: what the machine did to everybody."""
    gaps, work, floor = run["gaps"], run["work"], run["idle"]
    waiting = "a process that only waits"
    return [
        Figure(f"{name}: p50", percentile(gaps, 50), "ms"),
        Figure(
            f"{name}: p99",
            percentile(gaps, 99),
            "ms",
            percentile(floor, 99),
            waiting,
            Goal("at most", p99) if p99 else None,
        ),
        Figure(
            f"{name}: worst",
            max(gaps),
            "ms",
            max(floor),
            waiting,
            Goal("at most", worst) if worst else None,
        ),
        Figure(f"{name}: the thread's own work, p99", percentile(work, 99), "ms"),
    ]
