"""Names of caches: they never change, whichever SHA-256 Python has at hand."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import pytest

from m360desk.store.key import CacheKey, account_hash, cache_file

URL = "https://api.example.org/customer/v2"


def expected(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("missing", [(), ("_sha2", "_sha256")], ids=["Python's own", "OpenSSL's"])
def test_a_cache_is_named_by_account_mode_and_address(
    monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    account = account_hash(" A167B9AE-948d-490c-9995-932984fbb223\n")
    assert account == expected("M360 Desk account\0a167b9ae-948d-490c-9995-932984fbb223")
    own = cache_file(Path("folder"), CacheKey(account, "live", URL + "/"))
    assert own == Path("folder") / f"{account[:16]}-live-{expected(URL)[:8]}.sqlite3"
    assert cache_file(Path("folder"), CacheKey(account, "testing")).name == f"{account[:16]}-testing.sqlite3"
