"""Memory that is no longer needed goes back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HELD = """
import sys
from m360desk.system.memory import return_free_blocks, return_large_blocks

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

{before}
bytearray(30_000_000)  # from here on glibc keeps blocks that are smaller
first = resident()
blocks = [(bytearray(SIZE), bytearray(3_000)) for _ in range(COUNT)]
small = [pair[1] for pair in blocks]  # stand between the holes
del blocks
{after}
print(resident() - first)
"""


def held(size: int, count: int, *, before: str = "", after: str = "") -> int:
    """Bytes that a process keeps after it has freed large blocks."""
    code = HELD.format(before=before, after=after).replace("SIZE", str(size)).replace("COUNT", str(count))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc's way")
def test_large_blocks_go_back_when_they_are_freed() -> None:
    assert held(4_000_000, 20, before="return_large_blocks()") < 10_000_000 < held(4_000_000, 20)


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc's way")
def test_free_blocks_go_back_when_that_is_asked_for() -> None:
    assert held(500_000, 100, after="return_free_blocks()") < 10_000_000 < held(500_000, 100)
