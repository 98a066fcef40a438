"""What else was done in a session: grading, parts, blacklist, wipe, expenses, reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.simulator.shop.diagnostics import iso
from m360desk.simulator.shop.dice import between, pick, whole

if TYPE_CHECKING:
    from m360desk.simulator.shop.sessions import Facts

_FRAME = {
    "A": ("flawless", "faint marks"), "B": ("light scratches", "light scratches at the edges"),
    "C": ("scratches, 2 dents", "visible scratches"), "D": ("bent, deep dents", "cracked back glass"),
}  # fmt: skip
_SCREEN = {
    "A": ("flawless",), "B": ("micro scratches", "one light scratch"), "C": ("scratches", "chipped edge"),
    "D": ("cracked", "burn-in"),
}  # fmt: skip
_CHECKED_PARTS = ("display", "battery", "rearCamera", "frontCamera", "mainboard", "faceId")


def grading(facts: Facts) -> dict[str, object]:
    """GradingResult."""
    rng = facts.rng
    grade = facts.state.grade
    return {
        "grade": grade,
        "gradedBy": facts.operator,
        "gradedTime": iso(facts.created_ms - 20_000),
        "formName": "Cosmetic A-D",
        "answers": [
            {"question": "Display", "answer": pick(rng, _SCREEN[grade])},
            {"question": "Frame", "answer": pick(rng, _FRAME[grade])},
            {"question": "Back", "answer": pick(rng, _SCREEN[grade])},
        ],
        "comment": None,
    }


def oem_check(facts: Facts) -> dict[str, object]:
    """OemCheckResult: part name and what is known of it."""
    rng = facts.rng
    device, state = facts.device, facts.state
    parts = _CHECKED_PARTS if device.phone.is_apple else _CHECKED_PARTS[:4]
    foreign = {
        "display": device.foreign_display or ("display" in state.repaired and rng.random() < 0.5),
        "battery": not state.battery_genuine,
        "rearCamera": rng.random() < 0.008,
        "frontCamera": rng.random() < 0.005,
    }
    return {part: _part(facts, at, original=not foreign.get(part, False)) for at, part in enumerate(parts)}


def _part(facts: Facts, at: int, *, original: bool) -> dict[str, object]:
    device = facts.device
    serial = f"{device.serial[:3]}{(device.number * 7919 + at) % 9_000_000 + 1_000_000}"
    return {
        "isOriginal": original,
        "status": "Genuine" if original else "Unknown part",
        "serialOriginal": serial,
        "serialCurrent": serial if original else f"X{whole(facts.rng, 10_000_000, 99_999_999)}",
        "message": None if original else "The part's serial number does not belong to this device",
        "checkedBy": "system",
    }


def blacklist_check(facts: Facts) -> dict[str, object]:
    """BlacklistCheckResult."""
    listed = facts.device.blacklisted
    return {
        "status": "Blacklisted" if listed else "Clean",
        "isBlacklisted": listed,
        "checkedTime": iso(facts.created_ms - 45_000),
        "provider": "GSMA Device Check",
        "country": "DE" if listed else None,
    }


def wipe(facts: Facts) -> dict[str, object]:
    """The wipe's result."""
    failed = facts.rng.random() < 0.03
    return {
        "status": "Failed" if failed else "Wiped",
        "standard": "NIST 800-88r1 Purge",
        "startedTime": iso(facts.created_ms - 300_000),
        "finishedTime": iso(facts.created_ms - 110_000),
        "wipedBy": facts.operator,
        "certificateNumber": None if failed else f"W-{facts.number:08d}",
    }


def expense(facts: Facts) -> dict[str, object]:
    """Money spent on the device so far; EUR."""
    rng = facts.rng
    phone = facts.device.phone
    age = max(0, facts.state.day // 365 - int(phone.released[:4]))
    base = (720 if phone.is_apple else 430) * (0.5 + phone.capacity / 9000)
    purchase = round(max(18.0, base * 0.76**age * between(rng, 0.75, 1.15)), 2)
    prices = {"display": 74.0, "glass": 42.0, "battery": 19.5, "charging": 14.0, "camera": 31.0}
    items: list[object] = [
        {"name": name.capitalize(), "amount": prices.get(name, 12.0), "currency": "EUR"}
        for name in facts.state.repaired
    ]
    additional = round(sum(prices.get(name, 12.0) for name in facts.state.repaired), 2)
    return {
        "purchase": purchase,
        "additional": additional,
        "total": round(purchase + additional, 2),
        "currency": "EUR",
        "items": items,
    }


def reports(session_id: str, site: str) -> list[object]:
    """The list ``diagnosticsReports``; ``site`` is the simulator's own address."""
    return [
        {
            "htmlLink": f"{site}/reports/{session_id}.html",
            "pdfLink": f"{site}/reports/{session_id}.pdf",
            "name": "Diagnostics",
        }
    ]


def photos(facts: Facts, session_id: str, site: str) -> list[object]:
    """The list ``gradingPhotos``."""
    if not facts.has_grading or facts.rng.random() < 0.6:
        return []
    taken = iso(facts.created_ms - 30_000)
    return [
        {"link": f"{site}/photos/{session_id}-{side}.jpg", "side": side, "takenTime": taken}
        for side in ("front", "back")
    ]
