"""What the endpoints answer, as far as it is known; what is unknown is handed on as it came."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from m360desk.api.errors import BadAnswer, Circumstances
from m360desk.api.urls import host_of, is_safe_link
from m360desk.core.jsontext import HistoryParts

_LINK_NAMES = ("pdfLink", "htmlLink", "pdf", "html", "url")
_CHECK_LISTS = ("checks", "records", "results", "blacklistChecks")


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of records.

    ``records`` are JSON texts, byte for byte as they came. ``has_more`` is None where the service does not
    say. ``total_count`` came as null so far (seen in the field). ``received_at`` is in seconds, monotonic.
    """

    records: tuple[bytes, ...]
    has_more: bool | None
    total_count: int | None
    received_at: float
    rest: dict[str, object] = field(default_factory=dict)

    @classmethod
    def of(cls, parts: HistoryParts, received_at: float) -> "HistoryPage":
        return cls(parts.records or (), parts.has_more, parts.total_count, received_at, parts.rest)


@dataclass(frozen=True, slots=True)
class ReportLink:
    """Where a report can be read: ``name`` as the service calls it, ``host`` to show before it is opened."""

    name: str
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class BlacklistChecks:
    """The checks of one batch; unfinished ones come later, so ask again. ``data`` is all that came."""

    checks: tuple[object, ...]
    data: object


def report_links(data: object) -> tuple[ReportLink, ...]:
    """Find the links to a report wherever they stand (assumption: where is not known), PDF first.

    Only https links, or http ones to this computer, are taken. Raises :class:`BadAnswer` when there is none.
    """
    found = [
        ReportLink(name, value, host_of(value))
        for name, value in _properties(data)
        if name in _LINK_NAMES and isinstance(value, str) and is_safe_link(value)
    ]
    if not found:
        raise BadAnswer("no link", Circumstances(endpoint="generateReport"))
    found.sort(key=lambda link: _LINK_NAMES.index(link.name))
    return tuple(dict.fromkeys(found))


def batch_id(data: object) -> str:
    """Find the id of a batch of blacklist checks; raises :class:`BadAnswer` when there is none."""
    for name, value in _properties(data):
        if name == "batchId" and isinstance(value, (str, int)) and not isinstance(value, bool):
            return str(value)
    raise BadAnswer("envelope", Circumstances(endpoint="scheduleBlacklistCheck"))


def blacklist_checks(data: object) -> BlacklistChecks:
    """Find the list of checks (assumption: its name is not known)."""
    if isinstance(data, list):
        return BlacklistChecks(tuple(data), data)
    if not isinstance(data, dict):
        return BlacklistChecks((), data)
    named = [data[name] for name in _CHECK_LISTS if isinstance(data.get(name), list)]
    lists = named or [value for value in data.values() if isinstance(value, list)]
    return BlacklistChecks(tuple(lists[0]) if lists else (), data)


def _properties(value: object) -> Iterator[tuple[str, object]]:
    """Walk all properties, outer ones first; without recursion, for depth is up to who answers."""
    waiting: list[object] = [value]
    for each in waiting:
        if isinstance(each, dict):
            yield from each.items()
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
