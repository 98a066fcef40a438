"""Folding, identities, quantities and times, batteries, cancelling."""

import math
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core import parsing, units
from m360desk.core.battery import (
    Band,
    BatteryReading,
    HealthPoint,
    Limits,
    band,
    figures_disagree,
    reading_quality,
)
from m360desk.core.battery_figures import distribution
from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.folding import fold, starts_a_word
from m360desk.core.identity import Scan, device_key, imei_problem, luhn_digit, read_scan
from m360desk.core.titles import detail_title, title_of

LIMITS = Limits()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  ŽLUŤOUČKÝ\t Kůň ", "zlutoucky kun"),
        ("Straße", "strasse"),
        ("ﬁ Ⅷ ½", "fi viii 1⁄2"),
        ("İstanbul", "istanbul"),
        ("a\x00b", "a b"),
        ("\ud83d!", "\ufffd!"),
        (b"K\xed\xa0\x80", "k\ufffd"),
        ("아이폰", "아이폰"),
    ],
)
def test_folding(text: str | bytes, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(st.characters(codec=None)))
def test_folding_again_changes_nothing_and_leaves_what_sqlite_can_hold(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert "\x00" not in folded
    folded.encode()


def test_words_begin_after_ascii_signs() -> None:
    assert starts_a_word("k26-0418 b", "04")
    assert starts_a_word("k26-0418 b", "b")
    assert not starts_a_word("k26-0418 b", "26")
    assert starts_a_word("a.b*c", "c")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3095 mAh", (3095, "mah")),
        ("31.4 °C", (31.4, "°c")),
        ("31,4°C", (31.4, "°c")),
        ("4,123 V", (4.123, "v")),
        ("3,095 mAh", (3095, "mah")),
        ("3.095 mAh", (3095, "mah")),
        ("1 024\u00a0GB", (1024, "gb")),
        ("1.234.567,8", (1234567.8, "")),
        ("1,234,567.8 x", (1234567.8, "x")),
        ("12'345", (12345, "")),
        ("-5 °C", (-5, "°c")),
        ("−5", (-5, "")),
        ("85% (Service)", (85, "%")),
        (".5", (0.5, "")),
        ("2e3", (2000, "")),
        ("٣٤", (34, "")),
        *(
            (text, None)
            for text in ("", "N/A", "2026-01-31", "1,2,3", "1.2.3", "--5", "1e999", "9" * 70, "²", "V 4")
        ),
    ],
)
def test_numbers_with_units(text: str, value: tuple[float, str] | None) -> None:
    assert parsing.quantity(text) == value


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        (148, 148),
        ("148.14", 148.14),
        ("Amount €148", 148),
        ("€ 148,50", 148.5),
        ("-€5", -5),
        ("€ -5", -5),
        ("148 €", 148),
        ("USD 1,234.50", 1234.5),
        ("1.234 €", 1234),
        ("1 234,5 zł", 1234.5),
        ("Fr. 12.50", 12.5),
        ("12.50 (incl. 19% VAT)", 12.5),
        *((nothing, None) for nothing in ("", "€", "free", "2 x €40", "2026-01-31", None, True)),
    ],
)
def test_amounts_of_money(written: object, amount: float | None) -> None:
    assert parsing.money(written) == amount


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (units.gigabytes("128 GB"), 128),
        (units.gigabytes("1 TB"), 1024),
        (units.gigabytes(128), 128),
        (units.gigabytes(131072), 128),
        (units.gigabytes(128000), 128),
        (units.gigabytes(137438953472), 128),
        (units.gigabytes(128_000_000_000), 128),
        (units.gigabytes(512, "MB"), 0.51),
        (units.gigabytes("-1 GB"), None),
        (units.gigabytes("3 apples"), None),
        (units.volts(4123), 4.123),
        (units.volts("4123 mV"), 4.123),
        (units.volts(4_123_000), 4.123),
        (units.volts("4,12 V"), 4.12),
        (units.volts("99 V"), None),
        (units.celsius(314), 31.4),
        (units.celsius("88 °F"), 31.1),
        (units.celsius(304.55, "K"), 31.4),
        (units.celsius("500 °C"), None),
        (units.celsius(2000), None),
        (units.milliampere_hours("3.1 Ah"), 3100),
        (units.milliampere_hours(3_095_000), 3095),
        (units.milliampere_hours(-3095), None),
        (units.count("812 cycles"), 812),
        (units.count(-1), None),
        (units.count("5 mAh"), None),
        (units.percent("9 %"), 9),
        (units.percent(101), None),
        (units.health_of_capacities(2414, 3095), 78.0),
        (units.health_of_capacities(2414, None), None),
        (units.health_of_capacities(2414, 3), None),
    ],
)
def test_quantities_in_the_catalogue_units(read: float | None, expected: float | None) -> None:
    assert read == expected


