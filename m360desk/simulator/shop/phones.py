"""The phones a European shop meets, how often it meets each at a time, and their systems."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from m360desk.simulator.shop.phones_android import ANDROID
from m360desk.simulator.shop.phones_apple import APPLE

if TYPE_CHECKING:
    from random import Random

    from m360desk.simulator.shop.phone import Phone

PHONES: tuple[Phone, ...] = (*APPLE, *ANDROID)

# (day it came out, version): what a device of that time that is kept up to date runs.
_IOS = tuple(
    (date.fromisoformat(day).toordinal(), version)
    for day, version in (
        ("2015-09-16", "9.0"), ("2016-09-13", "10.0.2"), ("2017-09-19", "11.0.3"),
        ("2018-09-17", "12.0.1"), ("2019-05-13", "12.3.1"), ("2019-09-24", "13.1.3"),
        ("2019-12-10", "13.3"), ("2020-05-20", "13.5.1"), ("2020-09-16", "14.0.1"),
        ("2021-01-26", "14.4"), ("2021-05-24", "14.6"), ("2021-09-20", "15.0.2"),
        ("2021-12-13", "15.2.1"), ("2022-03-14", "15.4.1"), ("2022-07-20", "15.6.1"),
        ("2022-09-12", "16.0.2"), ("2022-12-13", "16.2"), ("2023-03-27", "16.4.1"),
        ("2023-07-24", "16.6.1"), ("2023-09-18", "17.0.3"), ("2023-12-11", "17.2.1"),
        ("2024-03-05", "17.4.1"), ("2024-05-13", "17.5.1"), ("2024-08-07", "17.6.1"),
        ("2024-09-16", "18.0.1"), ("2024-12-11", "18.2.1"), ("2025-03-31", "18.4.1"),
        ("2025-07-29", "18.6.2"), ("2025-09-15", "26.0.1"), ("2025-11-03", "26.1"),
        ("2026-02-10", "26.3"), ("2026-06-02", "26.5"),
    )
)  # fmt: skip
_LAST_OF_MAJOR = {15: "15.8.4", 16: "16.7.11", 18: "18.7.2"}
_ANDROID = tuple(
    (date.fromisoformat(day).toordinal(), version)
    for day, version in (
        ("2016-08-22", 7), ("2017-08-21", 8), ("2018-08-06", 9), ("2019-09-03", 10), ("2020-09-08", 11),
        ("2021-10-04", 12), ("2022-08-15", 13), ("2023-10-04", 14), ("2024-10-15", 15), ("2025-06-10", 16),
    )
)  # fmt: skip


def _release_day(phone: Phone) -> int:
    return date.fromisoformat(f"{phone.released}-15").toordinal()


RELEASE_DAY: tuple[int, ...] = tuple(_release_day(phone) for phone in PHONES)


@lru_cache(maxsize=2048)
def _weights(month: int) -> tuple[tuple[float, ...], float]:
    """Running totals of the models' weights in that month (months of 30 days since year 1)."""
    day = month * 30
    weights = [
        _weight(phone.share, day - released) for phone, released in zip(PHONES, RELEASE_DAY, strict=True)
    ]
    totals = tuple(accumulate(weights))
    return totals, totals[-1]


def _weight(share: float, days: int) -> float:
    """New phones are rare on a bench, most come after two to five years, then they thin out."""
    if days < 30:
        return 0.0
    years = days / 365.25
    rising = min(1.0, 0.12 + years / 2.2)
    fading = 1.0 if years < 6 else max(0.25, 1 - (years - 6) / 6)
    return share * rising * fading


def choose_phone(rng: Random, day: int) -> tuple[Phone, int]:
    """A model that a shop may meet on that day (proleptic ordinal), and the ordinal of its release."""
    totals, total = _weights(day // 30)
    if total <= 0:  # earlier than the oldest model of the table
        return PHONES[0], min(RELEASE_DAY[0], day - 40)
    at = min(bisect_right(totals, rng.random() * total), len(PHONES) - 1)
    return PHONES[at], RELEASE_DAY[at]


@lru_cache(maxsize=65536)
def system_version(phone: Phone, day: int) -> str:
    """The system's version on a device of that model that was last updated on that day."""
    if phone.is_apple:
        version = _IOS[max(0, bisect_right(_IOS, (day, "~")) - 1)][1]
        major = int(version.partition(".")[0])
        if major > phone.os_last:
            return _LAST_OF_MAJOR.get(phone.os_last, f"{phone.os_last}.7")
        return version if major >= phone.os_first else f"{phone.os_first}.0.1"
    android = _ANDROID[max(0, bisect_right(_ANDROID, (day - 150, 99)) - 1)][1]
    return str(min(max(android, phone.os_first), phone.os_last))
