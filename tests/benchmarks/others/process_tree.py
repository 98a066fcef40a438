"""A started program with all its children: what they have in memory, what they compute, their end."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.processes import memory_of

_USER_TICKS, _SYSTEM_TICKS = 11, 12
"""Places in /proc/PID/stat behind the name of the program."""
_PATIENCE_S = 10.0


class ProcessTree:
    """Knows the processes below one; Linux tells them in /proc."""

    def __init__(self, root: int) -> None:
        self.root = root

    @property
    def pids(self) -> list[int]:
        """The first process and all below it that live."""
        found, waiting = [], [self.root]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += _children(pid)
        return found

    def memory(self) -> int:
        """Bytes in memory (RSS), added up."""
        return sum(map(_memory, self.pids))

    def processor_seconds(self) -> float:
        """Computed so far by those that live."""
        return sum(map(_ticks, self.pids)) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End all of them at once; nothing that they hold is worth asking for."""
        for pid in self.pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


class Child:
    """A program of the comparison, started in a session of its own."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
        with log.open("wb") as said:
            self._process = subprocess.Popen(
                command,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.tree = ProcessTree(self._process.pid)

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def end(self, patience: float = 0) -> None:
        """Kill it and its children, where it has not ended by itself within some seconds."""
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.tree.kill()
            self._process.wait(_PATIENCE_S)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def _memory(pid: int) -> int:
    try:
        return memory_of(pid)
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0


def _ticks(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(told[_USER_TICKS]) + int(told[_SYSTEM_TICKS])
