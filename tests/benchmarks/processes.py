"""What the system tells of a process."""

import sys
from pathlib import Path

_PAGE = 4096


def memory_of(pid: int) -> int:
    """Bytes of a process that are in memory; 0 where the system does not tell (it is Linux' way)."""
    told = Path(f"/proc/{pid}/statm")
    return int(told.read_text().split()[1]) * _PAGE if told.exists() else 0


def most_memory() -> int:
    """The most bytes that this process ever had in memory; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
