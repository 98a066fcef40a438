"""Findings in words: one row for each thing that asks for something, one for all that is in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.verdict import Fact, Finding, Judgement, Level, Verdict
from m360desk.ui.detail.describe_head import health_text
from m360desk.ui.detail.pieces import figure
from m360desk.ui.marks import Mark
from m360desk.ui.scan.content import Look, Reason
from m360desk.ui.text import NO_BREAK, counted, listed, number, title_of

if TYPE_CHECKING:
    from m360desk.core.battery import Limits
    from m360desk.ui.detail.describe_head import Fields

LOOKS = {
    Verdict.PASS: Look.PASS,
    Verdict.NOT_TESTED: Look.UNTESTED,
    Verdict.REPAIR: Look.REPAIR,
    Verdict.REPLACE: Look.REPLACE,
    Verdict.STOP: Look.STOP,
}
_LEVELS = {
    Level.STOP: (Mark.STOP, "Stop"),
    Level.REPLACE: (Mark.REPLACE, "Replace"),
    Level.REPAIR: (Mark.REPLACE, "Repair"),
    Level.TELL: (Mark.WATCH, "Tell the buyer"),
    Level.NOT_CHECKED: (Mark.UNKNOWN, "Not checked"),
    Level.IN_ORDER: (Mark.GOOD, "In order"),
}
_REMEDIES = {
    "iCloud": "The seller must remove the device from the Apple account.",
    "FRP": "The seller must remove the Google account in the device's settings.",
    "MDM": "The organisation that manages the device must release it.",
    "Brand account": "The seller must sign out of the maker's account.",
}
_LOCKS = {"Brand account": "Brand account lock"}


class Words:
    """Puts the findings of one session into words, with the figures of its ``fields``."""

    def __init__(self, judgement: Judgement, fields: Fields, limits: Limits) -> None:
        self._judgement, self._fields, self._limits = judgement, fields, limits

    def title(self, *, tested_before: bool) -> str:
        """The verdict; what else is to be done stands beside the battery, so that nobody stops there."""
        verdict = self._judgement.verdict
        if verdict is Verdict.REPLACE and any(map(_is_more_than_battery, self._judgement.at(Level.REPAIR))):
            return "Replace battery, repair"
        if verdict is Verdict.NOT_TESTED:
            return "Not tested" if tested_before else "Never tested"
        return {Verdict.STOP: "Stop", Verdict.REPLACE: "Replace battery", Verdict.REPAIR: "Repair"}.get(
            verdict, "Pass"
        )

    def line(self) -> str:
        """The sentence under the verdict: the worst facts, or what it rests on and what it does not."""
        judged = self._judgement
        if judged.verdict is Verdict.PASS:
            return self._pass_line()
        if judged.verdict is Verdict.NOT_TESTED:
            return "No test of it has passed or failed. Test it with M360."
        worst = judged.at(judged.findings[0].level)
        facts = [self.fact(finding) for finding in worst]
        if judged.verdict is Verdict.STOP:
            return f"{listed([facts[0], *map(_lower, facts[1:])])}. Do not sell, do not ship."
        rest = [finding for finding in judged.at(Level.REPAIR) if finding not in worst]
        if rest:
            return f"{facts[0]}. {listed([self._brief(finding) for finding in rest])}."
        if judged.verdict is Verdict.REPLACE:
            others = judged.at(Level.TELL)
            open_ = self._not_checked_briefly()
            end = " Nothing else stands in the way." if not (others or open_) else open_
            return f"{facts[0]}.{end}"
        return f"{'. '.join(self._brief(finding) for finding in worst)}."

    def reasons(self) -> tuple[Reason, ...]:
        """The rows, worst first."""
        rows = [
            self._row(finding)
            for finding in self._judgement.findings
            if finding.level not in (Level.NOT_CHECKED, Level.IN_ORDER)
        ]
        for level in (Level.NOT_CHECKED, Level.IN_ORDER):
            findings = self._judgement.at(level)
            if findings:
                rows.append(self._together(level, findings))
        return tuple(rows)

    def remark(self) -> str:
        """Two words for the log: what the verdict rests on."""
        worst = self._judgement.findings[0]
        if worst.fact is Fact.ACCOUNT_LOCK:
            return _lock(worst.names[0])
        if worst.fact is Fact.BATTERY_REPLACE:
            return f"{self._health()}{NO_BREAK}%"
        if worst.fact is Fact.TESTS_FAILED:
            return f"{len(worst.names)} failed"
        brief = {Fact.BLACKLISTED: "blacklisted", Fact.WIPE_FAILED: "wipe failed", Fact.NOT_TESTED: ""}
        return brief.get(worst.fact, "")

    def fact(self, finding: Finding) -> str:
        """What was found, as a sentence without its full stop."""
        names = [_title(name) for name in finding.names]
        match finding.fact:
            case Fact.ACCOUNT_LOCK:
                return f"{_lock(finding.names[0])} is on"
            case Fact.BLACKLISTED:
                return "It is blacklisted"
            case Fact.BATTERY_REPLACE:
                limit = number(self._limits.replace_under)
                return f"Battery {self._health()}{NO_BREAK}%, limit {limit}{NO_BREAK}%"
            case Fact.TESTS_FAILED:
                return f"{counted(len(names), 'test', 'tests')} failed"
            case Fact.WIPE_FAILED:
                return "The wipe failed"
            case Fact.PARTS_REPLACED:
                return f"{listed([names[0], *map(_lower, names[1:])])} {_is(names)} not original"
            case Fact.SIM_LOCKED:
                return "It is bound to a network (SIM lock)"
            case Fact.TAMPERED:
                return listed(names)
            case Fact.BATTERY_WATCH:
                good = number(self._limits.good_from)
                return f"Battery {self._health()}{NO_BREAK}%, good from {good}{NO_BREAK}%"
            case _:
                return self._brief(finding)

    # Inner workings

    def _row(self, finding: Finding) -> Reason:
        mark, word = _LEVELS[finding.level]
        return Reason(mark, word, self.fact(finding), self._more(finding), _TOPICS[finding.fact])

    def _more(self, finding: Finding) -> str:
        match finding.fact:
            case Fact.ACCOUNT_LOCK:
                return _REMEDIES.get(finding.names[0], "Whoever set it must take it off.")
            case Fact.BLACKLISTED:
                return "Ask where it comes from; keep it apart."
            case Fact.BATTERY_REPLACE | Fact.BATTERY_WATCH:
                return self._battery_figures()
            case Fact.TESTS_FAILED:
                return f"{listed([_title(name) for name in finding.names])}."
            case Fact.WIPE_FAILED:
                return "Data of the former owner may still be on it. Wipe it again."
            case Fact.SIM_LOCKED:
                return "It works with SIM cards of that network alone."
            case Fact.TAMPERED:
                return "Its system was altered: restore the maker's own before selling."
            case Fact.PARTS_REPLACED:
                return "Say so in the offer."
            case _:
                return ""

    def _together(self, level: Level, findings: tuple[Finding, ...]) -> Reason:
        mark, word = _LEVELS[level]
        facts = [self._brief(finding) for finding in findings]
        if level is Level.NOT_CHECKED:
            more = [part for finding in findings if (part := self._gap(finding))]
            text = " ".join(more) or "Nobody knows; check it before selling."
            return Reason(mark, word, _sentence(facts), text, "")
        details = [part for finding in findings if (part := self._good_detail(finding))]
        return Reason(mark, word, _sentence(facts), "; ".join(details) + "." if details else "", "")

    def _brief(self, finding: Finding) -> str:
        """What was found in a few words, for a list of such."""
        names = [_title(name) for name in finding.names]
        match finding.fact:
            case Fact.TESTS_FAILED:
                return f"{counted(len(names), 'test', 'tests')} failed: {', '.join(names)}"
            case Fact.WIPE_FAILED:
                return "The wipe failed"
            case Fact.NOT_TESTED:
                return "Tests"
            case Fact.TESTS_SKIPPED:
                return f"{counted(len(names), 'test', 'tests')} skipped"
            case Fact.TESTS_UNCLEAR:
                return f"{counted(len(names), 'test', 'tests')} with an unknown result"
            case Fact.LOCKS_UNKNOWN:
                return f"{listed([_lock(name) for name in finding.names])}"
            case Fact.PARTS_UNKNOWN:
                return f"{listed(names)} (part)" if names else "Parts"
            case Fact.TESTS_PASSED:
                return counted(len(names), "test", "tests")
            case Fact.BATTERY_GOOD:
                return f"Battery {self._health()}{NO_BREAK}%"
            case Fact.LOCKS_OFF:
                return ", ".join(finding.names)
            case Fact.PARTS_ORIGINAL:
                return counted(len(names), "part", "parts")
            case _:
                return _BRIEF[finding.fact]

    def _gap(self, finding: Finding) -> str:
        """What is behind a gap, where more is known than that it is one."""
        titles = [_title(name) for name in finding.names]
        match finding.fact:
            case Fact.TESTS_SKIPPED:
                return f"Skipped: {', '.join(titles)}."
            case Fact.TESTS_UNCLEAR:
                return f"Result not understood: {', '.join(titles)}."
            case Fact.BATTERY_DOUBT:
                return finding.names[0]
            case Fact.BLACKLIST_OPEN | Fact.SIM_UNKNOWN | Fact.WIPE_UNKNOWN if finding.names:
                return f"{_BRIEF[finding.fact]}: “{finding.names[0]}”."
            case Fact.SESSION_OPEN:
                return "The session was not closed yet: all of this may change."
            case _:
                return ""

    def _good_detail(self, finding: Finding) -> str:
        match finding.fact:
            case Fact.BATTERY_GOOD:
                return _lower(self._battery_figures().rstrip("."))
            case Fact.LOCKS_OFF:
                return f"not held by {listed([_lower(name) for name in finding.names])}"
            case Fact.BLACKLIST_CLEAN:
                return "blacklist clean"
            case Fact.SIM_UNLOCKED:
                return "SIM unlocked"
            case Fact.PARTS_ORIGINAL:
                return f"original: {', '.join(_lower(_title(name)) for name in finding.names)}"
            case _:
                return ""

    def _pass_line(self) -> str:
        judged = self._judgement
        passed = self._found(Fact.TESTS_PASSED)
        count = len(passed.names) if passed is not None else 0
        skipped = judged.has(Fact.TESTS_SKIPPED) or judged.has(Fact.TESTS_UNCLEAR)
        tests = (
            f"{count} passed" if skipped else f"All {count} tests passed" if count > 1 else "1 test passed"
        )
        good = [tests, *(_PASSED[f.fact] for f in judged.at(Level.IN_ORDER) if f.fact in _PASSED)]
        if judged.has(Fact.LOCKS_UNKNOWN) and _PASSED[Fact.LOCKS_OFF] in good:
            # Some are known to be off, but a lock that nobody looked for may be on.
            good.remove(_PASSED[Fact.LOCKS_OFF])
        if judged.has(Fact.BATTERY_GOOD):
            good.insert(1, f"battery {self._health()}{NO_BREAK}%")
        tell = [self.fact(finding) for finding in judged.at(Level.TELL)]
        said = f" Tell the buyer: {listed([_lower(fact) for fact in tell])}." if tell else ""
        return f"{', '.join(good)}.{said}{self._not_checked_briefly()}"

    def _not_checked_briefly(self) -> str:
        gaps = self._judgement.at(Level.NOT_CHECKED)
        if not gaps:
            return ""
        return f" Not checked: {_lower(_sentence([self._brief(finding) for finding in gaps]))}."

    def _battery_figures(self) -> str:
        cycles, full = figure(self._fields.get("cycles")), figure(self._fields.get("full_charge"))
        design = figure(self._fields.get("design"))
        source = {"reported": "reported by the device", "measured": "full charge by design capacity"}
        parts = []
        if cycles is not None:
            parts.append(counted(round(cycles), "cycle", "cycles"))
        if full is not None and design is not None:
            parts.append(f"{number(full, decimals=0)} of {number(design, decimals=0)}{NO_BREAK}mAh")
        where = source.get(str(self._fields.get("battery_source")), "")
        return f"{'; '.join(parts)}{', ' if parts and where else ''}{where}." if parts or where else ""

    def _health(self) -> str:
        return health_text(figure(self._fields.get("battery")), self._limits)

    def _found(self, fact: Fact) -> Finding | None:
        return next((finding for finding in self._judgement.findings if finding.fact is fact), None)


_BRIEF = {
    Fact.SESSION_OPEN: "Session not closed",
    Fact.BATTERY_DOUBT: "Battery doubtful",
    Fact.BATTERY_UNKNOWN: "Battery",
    Fact.BLACKLIST_OPEN: "Blacklist",
    Fact.SIM_UNKNOWN: "SIM lock",
    Fact.WIPE_UNKNOWN: "Wipe",
    Fact.BLACKLIST_CLEAN: "Blacklist",
    Fact.SIM_UNLOCKED: "SIM",
    Fact.WIPED: "Wiped",
}
_PASSED = {
    Fact.LOCKS_OFF: "no account lock found",
    Fact.BLACKLIST_CLEAN: "not blacklisted",
    Fact.PARTS_ORIGINAL: "checked parts original",
}
_TOPICS = {
    Fact.ACCOUNT_LOCK: "Locks",
    Fact.BLACKLISTED: "Blacklist",
    Fact.BATTERY_REPLACE: "Battery",
    Fact.BATTERY_WATCH: "Battery",
    Fact.TESTS_FAILED: "Tests",
    Fact.WIPE_FAILED: "Wipe",
    Fact.PARTS_REPLACED: "Parts",
    Fact.SIM_LOCKED: "SIM",
    Fact.TAMPERED: "System",
}


def _is_more_than_battery(finding: Finding) -> bool:
    """Whether a new battery leaves something to repair: a failed battery test it mends."""
    return finding.fact is not Fact.TESTS_FAILED or set(finding.names) != {"Battery"}


def _title(name: str) -> str:
    """A test or part for people; parts come with a small letter in front."""
    return title_of(name[:1].upper() + name[1:])


def _lock(name: str) -> str:
    return _LOCKS.get(name, f"{name} lock")


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _lower(text: str) -> str:
    """A sentence's beginning inside another; names such as iCloud, NFC or Wi-Fi stay."""
    word = text.split(" ", 1)[0]
    return text if any(letter.isupper() for letter in word[1:]) else text[:1].lower() + text[1:]


def _sentence(parts: list[str]) -> str:
    return ", ".join([parts[0], *map(_lower, parts[1:])])
