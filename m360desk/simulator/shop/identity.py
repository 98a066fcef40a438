"""Numbers that name a device, each of which leads back to the device's place in the fleet."""

from __future__ import annotations

import re

from m360desk.simulator.shop.dice import mix_all

_ALPHABET = "0123456789ACDEFGHJKLMNPQRTUVWXYZ"  # no B, I, O, S: they read like 8, 1, 0, 5
_VALUE_OF = {letter: value for value, letter in enumerate(_ALPHABET)}
_CODE_BITS = 25
_CODE_MASK = (1 << _CODE_BITS) - 1
_CODE_FACTOR = 0x1A2B3C5
_CODE_INVERSE = pow(_CODE_FACTOR, -1, 1 << _CODE_BITS)
_CODE_AT = slice(3, 8)

_PAIRS = 500_000  # of serial numbers below one TAC: an even one for IMEI, the odd one after it for IMEI 2
_PAIR_FACTOR = 314_159
_PAIR_INVERSE = pow(_PAIR_FACTOR, -1, _PAIRS)
_LOT = re.compile(r"K(\d\d)-(\d{4,})")


def luhn_digit(digits: str) -> str:
    """The check digit that belongs behind 14 digits of an IMEI."""
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit)
        if at % 2 == 0:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return str(-total % 10)


def imei_pair(tac: str, device: int, seed: int) -> tuple[str, str]:
    """The two IMEIs of a device: neighbours below the model's type allocation code."""
    pair = (device * _PAIR_FACTOR + seed) % _PAIRS
    first = f"{tac}{pair * 2:06d}"
    second = f"{tac}{pair * 2 + 1:06d}"
    return first + luhn_digit(first), second + luhn_digit(second)


def devices_of_imei(imei: str, seed: int, devices: range) -> range:
    """The devices that may have that IMEI (either of two); empty if it is none."""
    if len(imei) != 15 or not imei.isascii() or not imei.isdigit():
        return range(0)
    pair = int(imei[8:14]) // 2
    lowest = (pair - seed) * _PAIR_INVERSE % _PAIRS
    return range(lowest, devices.stop, _PAIRS)


def device_code(device: int, seed: int) -> str:
    """Five letters or digits that stand for a device."""
    value = (device * _CODE_FACTOR + seed) & _CODE_MASK
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in (20, 15, 10, 5, 0))


def device_of_code(text: str, seed: int, devices: range) -> range:
    """The device that may have that serial number or M360 ID; empty if none can."""
    value = 0
    for letter in text[_CODE_AT]:
        if letter not in _VALUE_OF:
            return range(0)
        value = value << 5 | _VALUE_OF[letter]
    device = (value - seed) * _CODE_INVERSE & _CODE_MASK
    return range(device, device + 1) if device in devices and len(text) > _CODE_AT.stop else range(0)


def letters(count: int, *parts: int) -> str:
    """Letters and digits that follow from the parts."""
    value = mix_all(*parts)
    if count > 12:
        return letters(12, *parts) + letters(count - 12, value, count)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(0, count * 5, 5))


def lot_id(year: int, number: int) -> str:
    """A shop's own label, e.g. ``K26-0418``: the year of the first visit and a running number."""
    return f"K{year % 100:02d}-{number:04d}"


def parse_lot(text: str) -> tuple[int, int] | None:
    """Year (two digits) and number of such a label."""
    match = _LOT.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None
