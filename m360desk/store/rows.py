"""From a session's values to a row of the cache."""

import hashlib
import json
import re
from collections.abc import Sequence

from m360desk.core.folding import fold
from m360desk.core.records import StoredValue
from m360desk.store.layout import LAYOUT

# SQLite's lower() folds just like fold() what is printable ASCII with single blanks inside.
_is_plain = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?").fullmatch
_IDENTITIES = LAYOUT.identities
_NAMES = LAYOUT.names


def digest(raw: bytes) -> int:
    """64 bits that differ when the record's bytes differ."""
    return int.from_bytes(hashlib.sha256(raw).digest()[:8], "big", signed=True)


def folds(values: Sequence[StoredValue]) -> str | None:
    """The folded identities where SQLite cannot fold them itself, as JSON; None for nearly every session."""
    texts = [text for at in _IDENTITIES if (text := values[at]) is not None]
    if all(isinstance(text, str) and _is_plain(text) for text in texts):
        return None
    folded = {_NAMES[at]: fold(text) for at in _IDENTITIES if isinstance(text := values[at], str | bytes)}
    return json.dumps(folded, ensure_ascii=False)
