"""Measured quantities in the catalogue's units, from values with other units, or with none.

Every function takes the value (a number or a text) and, where one came beside it, its unit; what is not
plausible is None.
"""

from functools import lru_cache
from typing import Final

from m360desk.core import parsing

# Fleets repeat their figures: reading them again costs more than remembering them. Typed, because 1 == True.
_remembering = lru_cache(maxsize=4096, typed=True)

_STORAGE_UNITS: Final = {
    "b": 1e-9,
    "bytes": 1e-9,
    "kb": 1e-6,
    "kib": 1024 / 2**30,
    "mb": 1e-3,
    "mib": 1024**2 / 2**30,
    "gb": 1.0,
    "gib": 1.0,  # phones are sold by the number, whichever giga is meant
    "tb": 1024.0,  # "1 TB" on a phone's box is the size above 512 GB
    "tib": 1024.0,
}
_BYTES_FROM: Final = 1e8  # a bare figure from here on counts bytes
_MEGABYTES_FROM: Final = 4097  # and from here on megabytes: no phone has that many gigabytes


@_remembering
def gigabytes(value: object, unit: object = None) -> float | None:
    """Storage in GB: "128 GB", "1 TB" (1,024), 128, 131072 (MB), 137438953472 (bytes)."""
    found = parsing.quantity_of(value, unit)
    if found is None or found[0] < 0:
        return None
    figure, written = found
    if written:
        factor = _STORAGE_UNITS.get(written)
        return round(figure * factor, 2) if factor is not None else None
    if figure >= _BYTES_FROM:
        return round(figure / (2**30 if figure % 2**20 == 0 else 1e9), 2)
    if figure >= _MEGABYTES_FROM:
        # 128,000 is a multiple of both: round thousands are meant as such.
        return round(figure / (1024 if figure % 1024 == 0 and figure % 1000 else 1000), 2)
    return round(figure, 2)


@_remembering
def percent(value: object, unit: object = None) -> float | None:
    """A percentage of 0 to 100."""
    found = parsing.quantity_of(value, unit)
    if found is None or found[1] not in {"", "%"} or not 0 <= found[0] <= 100:
        return None
    return round(found[0], 2)


@_remembering
def health_percent(value: object, unit: object = None) -> float | None:
    """A battery's state of health in percent, to one decimal.

    A figure under 1 without a percent sign is a fraction; nothing and less, or more than twice the
    capacity, is no state of health.
    """
    found = parsing.quantity_of(value, unit)
    if found is None or found[1] not in {"", "%"}:
        return None
    figure, written = found
    if 0 < figure < 1 and not written:
        figure *= 100
    return round(figure, 1) if 0 < figure <= 200 else None


def health_of_capacities(full_charge: float | None, design: float | None) -> float | None:
    """State of health in percent, to one decimal, from full charge and design capacity (both in mAh)."""
    if not full_charge or not design:
        return None
    share = 100 * full_charge / design
    return round(share, 1) if 5 <= share <= 200 else None


@_remembering
def count(value: object, unit: object = None) -> int | None:
    """A count of charge cycles: "812 cycles", 812."""
    found = parsing.quantity_of(value, unit)
    if found is None or found[1] not in {"", "cycles", "cycle", "x", "times"}:
        return None
    return round(found[0]) if 0 <= found[0] <= 100_000 else None


@_remembering
def milliampere_hours(value: object, unit: object = None) -> int | None:
    """A capacity in mAh: "3095 mAh", "3.1 Ah", 3095, 3095000 (µAh)."""
    found = parsing.quantity_of(value, unit)
    if found is None:
        return None
    figure, written = found
    if written == "ah":
        figure *= 1000
    elif written in {"µah", "μah", "uah"} or (not written and figure > 100_000):
        figure /= 1000
    elif written not in {"", "mah"}:
        return None
    return round(figure) if 1 <= figure <= 100_000 else None


@_remembering
def celsius(value: object, unit: object = None) -> float | None:
    """A temperature in °C; a bare figure over 100 counts tenths of a degree, as Android does."""
    found = parsing.quantity_of(value, unit)
    if found is None:
        return None
    figure, written = found
    scale = written.lstrip("°").strip()
    if scale in {"f", "℉", "fahrenheit"}:
        figure = (figure - 32) / 1.8
    elif scale in {"k", "kelvin"}:
        figure -= 273.15
    elif scale not in {"", "c", "℃", "celsius", "degrees"}:
        return None
    elif not scale and abs(figure) > 100:
        figure /= 10
    return round(figure, 1) if -60 <= figure <= 100 else None


@_remembering
def volts(value: object, unit: object = None) -> float | None:
    """A voltage in V; a bare figure over 100 counts millivolts, over 100,000 microvolts."""
    found = parsing.quantity_of(value, unit)
    if found is None:
        return None
    figure, written = found
    if written in {"µv", "μv", "uv"} or (not written and figure > 100_000):
        figure /= 1_000_000
    elif written == "mv" or (written in {"", "v"} and figure > 100):
        figure /= 1000
    elif written not in {"", "v", "volt", "volts"}:
        return None
    return round(figure, 3) if 0 <= figure <= 60 else None
