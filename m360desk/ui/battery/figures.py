"""What the page shows for a query: read and computed in the slow lane, small when it comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from m360desk.core import battery_fleet as fleet
from m360desk.core.battery_figures import Distribution, Month, distribution, monthly_trend
from m360desk.core.folding import fold

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from numpy.typing import NDArray

    from m360desk.core.battery import Limits
    from m360desk.core.cancel import CancelToken
    from m360desk.core.query import Compare
    from m360desk.store.reader import CacheReader
    from m360desk.ui.battery.terms import OwnTerm, Parts


@dataclass(frozen=True, slots=True)
class Trend:
    """The months: ``final`` by the last session of each device, ``intake`` by its first.

    ``running`` is the year and month that has not ended.
    """

    final: tuple[Month, ...]
    intake: tuple[Month, ...]
    running: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wear:
    """Health against cycles."""

    density: fleet.Density
    curve: tuple[fleet.CurvePoint, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of the page, over devices by their newest session in the search.

    ``search`` holds what the whole query finds; the charts ignore their own brushes, which are ``own``.
    ``sessions`` is the number of sessions in the search.
    """

    own: tuple[OwnTerm, ...]
    limits: Limits
    sessions: int
    search: Distribution
    distribution: Distribution
    trend: Trend
    wear: Wear
    models: tuple[fleet.ModelFigures, ...]

    @property
    def devices(self) -> int:
        """Devices in the search, with a reading or without."""
        return self.search.known + self.search.unknown


@dataclass(frozen=True, slots=True)
class Columns:
    """The sessions that answer a query without its brushes, as columns, and their order by device."""

    values: dict[str, NDArray[np.float64]]
    devices: NDArray[np.int64]
    models: fleet.Coded
    order: NDArray[np.int64]


@dataclass
class Gatherer:
    """Reads columns and computes figures; keeps the columns while neither the query nor the cache changes.

    Used in one thread.
    """

    _kept_for: tuple[str, int, int] | None = field(default=None, init=False)
    _kept: Columns | None = field(default=None, init=False)

    def gather(
        self,
        reader: CacheReader,
        token: CancelToken,
        parts: Parts,
        limits: Limits,
        now: datetime,
        revision: int = 0,
    ) -> Figures:
        """All figures for a query taken apart; months are those of the zone of ``now``.

        Columns are read anew for another ``revision``, and after every page that was stored.
        Raises Cancelled, and the store's errors.
        """
        columns = self._columns(reader, token, parts, revision)
        token.check()
        return compute(columns, parts.own, limits, now)

    def _columns(self, reader: CacheReader, token: CancelToken, parts: Parts, revision: int) -> Columns:
        wanted = (parts.rest.text, reader.newest_batch(), revision)
        if self._kept is None or self._kept_for != wanted:
            self._kept, self._kept_for = None, None
            self._kept = read_columns(reader, token, parts)
            self._kept_for = wanted
        return self._kept


def read_columns(reader: CacheReader, token: CancelToken, parts: Parts) -> Columns:
    """Read what the charts need of all sessions that answer the query without its brushes."""
    found = reader.columns(parts.rest, ("device", "time", "battery", "cycles", "model"), cancel=token)
    values = {name: np.array(found[name], np.float64) for name in ("time", "battery", "cycles")}
    devices = fleet.coded(found["device"], missing_apart=True).codes
    token.check()
    models = fleet.coded([_text(name) for name in found["model"]])
    return Columns(values, devices, models, fleet.by_device(devices, values["time"]))


