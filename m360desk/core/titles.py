"""Names of tests and of their details for people."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from m360desk.core.late_regex import LateRegex

# What splitting an id into its words does not give.
_TESTS: Final[Mapping[str, str]] = {
    "Color": "Colour",
    "Wifi": "Wi-Fi",
    "NFC": "NFC",
    "GPS": "GPS",
    "HardwareButton": "Hardware buttons",
    "FaceId": "Face ID",
    "FaceID": "Face ID",
    "TouchId": "Touch ID",
    "TouchID": "Touch ID",
    "SimReader": "SIM reader",
    "SIM": "SIM",
}
_DETAILS: Final[Mapping[str, str]] = {
    "BatteryTemperature": "Temperature",
    "BatteryVoltage": "Voltage",
    "BatteryTechnology": "Technology",
    "BatteryOriginalCapacity": "Design capacity",
    "BatteryCurrentCapacity": "Full charge",
    "BatteryCycles": "Cycles",
    "BatteryDrainPercentLost": "Drain in the test",
    "StorageTotal": "Total",
    "StorageFree": "Free",
    "StorageUsed": "In use",
}
_WORDS = LateRegex(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z\s_\-]+|[A-Z]")


@lru_cache(maxsize=1024)
def title_of(test_id: str) -> str:
    """A test or part for people: "RearCamera" is "Rear camera"."""
    return _TESTS.get(test_id) or _spaced(test_id)


@lru_cache(maxsize=1024)
def detail_title(context_id: str, test_id: str) -> str:
    """A detail for people, without the name of the test that it stands under."""
    known = _DETAILS.get(context_id)
    if known is not None:
        return known
    shorter = context_id.removeprefix(test_id)
    return _spaced(shorter) if shorter else _spaced(context_id)


def _spaced(name: str) -> str:
    words = [
        word if word.isupper() and len(word) > 1 else word.lower() for word in _WORDS.compiled.findall(name)
    ]
    spaced = " ".join(words)
    return spaced[:1].upper() + spaced[1:] if spaced else name
