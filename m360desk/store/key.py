"""Which cache belongs to which account, mode and service."""

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple

_SALT = b"M360 Desk account\0"

Mode = Literal["live", "testing", "demo"]


class CacheKey(NamedTuple):
    """What a cache is for: data of one key never shows under another.

    Attributes:
        account: `account_hash` of the authCode.
        mode: live, testing (random answers) or demo (the simulator).
        api_url: base of the service, None for the vendor's own.
    """

    account: str
    mode: Mode
    api_url: str | None = None

    def text(self) -> str:
        """All of it on one line, kept in the cache itself: a file under a wrong name is noticed."""
        return f"{self.account} {self.mode} {self.api_url or ''}".rstrip()


def account_hash(auth_code: str) -> str:
    """A name for an account that does not give its authCode away: 64 hex digits.

    Blanks around it and upper case make no other account (assumption: the authCode is a UUID).
    """
    return _sha256(_SALT + auth_code.strip().lower().encode())


def cache_file(folder: Path, key: CacheKey) -> Path:
    """Where the cache of `key` stands in `folder`."""
    name = f"{key.account[:16]}-{key.mode}"
    if key.api_url is not None:
        name += "-" + _sha256(key.api_url.rstrip("/").encode())[:8]
    return folder / f"{name}.sqlite3"


def _sha256(content: bytes) -> str:
    # hashlib brings OpenSSL, for which the first rows would wait 3 ms; Python has its own beside it.
    for name in ("_sha2", "_sha256", "hashlib"):
        with suppress(ImportError, AttributeError):
            return str(import_module(name).sha256(content).hexdigest())
    raise ImportError("This Python has no SHA-256.")
