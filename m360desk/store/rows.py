"""From a session's values to a row of the cache."""

import hashlib
import json
from collections.abc import Sequence

from m360desk.core.folding import fold
from m360desk.core.records import StoredValue
from m360desk.store.layout import LAYOUT

_IDENTITIES = LAYOUT.identities
_NAMES = LAYOUT.names


def digest(raw: bytes) -> int:
    """64 bits that differ when the record's bytes differ."""
    return int.from_bytes(hashlib.sha256(raw).digest()[:8], "big", signed=True)


def folds(values: Sequence[StoredValue]) -> str | None:
    """The folded identities that SQLite cannot fold itself, as JSON; None for nearly every session."""
    folded = {
        _NAMES[at]: fold(text)
        for at in _IDENTITIES
        if isinstance(text := values[at], str | bytes) and not _is_plain(text)
    }
    return json.dumps(folded, ensure_ascii=False) if folded else None


def _is_plain(text: str | bytes) -> bool:
    """Whether SQLite's lower() folds it just like fold()."""
    if isinstance(text, bytes) or not text.isascii() or not text.isprintable():
        return False
    return " " not in text or text.lower() == fold(text)
