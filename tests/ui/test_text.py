"""Words for people: times by the calendar, figures by the locale, identities in their groups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from m360desk.ui import text

_BERLIN = ZoneInfo("Europe/Berlin")
_NOW = datetime(2026, 11, 23, 14, 33, tzinfo=_BERLIN)  # a Monday
_ENGLISH = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 0, 0, tzinfo=_BERLIN), "Today"),
        (datetime(2026, 11, 22, 23, 59, tzinfo=_BERLIN), "Yesterday"),
        (datetime(2026, 11, 20, 17, 46, tzinfo=_BERLIN), "Fri 20 Nov"),
        (datetime(2026, 11, 16, 6, 30, tzinfo=_BERLIN), "Mon 16 Nov"),
        (datetime(2026, 11, 15, 6, 30, tzinfo=_BERLIN), "15 Nov"),
        (datetime(2026, 1, 30, 19, 12, tzinfo=_BERLIN), "30 Jan"),
        (datetime(2025, 12, 24, 3, 17, tzinfo=_BERLIN), "24 Dec 2025"),
        (datetime(2026, 11, 24, 9, 0, tzinfo=_BERLIN), "Tue 24 Nov"),  # a clock that is ahead
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "Today"),  # already Monday here
    ],
)
def test_days_are_named_by_the_local_calendar(moment: datetime, day: str) -> None:
    shown = text.local_time(_ms(moment), now_ms=_ms(_NOW), zone=_BERLIN)
    assert shown == (f"{moment.astimezone(_BERLIN):%H:%M}", day)


def test_times_in_sentences_and_tips() -> None:
    moment = _ms(datetime(2026, 11, 23, 13, 32, 8, tzinfo=UTC))
    assert text.spoken_time(moment, now_ms=_ms(_NOW), zone=_BERLIN) == "today 14:32"
    assert text.iso_time(moment, _BERLIN) == "2026-11-23 14:32:08+01:00"
    assert text.date_and_clock(moment, _BERLIN) == "23 Nov 2026 14:32"
    assert text.date_of(None, _BERLIN) == text.NOTHING


@given(st.integers(-(2**63), 2**63), st.integers(-12, 14))
def test_no_time_is_too_strange(time_ms: int, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    assert text.local_time(time_ms, now_ms=_ms(_NOW), zone=zone).clock
    text.iso_time(time_ms, zone)
    assert text.date_and_clock(time_ms, zone)


def test_figures_by_the_locale() -> None:
    german = QLocale(QLocale.Language.German, QLocale.Country.Germany)
    assert text.number(312406, locale=_ENGLISH) == "312,406"
    assert text.number(3.81, locale=german) == "3,81"
    assert text.number(1038.0, locale=german) == "1.038"
    assert text.number(81.26, decimals=1, locale=_ENGLISH) == "81.3"
    assert text.number(None) == text.number(float("nan")) == "–"
    assert text.percent(78, locale=_ENGLISH) == "78\u00a0%"
    assert text.with_unit(None, "mAh") == "–"
    assert text.counted(1, "session", "sessions") == "1 session"
    assert text.storage(128) == "128\u00a0GB"
    assert (text.storage(1024), text.storage(1000), text.storage(None)) == ("1\u00a0TB", "1\u00a0TB", "")


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_figure_is_too_strange(value: float) -> None:
    assert text.number(value)
    text.storage(value)


def test_identities() -> None:
    assert text.grouped_imei("352918112846172") == "35291811\u00a0284617\u00a02"
    assert text.imei_parts("35291811284617") is None
    assert text.grouped_imei("no digits") == "no digits"
    assert text.shortened_middle("AS4M9T2X7KQ81L0PD3", 9) == "AS4M…0PD3"
    assert text.shortened("one\ntwo three", 8) == "one two…"


@given(st.text(), st.integers(1, 30))
def test_shortened_texts_fit(value: str, most: int) -> None:
    assert len(text.shortened_middle(value, most)) <= most
    assert len(text.shortened(value, most)) <= max(most, 1)


def test_lists_in_words() -> None:
    spoken = [text.listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])]
    assert spoken == ["", "a", "a and b", "a, b and c"]
