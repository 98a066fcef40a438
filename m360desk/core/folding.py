"""Folding of text for searches: case, accents and spacing aside.

The cache stores folded text and a query folds what was typed: both must come from here, and a change here
asks for folding the whole cache again.
"""

import unicodedata

from m360desk.core.late_regex import LateRegex

_SURROGATES = LateRegex("[\ud800-\udfff]")
# Control characters count as blanks: SQLite's string functions end at a NUL.
_BLANKS = LateRegex(r"[\s\x00-\x1f\x7f]+")
# Where a word begins: at the start or after an ASCII character that is neither letter nor digit.
# Kept this simple because the cache must say the same in SQL.
BREAKS = frozenset(chr(code) for code in range(128) if not chr(code).isalnum())

Text = str | bytes


def as_text(value: Text) -> str:
    """A stored text as a string that can be shown; bytes are UTF-8 that may hold lone surrogates."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "surrogatepass")
    return _SURROGATES.compiled.sub("\ufffd", value)


def fold(text: Text) -> str:
    """``text`` for comparing: compatibility forms resolved, accents and case removed, blanks collapsed.

    A lone surrogate becomes U+FFFD. Folding a folded text changes nothing.
    """
    if isinstance(text, str) and text.isascii():
        return _collapse(text.lower())
    folded = _fold_once(as_text(text))
    # Case folding can bring decomposable characters forth (U+0345, U+1E9E and kin): repeat until stable.
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


def starts_a_word(folded: str, part: str) -> bool:
    """Whether ``part`` stands at the beginning of a word of ``folded`` (both folded)."""
    # No regular expression: thousands of texts are asked at every key, this is five times as fast.
    at = folded.find(part)
    while at > 0 and folded[at - 1] not in BREAKS:
        at = folded.find(part, at + 1)
    return at >= 0


def _fold_once(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    unmarked = "".join(c for c in decomposed if not unicodedata.category(c).startswith("M"))
    return _collapse(unicodedata.normalize("NFKC", unmarked).casefold())


def _collapse(text: str) -> str:
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANKS.compiled.sub(" ", text).strip()
