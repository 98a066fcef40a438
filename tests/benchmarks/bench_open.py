"""Opening sessions with the arrow key in a large list: from the key press to the painted detail pane."""

import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure, Goal, percentile, spread
from tests.benchmarks.processes import told_by
from tests.benchmarks.workshop import large_profile

NAME = "open"
EACH_SIZE = True
STEPS = 300
HELD_SECONDS = 10.0


def measure() -> list[Figure]:
    """Step through the list once with each step waited for, once with the key held."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        found = told_by("open_window.py", profile, STEPS, HELD_SECONDS)
    steps, held = found["steps"], found["held"]
    return [
        *spread("key press to painted pane", steps["wall"], 50),
        Figure("the UI thread's own share of it: p95", percentile(steps["own"], 95), "ms"),
        Figure("key held: turn of the event loop, p99", percentile(held["wall"], 99), "ms"),
        Figure(
            "key held: worst turn, own time",
            max(held["own"]),
            "ms",
            goal=Goal("at most", 33),
        ),
        Figure("key held: worst turn on the clock", max(held["wall"]), "ms"),
    ]
