"""A sync that is killed at any moment loses nothing, and reads few pages twice."""

import os
import random
import subprocess
import sys
from pathlib import Path

from tests.services.conftest import Bench

PAGE = 10
KILLS = 6
CHILD = Path(__file__).with_name("sync_child.py")


def kill_a_sync(bench: Bench, dice: random.Random) -> None:
    """Start a sync in another process, and kill it after some page, and a random moment on."""
    simulator = bench.simulator
    arguments = [simulator.url, simulator.auth_code, simulator.auth_token, str(bench.path), str(PAGE)]
    root = str(CHILD.parents[2])
    child = subprocess.Popen(
        [sys.executable, str(CHILD), *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert child.stdout is not None
    for _ in range(dice.randrange(2, 14)):
        child.stdout.readline()
    # Spend a random while without a clock: the child is anywhere between two pages then.
    sum(range(dice.randrange(300_000)))
    child.kill()
    child.stdout.close()
    child.wait()


def test_killed_at_random_moments_the_end_is_the_same(bench: Bench) -> None:
    dice = random.Random(5)
    bench.control("reset-counters")
    for _ in range(KILLS):
        kill_a_sync(bench, dice)
    read = pages_down(bench)
    result = bench.sync(page_limit=PAGE)
    read += pages_down(bench)
    assert result.complete
    assert sorted(bench.cached()) == sorted(bench.listed())
    needed = len(bench.listed()) / PAGE
    # Each start looks at the newest page, and up to four pages were under way when it was killed.
    assert read <= needed + KILLS * 6


def pages_down(bench: Bench) -> int:
    return sum(body.get("order") == "id:desc" for body in bench.asked())
