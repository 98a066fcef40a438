"""The results of operations in a record, read tolerantly for showing.

Their shapes are assumptions beyond a few names: whatever plain members are there is shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from m360desk.ui.text import date_and_clock, long_date, number, shortened, title_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import tzinfo

_MOST_CHARACTERS = 160
_TIMES = ("finishedTime", "gradedTime", "checkedTime", "createdAt", "updatedAt", "date", "time")
_PEOPLE = ("username", "gradedBy", "wipedBy", "checkedBy", "operator")
# How a form names its lines, and what was entered: seen in one form, guessed for others.
_QUESTIONS = ("question", "name", "title")
_PHOTO_NAMES = ("side", "name", "title", "position")
_PHOTO_LINKS = ("url", "link", "href", "htmlLink", "photo", "image", "src")
_ANSWERS = ("answer", "value", "result")


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


def scalars(value: object, *, without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield title and text of the plain members of an object, and the answers of a form in it."""
    for name, member in members(value).items():
        if name in without or name in _TIMES or name in _PEOPLE:
            continue
        if isinstance(member, list):
            yield from _answers(member)
            continue
        text = scalar_text(member)
        if text:
            yield title_of(name), text


def who(value: object) -> str:
    """Return who did an operation, "" where it does not say."""
    return next((text for name in _PEOPLE if (text := scalar_text(members(value).get(name)))), "")


def when(value: object, zone: tzinfo) -> str:
    """Return the time of a result: local where it can be read, else as it came."""
    for name in _TIMES:
        text = scalar_text(members(value).get(name))
        if text:
            return _local(text, zone)
    return ""


def report_links(reports: object) -> Iterator[tuple[str, str, str]]:
    """Yield name, kind ("PDF", "HTML") and address of each report in a list of them."""
    listed = reports if isinstance(reports, list) else [reports]
    for count, report in enumerate(listed, start=1):
        own = scalar_text(members(report).get("name")) or "Diagnostics"
        name = f"{own} {count}" if len(listed) > 1 else own
        for kind, key in (("PDF", "pdfLink"), ("HTML", "htmlLink")):
            link = members(report).get(key)
            if isinstance(link, str) and link.strip():
                yield name, kind, link.strip()


def photo_links(photos: object) -> Iterator[tuple[str, str]]:
    """Yield name and address of grading photos: texts, or what an object has under a likely name."""
    for count, photo in enumerate(photos if isinstance(photos, list) else [photos], start=1):
        shape = members(photo)
        named = (shape.get(name) for name in _PHOTO_LINKS)
        link = (
            photo if isinstance(photo, str) else next((text for text in named if isinstance(text, str)), "")
        )
        side = next((text for name in _PHOTO_NAMES if (text := scalar_text(shape.get(name)))), "")
        if link.strip():
            yield (f"Photo {count}, {side}" if side else f"Photo {count}"), link.strip()


def is_safe_link(link: str, *, loopback: bool = False) -> bool:
    """Return whether an address may be opened: https, no user name in it.

    ``loopback`` allows http to this computer too, where reports of a service that runs here come from.
    """
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and _is_loopback(host))


def is_local(address: str) -> bool:
    """Return whether an address leads to this computer."""
    try:
        return _is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return False


def host_of(link: str) -> str:
    """Return the host that an address leads to, "" where it has none."""
    try:
        return urlsplit(link).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _answers(entries: list[object]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        form = members(entry)
        question = next((text for name in _QUESTIONS if (text := scalar_text(form.get(name)))), "")
        answer = next((text for name in _ANSWERS if (text := scalar_text(form.get(name)))), "")
        if question and answer:
            yield question, answer


def _local(text: str, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2026-11-23"):
        return long_date(moment.date())
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return date_and_clock(round((aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000), zone)
