"""What the scan card shows, as plain data: written by ``describe``, painted by the widgets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from m360desk.ui.marks import Mark

if TYPE_CHECKING:
    from m360desk.ui.detail.content import Gauge, Line, Reading

DEMO_WORDS = {"demo": "DEMO", "testing": "TESTING"}


class Look(Enum):
    """How a verdict is painted: filled against framed tells stop from repair without its colour."""

    PASS = auto()
    STOP = auto()
    REPLACE = auto()
    REPAIR = auto()
    UNTESTED = auto()
    NOTE = auto()
    """Nothing about a device: small, plain."""


LOOK_MARKS = {
    Look.PASS: Mark.GOOD,
    Look.STOP: Mark.STOP,
    Look.REPLACE: Mark.REPLACE,
    Look.REPAIR: Mark.REPLACE,
    Look.UNTESTED: Mark.UNKNOWN,
    Look.NOTE: Mark.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The verdict in one or three words, the sentence under it, and what was scanned at its right.

    ``code`` is what was scanned, where no device stands below; its last character is marked as wrong where
    ``wrong_end`` is set. ``made_up`` is the word for data that is not real, "" for real data.
    """

    look: Look
    title: str
    line: str
    code: str = ""
    wrong_end: bool = False
    made_up: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One row: a mark, its word, the fact, what to do or to know, and what it is about."""

    mark: Mark
    word: str
    fact: str
    more: str
    topic: str

    @property
    def spoken(self) -> str:
        """The row for those who do not see it."""
        return f"{self.word}: {self.fact}. {self.more}".strip()


@dataclass(frozen=True, slots=True)
class DeviceLines:
    """Who the device is: at the left name and facts, at the right its identity and when it was last seen."""

    name: str
    facts: str
    identity: str
    seen: str


@dataclass(frozen=True, slots=True)
class CardContent:
    """Everything on the card but the log.

    ``row_id`` is the session that Enter opens. ``remark`` is how the code was understood, or what to know
    about its identity. ``search`` is what can be searched for in the list, where there is no session to open.
    ``log_device`` and ``log_remark`` are the small words of the log's line.
    """

    headline: Headline
    device: DeviceLines | None = None
    reasons: tuple[Reason, ...] = ()
    history_summary: str = ""
    history: tuple[Line, ...] = ()
    readings: tuple[Reading, ...] = ()
    gauge: Gauge | None = None
    changed_summary: str = ""
    changed: tuple[Line, ...] = ()
    remark: str = ""
    row_id: int | None = None
    search: str = ""
    asking: bool = False
    log_device: str = ""
    log_remark: str = ""

    @property
    def spoken(self) -> str:
        """What is announced: the verdict and why."""
        head = self.headline
        name = self.device.name if self.device is not None else head.code
        return " ".join(part for part in (f"{head.title}.", head.line, f"{name}." if name else "") if part)
