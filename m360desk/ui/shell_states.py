"""What the window says where there is no list to show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from m360desk.ui.marks import Mark
from m360desk.ui.shell_sync import WANTS_CREDENTIALS, WANTS_SETTINGS
from m360desk.ui.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from m360desk.ui.shell_sync import Problem
    from m360desk.ui.way_out import WayOut

_SENTENCES = re.compile(r"(?<=[.?])\s+(?=[A-Z])")

READING = State(
    "Reading the account",
    "The newest sessions appear here first. You can search and open them while the rest comes in.",
    icon="sync",
    over_list=True,
)
EMPTY = State(
    "No sessions yet",
    "A session appears here after a device has been tested in M360 and its session closed.",
    icon="list",
    buttons=(("sync", "Sync now"), ("demo", "Look at the demo")),
    over_list=True,
    small="Sessions expected? See whether these credentials belong to the right account: Settings, Account.",
)


_NO_NOUNS = frozenset({"before", "until", "after", "since", "on", "in", "from"})
_REFUSED = (
    "Was the auth token renewed on the M360 dashboard? Then enter the new one.",
    "Is the API set to Disabled there? Set it to Live or Testing.",
    "Has the licence ended? The dashboard says so.",
)
_NUMBERS = ("", "", "Both", "All three", "All four", "All five", "All six")


def no_match(query: str, parts: int, ways: Sequence[WayOut] | None) -> State:
    """Nothing answers a search of so many parts; ``ways`` out are None until they are counted."""
    buttons = (("clear", "Clear search"), ("undo", "Undo last change"))
    if parts < 2:
        text = f"Nothing on this computer answers “{query}”."
        return State("No session matches", text, icon="search", buttons=buttons[:1], over_list=True)
    together = _NUMBERS[parts] if parts < len(_NUMBERS) else f"All {parts}"
    helping = tuple(way for way in ways or () if way.sessions)
    useless = [_named(way) for way in ways or () if not way.sessions]
    text = f"{together} together match nothing."
    after = ""
    if helping:
        text += " One of them left out:"
        if useless:
            after = f"Leaving out {either(useless)} does not help."
    elif ways is not None:
        text += " Leaving out any one of them does not help."
    return State(
        "No session matches",
        text,
        icon="search",
        buttons=buttons,
        ways=helping,
        after=after,
        over_list=True,
    )


def _named(way: WayOut) -> str:
    """ "operator"; what is no noun, such as "since Mon 16 Nov 2026", whole and in quotes."""
    if not way.field:
        return way.value
    is_noun = not way.field.startswith("not ") and way.field.split()[-1] not in _NO_NOUNS
    return way.field if is_noun else f"“{way.words}”"


def either(names: Sequence[str]) -> str:
    """ "the operator or the model"."""
    told = [name if name.startswith("“") else f"the {name}" for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} or {told[-1]}"


def problem_state(problem: Problem, mode: str = "") -> State:
    """Nothing is there, and why nothing could be fetched."""
    text = problem.text
    steps = tuple(step for step in _SENTENCES.split(text.do) if step)
    if problem.kind == "CREDENTIALS":
        steps = _REFUSED
    again, settings = ("sync", "Try again"), ("settings", "Settings…")
    buttons = (again, settings)
    if problem.kind in WANTS_CREDENTIALS:
        buttons = (("settings", "Enter new credentials…"), again)
    elif problem.kind in WANTS_SETTINGS:
        buttons = (settings, again)
    offline = problem.kind == "OFFLINE"
    return State(
        text.happened.rstrip("."),
        text.means if len(steps) > 1 else f"{text.means} {text.do}".strip(),
        icon="offline" if offline else "",
        mark=None if offline else Mark.REPLACE,
        buttons=buttons,
        steps=steps if len(steps) > 1 else (),
        details=_details(problem, mode),
    )


def _details(problem: Problem, mode: str) -> tuple[tuple[str, str], ...]:
    """The technical facts, the service's own words first."""
    facts: dict[str, str] = {}
    for line in problem.technical.splitlines():
        name, colon, value = line.partition(": ")
        facts[name if colon else ""] = value if colon else line
    status = facts.pop("HTTP status", "")
    request = (facts.pop("endpoint", ""), f"HTTP {status}" if status else "", facts.pop("time", ""))
    rows = (
        ("Code", facts.pop("code", "")),
        ("Service says", facts.pop("title", "")),
        ("Request", ", ".join(filter(None, request))),
        ("Mode", mode),
        ("Kind", facts.pop("kind", problem.kind)),
        *((name.capitalize() or "Technical", value) for name, value in facts.items()),
    )
    return tuple((name, value) for name, value in rows if value)