MOMENT = int(datetime(2026, 8, 26, 5, 14, 12, tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("2026-08-26T05:14:12+00:00", MOMENT),
        ("2026-08-26T05:14:12Z", MOMENT),
        (" 2026-08-26T07:14:12+02:00", MOMENT),
        ("2026-08-26 05:14:12", MOMENT),
        ("2026-08-25T21:44:12.250-07:30", MOMENT + 250),
        ("20260826051412", MOMENT),
        ("2026-08-26", MOMENT // 86_400_000 * 86_400_000),
        (MOMENT, MOMENT),
        (MOMENT // 1000, MOMENT),
        (str(MOMENT), MOMENT),
        (MOMENT / 1000 + 0.5, MOMENT + 500),
        *(
            (text, None)
            for text in (
                "soon",
                "²",
                "",
                "26.08.2026",
                "2026-13-01",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31",
            )
        ),
        *((odd, None) for odd in (0, -1, True, 10**40, math.nan, math.inf, None, "9" * 5000)),
        ([], None),
        ({}, None),
    ],
)
def test_times(value: object, ms: int | None) -> None:
    assert parsing.time_ms(value) == ms


def test_identity_of_a_device() -> None:
    imei, imei2 = "352918119109327", "352918119109335"
    assert device_key("35-291811-910932-7", imei2, "F17") == f"imei:{imei}"
    assert device_key("352918119109328", imei2, "F17") == f"imei:{imei2}"
    assert device_key("111111111111119", "0" * 15, " f17v0tc46325") == "serial:F17V0TC46325"
    for placeholder in ("unknown", "0123456789ABCDEF", "0000000", "xx", "", None):
        assert device_key(None, "123456789012347", placeholder) is None


@given(
    st.text("0123456789", min_size=14, max_size=14).filter(lambda digits: len(set(digits)) > 1),
    st.integers(0, 13),
)
def test_one_wrong_digit_of_an_imei_is_noticed(digits: str, place: int) -> None:
    imei = digits + str(luhn_digit(digits))
    wrong = imei[:place] + str((int(imei[place]) + 1) % 10) + imei[place + 1 :]
    assert imei_problem(wrong) is not None
    problem = imei_problem(imei)
    assert problem is None or "placeholder" in problem


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("352918119109327", "imei", "352918119109327"),
        ("IMEI: 35 291811 910932 7\r\n", "imei", "352918119109327"),
        ("imei1=35-291811-910932-7", "imei", "352918119109327"),
        ("S/N: F17V0TC46325", "serial", "F17V0TC46325"),
        ("F17V0TC46325", "serial", "F17V0TC46325"),
        ("019FA7B8-1e8a-7e2e-9094-82d87d177ace", "session", "019fa7b8-1e8a-7e2e-9094-82d87d177ace"),
        ("AS7V0TC42UU45426CA", "m360id", "AS7V0TC42UU45426CA"),
        ("Custom ID: K26-0418", "custom", "K26-0418"),
        ("K26-0418", "text", "K26-0418"),
        ("dnqxk2abhg7f", "serial", "dnqxk2abhg7f"),
        ("RF8N30ABCDE", "serial", "RF8N30ABCDE"),
        ("23061FDF6009K5", "serial", "23061FDF6009K5"),
        ("A5R4C17A20000123", "serial", "A5R4C17A20000123"),
        ("iphone13pro", "text", "iphone13pro"),
        ("GalaxyS22Ultra", "text", "GalaxyS22Ultra"),
        ("s22ultra", "text", "s22ultra"),
        ("redmi9a5", "text", "redmi9a5"),
        ("SN: iphone13pro", "serial", "iphone13pro"),
        ("anna", "text", "anna"),
        ("", "text", ""),
    ],
)
def test_scans(text: str, kind: str, value: str) -> None:
    scan = read_scan(text)
    assert (scan.kind, scan.value, scan.problem) == (kind, value, None)


