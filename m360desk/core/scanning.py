"""What barcodes and labels of devices hold, and which identity to look for.

Boxes, labels and the devices' own screens write the same number in many ways: with separators, with names
in front, several numbers in one two-dimensional code, framed by GS1 application identifiers. And beside the
right barcode there are wrong ones: the article's EAN, the SIM card's number, the eSIM's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from m360desk.core.identity import IMEI_LENGTH, Scan, imei_problem, luhn_digit, read_scan

GROUP_SEPARATOR: Final = "\x1d"
"""Ends a GS1 element of variable length (GS1 General Specifications)."""

_SYMBOLOGY: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GS1_SYMBOLOGIES: Final = frozenset({"]C1", "]d2", "]e0", "]J1", "]Q3"})
_BRACKETED: Final = re.compile(r"\((\d{2,4})\)([^(]*)")
# Application identifiers whose elements have a fixed length: the rest runs to a separator or the end.
_FIXED: Final = {"00": 18, "01": 14, "02": 14, "11": 6, "12": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
_NAMED: Final = ("8002", "21", "10", "240", "241", "250", "30", "37")
_LABELS: Final = {"8002": "IMEI:", "21": "SN:", "250": "SN:"}
_BREAKS: Final = re.compile(r"[\r\n\t;|,]+")
_IMEI_INSIDE: Final = re.compile(r"(?<!\d)\d{15}(?!\d)")
_MEID: Final = re.compile(r"[A-F][0-9A-F]{13}", re.IGNORECASE)
_MEID_LABEL: Final = re.compile(r"(?:imei ?/ ?)?meid\b", re.IGNORECASE)
_APPLE_SERIAL: Final = re.compile(r"S[A-Z0-9]{10}(?:[A-Z0-9]{2})?")
_NOT_DIGITS: Final = re.compile(r"[\s\-./–]")
_WORTH: Final = {"imei": 0, "session": 1, "m360id": 2, "serial": 3, "custom": 4, "text": 6}
_MISREAD: Final = 5


@dataclass(frozen=True, slots=True)
class Code:
    """A code, understood.

    Attributes:
        scan: the identity to look for first.
        others: what else it may stand for, or holds beside it; looked for after that.
        note: how it was understood, where that is not plain to see.
        problem: why no device can be found by it; None where one can.
        name: what ``problem`` says that it is not, with its article.
        right_digit: the check digit that would fit where the last one does not; a hint, never looked for.
    """

    scan: Scan
    others: tuple[Scan, ...] = ()
    note: str | None = None
    problem: str | None = None
    name: str = "an IMEI"
    right_digit: str | None = None


def read_code(text: str) -> Code:
    """Understand what a scanner sent or somebody pasted; several lines count as one code."""
    text = text.strip()
    symbology = _SYMBOLOGY.match(text)
    is_gs1 = symbology is not None and symbology[0] in _GS1_SYMBOLOGIES
    if symbology is not None:
        text = text[symbology.end() :]
    pieces = _gs1_pieces(text, announced=is_gs1)
    if pieces is None:
        pieces = [piece.strip() for piece in _BREAKS.split(text) if piece.strip()]
    if len(pieces) < 2:
        return _read_one(pieces[0] if pieces else "")
    codes = sorted((_read_one(piece) for piece in pieces), key=_worth)
    best = codes[0]
    if best.scan.kind == "text":
        return _read_one(" ".join(text.split()))
    others = tuple(code.scan for code in codes[1:] if code.problem is None and code.scan.kind != "text")
    found = tuple(dict.fromkeys((*best.others, *others)))
    return replace(best, others=tuple(scan for scan in found if scan != best.scan))


def _worth(code: Code) -> int:
    return _MISREAD if code.problem is not None else _WORTH[code.scan.kind]


def _read_one(text: str) -> Code:
    scan = read_scan(text)
    digits = _NOT_DIGITS.sub("", scan.value)
    if scan.kind == "imei":
        if _MEID_LABEL.match(text) and _MEID.fullmatch(digits):
            return _meid(digits)
        return Code(scan) if scan.problem is None else _not_quite_imei(scan, digits)
    if digits.isascii() and digits.isdigit() and scan.kind == "text":
        return _number(scan, digits)
    if scan.kind == "serial" and _MEID.fullmatch(scan.value) and scan.value == text:
        note = "It may be an MEID, the number of CDMA phones: both were looked for."
        return Code(scan, others=(Scan("imei", scan.value.upper()),), note=note)
    if scan.kind == "serial" and scan.value == text and _APPLE_SERIAL.fullmatch(text):
        return Code(scan, others=(Scan("serial", text[1:]),))
    if scan.kind == "text":
        inside = next((found for found in _IMEI_INSIDE.findall(text) if imei_problem(found) is None), None)
        if inside is not None:
            return Code(Scan("imei", inside), note="The IMEI was found inside a longer code.")
    return Code(scan)


def _not_quite_imei(scan: Scan, digits: str) -> Code:
    """Tell what a number that was taken for an IMEI is: most often one digit too few or too many."""
    if not (digits.isascii() and digits.isdigit()):
        return Code(scan, problem="An IMEI has 15 digits and nothing else.")
    if len(digits) == 17 and imei_problem(digits[:IMEI_LENGTH]) is None:
        return Code(
            Scan("imei", digits[:IMEI_LENGTH]),
            note="The two digits behind the IMEI are its software version.",
        )
    whole = digits[:14] + str(luhn_digit(digits[:14]))
    if len(digits) == 16 and imei_problem(whole) is None:
        note = (
            "16 digits, read as an IMEISV: the last two are the software version, "
            f"the IMEI's check digit {whole[-1]} was worked out."
        )
        return Code(Scan("imei", whole), note=note)
    if len(digits) == 18 and (meid := _meid_of_decimal(digits)) is not None:
        return _meid(meid)
    if len(digits) == 14:
        problem = (
            f"14 digits, an IMEI has 15: its check digit is missing, it would be {whole[-1]}. "
            "Or it is an MEID, the number of CDMA phones."
        )
        return Code(scan, problem=problem)
    if len(digits) == IMEI_LENGTH and digits != whole and imei_problem(whole) is None:
        problem = f"15 digits, but the check digit does not fit: it would have to be {whole[-1]}."
        return Code(scan._replace(value=digits), problem=problem, right_digit=whole[-1])
    if len(digits) != IMEI_LENGTH:
        counted = "1 digit" if len(digits) == 1 else f"{len(digits)} digits"
        return Code(scan, problem=f"{counted}, an IMEI has {IMEI_LENGTH}.")
    return Code(scan, problem="It is a placeholder that many devices carry, not the IMEI of one device.")


def _number(scan: Scan, digits: str) -> Code:
    """Tell what a number of another length than an IMEI's is."""
    if len(digits) == 19 and digits.startswith("8002") and imei_problem(digits[4:]) is None:
        return Code(Scan("imei", digits[4:]))
    if digits.startswith("89") and len(digits) in (18, 19, 20, 32):
        what = "an eSIM (EID)" if len(digits) == 32 else "a SIM card (ICCID)"
        problem = f"It is the number of {what}, not of a device."
        return Code(scan, problem=problem, name="a device's number")
    if len(digits) == 18 and (meid := _meid_of_decimal(digits)) is not None:
        return _meid(meid)
    if len(digits) in (12, 13, 14) and _article_digit(digits[:-1]) == int(digits[-1]):
        note = "It looks like the article's barcode (EAN), which is the same on every box of that model."
        return Code(scan, note=note)
    return Code(scan)


