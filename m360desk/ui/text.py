"""Figures, times and identities in words for people: pure functions, now and the zone are passed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QLocale

from m360desk.core.titles import title_of as title_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

#: Stands where a figure is missing.
NOTHING = "–"
#: Keeps a figure and its unit on one line.
NO_BREAK = "\u00a0"
ELLIPSIS = "…"

#: Own names instead of the C library's: they do not change with the process's locale.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LocalTime(NamedTuple):
    """A moment in two lines: the clock and the day."""

    clock: str
    day: str


class ImeiParts(NamedTuple):
    """An IMEI as people compare it: type allocation code (8 digits), serial (6), check digit."""

    tac: str
    serial: str
    check: str


def moment(time_ms: int, zone: tzinfo) -> datetime | None:
    """Return the local time of milliseconds since 1970 UTC, or None beyond the calendar's ends."""
    try:
        return (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(zone)
    except (OverflowError, ValueError, OSError):
        return None


def local_time(time_ms: int | None, *, now_ms: int, zone: tzinfo) -> LocalTime:
    """Return clock and day: Today, Yesterday, "Fri 20 Nov" (this week and last), "20 Nov", "12 Nov 2025"."""
    when = None if time_ms is None else moment(time_ms, zone)
    now = moment(now_ms, zone)
    if when is None or now is None:
        return LocalTime(NOTHING, "")
    return LocalTime(f"{when:%H:%M}", day_name(when.date(), now.date()))


def day_name(day: date, today: date) -> str:
    """Return the shortest name of a day that cannot be mistaken today."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day.year != today.year:
        return long_date(day)
    last_monday = today - timedelta(days=today.weekday() + 7)
    short = f"{day.day} {_MONTHS[day.month - 1]}"
    if last_monday <= day < last_monday + timedelta(days=14):
        return f"{WEEKDAYS[day.weekday()]} {short}"
    return short


def long_date(day: date) -> str:
    """Return "23 Nov 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_name(month: str) -> str:
    """Return "Nov 2026" for "2026-11"."""
    year, _, number_of = month.partition("-")
    return f"{_MONTHS[int(number_of) - 1]} {year}"


def date_of(time_ms: int | None, zone: tzinfo) -> str:
    """Return the local day of a moment as "23 Nov 2026", a dash when there is none."""
    when = None if time_ms is None else moment(time_ms, zone)
    return NOTHING if when is None else long_date(when.date())


def clock_of(time_ms: int | None, zone: tzinfo) -> str:
    """Return the local time of day of a moment as "15:02", "" when there is none."""
    when = None if time_ms is None else moment(time_ms, zone)
    return "" if when is None else f"{when:%H:%M}"


def date_and_clock(time_ms: int | None, zone: tzinfo) -> str:
    """Return "23 Nov 2026 15:02"."""
    when = None if time_ms is None else moment(time_ms, zone)
    return NOTHING if when is None else f"{long_date(when.date())} {when:%H:%M}"


def spoken_time(time_ms: int | None, *, now_ms: int, zone: tzinfo) -> str:
    """Return day and clock inside a sentence: "today 14:32", "Fri 20 Nov 17:46"."""
    clock, day = local_time(time_ms, now_ms=now_ms, zone=zone)
    if not day:
        return clock
    return f"{day.lower() if day in ('Today', 'Yesterday') else day} {clock}"


def iso_time(time_ms: int | None, zone: tzinfo) -> str:
    """Return the moment for a tip: ISO 8601 in local time with its offset, to the second."""
    when = None if time_ms is None else moment(time_ms, zone)
    return "" if when is None else when.isoformat(sep=" ", timespec="seconds")


def number(value: float | None, *, decimals: int | None = None, locale: QLocale | None = None) -> str:
    """Return a figure with the locale's separators; a dash when it is missing.

    Without ``decimals``: whole numbers without any, others with as many as they have, three at most.
    """
    if value is None or value != value:
        return NOTHING
    where = locale if locale is not None else _system_locale()
    if decimals is None:
        rounded = f"{value:.3f}".rstrip("0").rstrip(".")
        decimals = len(rounded.partition(".")[2])
    if decimals == 0:
        return where.toString(round(value)) if abs(value) < 2**62 else f"{value:.3g}"
    return where.toString(float(value), "f", decimals)


def percent(value: float | None, *, decimals: int | None = None, locale: QLocale | None = None) -> str:
    """Return "78 %", its parts kept on one line."""
    return with_unit(value, "%", decimals=decimals, locale=locale)


def with_unit(
    value: float | None, unit: str, *, decimals: int | None = None, locale: QLocale | None = None
) -> str:
    """Return a figure and its unit, kept on one line; a dash alone when it is missing."""
    figure = number(value, decimals=decimals, locale=locale)
    if figure == NOTHING or not unit:
        return figure
    return f"{figure}{NO_BREAK}{unit}"


def counted(count: int, one: str, many: str, *, locale: QLocale | None = None) -> str:
    """Return "1 session", "1,204 sessions"."""
    return f"{number(count, locale=locale)} {one if count == 1 else many}"


def storage(gigabytes: float | None, *, locale: QLocale | None = None) -> str:
    """Return a storage size as shops name it: "128 GB", "1 TB"; "" when it is not known."""
    if gigabytes is None or gigabytes != gigabytes:
        return ""
    if gigabytes >= 1000:
        terabytes = gigabytes / (1024 if gigabytes % 1024 == 0 else 1000)
        return with_unit(terabytes, "TB", decimals=None if terabytes % 1 == 0 else 1, locale=locale)
    return with_unit(gigabytes, "GB", decimals=0 if gigabytes >= 10 else None, locale=locale)


def imei_parts(imei: str) -> ImeiParts | None:
    """Return the groups of an IMEI of 15 digits (8, 6 and 1), or None for anything else."""
    if len(imei) != 15 or not (imei.isascii() and imei.isdigit()):
        return None
    return ImeiParts(imei[:8], imei[8:14], imei[14])


def grouped_imei(imei: str) -> str:
    """Return "35291811 284617 2"; what is not 15 digits stays as it is."""
    parts = imei_parts(imei)
    return imei if parts is None else NO_BREAK.join(parts)


def shortened(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters, its end replaced by an ellipsis."""
    flat = " ".join(text.split()) if "\n" in text or "\t" in text else text
    return flat if len(flat) <= most else flat[: max(0, most - 1)].rstrip() + ELLIPSIS


def shortened_middle(text: str, most: int) -> str:
    """Return an identity of at most ``most`` characters, both ends kept: the ends are what people compare."""
    if len(text) <= most:
        return text
    head = (most - 1 + 1) // 2
    tail = most - 1 - head
    return text[:head] + ELLIPSIS + (text[-tail:] if tail else "")


def listed(items: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _system_locale() -> QLocale:
    """Return the user's locale, or British English for the C locale, which has no thousands separators."""
    locale = QLocale()
    if locale.language() is not QLocale.Language.C:
        return locale
    return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
