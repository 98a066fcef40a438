"""Reading notes: what was strange in a record, and how it was read all the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from m360desk.core import derive, derive_state, parsing, units
from m360desk.core.diagnostics import verdict
from m360desk.core.fields import FIELDS, Kind
from m360desk.core.identity import imei_problem
from m360desk.core.reading import SCALARS, Reading, is_blank

_LONGEST_QUOTE: Final = 60  # characters of a strange value
_MOST_NAMES: Final = 12  # property names in one note
_ROUNDING: Final = 0.06


@dataclass(frozen=True, slots=True)
class Note:
    """One strange thing: the property, the value as it came ("" where that says nothing), how it was read."""

    property: str
    came: str
    reading: str

    def __str__(self) -> str:
        return (
            f"{self.property}: {self.came}, {self.reading}"
            if self.came
            else f"{self.property}: {self.reading}"
        )


Parse = Callable[[object, str | None], float | None]

# Quantities: property or context id, how it is parsed, its unit.
_PROPERTIES: Final[tuple[tuple[str, Parse, str], ...]] = (
    ("batteryHealthPercent", units.health_percent, "%"),
    ("batteryCycles", units.count, ""),
    ("fullChargeCapacity", units.milliampere_hours, "mAh"),
    *((name, units.milliampere_hours, "mAh") for name in derive.DESIGN_SOURCES),
    ("internalStorage", units.gigabytes, "GB"),
    ("internalStorageFree", units.gigabytes, "GB"),
)
_CONTEXTS: Final[tuple[tuple[str, Parse, str], ...]] = (
    ("BatteryTemperature", units.celsius, "°C"),
    ("BatteryVoltage", units.volts, "V"),
    ("BatteryOriginalCapacity", units.milliampere_hours, "mAh"),
    ("BatteryCurrentCapacity", units.milliampere_hours, "mAh"),
    ("BatteryCycles", units.count, ""),
    ("BatteryDrainPercentLost", units.percent, "%"),
    ("StorageTotal", units.gigabytes, "GB"),
    ("StorageFree", units.gigabytes, "GB"),
)
_KINDS: Final = {name: field.kind for field in FIELDS for name in field.sources}
_TIMES: Final = tuple(name for name, kind in _KINDS.items() if kind is Kind.TIME)
_FLAGS: Final = tuple(name for name, kind in _KINDS.items() if kind is Kind.FLAG)
_TEXTS: Final = (
    *(name for name, kind in _KINDS.items() if kind is Kind.TEXT),
    *("imei", "imei2", "sessionId", "marketingName", "modelName"),
)
_OBJECTS: Final = ("device", "stickyData")

# Every property that the program has a name for (endpoint page, or seen in the field).
KNOWN: Final = frozenset(
    {
        *_KINDS,
        *_TEXTS,
        *_OBJECTS,
        *(name for name, _, _ in _PROPERTIES),
        *derive_state.SIM_SOURCES,
        *derive_state.WIPE_SOURCES,
        *derive_state.EXPENSE_SOURCES,
        *("id", "frpState", "associatedAccount", "brandAccounts", "MDMState", "rooted", "iosJailbreak"),
        *("secureLocked", "simTrayPresence", "diagnosticsResults", "diagnosticsResult", "gradingResult"),
        *("gradingPhotos", "oemCheckResult", "blacklistCheckResult", "diagnosticsReports"),
    }
)


def as_it_came(value: object) -> str:
    """A value in words: its type where that is the surprise, and a piece of it."""
    if isinstance(value, str):
        return f"text “{_cut(value)}”"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "nothing"}[value]
    if isinstance(value, (int, float)):
        return f"number {_cut(parsing.text(value) or 'too large')}"
    return f"a list of {len(value)}" if isinstance(value, list) else "an object"


def notes_on(reading: Reading) -> tuple[Note, ...]:
    """All notes on a record that was read."""
    found = [*_on_texts(reading), *_on_identities(reading), *_on_times(reading), *_on_flags(reading)]
    found += _on_quantities(reading)
    found += _on_objects(reading)
    return (*found, *_on_unknown(reading))


def result_notes(test: str, outcome: str) -> tuple[Note, ...]:
    """A note on a test's result that we know nothing about."""
    if not outcome or verdict(outcome) != "other":
        return ()
    return (Note(test, f"result “{_cut(outcome)}”", "not known: neither passed nor failed"),)


