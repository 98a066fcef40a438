"""Single values as they come: texts, numbers with units, times, yes or no.

Everything here is total: a value that cannot be read is None, never an exception.
"""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from m360desk.core.late_regex import LateRegex

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_INTEGER: Final = 2**63 - 1  # what an SQLite column holds
_LONGEST_NUMBER: Final = 60  # characters; a longer text is no number that anybody wrote

_QUANTITY = LateRegex(
    r"[~≈]?\s*([+\-−]?(?:\d[\d\s.,'’]*\d|\d|[.,]\d+)(?:[eE][+-]?\d{1,3})?)\s*((?:[%°(/]|[^\W\d_]).*)?",
    re.DOTALL,
)
# One figure with words or a currency about it; a sign counts where only a currency parts it from the figure.
_MONEY = LateRegex(
    r"([^\d+\-−]*?)([+\-−]?)\s*((?:[^\W\d_]{1,3}|[^\w\s.,'’+\-−])?)\s*(\d[\d\s.,'’]*\d|\d)([^\d]*)", re.DOTALL
)
_MONEY_UNIT: Final = "(money)"
_THOUSANDS = LateRegex(r"[\s'’]")
_GROUPED = LateRegex(r"\d{1,3}(?:[.,]\d{3})+")
# Units whose figures are whole numbers: a point or comma before three digits parts thousands.
_WHOLE_UNITS: Final = frozenset({"mah", "cycles", "cycle", "x", "times", _MONEY_UNIT})
# Units whose figures are small: a comma before three digits is a decimal comma.
_FINE_UNITS: Final = frozenset({"v", "%", "°c", "℃", "c", "°f", "f"})

YES: Final = frozenset({"true", "yes", "y", "1", "on"})
NO: Final = frozenset({"false", "no", "n", "0", "off"})


def text(value: object) -> str | None:
    """A value as trimmed text; blank texts, empty lists and objects are None. A list of texts is joined."""
    if type(value) is str:
        return value.strip() or None
    if value is None or isinstance(value, dict):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if abs(value) <= 10**_LONGEST_NUMBER else None
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, list):
        return (
            ", ".join(part for item in value if not isinstance(item, list) and (part := text(item))) or None
        )
    return None


def _float_text(value: float) -> str | None:
    if not math.isfinite(value):
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e18 else str(value)


def number(value: object) -> float | None:
    """A finite number, its unit aside."""
    if type(value) is int:
        return float(value) if -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER else None
    if type(value) is float:
        return value if math.isfinite(value) else None
    if type(value) is str:
        found = quantity(value)
        return found[0] if found else None
    return None


def quantity_of(value: object, unit: object = None) -> tuple[float, str] | None:
    """A number and its unit in lower case ("" where none came); ``unit`` is one that came beside it."""
    if type(value) is str:
        found = quantity(value)
        if found is None or found[1] or type(unit) is not str:
            return found
        return found[0], unit.strip().lower()
    figure = number(value)
    if figure is None:
        return None
    return figure, unit.strip().lower() if type(unit) is str else ""


@lru_cache(maxsize=8192)
def quantity(written: str) -> tuple[float, str] | None:
    """Read a text such as "3095 mAh", "31,4 °C", "1 024 GB" or "100%": the number and the unit in lower case.

    A lone point or comma before exactly three digits parts thousands where the unit is whole (mAh, cycles), a
    comma also where the unit is not one of small figures (V, °C, %).
    """
    if len(written) > _LONGEST_NUMBER:
        return None
    match = _QUANTITY.compiled.fullmatch(written.strip())
    if match is None:
        return None
    rest = (match[2] or "").strip()
    unit = rest.split()[0].lower() if rest else ""
    digits = _plain_digits(_THOUSANDS.compiled.sub("", match[1].replace("−", "-")), unit)
    try:
        figure = float(digits)
    except ValueError:
        return None
    return (figure, unit) if math.isfinite(figure) else None


