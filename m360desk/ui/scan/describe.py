"""What the scan card says: of a device that was found, and of one that was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.changes import Change, changes
from m360desk.core.verdict import judge
from m360desk.ui.detail.content import Line, PaneContext, Piece, Run
from m360desk.ui.detail.describe_head import facts, gauge, health_text, title
from m360desk.ui.detail.describe_tests import history_section, readings
from m360desk.ui.detail.pieces import plain
from m360desk.ui.marks import Mark
from m360desk.ui.scan.content import DEMO_WORDS, CardContent, DeviceLines, Headline, Look
from m360desk.ui.scan.words import LOOKS, Words
from m360desk.ui.text import (
    counted,
    date_of,
    grouped_imei,
    imei_parts,
    shortened,
    shortened_middle,
    spoken_time,
    title_of,
)

if TYPE_CHECKING:
    from m360desk.core.scanning import Code
    from m360desk.core.user_text import UserText
    from m360desk.ui.detail.describe_head import Fields
    from m360desk.ui.scan.loading import LoadedDevice

_SHOWN_SESSIONS = 5
_LONGEST_CODE = 40
_SUBJECTS = {"battery": "Battery", "sim": "SIM", "blacklist": "Blacklist", "grade": "Grade"}
_WORSE = {"test": Mark.REPLACE, "battery": Mark.WATCH, "part": Mark.WATCH, "sim": Mark.WATCH}
_BEFORE_AT, _AFTER_AT = 160, 256


def describe_device(loaded: LoadedDevice, code: Code, context: PaneContext) -> CardContent:
    """Return the card of a device of which there is a session."""
    session = loaded.session
    fields = session.detail.session
    judgement = judge(loaded.condition, context.limits)
    words = Words(judgement, fields, context.limits)
    tested_before = any(row.get("result") in ("passed", "failed") for row in session.history)
    found = readings(session.history or (fields,))
    changed = () if loaded.earlier is None else changes(loaded.earlier, loaded.condition)
    history = history_section(session.history[:_SHOWN_SESSIONS], session.row_id, context)
    count = max(1, len(session.history))
    headline = Headline(
        LOOKS[judgement.verdict],
        words.title(tested_before=tested_before),
        words.line(),
        made_up=DEMO_WORDS.get(context.mode, ""),
    )
    return CardContent(
        headline,
        _device(fields, count, context, gone=session.gone_ms is not None),
        words.reasons(),
        history_summary=counted(count, "session", "sessions") if count > 1 else "this session only",
        history=history.lines,
        readings=found,
        gauge=gauge(fields, context),
        changed_summary=_changed_summary(loaded, changed, context),
        changed=tuple(_changed(change, context) for change in changed),
        remark=_remark(loaded, code),
        row_id=session.row_id,
        search=_identity(fields) or code.scan.value,
        log_device=f"{title(fields)} · {_short_identity(fields, code)}",
        log_remark=words.remark(),
    )


def describe_looking(code: Code, context: PaneContext) -> CardContent:
    """Return the card while even this computer takes its time."""
    return CardContent(
        Headline(
            Look.UNTESTED,
            "Looking…",
            "On this computer. Esc gives up.",
            shown_code(code),
            made_up=DEMO_WORDS.get(context.mode, ""),
        ),
        asking=True,
    )


def describe_asking(code: Code, context: PaneContext) -> CardContent:
    """Return the card while the account is asked."""
    return CardContent(
        Headline(
            Look.UNTESTED,
            "Asking the account…",
            "It is not on this computer. Esc gives up.",
            shown_code(code),
            made_up=DEMO_WORDS.get(context.mode, ""),
        ),
        remark=code.note or "",
        asking=True,
    )


def describe_denied(code: Code, context: PaneContext, *, asked_ms: int) -> CardContent:
    """Return the card of what the account itself does not know."""
    when = spoken_time(asked_ms, now_ms=context.now_ms, zone=context.zone).removeprefix("today ")
    is_device = code.scan.kind in ("imei", "serial", "m360id") and code.note is None
    return CardContent(
        Headline(
            Look.UNTESTED,
            "Never tested" if is_device else "Not found",
            f"Not on this computer, and the account does not know it either (asked {when}).",
            shown_code(code),
            made_up=DEMO_WORDS.get(context.mode, ""),
        ),
        remark=code.note or "",
        search=code.scan.value,
        log_device=_short_code(code),
        log_remark="asked the account",
    )


def describe_unknown(code: Code, why: UserText, synced: str, context: PaneContext) -> CardContent:
    """Return the card of what this computer has not, where the account could not tell."""
    reason = f"{why.happened} {why.means}".strip()
    return CardContent(
        Headline(
            Look.UNTESTED,
            "Not on this computer",
            f"Whether it was ever tested is not known: the account gave no answer. {synced}".strip(),
            shown_code(code),
            made_up=DEMO_WORDS.get(context.mode, ""),
        ),
        remark=" ".join(part for part in (code.note, reason, why.do) if part),
        search=code.scan.value,
        log_device=_short_code(code),
        log_remark="account not asked",
    )


def describe_misread(code: Code, context: PaneContext) -> CardContent:
    """Return the card of what is no identity of a device."""
    wrong_end = code.right_digit is not None
    return CardContent(
        Headline(
            Look.NOTE,
            f"Not {code.name}",
            f"{code.problem} Scan again, or look for these digits in serials and custom IDs.",
            shortened_middle(code.scan.value, _LONGEST_CODE),
            wrong_end=wrong_end,
            made_up=DEMO_WORDS.get(context.mode, ""),
        ),
        search=code.scan.value,
        log_device=shortened_middle(code.scan.value, 24),
        log_remark="check digit wrong" if wrong_end else "misread",
    )


def shown_code(code: Code) -> str:
    """What was scanned as people compare it."""
    return shortened_middle(grouped_imei(code.scan.value), _LONGEST_CODE)


def _device(fields: Fields, count: int, context: PaneContext, *, gone: bool) -> DeviceLines:
    time = fields.get("time")
    when = spoken_time(time if isinstance(time, int) else None, now_ms=context.now_ms, zone=context.zone)
    who = plain(fields.get("operator"))
    grade, custom = plain(fields.get("grade")), plain(fields.get("custom"))
    about = [facts(fields), f"grade {grade}" if grade else "", custom]
    seen = f"last seen {when}" + (f" by {who}" if who else "")
    if gone:
        seen += ", no longer in the account"
    return DeviceLines(
        title(fields),
        " · ".join(part for part in about if part),
        _identity(fields),
        f"{seen}, {counted(count, 'session', 'sessions')}",
    )


def _identity(fields: Fields) -> str:
    for name in ("imei", "imei2", "serial", "m360id", "custom", "session"):
        value = plain(fields.get(name))
        if value:
            return value
    return ""


def _short_identity(fields: Fields, code: Code) -> str:
    identity = _identity(fields) or code.scan.value
    parts = imei_parts(identity)
    return parts.serial if parts is not None else shortened_middle(identity, 14)


def _short_code(code: Code) -> str:
    return shortened_middle(grouped_imei(code.scan.value), 24)


def _remark(loaded: LoadedDevice, code: Code) -> str:
    parts = [code.note or ""]
    if code.problem is not None:
        parts.append(f"What was scanned is not {code.name}: {code.problem}")
    if loaded.devices > 1:
        parts.append(f"{loaded.devices} devices carry “{code.scan.value}”: the newest is shown.")
    return " ".join(part for part in parts if part)


def _changed_summary(loaded: LoadedDevice, found: tuple[Change, ...], context: PaneContext) -> str:
    if loaded.earlier is None:
        return "no earlier session"
    since = f"since {date_of(loaded.earlier_ms, context.zone)}"
    return since if found else f"nothing {since}"


def _changed(change: Change, context: PaneContext) -> Line:
    name = _SUBJECTS.get(change.subject, "") or change.name
    if change.subject in ("test", "part"):
        name = title_of(name[:1].upper() + name[1:])
    before, after = _state(change.before, context), _state(change.after, context)
    mark, colour = Mark.TICK, "text"
    if change.turn == "worse":
        mark = Mark.WATCH if change.after == "skipped" else _WORSE.get(change.subject, Mark.STOP)
        colour = "watchtext" if mark is Mark.WATCH else "badtext"
        if change.subject == "battery" and gauge_is_low(change.after, context):
            mark, colour = Mark.REPLACE, "badtext"
    elif change.turn == "other":
        mark = Mark.SKIPPED
    pieces = (
        Piece(24, (Run(name, colour="text2"),)),
        Piece(_BEFORE_AT, (Run(before, colour="text2"),)),
        Piece(_AFTER_AT, (Run(after, colour=colour),)),
    )
    return Line(pieces, mark=mark, spoken=f"{name}: {before}, now {after}")


def gauge_is_low(value: str | float, context: PaneContext) -> bool:
    """Whether a state of health is under the limit."""
    return isinstance(value, float | int) and value < context.limits.replace_under


def _state(state: str | float, context: PaneContext) -> str:
    if isinstance(state, str):
        return shortened(state, 24)
    return f"{health_text(state, context.limits)}\u00a0%"
