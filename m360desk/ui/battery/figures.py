"""What the page shows for a query: computed in the slow lane from columns in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from m360desk.core import battery_fleet as fleet
from m360desk.core.battery_capacity import Capacities, capacities
from m360desk.core.battery_figures import Distribution, distribution
from m360desk.core.battery_trend import Period, Unit, trend, unit_for
from m360desk.core.folding import as_text
from m360desk.core.query import AnyOf
from m360desk.ui.battery.one_device import device_figures

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from numpy.typing import NDArray

    from m360desk.core.battery import Limits
    from m360desk.core.battery_history import DeviceFigures
    from m360desk.core.cancel import CancelToken
    from m360desk.store.column_search import Found
    from m360desk.store.columns import Columns
    from m360desk.store.reader import CacheReader
    from m360desk.ui.battery.terms import OwnTerm, Parts

_COMPARED = range(2, 5)
"""So many models are compared with each other: fewer have nothing beside them, more cannot be told apart."""
_LEAST_COMPARED = 10


@dataclass(frozen=True, slots=True)
class Ways:
    """How to count: ``every`` session, not only the newest of a device; the table ``by`` model or brand.

    ``unit`` is the trend's; None: whichever suits the time that the sessions span.
    """

    every: bool = False
    by: Literal["model", "brand"] = "model"
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """The months or weeks: ``final`` by the last session of each device, ``intake`` by its first.

    ``today`` lies in the period that has not ended.
    """

    final: tuple[Period, ...]
    intake: tuple[Period, ...]
    unit: Unit
    today: date


@dataclass(frozen=True, slots=True)
class Wear:
    """Health against cycles: of all devices, and of each of a few models."""

    density: fleet.Density
    curve: tuple[fleet.CurvePoint, ...]
    models: tuple[tuple[str, tuple[fleet.CurvePoint, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of the page, over devices by their newest session in the search, or over every session.

    ``search`` holds what the whole query finds; the charts ignore their own brushes, which are ``own``.
    ``sessions`` is the number of sessions in the search; ``models`` are brands where ``ways`` say so.
    ``device`` is the one that the search holds, None where it holds none or several.
    """

    own: tuple[OwnTerm, ...]
    limits: Limits
    ways: Ways
    sessions: int
    search: Distribution
    distribution: Distribution
    trend: Trend
    wear: Wear
    models: tuple[fleet.ModelFigures, ...]
    capacities: Capacities
    device: DeviceFigures | None = None

    @property
    def devices(self) -> int:
        """What is counted in the search, with a reading or without: devices, or sessions."""
        return self.search.known + self.search.unknown


def gather(
    reader: CacheReader, token: CancelToken, parts: Parts, limits: Limits, now: datetime, ways: Ways
) -> Figures:
    """All figures for a query taken apart; months are those of the zone of ``now``.

    Raises Cancelled, and the store's errors.
    """
    own = [
        term.choices[0] if len(term.choices) == 1 else AnyOf(term.choices, term.span) for term in parts.own
    ]
    found = reader.in_memory([parts.rest.root, *own], cancel=token)
    token.check()
    return compute(found, parts.own, limits, now, ways)