def _text(value: object) -> str | None:
    """A text of the cache; what UTF-8 cannot hold stands there as bytes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else None


def compute(columns: Columns, own: tuple[OwnTerm, ...], limits: Limits, now: datetime) -> Figures:
    """Compute the figures of each chart, each without its own brush."""
    zone = now.tzinfo
    assert zone is not None  # noqa: S101 - local time knows where it is
    values, health = columns.values, columns.values["battery"]
    # A brush over cycles may mark a range of health too: then both terms are that chart's own.
    by_cycles = ("cycles", "battery") if any(term.field == "cycles" for term in own) else ()
    choices = _Choices(columns, own)
    searched, months = choices.newest(), choices.newest("time")
    first, worn, modelled = choices.first("time"), choices.newest(*by_cycles), choices.newest("model")
    cycles = values["cycles"][worn]
    models = fleet.Coded(columns.models.codes[modelled], columns.models.texts)
    return Figures(
        own=own,
        limits=limits,
        sessions=choices.sessions,
        search=_distribution(health[searched], limits),
        distribution=_distribution(health[choices.newest("battery")], limits),
        trend=Trend(
            _months(values["time"][months], health[months], limits, zone),
            _months(values["time"][first], health[first], limits, zone),
            (now.year, now.month),
        ),
        wear=Wear(fleet.density(cycles, health[worn]), fleet.median_curve(cycles, health[worn])),
        models=fleet.model_table(models, health[modelled], limits),
    )


def _distribution(health: NDArray[np.float64], limits: Limits) -> Distribution:
    return distribution(health, limits)  # type: ignore[arg-type]  # an array serves as a sequence


def _months(
    times: NDArray[np.float64], health: NDArray[np.float64], limits: Limits, zone: tzinfo
) -> tuple[Month, ...]:
    return monthly_trend(times, health, limits, zone)  # type: ignore[arg-type]  # arrays serve as sequences


class _Choices:
    """The sessions that stand for their devices, chart by chart; what is equal is found once."""

    def __init__(self, columns: Columns, own: tuple[OwnTerm, ...]) -> None:
        self._columns, self._own = columns, own
        self._counted: dict[tuple[OwnTerm, ...], NDArray[np.bool_]] = {}
        self._newest: dict[tuple[OwnTerm, ...], NDArray[np.int64]] = {}

    @property
    def sessions(self) -> int:
        """How many sessions fulfil all terms."""
        return int(np.count_nonzero(self._of(self._own)))

    def newest(self, *ignored: str) -> NDArray[np.int64]:
        """The newest session of each device that fulfils all terms but those on the ignored fields."""
        terms = self._without(ignored)
        if terms not in self._newest:
            columns = self._columns
            self._newest[terms] = fleet.newest(columns.order, columns.devices, self._of(terms))
        return self._newest[terms]

    def first(self, *ignored: str) -> NDArray[np.int64]:
        """The first session of each device, likewise."""
        return fleet.first(self._columns.order, self._columns.devices, self._of(self._without(ignored)))

    def _without(self, ignored: tuple[str, ...]) -> tuple[OwnTerm, ...]:
        return tuple(term for term in self._own if term.field not in ignored)

    def _of(self, terms: tuple[OwnTerm, ...]) -> NDArray[np.bool_]:
        if terms not in self._counted:
            self._counted[terms] = _fulfilling(self._columns, terms)
        return self._counted[terms]


def nothing(limits: Limits, now: datetime) -> Figures:
    """The figures of no session at all."""
    none = np.zeros(0)
    codes = np.zeros(0, np.int64)
    values = {"time": none, "battery": none, "cycles": none}
    return compute(Columns(values, codes, fleet.Coded(codes, ()), codes), (), limits, now)


def _fulfilling(columns: Columns, terms: tuple[OwnTerm, ...]) -> NDArray[np.bool_]:
    fulfilled = np.ones(columns.devices.size, np.bool_)
    for term in terms:
        any_of = np.zeros_like(fulfilled)
        for choice in term.choices:
            any_of |= _compared(columns, choice)
        fulfilled &= any_of
    return fulfilled


def _compared(columns: Columns, term: Compare) -> NDArray[np.bool_]:
    """What a condition on a number, or on the model's whole name, says of each session; NaN fulfils none."""
    if term.field.name == "model":
        named = [isinstance(text, str) and fold(text) in term.values for text in columns.models.texts]
        return np.array(named, np.bool_)[columns.models.codes]
    values = columns.values[term.field.name]
    if term.op == "absent":
        return np.isnan(values)
    if term.op == "present":
        return np.isfinite(values)
    figures = [float(value) for value in term.values]
    if term.op == "range":
        return (values >= figures[0]) & (values <= figures[1])
    if term.op == "=":
        return np.isin(values, figures)
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[term.op]
    fulfilled: NDArray[np.bool_] = compare(values, figures[0])
    return fulfilled
