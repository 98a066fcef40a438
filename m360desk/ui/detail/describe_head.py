"""Title, facts, badges and identities of a session in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from m360desk.core.battery import Band, HealthPoint, band, reading_quality
from m360desk.core.flags import BLACKLISTED, SIM_LOCK
from m360desk.core.identity import imei_problem
from m360desk.ui.detail.content import Badge, Gauge, IdentityItem
from m360desk.ui.detail.pieces import count, figure, names, plain
from m360desk.ui.marks import FAILED, Mark
from m360desk.ui.text import (
    NO_BREAK,
    NOTHING,
    WEEKDAYS,
    counted,
    grouped_imei,
    iso_time,
    listed,
    number,
    spoken_time,
    storage,
    title_of,
)

if TYPE_CHECKING:
    from m360desk.core.battery import Limits
    from m360desk.core.fields import Value
    from m360desk.ui.detail.content import PaneContext

#: Where the vendor's dashboard shows the sessions of one IMEI (seen in the field).
_DASHBOARD = "https://m360soft.com/dashboard/work-history?WorkHistoryFilter%5Bimei%5D="

BAND_MARKS = {
    Band.GOOD: Mark.GOOD,
    Band.WATCH: Mark.WATCH,
    Band.REPLACE: Mark.REPLACE,
    Band.UNKNOWN: Mark.UNKNOWN,
}


class Fields(Protocol):
    """Anything that knows a session's fields: a row of the list or a session read whole."""

    def get(self, name: str) -> Value | bytes: ...


def title(fields: Fields) -> str:
    """Return what the device is."""
    model = plain(fields.get("model"))
    if model:
        return model
    return "Unknown model" if fields.get("device") else "Unidentified device"


def facts(fields: Fields) -> str:
    """Return storage and colour, model code, system: what tells two devices of a model apart."""
    look = " ".join(
        part for part in (storage(figure(fields.get("storage"))), plain(fields.get("color"))) if part
    )
    code = plain(fields.get("regulatory")) or plain(fields.get("code"))
    system = " ".join(part for part in (plain(fields.get("os")), plain(fields.get("version"))) if part)
    return " · ".join(part for part in (look, code, system) if part) or "Nothing more is known about it"


def gauge(fields: Fields, context: PaneContext) -> Gauge:
    """Return the state of health with its band in words."""
    limits = context.limits
    health = figure(fields.get("battery"))
    low, high = number(limits.replace_under), number(limits.good_from)
    verdict = {
        Band.REPLACE: f"Replace, under {low}",
        Band.WATCH: f"Watch, {low} to under {high}",
        Band.GOOD: f"Good, from {high}",
        Band.UNKNOWN: "Unknown",
    }
    found = band(health, limits)
    return Gauge(health, health_text(health, limits), limits.replace_under, BAND_MARKS[found], verdict[found])


def health_text(health: float | None, limits: Limits) -> str:
    """Return a state of health in whole per cent, with a decimal where rounding would change its band."""
    if health is None:
        return NOTHING
    whole = float(round(health))
    return number(health, decimals=0 if band(whole, limits) is band(health, limits) else 1)


def badges(fields: Fields, context: PaneContext) -> tuple[Badge, ...]:
    """Return the verdicts, worst first; good ones only when nothing is bad."""
    flags = count(fields.get("flags"))
    failed, passed = count(fields.get("failed_count")), count(fields.get("passed_count"))
    found: list[Badge] = []
    if context.mode != "live":
        made_up = "Demo data" if context.mode == "demo" else "Test data"
        found.append(Badge(made_up, None, tip="Not a real device: the record was made up."))
    found += [Badge(f"{name} lock on", Mark.STOP, "lock") for name in names(fields.get("account_lock"))]
    if flags & BLACKLISTED:
        found.append(Badge("Blacklisted", Mark.STOP, "blacklist"))
    if failed:
        failing = listed([title_of(name) for name in names(fields.get("failed"))])
        found.append(Badge(counted(failed, "test failed", "tests failed"), FAILED, tip=failing))
    found += _battery_badge(fields, context)
    found += _parts_badge(fields)
    if flags & SIM_LOCK:
        found.append(Badge("SIM locked", Mark.WATCH, "sim", tip=plain(fields.get("sim_lock"))))
    found += _unknown_badges(fields)
    bad = any(badge.tone in (Mark.STOP, Mark.REPLACE) for badge in found)
    if passed and not failed and not bad:
        found.append(Badge(counted(passed, "test passed", "tests passed"), Mark.GOOD))
    return tuple(found)


