"""Taking secrets out of text before it reaches a log, a crash report or a screen."""

import threading

from m360desk.core.late_regex import LateRegex

HIDDEN = "[hidden]"

# What a credential looks like by itself (guide: authCode is a UUID, authToken in its example 64 hex digits,
# the bearer both joined by a dash). A lone UUID is left alone: session ids look the same and are wanted in a
# log; the user's own authCode is known by value.
_BEARER = LateRegex(r"(?i)\b(bearer\s+)[^\s\"',;]+")
_TOKEN = LateRegex(
    r"(?i)(?<![0-9a-f])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-)?[0-9a-f]{64}(?![0-9a-f])"
)
_NAMED = LateRegex(r"(?i)(\bauth_?(?:code|token)\b[\"']?\s*[:=]\s*[\"']?)[^\s\"',;}]+")

_SHORTEST = 8


class Redactor:
    """Knows the secrets of this process and hides them in any text; safe to use from all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._secrets)} secrets>"

    def register(self, secret: str) -> None:
        """Hide this value from now on. Under eight characters it would hide ordinary text: it is ignored."""
        value = secret.strip()
        if len(value) < _SHORTEST:
            return
        with self._lock:
            # Longest first: a value that contains another must not leave its rest behind.
            known = {*self._secrets, value, value.lower(), value.upper()}
            self._secrets = tuple(sorted(known, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """`text` with every known secret, and whatever looks like a credential, replaced by ``[hidden]``."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, HIDDEN)
        text = _BEARER.compiled.sub(rf"\1{HIDDEN}", text)
        text = _TOKEN.compiled.sub(HIDDEN, text)
        return _NAMED.compiled.sub(rf"\1{HIDDEN}", text)
