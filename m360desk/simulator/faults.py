"""What can go wrong on request: the names of all faults and their numbers.

A fault is written ``name`` or ``name:number``; several are parted by commas:
``html-502:0.1,overlapping-pages:20``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One fault: what it does, what its number means, and the number it has when none is given."""

    meaning: str
    number: str
    default: float


_CHANCE = "probability per answer"

BAD_ANSWERS: dict[str, FaultKind] = {
    "html-502": FaultKind("HTTP 502 with a gateway's HTML page", _CHANCE, 1),
    "empty-body": FaultKind("HTTP 200 with no body", _CHANCE, 1),
    "truncated": FaultKind("Content-Length promises more than comes; then the connection closes", _CHANCE, 1),
    "list-data": FaultKind("a success whose data is a list", _CHANCE, 1),
    "broken-gzip": FaultKind("Content-Encoding gzip over bytes that are not whole", _CHANCE, 1),
    "reset": FaultKind("the connection is reset in place of an answer", _CHANCE, 1),
    "not-json": FaultKind("HTTP 200 with text that is no JSON", _CHANCE, 1),
    "http-500-envelope": FaultKind("HTTP 500 with an error envelope", _CHANCE, 1),
}
"""The kinds of which ``bad`` makes its mix."""

OTHER_ANSWERS: dict[str, FaultKind] = {
    "huge": FaultKind("HTTP 200 with 50 MB of blanks where the records should be", _CHANCE, 1),
    "stall": FaultKind("never answers, the connection stays open", _CHANCE, 1),
    "slow-body": FaultKind("the head at once, the body in twenty pieces, 50 ms apart", _CHANCE, 1),
    "redirect": FaultKind("302 to another host and port", _CHANCE, 1),
    "bad": FaultKind("a mix of " + ", ".join(BAD_ANSWERS), _CHANCE, 0.3),
}

HISTORY: dict[str, FaultKind] = {
    "overlapping-pages": FaultKind("a page repeats the last records of the one before", "how many", 10),
    "over-limit": FaultKind("a page holds more than its limit", "how many more", 25),
    "known-only": FaultKind("pages only repeat the newest, hasMore stays true", "pages that are right", 1),
    "late-closers": FaultKind(
        "open sessions of the last five days are listed only after a page below them has been read",
        "share of sessions", 0.02,
    ),
    "refused-cursor": FaultKind(
        "startingAfter and endingBefore of a deleted record are refused",
        "probability that the last record of a page is deleted once it is served", 0,
    ),
    "wrong-hasmore-false": FaultKind("hasMore is false although there is more", _CHANCE, 1),
    "wrong-hasmore-true": FaultKind("the bottom never says false: empty pages with hasMore true", "", 1),
    "stuck-cursor": FaultKind(
        "a page ends with the very record it should start after", "pages that are right", 3
    ),
    "random-ids": FaultKind("ids have nothing to do with time, and order id sorts them as text", "", 1),
    "unsorted-ids": FaultKind("ids have nothing to do with time, order id still goes by upload", "", 1),
    "connection-time-ignored": FaultKind("connectionTimeMin and connectionTimeMax are ignored", "", 1),
    "odd-records": FaultKind(
        "records hold lone surrogates, NaN, 1e400, integers past 64 bits, wrong types, nulls, [] for {}, "
        "or no id",
        "share of records", 0.1,
    ),
}  # fmt: skip

ACCOUNT: dict[str, FaultKind] = {
    "flips-to-testing": FaultKind(
        "the account answers testing data from some request on", "after how many", 10
    ),
    "busy-account": FaultKind(
        "other programs of the account have used its limit up: requests are refused", "how many in all", 1
    ),
    "retry-after": FaultKind("answers 429 carry a Retry-After header", "seconds", 1),
    "no-sample-ids": FaultKind("testing records carry no sample M360 ID", "", 1),
}

KINDS: dict[str, FaultKind] = BAD_ANSWERS | OTHER_ANSWERS | HISTORY | ACCOUNT
_ALIASES = {"slow": "stall"}


class Faults:
    """The faults in force. Ask with ``faults["name"]``: its number, or None when it is not on."""

    def __init__(self, numbers: dict[str, float] | None = None) -> None:
        self.numbers = dict(numbers or {})

    def __getitem__(self, name: str) -> float | None:
        return self.numbers.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self.numbers


def parse_faults(text: str) -> Faults:
    """Read ``name:number,…``. Raises ValueError that names what is unknown."""
    numbers: dict[str, float] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = entry.partition(":")
        name = _ALIASES.get(name, name)
        kind = KINDS.get(name)
        if kind is None:
            raise ValueError(f"there is no fault “{name}”; --list-faults shows all")
        numbers[name] = _number(name, number, kind)
    return Faults(numbers)


def _number(name: str, text: str, kind: FaultKind) -> float:
    if not text:
        return kind.default
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"fault {name}: “{text}” is not a number") from None
    if not 0 <= number < 1e9:
        raise ValueError(f"fault {name}: {text} is out of range")
    return number


def list_faults() -> str:
    """All faults, one a line, for people."""
    lines = []
    for name, kind in KINDS.items():
        number = f" (number: {kind.number}, default {kind.default:g})" if kind.number else ""
        lines.append(f"{name}: {kind.meaning}{number}")
    return "\n".join(lines)