def test_a_misread_imei_is_still_taken_for_one() -> None:
    assert read_scan("352918119109328") == Scan(
        "imei", "352918119109328", "The check digit is wrong: one digit was misread or mistyped."
    )
    assert read_scan("IMEI 1: 3529").problem == "An IMEI has 15 digits, this has 4."


def test_bands() -> None:
    expected = [
        (None, Band.UNKNOWN),
        (79.9, Band.REPLACE),
        (80, Band.WATCH),
        (84.9, Band.WATCH),
        (85, Band.GOOD),
    ]
    assert [band(percent, LIMITS) for percent, _ in expected] == [found for _, found in expected]
    assert band(104, LIMITS) is Band.GOOD
    assert band(86, Limits(replace_under=88, good_from=85)) is Band.REPLACE


def point(percent: float | None, cycles: int | None) -> HealthPoint:
    return HealthPoint(None, percent, cycles)


def test_doubtful_readings_are_named() -> None:
    assert reading_quality([]) == ()
    assert reading_quality([point(91, 100), point(90, 200), point(91.5, 210)]) == ()
    assert "One reading only" in reading_quality([point(None, 3), point(90, 5)])[0]
    rose, fell = reading_quality([point(78, 812), point(100, 2)])
    assert "rose from 78 to 100 %" in rose
    assert "fell from 812 to 2" in fell
    assert "100 % at 900 cycles" in reading_quality([point(100, 400), point(100, 900)])[0]
    reading = BatteryReading(100.0, "reported", 100.0, 77.5, 900, 2399, 3095, None, None, None)
    assert "reports 100 %, full charge by design capacity gives 77.5 %" in (figures_disagree(reading) or "")


def test_the_distribution_counts_everyone_once() -> None:
    found = distribution([79.96, 80.0, 84.9, 85.0, 101.0, math.nan], LIMITS)
    assert dict(zip(found.percents, found.counts, strict=True))[79] == 1
    assert found.percents == tuple(range(79, 102))
    assert found.bands == {Band.REPLACE: 1, Band.WATCH: 2, Band.GOOD: 2, Band.UNKNOWN: 1}
    assert (found.median, found.known, found.unknown, found.share(Band.REPLACE)) == (84.9, 5, 1, 0.2)
    empty = distribution([math.nan], LIMITS)
    assert (empty.percents, empty.median, empty.unknown, empty.share(Band.GOOD)) == ((), None, 1, None)


@given(st.lists(st.one_of(st.floats(1, 200), st.just(math.nan))), st.floats(1, 99), st.floats(1, 99))
def test_figures_agree_with_the_bands(health: list[float], under: float, good: float) -> None:
    limits = Limits(under, good)
    found = distribution(health, limits)
    for each in Band:
        assert found.bands[each] == sum(band(None if math.isnan(x) else x, limits) is each for x in health)
    assert sum(found.counts) == found.known


def test_titles_of_tests_and_details() -> None:
    assert [title_of(name) for name in ("TouchScreen", "Wifi", "NFC", "SIMTray", "x_y-Z", "", "3D")] == [
        *("Touch screen", "Wi-Fi", "NFC", "SIM tray", "X y z", "", "3 d")
    ]
    assert detail_title("RearCameraInfo", "RearCamera") == "Info"
    assert detail_title("BatteryDrainPercentLost", "Battery") == "Drain in the test"
    assert detail_title("Wifi", "Wifi") == "Wifi"


def test_cancelling_calls_each_callback_once_in_the_cancelling_thread() -> None:
    token, called = CancelToken(), []
    token.check()
    token.on_cancel(lambda: called.append(threading.current_thread().name))
    forget = token.on_cancel(lambda: called.append("forgotten"))
    forget()
    forget()
    thread = threading.Thread(target=token.cancel, name="canceller")
    thread.start()
    thread.join()
    token.cancel()
    assert token.cancelled
    with pytest.raises(Cancelled):
        token.check()
    token.on_cancel(lambda: called.append("at once"))()
    assert called == ["canceller", "at once"]
