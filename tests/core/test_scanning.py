"""What barcodes hold: every way to write an identity is understood, every wrong barcode is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.core.identity import Scan, imei_problem, luhn_digit
from m360desk.core.scanning import read_code

IMEI, OTHER = "352918112846172", "352918119109327"


@pytest.mark.parametrize(
    "text",
    [
        IMEI,
        f"IMEI: {IMEI}\r\n",
        "35 291811 284617 2",
        "352918/11/284617/2",
        f"{IMEI}/78",
        f"IMEI: {IMEI} / 01",
        "35291811284617-01",
        "3529181128461701",
        f"8002{IMEI}",
        f"(8002){IMEI}",
        f"]C18002{IMEI}",
        f"]d2010880609000000021RF8N30ABCDE\x1d8002{IMEI}",
        f"(01)08806090000000(21)RF8N30ABCDE(8002){IMEI}",
        f"Galaxy S23\nIMEI1:{IMEI}\nIMEI2:{OTHER}\nSN:RF8N30ABCDE",
        f"SN:RF8N30ABCDE;IMEI:{IMEI}",
        f'{{"model":"X" "imei":"{IMEI}"}}',
        f"https://example.org/?imei={IMEI}&x=1",
        f"{IMEI[:-1]}1\n{IMEI}",
    ],
)
def test_an_imei_is_understood_however_it_is_written(text: str) -> None:
    code = read_code(text)
    assert code.scan == Scan("imei", IMEI)
    assert code.problem is None


@pytest.mark.parametrize(
    ("text", "words", "digit"),
    [
        ("352918112846171", "it would have to be 2", "2"),
        ("IMEI:35291811-284617-9", "it would have to be 2", "2"),
        ("35291811284617", "14 digits", None),
        ("IMEI 1: 3529", "4 digits, an IMEI has 15", None),
        ("111111111111119", "placeholder", None),
        ("123456789012345", "placeholder", None),
        ("IMEI: 35291811284617X", "nothing else", None),
        ("89490200001234567890", "SIM card (ICCID)", None),
        ("89049032004008882600012345678901", "eSIM (EID)", None),
    ],
)
def test_what_is_no_device_is_named(text: str, words: str, digit: str | None) -> None:
    code = read_code(text)
    assert code.problem is not None
    assert words in code.problem
    assert code.right_digit == digit
    assert "".join(character for character in text if character.isdigit())[-4:] in code.scan.value


@pytest.mark.parametrize(
    ("text", "scan", "others", "note"),
    [
        ("MEID: A1000012345678", Scan("imei", "A1000012345678"), (), "MEID"),
        ("A1000012345678", Scan("serial", "A1000012345678"), (Scan("imei", "A1000012345678"),), "MEID"),
        ("268435456010201020", Scan("imei", "A00000009BA7BC"), (), "MEID"),
        ("SF17V0TC46325", Scan("serial", "SF17V0TC46325"), (Scan("serial", "F17V0TC46325"),), None),
        ("(01)08806090000000(21)RF8N30ABCDE", Scan("serial", "RF8N30ABCDE"), (), None),
        ("]d2010880609000000021RF8N30ABCDE", Scan("serial", "RF8N30ABCDE"), (), None),
        ("4006381333931", Scan("text", "4006381333931"), (), "EAN"),
        ("RMA (17), 4", Scan("text", "RMA (17), 4"), (), None),
        ("K26-0418", Scan("text", "K26-0418"), (), None),
        ("", Scan("text", ""), (), None),
    ],
)
def test_other_codes(text: str, scan: Scan, others: tuple[Scan, ...], note: str | None) -> None:
    code = read_code(text)
    assert (code.scan, code.others, code.problem) == (scan, others, None)
    assert (code.note is None) if note is None else (note in str(code.note))


def test_a_code_of_several_lines_keeps_its_other_identities() -> None:
    code = read_code(f"SN:RF8N30ABCDE\nIMEI1:{IMEI}\nIMEI2:{OTHER}\nIMEI1:{IMEI}")
    assert code.others == (Scan("imei", OTHER), Scan("serial", "RF8N30ABCDE"))


@given(st.text("0123456789", min_size=14, max_size=14))
def test_a_wrong_check_digit_is_never_mended(digits: str) -> None:
    """The right digit is a hint for the eye; what is looked for is what was scanned."""
    right = luhn_digit(digits)
    scanned = digits + str((right + 1) % 10)
    code = read_code(scanned)
    assert code.problem is not None
    assert code.scan.value == scanned
    assert code.right_digit == (str(right) if imei_problem(digits + str(right)) is None else None)


@given(st.text(max_size=60))
def test_nothing_is_beyond_reading(text: str) -> None:
    code = read_code(text)
    assert code.scan not in code.others
