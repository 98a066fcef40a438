"""From the start of the process to the first rows of a large cache painted; and what is loaded after."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from m360desk.simulator.account import EXAMPLE_AUTH_CODE
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.system.paths import find_places
from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.processes import memory_of
from tests.benchmarks.workshop import KEPT, large_profile, make_profile

NAME = "start"
EACH_SIZE = True
PAIRS = 20
WARM_UPS = 2
LOADED = 3

HERE = Path(__file__).resolve().parent
MEGABYTE = 1_000_000
# Qt's offscreen platform says it of any window; whatever else a child says is passed on.
ALWAYS_SAID = "This plugin does not support propagateSizeHints()"


class Start(NamedTuple):
    """Milliseconds until something was painted, those of processor time among them, and bytes in memory."""

    clock: float
    processor: float
    memory: int


def measure() -> list[Figure]:
    """Start the empty window and the program in turns; then let the program load everything."""
    empty = [str(HERE / "start_empty.py")]
    with users_profile() as profile:
        program = [str(HERE / "start_window.py"), str(profile)]
        # A whole start keeps what the next ones load.
        subprocess.run([sys.executable, *program, "whole"], env=_variables(), check=True)
        for _ in range(WARM_UPS):
            _start(empty)
            _start(program)
        pairs = [(_start(empty), _start(program)) for _ in range(PAIRS)]
        loaded = [_load(profile) for _ in range(LOADED)]
    floors, starts = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    name = "first rows"
    empty_memory = _middle([floor.memory for floor in floors])
    return [
        Figure(
            name,
            _middle([start.clock for start in starts]),
            "ms",
            _middle([floor.clock for floor in floors]),
            f"empty window, {PAIRS} pairs",
            Goal("at most", 1.5, of_ratio=True),
            _middle([start.clock / floor.clock for floor, start in pairs]),
        ),
        Figure(
            f"{name}: processor time",
            _middle([start.processor for start in starts]),
            "ms",
            _middle([floor.processor for floor in floors]),
            "empty window",
            ratio=_middle([start.processor / floor.processor for floor, start in pairs]),
        ),
        Figure(
            f"{name}: slowest",
            max(start.clock for start in starts),
            "ms",
            max(floor.clock for floor in floors),
            "empty window",
        ),
        Figure(
            "memory then",
            _middle([start.memory for start in starts]) / MEGABYTE,
            "MB",
            empty_memory / MEGABYTE,
            "empty window",
        ),
        Figure(
            "memory when all is loaded, over the empty window's",
            (_middle([run["memory"] for run in loaded]) - empty_memory) / MEGABYTE,
            "MB",
            goal=Goal("at most", 180),
        ),
        Figure(
            "memory after use, over the empty window's",
            (_middle([run["used"] for run in loaded]) - empty_memory) / MEGABYTE,
            "MB",
            goal=Goal("at most", 180),
        ),
        Figure(
            "longest turn while the charts' libraries are loaded",
            _middle([run["libraries"] for run in loaded]),
            "ms",
            goal=Goal("at most", 33),
        ),
        Figure(
            "longest turn when the charts are opened first",
            _middle([run["charts"] for run in loaded]),
            "ms",
            goal=Goal("at most", 100),
        ),
    ]


@contextmanager
def users_profile() -> Iterator[Path]:
    """A profile like a user's, at the vendor's address and off-line, with the large cache in it."""
    large = large_profile()
    with tempfile.TemporaryDirectory(dir=KEPT) as name:
        profile = Path(name) / "m360desk"
        make_profile(profile, "")
        folder = find_places(profile).cache_dir
        folder.mkdir(parents=True, exist_ok=True)
        cache = next(find_places(large).cache_dir.glob("*-live-*.sqlite3"))
        os.link(cache, cache_file(folder, CacheKey(account_hash(EXAMPLE_AUTH_CODE), "live")))
        yield profile


def _variables() -> dict[str, str]:
    # Compiled files are kept as in an installed program, but not beside the sources.
    compiled = {"PYTHONPYCACHEPREFIX": str(KEPT / "compiled"), "PYTHONPATH": str(HERE.parents[1])}
    variables = {**os.environ, **compiled}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return variables


def _start(arguments: list[str]) -> Start:
    """Start a child that says when it has painted, and look at it then."""
    pipe = subprocess.PIPE
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, env=_variables()
    )
    with child:
        assert child.stdout is not None
        said = child.stdout.readline().split()
        took = (time.perf_counter() - began) * 1000
        memory = memory_of(child.pid)
        _, errors = child.communicate(b"\n")
    _pass_on(errors.decode())
    assert said[:1] == [b"painted"], said
    return Start(took, int(said[1]) / 1000, memory)


def _load(profile: Path) -> dict[str, float]:
    """Let the window load everything; what that cost."""
    command = [sys.executable, str(HERE / "loaded_window.py"), str(profile)]
    done = subprocess.run(command, env=_variables(), capture_output=True, text=True, check=False)
    _pass_on(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _pass_on(errors: str) -> None:
    for line in errors.splitlines():
        if line != ALWAYS_SAID:
            print(line, file=sys.stderr)


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values)
