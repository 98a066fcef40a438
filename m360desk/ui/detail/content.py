"""What the detail pane shows, as plain data: written by the ``describe`` modules, painted by the widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

    from m360desk.core.battery import Limits
    from m360desk.ui.marks import Mark

#: Sections in their order. The key names a section in settings.
SECTIONS = (
    ("history", "Same device"),
    ("tests", "Tests"),
    ("battery", "Battery"),
    ("storage", "Storage"),
    ("locks", "Locks"),
    ("parts", "Parts"),
    ("grading", "Grading"),
    ("blacklist", "Blacklist"),
    ("wipe", "Wipe"),
    ("expenses", "Expenses"),
    ("reports", "Reports"),
    ("notes", "Reading notes"),
    ("versions", "Earlier versions"),
    ("raw", "Raw record"),
)
#: Folded until the user opens them: they are long or seldom wanted.
FOLDED_AT_FIRST = frozenset({"versions", "raw"})


@dataclass(frozen=True, slots=True)
class PaneContext:
    """What the pane must know beside the session: the moment (ms since 1970 UTC), zone, limits, mode.

    ``local_service``: the service runs on this computer, as the demo's does; then its links, which are http
    to this computer, may be opened too.
    """

    now_ms: int
    zone: tzinfo
    limits: Limits
    mode: str = "live"
    local_service: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; font and colour by their names in the theme."""

    text: str
    font: str = "body"
    colour: str = "text"


@dataclass(frozen=True, slots=True)
class Piece:
    """Runs of text at a place of a line.

    ``at`` is in pixels at a body text of 13, measured from the right end where ``right`` is set. A piece that
    ``yields`` is shortened before any other when there is no room for all.
    """

    at: int
    runs: tuple[Run, ...]
    right: bool = False
    yields: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section.

    ``below`` stands under it, small and indented, and wraps. ``half`` lines stand two beside each other. A
    line that ``wraps`` has one small text that takes as many rows as it needs. ``target`` is what a click or
    Enter asks for.
    """

    pieces: tuple[Piece, ...]
    mark: Mark | None = None
    mark_size: int = 14
    icon: str = ""
    icon_colour: str = "text2"
    below: tuple[str, ...] = ()
    half: bool = False
    wraps: bool = False
    spoken: str = ""
    copied: str = ""
    tip: str = ""
    target: int | str | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict in two or three words. ``tone`` gives its colours; None is the violet of made-up data."""

    text: str
    tone: Mark | None
    icon: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class IdentityItem:
    """One identity: what is shown, and what its button copies ("" when there is nothing to copy).

    ``shorter`` is shown where there is no room for the whole.
    """

    caption: str
    shown: str
    copied: str = ""
    tip: str = ""
    shorter: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """State of health in percent, as a figure and in words, with its band; None when there is no reading."""

    percent: float | None
    figure: str
    limit: float
    mark: Mark
    verdict: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One battery reading: when (ms since 1970 UTC), charge cycles, state of health in percent."""

    time_ms: int | None
    cycles: int | None
    percent: float


@dataclass(frozen=True, slots=True)
class SectionContent:
    """A section's header and lines; without lines it is one line that says why (``summary``)."""

    summary: tuple[Run, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class PaneContent:
    """Everything but the raw record. ``imei`` is the device's where it is a valid one."""

    title: str
    facts: str
    badges: tuple[Badge, ...]
    identity: tuple[IdentityItem, ...]
    sections: dict[str, SectionContent]
    gauge: Gauge
    readings: tuple[Reading, ...] = ()
    battery_notes: tuple[Line, ...] = ()
    dashboard_link: str = ""
    imei: str = ""
    properties: int = 0
    plain_text: str = field(default="", repr=False)
