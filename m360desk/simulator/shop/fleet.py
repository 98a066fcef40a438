"""The whole made-up history: any session by its number, none of them stored.

A session's id looks like a UUID of version 7: the moment of upload in its first 48 bits, so that ids rise
as text with upload time, the session's number hidden in the rest, and check bits that tell it from any
other UUID.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

import msgspec

from m360desk.simulator.shop import identity
from m360desk.simulator.shop.devices import Device, DeviceMaker
from m360desk.simulator.shop.dice import mix, mix_all
from m360desk.simulator.shop.record import record_of
from m360desk.simulator.shop.sessions import Facts, facts_of, open_ms, open_seed
from m360desk.simulator.shop.timetable import ShopCalendar
from m360desk.simulator.shop.visits import VisitPlan

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

OLD_SHAPE_SHARE = 0.16
"""The oldest part of the history, whose diagnostics have the shape of the API's first version."""

_TAIL_MASK = (1 << 48) - 1
_encode = msgspec.json.Encoder().encode


class IdStyle(Enum):
    """How ids are related to time: rising with it, or not at all."""

    TIME = "time"
    RANDOM = "random"


class Fleet:
    """``sessions`` sessions that end at ``end``; numbers from ``sessions`` on are those added later."""

    def __init__(self, sessions: int, end: datetime, seed: int, site: str = "http://127.0.0.1") -> None:
        self.sessions = sessions
        self.seed = seed
        self.site = site
        self.id_style = IdStyle.TIME
        self.calendar = ShopCalendar(sessions, end, seed)
        self.plan = VisitPlan(self.calendar.sessions_a_day, seed)
        self._devices = DeviceMaker(self.calendar, self.plan, seed)
        self._open_seed = open_seed(seed)
        self._old_until = int(sessions * OLD_SHAPE_SHARE)

    def session_id(self, number: int) -> str:
        """The 36-character id."""
        if self.id_style is IdStyle.RANDOM:
            return _uuid(mix(mix(number ^ self.seed)), self._check(number), number, version=4)
        created = self.calendar.created_ms(number)
        tail = number ^ (mix_all(self.seed, created) & _TAIL_MASK)
        return _uuid(created << 16, self._check(number), tail, version=7)

    def number_of_id(self, session_id: str) -> int | None:
        """The session with that id, whether it exists yet or not; None if this fleet gives no such id."""
        digits = session_id.lower().replace("-", "")
        try:
            value = int(digits, 16)
        except ValueError:
            return None
        if self.id_style is IdStyle.RANDOM:
            number = value & _TAIL_MASK
        else:
            number = (value & _TAIL_MASK) ^ (mix_all(self.seed, value >> 80) & _TAIL_MASK)
        if number > 1 << 40 or self.session_id(number) != session_id.lower():
            return None
        return number

    def created_ms(self, number: int) -> int:
        """When it was uploaded."""
        return self.calendar.created_ms(number)

    def connected_ms(self, number: int) -> int:
        """When its device was connected."""
        return self.calendar.created_ms(number) - open_ms(number, self._open_seed)

    def facts(self, number: int) -> Facts:
        """What is known of a session without writing its record."""
        visit = self.plan.visit_of(number)
        device = self._devices.device(visit.device)
        state = device.visits[visit.visit]
        connected = state.created_ms - open_ms(number, self._open_seed)
        return facts_of(number, device, state, self.seed, connected)

    def record(self, number: int) -> dict[str, object]:
        """The session as an object."""
        session_id = self.session_id(number)
        return record_of(self.facts(number), session_id, self.site, old_shape=number < self._old_until)

    def record_bytes(self, number: int) -> bytes:
        """The session as JSON text."""
        return _encode(self.record(number))

    def sessions_of_imei(self, imei: str, total: int) -> list[int]:
        """Numbers below ``total`` of the sessions with that IMEI (first or second), rising."""
        digits = imei.replace("-", "")
        found = self._matching(identity.devices_of_imei(digits, self.seed, self.plan.devices(total)))
        return self._sessions(
            (device for device in found if digits in (device.imei, device.imei2)), total, identified=True
        )

    def sessions_of_serial(self, serial: str, total: int) -> list[int]:
        """The same by serial number."""
        found = self._matching(identity.device_of_code(serial, self.seed, self.plan.devices(total)))
        return self._sessions((device for device in found if device.serial == serial), total, identified=True)

    def sessions_of_m360id(self, m360id: str, total: int) -> list[int]:
        """The same by M360 ID, which unidentified devices have too."""
        found = self._matching(identity.device_of_code(m360id, self.seed, self.plan.devices(total)))
        return self._sessions(
            (device for device in found if device.m360id == m360id), total, identified=False
        )

    def sessions_of_custom_id(self, custom_id: str, total: int) -> list[int]:
        """The same by the shop's own label."""
        numbers: Iterable[int] = self._devices.devices_of_lot(custom_id)
        if custom_id.startswith("RMA ") and custom_id[4:].isdigit():
            first = int(custom_id[4:]) - 1000
            numbers = range(first, self.plan.devices(total).stop, 9000) if 0 <= first < 9000 else ()
        found = self._matching(numbers)
        return self._sessions(
            (device for device in found if device.custom_id == custom_id), total, identified=False
        )

    def _matching(self, devices: Iterable[int]) -> Iterable[Device]:
        return (self._devices.device(number) for number in devices)

    def _sessions(self, devices: Iterable[Device], total: int, *, identified: bool) -> list[int]:
        numbers = sorted(
            state.number for device in devices for state in device.visits if 0 <= state.number < total
        )
        return [number for number in numbers if not identified or self.facts(number).identified]

    def _check(self, number: int) -> int:
        return mix_all(self.seed, 0xC8EC, number)


def _uuid(head: int, check: int, tail: int, *, version: int) -> str:
    """Put 48 bits of head, 26 check bits and 48 bits of tail into the shape of a UUID."""
    first = f"{head >> 16 & _TAIL_MASK:012x}"
    middle = f"{version:x}{check & 0xFFF:03x}-{0x8000 | check >> 12 & 0x3FFF:04x}"
    return f"{first[:8]}-{first[8:]}-{middle}-{tail & _TAIL_MASK:012x}"
