"""From a scan's last key to the painted verdict, of devices in a large cache."""

import shutil
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Figure, spread
from tests.benchmarks.processes import told_by
from tests.benchmarks.workshop import large_profile

NAME = "scan"
EACH_SIZE = True
SCANS = 200


def measure() -> list[Figure]:
    """Scan devices from all over the cache, one after the other, into one window."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        found = told_by("scan_window.py", profile, SCANS)
    times = found["clock"]
    assert len(times) == SCANS
    return [
        *spread("scan to painted card", times, 50),
        # On a busy machine the clock and the processor lie far apart.
        *spread("scan to painted card, of processor time", found["processor"], None),
        Figure("scan to painted card: slowest", max(times), "ms"),
        Figure("scan to painted card: the first, which builds the card", times[0], "ms"),
    ]