def time_note(name: str, value: object) -> tuple[Note, ...]:
    """A note on a time that could not be read, or not as it should be."""
    if is_blank(value):
        return ()
    ms = parsing.time_ms(value)
    if ms is None:
        return (Note(name, as_it_came(value), "not read as a time"),)
    if not isinstance(value, str) or value.strip().isdecimal():
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
        return (Note(name, as_it_came(value), f"read as {moment:%Y-%m-%d %H:%M:%S} UTC"),)
    if datetime.fromisoformat(value.strip()).tzinfo is None:
        return (Note(name, as_it_came(value), "without an offset, read as UTC"),)
    return ()


def _on_texts(reading: Reading) -> list[Note]:
    found = []
    for name in _TEXTS:
        value = reading.merged.get(name)
        if isinstance(value, (dict, list, float, bool)) and not is_blank(value):
            read = parsing.text(value)
            found.append(
                Note(name, as_it_came(value), f"read as “{_cut(read)}”" if read else "not read as a text")
            )
    return found


def _on_identities(reading: Reading) -> list[Note]:
    found = []
    for name in ("imei", "imei2"):
        written = parsing.text(reading.merged.get(name))
        problem = imei_problem(written) if written else None
        if written and problem:
            found.append(Note(name, f"“{_cut(written)}”", f"no identity: {problem}"))
    return found


def _on_times(reading: Reading) -> list[Note]:
    return [note for name in _TIMES for note in time_note(name, reading.merged.get(name))]


def _on_flags(reading: Reading) -> list[Note]:
    found = []
    for name in _FLAGS:
        value = reading.merged.get(name)
        if not is_blank(value) and not isinstance(value, bool):
            read = {1: "read as yes", 0: "read as no", None: "not read as yes or no"}[parsing.flag(value)]
            found.append(Note(name, as_it_came(value), read))
    return found


def _on_quantities(reading: Reading) -> list[Note]:
    found: list[Note] = []
    for name, parse, unit in _PROPERTIES:
        found += _quantity_note(name, reading.merged.get(name), None, parse, unit)
    for name, parse, unit in _CONTEXTS:
        value, beside = reading.contexts.get(name, (None, None))
        found += _quantity_note(name, value, beside, parse, unit)
    return found


def _quantity_note(name: str, value: object, beside: str | None, parse: Parse, unit: str) -> list[Note]:
    if is_blank(value):
        return []
    figure = parse(value, beside) if type(value) in SCALARS else None
    if figure is None:
        return [Note(name, as_it_came(value), "not read as a figure")]
    came = parsing.quantity_of(value, beside)
    as_written = came is not None and came[1] in {"", unit.lower()} and abs(came[0] - figure) < _ROUNDING
    if as_written or (
        unit == "GB" and came is not None and came[1] == "tb"
    ):  # the usual way to write 1,024 GB
        return []
    with_unit = as_it_came(value) + (f" {beside}" if beside and not isinstance(value, str) else "")
    return [Note(name, with_unit, f"read as {parsing.text(figure)}{' ' if unit else ''}{unit}")]


def _on_objects(reading: Reading) -> list[Note]:
    return [
        Note(name, as_it_came(value), "an object was expected, so it was passed over")
        for name in _OBJECTS
        if not is_blank(value := reading.record.get(name)) and not isinstance(value, dict)
    ]


def _on_unknown(reading: Reading) -> list[Note]:
    names = [name for name in reading.merged if name not in KNOWN]
    if not names:
        return []
    listed = ", ".join(_cut(name) for name in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    counted = "1 property" if len(names) == 1 else f"{len(names)} properties"
    return [Note(f"{counted} without a name here", "", listed + more)]


def _cut(text: str | None) -> str:
    text = text or ""
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