def identities(fields: Fields, context: PaneContext) -> tuple[IdentityItem, ...]:
    """Return the six identities, present or not: they keep their places."""
    shown = [_identity("IMEI", fields, "imei"), _identity("IMEI 2", fields, "imei2")]
    shown += [_identity("Serial", fields, "serial"), _identity("M360 ID", fields, "m360id")]
    shown.append(_identity("Custom ID", fields, "custom"))
    time = fields.get("time")
    moment = time if isinstance(time, int) else None
    when = spoken_time(moment, now_ms=context.now_ms, zone=context.zone)
    who = plain(fields.get("operator"))
    session = plain(fields.get("session"))
    exact = iso_time(moment, context.zone)
    tip = "\n".join(part for part in (exact, who, f"Session {session}" if session else "") if part)
    both = ", ".join(part for part in (when, who) if part)
    # Where the place is narrow, the day of the week goes: the date says it too.
    weekday, _, rest = both.partition(" ")
    shorter = rest if weekday in WEEKDAYS else both
    shown.append(IdentityItem("Session", both, session, tip, shorter))
    return tuple(shown)


def dashboard_link(fields: Fields) -> str:
    """Return the address of the device's sessions in the vendor's dashboard, "" without an IMEI."""
    imei = plain(fields.get("imei"))
    return _DASHBOARD + quote(imei, safe="") if imei else ""


def valid_imei(fields: Fields) -> str:
    """Return the IMEI where it is one, "" where it is none or has a fault."""
    imei = plain(fields.get("imei"))
    return imei if imei and imei_problem(imei) is None else ""


def _identity(caption: str, fields: Fields, name: str) -> IdentityItem:
    value = plain(fields.get(name))
    if not value:
        return IdentityItem(caption, NOTHING)
    return IdentityItem(caption, grouped_imei(value), value, value)


def _battery_badge(fields: Fields, context: PaneContext) -> list[Badge]:
    health = figure(fields.get("battery"))
    found = band(health, context.limits)
    if found is Band.REPLACE:
        return [Badge(f"Battery {health_text(health, context.limits)}{NO_BREAK}%, replace", Mark.REPLACE)]
    cycles = fields.get("cycles")
    point = HealthPoint(None, health, cycles if isinstance(cycles, int) else None)
    if health is not None and len(reading_quality([point])) > 1:
        # More than that one reading is no trend: the figure itself is not likely.
        return [Badge(f"Battery {health_text(health, context.limits)}{NO_BREAK}%, doubtful", Mark.WATCH)]
    if found is Band.WATCH:
        return [Badge(f"Battery {health_text(health, context.limits)}{NO_BREAK}%, watch", Mark.WATCH)]
    return []


def _parts_badge(fields: Fields) -> list[Badge]:
    replaced = [title_of(name) for name in names(fields.get("parts"))]
    if not replaced:
        return []
    if len(replaced) == 1:
        return [Badge(f"{replaced[0]} not original", Mark.WATCH)]
    return [Badge(f"{len(replaced)} parts not original", Mark.WATCH, tip=listed(replaced))]


def _unknown_badges(fields: Fields) -> list[Badge]:
    found: list[Badge] = []
    if not (count(fields.get("failed_count")) or count(fields.get("passed_count"))):
        found.append(Badge("Not tested", Mark.UNKNOWN))
    if figure(fields.get("battery")) is None:
        found.append(Badge("Battery unknown", Mark.UNKNOWN))
    if fields.get("blacklist") is None:
        found.append(Badge("Blacklist not checked", Mark.UNKNOWN))
    return found