def _meid(digits: str) -> Code:
    # The API takes hexadecimal digits where it takes an IMEI (endpoint page); that MEIDs stand there is an
    # assumption.
    return Code(Scan("imei", digits.upper()), note="An MEID, the number of CDMA phones.")


def _meid_of_decimal(digits: str) -> str | None:
    """The hexadecimal form of an MEID of 18 decimal digits, or None where it is none."""
    maker, serial = int(digits[:10]), int(digits[10:])
    if maker > 0xFFFFFFFF or maker < 0xA0000000 or serial > 0xFFFFFF:
        return None
    return f"{maker:08X}{serial:06X}"


def _article_digit(digits: str) -> int:
    """The check digit of an EAN, UPC or GTIN."""
    return -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits[::-1])) % 10


def _gs1_pieces(text: str, *, announced: bool) -> list[str] | None:
    """The elements of a GS1 code that name a device, labelled; None for any other code."""
    bracketed = _BRACKETED.findall(text)
    if bracketed and text.startswith("("):
        elements = [(identifier, value.strip()) for identifier, value in bracketed]
    elif announced or GROUP_SEPARATOR in text:
        elements = list(_gs1_elements(text))
    else:
        return None
    pieces = [
        _LABELS[identifier] + value for identifier, value in elements if identifier in _LABELS and value
    ]
    return pieces or None


def _gs1_elements(text: str) -> list[tuple[str, str]]:
    found = []
    for part in text.split(GROUP_SEPARATOR):
        rest = part
        while rest:
            identifier = (
                rest[:2] if rest[:2] in _FIXED else next((n for n in _NAMED if rest.startswith(n)), "")
            )
            if not identifier:
                break
            end = len(identifier) + _FIXED.get(identifier, len(rest))
            found.append((identifier, rest[len(identifier) : end]))
            rest = rest[end:]
    return found
