"""The fleet's devices: what each is, and in what state it came in at each visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from m360desk.simulator.shop import identity
from m360desk.simulator.shop.battery import Battery, first_battery, new_battery
from m360desk.simulator.shop.dice import between, dice, pick, whole
from m360desk.simulator.shop.phones import choose_phone
from m360desk.simulator.shop.timetable import year_start_ms

if TYPE_CHECKING:
    from random import Random

    from m360desk.simulator.shop.phone import Phone
    from m360desk.simulator.shop.timetable import ShopCalendar
    from m360desk.simulator.shop.visits import Purpose, VisitPlan

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_DAY_MS = 86_400_000
_SALT = 0xDE71CE

# What breaks together: the defect's name, how often it brings a phone in (per 1000), the tests that then
# fail always, and those that fail with it half the time.
_DEFECTS: tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...] = (
    ("display", 105, ("TouchScreen", "Color"), ("Proximity",)),
    ("glass", 60, ("TouchScreen",), ()),
    ("water", 38, ("Speaker", "Microphone", "Charge"), ("RearCamera", "Vibration")),
    ("charging", 48, ("Charge",), ()),
    ("camera", 40, ("RearCamera",), ()),
    ("front camera", 22, ("FrontCamera",), ("Proximity",)),
    ("speaker", 34, ("Speaker",), ()),
    ("microphone", 22, ("Microphone",), ()),
    ("buttons", 26, ("HardwareButton",), ()),
    ("radio", 15, ("Wifi", "Bluetooth"), ()),
    ("vibration", 14, ("Vibration",), ()),
)
_REGIONS = ("EU", "DE", "CZ", "PL", "FR", "GB", "US", "JP")
_SERIAL_START = {
    "Apple": ("F17", "DNP", "C39", "FFM", "G6T", "DX3"), "Samsung": ("R58", "RF8", "R5C", "RZ8"),
    "Google": ("0A1", "1C2", "2A2", "9A2"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VisitState:
    """The device at one visit: ``health`` in percent, ``failing`` test ids, ``day`` a proleptic ordinal."""

    number: int
    purpose: Purpose
    created_ms: int
    day: int
    cycles: int
    health: float
    battery_genuine: bool
    failing: tuple[str, ...]
    repaired: tuple[str, ...]
    grade: str


@dataclass(frozen=True, slots=True)
class Device:
    """One phone. Empty texts stand for what it does not have."""

    number: int
    phone: Phone
    storage: int
    colour: str
    imei: str
    imei2: str
    serial: str
    m360id: str
    custom_id: str
    region: str
    reads_battery: bool
    reads_cycles: bool
    account_lock: bool
    mdm: bool
    sim_locked: bool
    blacklisted: bool
    foreign_display: bool
    identified: bool
    visits: tuple[VisitState, ...]


class DeviceMaker:
    """Makes any device of the fleet from its number; keeps the last few thousand."""

    def __init__(self, calendar: ShopCalendar, plan: VisitPlan, seed: int) -> None:
        self._calendar = calendar
        self._plan = plan
        self._seed = seed
        self.device = lru_cache(maxsize=6000)(self._make)
        self._year_base = lru_cache(maxsize=64)(self._find_year_base)

    def _make(self, number: int) -> Device:
        rng = dice(self._seed, _SALT, number)
        numbers = self._plan.numbers_of(number)
        created = [self._calendar.created_ms(at) for at in numbers]
        first_day = created[0] // _DAY_MS + _EPOCH_DAY
        phone, released = choose_phone(rng, first_day)
        imei, imei2 = identity.imei_pair(phone.tac, number, self._seed)
        account_lock = rng.random() < 0.034
        return Device(
            number=number,
            phone=phone,
            storage=_storage(rng, phone),
            colour=pick(rng, phone.colours),
            imei=imei,
            imei2=imei2 if phone.dual_sim else "",
            serial=self._serial(rng, phone, number),
            m360id="AS" + identity.letters(1, number) + identity.device_code(number, self._seed)
            + identity.letters(10, self._seed, number, 3),
            custom_id=self._custom_id(rng, number, first_day),
            region=pick(rng, _REGIONS) if rng.random() < 0.35 else "EU",
            reads_battery=rng.random() >= _unread_share(phone),
            reads_cycles=phone.is_apple or rng.random() < 0.8,
            account_lock=account_lock,
            mdm=rng.random() < 0.008,
            sim_locked=rng.random() < 0.045,
            blacklisted=rng.random() < (0.09 if account_lock else 0.007),
            foreign_display=rng.random() < 0.07,
            identified=rng.random() >= 0.006,
            visits=_visits(rng, phone, released, numbers, created, self._plan.purposes_of(number)),
        )  # fmt: skip

    def _serial(self, rng: Random, phone: Phone, number: int) -> str:
        starts = _SERIAL_START.get(phone.brand)
        start = pick(rng, starts) if starts else identity.letters(3, number, 1)
        more = 4 if phone.is_apple else 3 if phone.brand == "Samsung" else 6
        return (
            start + identity.device_code(number, self._seed) + identity.letters(more, self._seed, number, 2)
        )

    def _custom_id(self, rng: Random, number: int, first_day: int) -> str:
        roll = rng.random()
        if roll < 0.86:
            year = date.fromordinal(first_day).year
            return identity.lot_id(year, self._plan.lot_number(number) - self._year_base(year))
        return "" if roll < 0.97 else f"RMA {number % 9000 + 1000}"

    def _find_year_base(self, year: int) -> int:
        """The lot number just below the first one of that year."""
        return self._plan.first_lot(self._calendar.number_at(year_start_ms(year))) - 1

    def devices_of_lot(self, text: str) -> list[int]:
        """The devices that may carry that label."""
        parsed = identity.parse_lot(text)
        if parsed is None:
            return []
        lot = self._year_base(2000 + parsed[0]) + parsed[1]
        return [self._plan.device_of_lot(lot)] if lot >= 0 else []


def _visits(
    rng: Random,
    phone: Phone,
    released: int,
    numbers: tuple[int, ...],
    created: list[int],
    purposes: tuple[Purpose, ...],
) -> tuple[VisitState, ...]:
    days = [moment // _DAY_MS + _EPOCH_DAY for moment in created]
    since = _bought(rng, released, days[0])
    battery = first_battery(rng, phone.ageing, since)
    if days[0] - since > 900 and rng.random() < 0.30:  # replaced once before it came here
        battery = new_battery(rng, battery, since + int((days[0] - since) * between(rng, 0.4, 0.9)))
    grade = _grade(rng)
    defects = _new_defects(rng, 1.0)
    states: list[VisitState] = []
    for at, (purpose, day) in enumerate(zip(purposes, days, strict=True)):
        repaired: tuple[str, ...] = ()
        if purpose in {"repair", "final"} and at:
            before, battery = battery, _after_repair(rng, battery, day)
            stays = [name for name in defects if rng.random() < (0.5 if purpose == "repair" else 0.08)]
            repaired = tuple(name for name in defects if name not in stays)
            repaired += ("battery",) if battery is not before else ()
            defects = stays
        elif purpose == "return":
            defects += _new_defects(rng, 0.6)
        states.append(
            VisitState(
                numbers[at],
                purpose,
                created[at],
                day,
                battery.cycles(day),
                battery.health(day) + between(rng, -0.5, 0.5),
                battery.genuine,
                _failing(rng, defects),
                repaired,
                grade,
            )
        )
    return tuple(states)


def _storage(rng: Random, phone: Phone) -> int:
    """The smaller sizes sell most."""
    return phone.storages[int(len(phone.storages) * rng.random() ** 1.7)]


def _bought(rng: Random, released: int, first_day: int) -> int:
    """The day the phone was first used: most within two years of its release."""
    latest = max(released, first_day - 25)
    return min(latest, released + int(1300 * rng.random() ** 1.6))


def _unread_share(phone: Phone) -> float:
    """How often the battery's state cannot be read, as known by makers."""
    if phone.is_apple:
        return 0.022
    return 0.30 if phone.brand in {"Huawei", "Honor"} else 0.13


def _grade(rng: Random) -> str:
    roll = rng.random()
    return "A" if roll < 0.30 else "B" if roll < 0.68 else "C" if roll < 0.93 else "D"


def _new_defects(rng: Random, share: float) -> list[str]:
    return [name for name, per_mille, _, _ in _DEFECTS if rng.random() * 1000 < per_mille * share]


def _failing(rng: Random, defects: list[str]) -> tuple[str, ...]:
    failing: list[str] = []
    for name, _, always, sometimes in _DEFECTS:
        if name in defects:
            failing += always
            failing += [test for test in sometimes if rng.random() < 0.5]
    return tuple(dict.fromkeys(failing))


def _after_repair(rng: Random, battery: Battery, day: int) -> Battery:
    health = battery.health(day)
    wanted = 0.55 if health < 80 else 0.10 if health < 85 else 0.004
    return new_battery(rng, battery, day - whole(rng, 0, 1)) if rng.random() < wanted else battery
