"""From the start of the process to the first rows of a large cache on the screen."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import KEPT, SESSIONS, large_profile

NAME = "start"
PAIRS = 20
WARM_UPS = 2

HERE = Path(__file__).resolve().parent


def measure() -> list[Figure]:
    """Start the empty window and the program in turns."""
    profile = large_profile()
    empty = [str(HERE / "start_empty.py")]
    program = [str(HERE / "start_window.py"), str(profile)]
    for _ in range(WARM_UPS):
        _start(empty)
        _start(program)
    floors, times = [], []
    for _ in range(PAIRS):
        floors.append(_start(empty))
        times.append(_start(program))
    ratio = statistics.median(time / floor for time, floor in zip(times, floors, strict=True))
    floor = statistics.median(floors)
    name = f"first rows of {SESSIONS:,} sessions"
    return [
        Figure(name, statistics.median(times), "ms", floor, "an empty window"),
        Figure(f"{name}, slowest", max(times), "ms", max(floors), "the slowest empty window"),
        Figure(
            f"median ratio of {PAIRS} interleaved pairs", ratio, "× floor", goal=Goal("at most", 2)
        ),
    ]  # fmt: skip


def _start(arguments: list[str]) -> float:
    """Milliseconds until the child says that it has painted."""
    # Compiled files are kept as in an installed program, but not beside the sources.
    compiled = {"PYTHONPYCACHEPREFIX": str(KEPT / "compiled"), "PYTHONPATH": str(HERE.parents[1])}
    variables = {**os.environ, **compiled}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    began = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, env=variables) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        took = (time.perf_counter() - began) * 1000
    assert said == b"painted\n", said
    return took
