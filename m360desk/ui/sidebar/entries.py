"""What stands in the side bar: sections with views and choices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from m360desk.core.battery import Band, Limits
from m360desk.core.facets import RESULTS, UNKNOWN, Facet
from m360desk.ui.marks import Mark
from m360desk.ui.text import month_name

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Mapping, Sequence

    from m360desk.system.views_file import SavedView

VIEWS: Final = "views"
TITLES: Final = {
    VIEWS: "Views",
    "battery": "Battery",
    "result": "Result",
    "model": "Model",
    "operator": "Operator",
    "grade": "Grade",
    "time": "Month",
}
SECTIONS: Final = tuple(TITLES)
FOLDED_AT_FIRST: Final = ("grade", "time")
TOP: Final = {"model": 4, "operator": 3, "time": 12}
_BAND_MARKS: Final = {"replace": Mark.REPLACE, "watch": Mark.WATCH, "good": Mark.GOOD, UNKNOWN: Mark.UNKNOWN}
_RESULT_MARKS: Final = {"failed": Mark.REPLACE, "passed": Mark.GOOD, "not tested": Mark.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. A view has a ``query``, a choice a ``key``, the line that unfolds a list neither.

    ``count`` is None until counted, ``checked`` None where there is nothing to check, ``saved`` the place
    among the user's own views.
    """

    name: str
    title: str
    count: int | None = None
    query: str | None = None
    key: str | None = None
    checked: bool | None = None
    icon: str = ""
    mark: Mark | None = None
    saved: int | None = None


def views(limits: Limits, saved: Sequence[SavedView]) -> list[Entry]:
    """The built-in views, then the user's own."""
    limit = f"{limits.replace_under:g}"
    built_in = (
        ("all", "All sessions", "", "list"),
        ("today", "Today", "on:today", "calendar"),
        ("repair", "To repair", f"(is:failed or battery:<{limit})", "wrench"),
        ("battery", f"Battery < {limit} %", f"battery:<{limit}", "battery"),
        ("locked", "Locked", "(is:locked or is:simlocked)", "lock"),
        (
            "sell",
            "Ready to sell",
            f"is:passed battery:>={limit} -is:locked -is:simlocked -is:blacklisted has:grade",
            "tag",
        ),
        ("unidentified", "Not identified", "is:unidentified", "question"),
    )
    entries = [Entry(name, title, query=query, icon=icon) for name, title, query, icon in built_in]
    own = [
        Entry(f"saved {at}", view.name, query=view.query, icon="bookmark", saved=at)
        for at, view in enumerate(saved)
    ]
    return entries + own


def choices(
    facet: Facet, counts: Counter[str] | None, chosen: Collection[str], *, all_of: bool
) -> list[Entry]:
    """The lines of a facet: what is chosen always, else what there is, the most frequent first."""
    name = facet.field
    if name == "battery":
        words = {band.value: band.value.capitalize() for band in (Band.REPLACE, Band.WATCH, Band.GOOD)}
        return [
            _choice(key, title, counts, chosen, _BAND_MARKS[key])
            for key, title in {**words, UNKNOWN: "Unknown"}.items()
        ]
    if name == "result":
        return [_choice(key, key.capitalize(), counts, chosen, _RESULT_MARKS[key]) for key in RESULTS]
    keys = _ranked(facet, counts, chosen)
    top = TOP.get(name, len(keys))
    shown = keys if all_of or len(keys) <= top + 1 else [*keys[:top], *(k for k in keys[top:] if k in chosen)]
    entries = [_choice(key, _title(facet, key), counts, chosen) for key in shown]
    if len(shown) < len(keys):
        entries.append(Entry("more", f"{len(keys) - len(shown)} more…"))
    elif all_of and len(keys) > top + 1:
        entries.append(Entry("fewer", "Fewer"))
    return entries


def _ranked(facet: Facet, counts: Counter[str] | None, chosen: Collection[str]) -> list[str]:
    found: Mapping[str, int] = counts if counts is not None else {}
    there = {key for key, count in found.items() if count and not key.startswith("\0")}
    keys = there | set(chosen)
    if facet.field == "time":
        return sorted(keys, reverse=True)
    if facet.field == "grade":
        return sorted(keys, key=lambda key: (key == UNKNOWN, key))
    return sorted(keys, key=lambda key: (key == UNKNOWN, -found.get(key, 0), key))


def _title(facet: Facet, key: str) -> str:
    if facet.field == "time" and key:
        return month_name(key)
    if key == UNKNOWN:
        return "Not graded" if facet.field == "grade" else "Unknown"
    return facet.values.get(key, key)


def _choice(
    key: str, title: str, counts: Counter[str] | None, chosen: Collection[str], mark: Mark | None = None
) -> Entry:
    count = None if counts is None else counts.get(key, 0)
    return Entry(f"choice {key}", title, count, key=key, checked=key in chosen, mark=mark)


def with_counts(entries: Sequence[Entry], counts: dict[str, int | None]) -> list[Entry]:
    """The same views, with the counts of their queries as far as they are known."""
    return [replace(entry, count=counts.get(entry.query or "")) for entry in entries]
