"""The parameters of getHistory and how each is checked, as the service's endpoint page lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDERS: Final = ("id:desc", "id:asc", "connectionTime:desc", "connectionTime:asc")
OPERATIONS: Final = ("hasDiagnostics", "hasGrading", "hasWipe", "hasOemCheck", "hasBlacklistCheck")
KNOWN: Final = frozenset({
    "order", "limit", "startingAfter", "endingBefore", "sessionId", "imei", "serial", "m360id",
    "customId", "friendlyName", "username", "connectionTimeMin", "connectionTimeMax", "includeOpen",
    "testing", *OPERATIONS,
})  # fmt: skip

_IDENTIFIERS: Final = {
    "imei": re.compile(r"[0-9a-fA-F-]{3,20}"),
    "serial": re.compile(r"[a-zA-Z0-9]{3,64}"),
    "m360id": re.compile(r"[a-zA-Z0-9]{3,20}"),
    "customId": re.compile(r".{3,50}", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """A checked request. Empty texts and None stand for parameters that were not given."""

    order: str = "id:desc"
    limit: int = 20
    starting_after: str = ""
    ending_before: str = ""
    session_id: str = ""
    identifiers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    friendly_name: str = ""
    username: str = ""
    connected_from_ms: int | None = None
    connected_to_ms: int | None = None
    operations: dict[str, bool] = field(default_factory=dict)
    include_open: bool = False


class RefusedParameters(ValueError):
    """Parameters that the service would not accept: name and what is wrong with each."""

    def __init__(self, details: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{name}: {', '.join(texts)}" for name, texts in details.items()))
        self.details = details


class _Reader:
    """Takes parameters out of a request's body and collects what is wrong with them."""

    def __init__(self, body: Mapping[str, object]) -> None:
        self._body = body
        self.wrong: dict[str, list[str]] = {}

    def refuse(self, name: str, text: str) -> None:
        self.wrong.setdefault(name, []).append(text)

    def text(self, name: str, shortest: int, longest: int) -> str:
        value = self._body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(name, "must be a string")
            return ""
        if not shortest <= len(value) <= longest:
            self.refuse(name, f"must have {shortest} to {longest} characters")
        return value

    def flag(self, name: str) -> bool | None:
        value = self._body.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, "must be true or false")
            return None
        return value

    def limit(self, default: int) -> int:
        value = self._body.get("limit")
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:
            self.refuse("limit", "must be a whole number from 1 to 100")
            return default
        return value

    def order(self) -> str:
        value = self._body.get("order")
        if value is None:
            return ORDERS[0]
        if value not in ORDERS:
            self.refuse("order", "must be one of " + ", ".join(ORDERS))
        return str(value)

    def identifiers(self, name: str) -> tuple[str, ...]:
        value = self._body.get(name)
        if value is None:
            return ()
        values = value if isinstance(value, list) else [value]
        if not 1 <= len(values) <= 10:
            self.refuse(name, "must be one value or a list of 1 to 10")
            return ()
        for entry in values:
            if not isinstance(entry, str) or not _IDENTIFIERS[name].fullmatch(entry):
                self.refuse(name, "has a value of the wrong form")
                return ()
        return tuple(values)

    def moment(self, name: str) -> int | None:
        value = self._body.get(name)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
            if moment is not None:
                return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        except (ValueError, OverflowError, OSError):
            pass
        self.refuse(name, "must be a valid date-time")
        return None


def read_history_query(body: Mapping[str, object]) -> HistoryQuery:
    """Check a getHistory request. Raises RefusedParameters."""
    reader = _Reader(body)
    identifiers = {name: values for name in _IDENTIFIERS if (values := reader.identifiers(name))}
    operations = {name: value for name in OPERATIONS if (value := reader.flag(name)) is not None}
    reader.flag("testing")
    query = HistoryQuery(
        order=reader.order(),
        limit=reader.limit(20),
        starting_after=reader.text("startingAfter", 36, 36),
        ending_before=reader.text("endingBefore", 36, 36),
        session_id=reader.text("sessionId", 36, 36),
        identifiers=identifiers,
        friendly_name=reader.text("friendlyName", 3, 100),
        username=reader.text("username", 3, 100),
        connected_from_ms=reader.moment("connectionTimeMin"),
        connected_to_ms=reader.moment("connectionTimeMax"),
        operations=operations,
        include_open=bool(reader.flag("includeOpen")),
    )
    if query.starting_after and query.ending_before:
        reader.refuse("endingBefore", "cannot be used together with startingAfter")
    if reader.wrong:
        raise RefusedParameters(reader.wrong)
    return query


def read_paging(body: Mapping[str, object]) -> tuple[str, int, str, str]:
    """Check order, limit and cursors of the other lists. Raises RefusedParameters."""
    reader = _Reader(body)
    found = (
        reader.order(),
        reader.limit(20),
        reader.text("startingAfter", 36, 36),
        reader.text("endingBefore", 36, 36),
    )
    if reader.wrong:
        raise RefusedParameters(reader.wrong)
    return found
