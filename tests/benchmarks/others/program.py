"""What every program of the comparison is asked to do, and what comes of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

OPENED_WITHIN_S = 300.0
ANSWERED_WITHIN_S = 60.0
MOST_MEMORY = 10_000_000_000
"""Bytes; a program that takes more is ended, before the machine suffers."""


class GivenUp(Exception):
    """A step was not done within its limit, or its program took too much memory."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Seconds since the process was started.

    Attributes:
        first_rows: until the first rows stood on the screen.
        all_rows: until all could be searched; None: no difference can be seen.
    """

    first_rows: float
    all_rows: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step came to.

    Attributes:
        seconds: from the last key or click, or from the call, to the rows of the answer.
        shown: those rows, the first of them at least, as the program itself tells them.
    """

    seconds: float
    shown: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for, and what every program has to come to.

    Attributes:
        digits: the last six of ``imei``.
        imei: of a session past the middle of the table; no row above it holds the digits in its IMEI.
        first: the IMEI of the first row that has one.
        weak: how many sessions have a battery under 80 %.
        weak_first: the IMEI of the oldest of them.
    """

    digits: str
    imei: str
    first: str
    weak: int
    weak_first: str


class Program(Protocol):
    """One program with the million sessions in it; made anew for every run."""

    def open(self) -> Opened:
        """Start it; raises GivenUp, as do the other steps."""
        ...

    def find(self) -> Answer:
        """Find a session by the last six digits of its IMEI."""
        ...

    def filter_and_sort(self) -> Answer:
        """Leave the batteries under 80 %, the oldest session first."""
        ...

    def memory(self) -> int:
        """Bytes in memory, of all its processes."""
        ...

    def picture(self, file: Path) -> None:
        """Keep what is on its screen, under that name with the ending that fits."""
        ...

    def close(self) -> None:
        """End it, whatever it is doing."""
        ...
