"""Properties of a decoded record that are no columns of the cache, read tolerantly.

A property stands on the record itself, in its ``device`` or in its ``stickyData`` object (seen in the field);
the first that is not null counts. Shapes of the results of operations are assumptions: what is there is
shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from m360desk.ui.text import number, shortened, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HOLDERS = ("device", "stickyData")
_MOST_CHARACTERS = 160
_NO_WORDS = frozenset(
    {"", "0", "false", "no", "none", "off", "null", "unlocked", "not locked", "disabled", "clean"}
)


def prop(record: object, *names: str) -> object:
    """Return the first property of these names that is not null, None when there is none."""
    if not isinstance(record, dict):
        return None
    for name in names:
        for holder in (record, *(record.get(key) for key in _HOLDERS)):
            if isinstance(holder, dict) and holder.get(name) is not None:
                return holder[name]
    return None


def members(value: object) -> Mapping[str, object]:
    """Return an object's members; an empty list, PHP's form of an empty object, has none."""
    return value if isinstance(value, dict) else {}


def scalar_text(value: object) -> str:
    """Return a plain value in words for people; "" for null, objects and lists."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number(value)
    return shortened(value.strip(), _MOST_CHARACTERS) if isinstance(value, str) else ""


def scalars(value: object, *, without: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """Yield title and text of the plain members of an object, one level deep."""
    for name, member in members(value).items():
        if name in without:
            continue
        text = scalar_text(member)
        if text:
            yield title_of(name), text


def is_on(value: object) -> bool | None:
    """Return whether a state property says yes; None when it says nothing."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, str):
        return value.strip().casefold() not in _NO_WORDS if value.strip() else None
    return bool(value)


def parts(record: object) -> Iterator[tuple[str, bool | None, str]]:
    """Yield name, whether it is original (None: not known) and a text for each part that was checked."""
    for name, found in members(prop(record, "oemCheckResult")).items():
        original = members(found).get("isOriginal") if isinstance(found, dict) else found
        if not isinstance(original, bool | None):
            original = None
        if isinstance(found, dict | bool):
            yield name, original, {True: "original", False: "not original", None: "not known"}[original]


def report_links(record: object) -> Iterator[tuple[int, str, str]]:
    """Yield number, kind ("PDF", "HTML") and address of each diagnostics report."""
    reports = prop(record, "diagnosticsReports")
    for count, report in enumerate(reports if isinstance(reports, list) else (), start=1):
        for kind, name in (("PDF", "pdfLink"), ("HTML", "htmlLink")):
            link = members(report).get(name)
            if isinstance(link, str) and link.strip():
                yield count, kind, link.strip()


def is_safe_link(link: str) -> bool:
    """Return whether an address may be opened: https with a host and without a user name."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
