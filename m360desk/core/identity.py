"""What a device is recognised by: IMEIs, serials, and what a barcode scanner sends."""

import re
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from m360desk.core.late_regex import LateRegex

IMEI_LENGTH: Final = 15
SESSION_ID_LENGTH: Final = 36
# The m360id of the random records that testing mode makes up (seen in the field).
SAMPLE_M360ID: Final = "AS4MPL3S4MPL3S4MPL3S"

_SEPARATORS = LateRegex(r"[\s\-./–]")
_SESSION_ID = LateRegex(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_M360ID = LateRegex(r"AS[0-9A-Z]{14,18}", re.IGNORECASE)
_SERIAL = LateRegex(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]{8,16}")
# Serials in the field have 8 (OnePlus) to 16 (Huawei) characters; Apple's 10 or 12, Samsung's 11, Google's
# 14. None spells a word out of models' names, as "iphone13pro" and "s22ultra" do, which people search for.
_NAME_WORD = LateRegex(
    r"iphone|ipad|galaxy|samsung|pixel|google|redmi|xiaomi|poco|xperia|huawei|honor|nokia|oneplus|nord|moto|"
    r"oppo|vivo|realme|ultra|plus|lite|mini|note|fold|flip",
    re.IGNORECASE,
)
_DECIMAL_SCAN = LateRegex(r"[\d\s\-./–]+")
_LABEL = LateRegex(
    r"(imei ?/ ?meid|imei ?[12]?|meid|serial(?: ?(?:no|number|nr))?|s/?n|m360 ?id|custom ?id|id)"
    r"\s*[.:#=]+\s*(?=\S)",
    re.IGNORECASE,
)

_PLACEHOLDER_IMEIS: Final = frozenset(
    {
        "123456789012345",
        "123456789012347",  # the same with a right check digit
        "012345678901234",
        "012345678912345",
        "004999010640000",  # test units that lost their own
        "004400152020000",
        "351869058577423",
    }
)
_PLACEHOLDER_SERIALS: Final = frozenset(
    {"0123456789ABCDEF", "123456789ABCDEF", "0123456789", "123456789", "1234567890", "UNKNOWN", "NONE",
     "NULL", "N/A", "NA", "UNDEFINED", "DEFAULT", "NOTAVAILABLE", "NOT AVAILABLE", "SERIAL", "TEST"}
)  # fmt: skip
_SHORTEST_SERIAL: Final = 3

ScanKind = Literal["imei", "serial", "m360id", "custom", "session", "text"]


class Scan(NamedTuple):
    """What was scanned or pasted: its kind, the bare value, and what is wrong with it (None: nothing)."""

    kind: ScanKind
    value: str
    problem: str | None = None


def bare_imei(text: str) -> str:
    """An IMEI without blanks, dashes, dots and slashes; any other text trimmed, as it came."""
    text = text.strip()
    if text.isdigit():
        return text
    bare = _SEPARATORS.compiled.sub("", text)
    return bare if bare.isascii() and bare.isdigit() and 14 <= len(bare) <= 16 else text


def luhn_digit(digits: str) -> int:
    """The check digit that belongs behind ``digits`` (Luhn; for an IMEI the first 14)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        figure = int(digit)
        if position % 2 == 0:
            figure = figure * 2 - 9 if figure > 4 else figure * 2
        total += figure
    return -total % 10


@lru_cache(maxsize=8192)
def imei_problem(text: str) -> str | None:
    """What keeps ``text`` from being an IMEI, in words for people; None: it is one."""
    bare = _SEPARATORS.compiled.sub("", text)
    if not bare:
        return "It is empty."
    if not (bare.isascii() and bare.isdigit()):
        return "An IMEI has digits only."
    if len(bare) != IMEI_LENGTH:
        return f"An IMEI has {IMEI_LENGTH} digits, this has {len(bare)}."
    if len(set(bare[:14])) == 1 or bare in _PLACEHOLDER_IMEIS:
        return "This is a placeholder, not the IMEI of one device."
    if luhn_digit(bare[:14]) != int(bare[14]):
        return "The check digit is wrong: one digit was misread or mistyped."
    return None


def is_placeholder_serial(text: str) -> bool:
    """Whether a serial stands for "none", or is too short to tell devices apart."""
    bare = text.strip().upper()
    return len(bare) < _SHORTEST_SERIAL or bare in _PLACEHOLDER_SERIALS or len(set(bare) - set(" -:.")) < 2


def device_key(imei: str | None, imei2: str | None, serial: str | None) -> str | None:
    """The identity that makes two sessions the same device: a valid IMEI, else the second, else the serial.

    None: nothing identifies the device, the session stands alone.
    """
    for text in (imei, imei2):
        if text and imei_problem(text) is None:
            return "imei:" + _SEPARATORS.compiled.sub("", text)
    if serial and not is_placeholder_serial(serial):
        return "serial:" + serial.strip().upper()
    return None


def read_scan(text: str) -> Scan:
    """Understand what a scanner sent or somebody pasted: "IMEI: 35 291811 284617 2", a serial, an id."""
    text = " ".join(text.split())
    labelled = _LABEL.compiled.match(text)
    if labelled is not None:
        return _read_labelled(labelled[1].lower(), text[labelled.end() :])
    if _SESSION_ID.compiled.fullmatch(text):
        return Scan("session", text.lower())
    bare = _SEPARATORS.compiled.sub("", text)
    if _DECIMAL_SCAN.compiled.fullmatch(text) and bare.isascii() and 14 <= len(bare) <= 17:
        return Scan("imei", bare, imei_problem(bare))
    if _M360ID.compiled.fullmatch(text) and len(text) > 16:
        return Scan("m360id", text)
    if _SERIAL.compiled.fullmatch(text) and not _NAME_WORD.compiled.search(text):
        return Scan("serial", text)
    return Scan("text", text)


def _read_labelled(label: str, value: str) -> Scan:
    if label.startswith(("imei", "meid")):
        bare = bare_imei(value)
        return Scan("imei", bare, imei_problem(bare))
    if label.startswith("s"):
        return Scan("serial", value.strip())
    if label.startswith("m360"):
        return Scan("m360id", value)
    if label.startswith("custom"):
        return Scan("custom", value)
    return read_scan(value)