def _plain_digits(digits: str, unit: str) -> str:
    point, comma = digits.count("."), digits.count(",")
    if point and comma:
        decimal = "." if digits.rfind(".") > digits.rfind(",") else ","
        return digits.replace("," if decimal == "." else ".", "").replace(",", ".")
    separators = point + comma
    if not separators:
        return digits
    grouped = _GROUPED.compiled.fullmatch(digits.lstrip("+-")) is not None
    if separators > 1:
        return digits.replace(".", "").replace(",", "") if grouped else "no number"
    parts_thousands = unit in _WHOLE_UNITS or (comma and unit not in _FINE_UNITS)
    if grouped and parts_thousands and not digits.lstrip("+-").startswith("0"):
        return digits.replace(",", "").replace(".", "")
    return digits.replace(",", ".")


def money(value: object) -> float | None:
    """An amount of money, currency and words aside: 148, "€148", "Amount €148", "1.234,50 zł", "USD 1,234".

    Beside a currency a lone point or comma before three digits parts thousands: no price has three decimals.
    """
    if type(value) is not str:
        return number(value)
    match = _MONEY.compiled.fullmatch(value.strip()) if len(value) <= _LONGEST_NUMBER else None
    if match is None or not (match[1] or match[3] or match[5]):
        found = quantity(value)
        return found[0] if found is not None and found[1] not in _WHOLE_UNITS else None
    digits = _plain_digits(_THOUSANDS.compiled.sub("", match[4]), _MONEY_UNIT)
    try:
        figure = float(digits)
    except ValueError:
        return None
    return -figure if match[2] in {"-", "−"} else figure


def integer(value: object) -> int | None:
    """A whole number (rounded), its unit aside."""
    if type(value) is int:
        return value if -_LARGEST_INTEGER <= value <= _LARGEST_INTEGER else None
    figure = number(value)
    return round(figure) if figure is not None and abs(figure) < 2**62 else None


def flag(value: object) -> int | None:
    """1 for yes, 0 for no; texts and numbers that say so count."""
    if value is True:
        return 1
    if value is False:
        return 0
    if value is None:
        return None
    word = (text(value) or "").lower()
    if word in YES:
        return 1
    return 0 if word in NO else None


# Sessions are younger than the service and will hardly outlive the century: other years are mistakes.
_FIRST_YEAR: Final = 1980
_LAST_YEAR: Final = 2199
_FIRST_MS: Final = int((datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 1000
_LAST_MS: Final = int((datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) * 1000
_EPOCH_IN_MS_FROM: Final = (
    1e11  # a larger figure counts milliseconds: as seconds it would be past the year 5000
)
_DAY_DIGITS: Final = 8  # 20260826
_SECOND_DIGITS: Final = 14  # 20260826051412


def time_ms(value: object) -> int | None:
    """A moment in milliseconds since 1970-01-01 UTC, from ISO 8601 or a number of seconds or milliseconds.

    The vendor's times are ISO 8601 in UTC (seen in the field); without an offset UTC is assumed. Years
    before 1980 or after 2199 are None.
    """
    if type(value) is not str:
        return _from_number(value)
    written = value.strip()
    if written.isdecimal() and len(written) not in {_DAY_DIGITS, _SECOND_DIGITS}:
        return _from_number(int(written) if len(written) < _LONGEST_NUMBER else None)
    try:
        moment = datetime.fromisoformat(written)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        passed = moment - _EPOCH
    except (ValueError, OverflowError):
        return _from_compact(written)
    ms = passed.days * 86_400_000 + passed.seconds * 1000 + passed.microseconds // 1000
    return ms if _FIRST_MS <= ms < _LAST_MS else None


def _from_compact(written: str) -> int | None:
    if len(written) != _SECOND_DIGITS or not written.isdecimal():
        return None
    return time_ms(f"{written[:_DAY_DIGITS]}T{written[_DAY_DIGITS:]}")


def _from_number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) < 1e17:  # also: not a number
        return None
    ms = int(value) if abs(value) >= _EPOCH_IN_MS_FROM else int(value * 1000)
    return ms if _FIRST_MS <= ms < _LAST_MS else None