def compute(found: Found, own: tuple[OwnTerm, ...], limits: Limits, now: datetime, ways: Ways) -> Figures:
    """Compute the figures of each chart, each without its own brush."""
    zone = now.tzinfo
    assert zone is not None  # noqa: S101 - local time knows where it is
    columns = found.columns
    time, health, cycles = (columns.numbers[name] for name in ("time", "battery", "cycles"))
    choices = _Choices(found, own, every=ways.every)
    # A brush over cycles may mark a range of health too: then both terms are that chart's own.
    by_cycles = ("cycles", "battery") if any(term.field == "cycles" for term in own) else ()
    searched, dated = choices.newest(), choices.newest("time")
    arrived = choices.first("time")
    worn, modelled = choices.newest(*by_cycles), choices.newest(ways.by)
    told = choices.newest("measured", "temperature", "drain")
    unit = ways.unit or unit_for(np.concatenate([time[dated], time[arrived]]))
    name = _namer(found)
    banded, unbrushed = distribution(health[searched], limits), choices.newest("battery")
    return Figures(
        own=own,
        limits=limits,
        ways=ways,
        sessions=choices.sessions,
        search=banded,
        distribution=banded if unbrushed is searched else distribution(health[unbrushed], limits),
        trend=Trend(
            trend(time[dated], health[dated], limits, zone, unit),
            () if ways.every else trend(time[arrived], health[arrived], limits, zone, unit),
            unit,
            now.date(),
        ),
        wear=Wear(
            fleet.density(cycles[worn], health[worn]),
            fleet.median_curve(cycles[worn], health[worn]),
            _compared(columns, worn, name),
        ),
        models=fleet.model_table(
            columns.codes[ways.by][modelled], health[modelled], cycles[modelled], limits, name
        ),
        capacities=capacities(
            *(columns.numbers[each][told] for each in ("measured", "temperature", "drain"))
        ),
        device=device_figures(columns, choices.mask(), limits),
    )


def nothing(limits: Limits, now: datetime) -> Figures:
    """The figures of no session at all."""
    none = distribution((), limits)
    wear = Wear(fleet.density(np.zeros(0), np.zeros(0)), ())
    empty = np.zeros(0)
    return Figures(
        (), limits, Ways(), 0, none, none, Trend((), (), "month", now.date()), wear, (),
        capacities(empty, empty, empty),
    )  # fmt: skip


class _Choices:
    """The sessions that count, chart by chart; what is equal is found once."""

    def __init__(self, found: Found, own: tuple[OwnTerm, ...], *, every: bool) -> None:
        self._columns, self._own, self._every = found.columns, own, every
        self._rest, *self._masks = found.masks
        self._found: dict[tuple[OwnTerm, ...], NDArray[np.int64]] = {}

    @property
    def sessions(self) -> int:
        """How many sessions fulfil all terms."""
        return int(np.count_nonzero(self.mask()))

    def mask(self, *ignored: str) -> NDArray[np.bool_]:
        """The sessions that fulfil all terms but those on the ignored fields."""
        mask = self._rest
        for term, own in zip(self._own, self._masks, strict=True):
            if term.field not in ignored:
                mask = mask & own
        return mask

    def newest(self, *ignored: str) -> NDArray[np.int64]:
        """Of those, the newest of each device, or every one."""
        terms = tuple(term for term in self._own if term.field not in ignored)
        if terms not in self._found:
            self._found[terms] = self._chosen(fleet.newest, self.mask(*ignored))
        return self._found[terms]

    def first(self, *ignored: str) -> NDArray[np.int64]:
        """The first of each device, likewise."""
        return self._chosen(fleet.first, self.mask(*ignored))

    def _chosen(self, pick: Callable[..., NDArray[np.int64]], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        if self._every:
            return np.flatnonzero(mask)
        order = self._columns.device_order()
        return pick(order.rows, order.runs, mask)


def _namer(found: Found) -> Callable[[int], str | None]:
    """Tells the text that a code stands for; what UTF-8 cannot hold stands there as bytes."""

    def name(code: int) -> str | None:
        text = found.terms.text(code)
        return None if text is None else as_text(text)

    return name


def _compared(
    columns: Columns, rows: NDArray[np.int64], name: Callable[[int], str | None]
) -> tuple[tuple[str, tuple[fleet.CurvePoint, ...]], ...]:
    """The median curve of each model, where the search holds a few; the most frequent one first."""
    codes, health, cycles = (
        columns.codes["model"][rows], columns.numbers["battery"][rows], columns.numbers["cycles"][rows]
    )  # fmt: skip
    counts = np.bincount(codes, minlength=1)
    often = np.flatnonzero(counts[1:] >= _LEAST_COMPARED) + 1
    if len(often) not in _COMPARED:
        return ()
    usable = ~(np.isnan(health) | np.isnan(cycles))
    curves = []
    for code in often[np.argsort(-counts[often], kind="stable")].tolist():
        own = usable & (codes == code)
        curves.append((name(code) or "", fleet.median_curve(cycles[own], health[own], 3)))
    return tuple(curves)
