"""numpy is loaded late, by whichever thread needs it first, and whole for all others."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys, threading
from importlib import import_module
from m360desk.core.late_numpy import load_numpy
sys.setswitchinterval(1e-5)
assert "numpy" not in sys.modules
together = threading.Barrier(3)
loaded = []

def load(name):
    together.wait()
    load_numpy()
    import_module(name)
    loaded.append(name)

names = ("m360desk.core.places", "m360desk.store.in_memory", "m360desk.core.facet_counts")
threads = [threading.Thread(target=load, args=(name,)) for name in names]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert sorted(loaded) == sorted(names), loaded
print("whole")
"""


@pytest.mark.parametrize("_", range(3))
def test_threads_that_need_numpy_at_once_get_the_whole_of_it(_: int) -> None:
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
