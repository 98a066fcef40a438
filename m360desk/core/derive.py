"""Catalogue fields that say what the device is and how its battery stands."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from m360desk.core import identity, parsing, units
from m360desk.core.design_capacities import design_capacity
from m360desk.core.late_regex import LateRegex
from m360desk.core.reading import SCALARS, Reading, once

T = TypeVar("T")

REPORTED: Final = "reported"
MEASURED: Final = "measured"
DERIVED: Final = "derived"
# A full charge so far beyond the table's capacity is that of another variant of the model.
_MOST_DERIVED: Final = 115.0

# Beside the vendor's own name some records may carry the capacity on themselves (assumption).
DESIGN_SOURCES: Final = ("designCapacity", "batteryDesignCapacity")
_STORAGE_IN_NAME = LateRegex(r"\s*[(\[]?\b\d+(?:[.,]\d+)?\s?(?:GB|TB|MB)\b.*", re.IGNORECASE | re.DOTALL)


def session(reading: Reading) -> str | None:
    """The session's id. A property ``id`` inside the device is the device's, not the session's."""
    return parsing.text(reading.merged.get("sessionId")) or parsing.text(reading.record.get("id"))


def imei(reading: Reading) -> str | None:
    """The IMEI as bare digits where it is one, else as it came."""
    return _imei(reading.merged.get("imei"))


def imei2(reading: Reading) -> str | None:
    """The second IMEI."""
    return _imei(reading.merged.get("imei2"))


def _imei(value: object) -> str | None:
    written = parsing.text(value)
    return identity.bare_imei(written) if written else None


@once
def device(reading: Reading) -> str | None:
    """The key that sessions of the same device share."""
    get = reading.merged.get
    return identity.device_key(
        parsing.text(get("imei")), parsing.text(get("imei2")), parsing.text(get("serial"))
    )


def model(reading: Reading) -> str | None:
    """The model without storage and colour."""
    get = reading.merged.get
    marketing = parsing.text(get("marketingName"))
    if marketing:
        return marketing
    friendly = parsing.text(get("friendlyName"))
    if friendly:
        return _without_storage_and_colour(friendly, parsing.text(get("deviceColor")))
    return parsing.text(get("modelName")) or parsing.text(get("modelCode"))


@lru_cache(maxsize=4096)
def _without_storage_and_colour(name: str, colour: str | None) -> str:
    short = _STORAGE_IN_NAME.compiled.sub("", name)
    if short == name and colour and name.lower().endswith(" " + colour.lower()):
        short = name[: -len(colour)]
    return short.strip(" ,-(") or name


def storage(reading: Reading) -> float | None:
    """Storage size in GB; the storage test's total where the record has none."""
    size = _property(reading, "internalStorage", units.gigabytes)
    return size if size is not None else _context(reading, "StorageTotal", units.gigabytes)


def storage_free(reading: Reading) -> float | None:
    """Free storage in GB."""
    size = _property(reading, "internalStorageFree", units.gigabytes)
    return size if size is not None else _context(reading, "StorageFree", units.gigabytes)


@once
def reported(reading: Reading) -> float | None:
    """State of health as the device reports it, in percent; above 100 is normal for a new cell."""
    return _property(reading, "batteryHealthPercent", units.health_percent)


def battery(reading: Reading) -> float | None:
    """State of health in percent: the reported one, else full charge by design capacity.

    Where the device does not tell its design capacity, that of its model counts, if it is known.
    """
    percent = reported(reading)
    if percent is None:
        percent = measured(reading)
    return percent if percent is not None else _derived(reading)


def battery_source(reading: Reading) -> str | None:
    """Where the state of health comes from."""
    if reported(reading) is not None:
        return REPORTED
    if measured(reading) is not None:
        return MEASURED
    return DERIVED if _derived(reading) is not None else None


@once
def measured(reading: Reading) -> float | None:
    """State of health in percent by full charge and design capacity, where the device tells both."""
    return units.health_of_capacities(full_charge(reading), design(reading))


@once
def _derived(reading: Reading) -> float | None:
    name = model(reading) if full_charge(reading) and not design(reading) else None
    if name is None:
        return None
    percent = units.health_of_capacities(full_charge(reading), design_capacity(name))
    return percent if percent is not None and percent <= _MOST_DERIVED else None


def cycles(reading: Reading) -> int | None:
    """Charge cycles."""
    count = _property(reading, "batteryCycles", units.count)
    return count if count is not None else _context(reading, "BatteryCycles", units.count)


@once
def full_charge(reading: Reading) -> int | None:
    """Full charge capacity in mAh."""
    capacity = _property(reading, "fullChargeCapacity", units.milliampere_hours)
    if capacity is not None:
        return capacity
    return _context(reading, "BatteryCurrentCapacity", units.milliampere_hours)


@once
def design(reading: Reading) -> int | None:
    """Design capacity in mAh; the battery test's first, it is the documented place (guide)."""
    capacity = _context(reading, "BatteryOriginalCapacity", units.milliampere_hours)
    for name in DESIGN_SOURCES:
        if capacity is None:
            capacity = _property(reading, name, units.milliampere_hours)
    return capacity


def temperature(reading: Reading) -> float | None:
    """Battery temperature in °C."""
    return _context(reading, "BatteryTemperature", units.celsius)


def voltage(reading: Reading) -> float | None:
    """Battery voltage in V."""
    return _context(reading, "BatteryVoltage", units.volts)


def drain(reading: Reading) -> float | None:
    """Charge lost in the drain test, in percentage points."""
    return _context(reading, "BatteryDrainPercentLost", units.percent)


def _property(reading: Reading, name: str, parse: Callable[[object, str | None], T | None]) -> T | None:
    value = reading.merged.get(name)
    return parse(value, None) if type(value) in SCALARS else None


def _context(reading: Reading, name: str, parse: Callable[[object, str | None], T | None]) -> T | None:
    found = reading.contexts.get(name)
    return parse(found[0], found[1]) if found is not None else None
