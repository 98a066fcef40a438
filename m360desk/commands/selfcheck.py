"""``m360desk --selfcheck``: whether everything that the program needs works on this computer, as JSON.

For people who install it on many computers, and for the proof of the installers. Nothing of the user is read,
nothing is left behind; nothing is sent but, with ``--api-url``, a TLS greeting to that host.
"""

import argparse
import json
import locale
import platform
import secrets
import socket
import sqlite3
import ssl
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from m360desk import __version__
from m360desk.commands.console import Console

FAILED = 1
_TLS_SECONDS = 10.0

Findings = dict[str, Any]


class UnfitError(Exception):
    """Something that the program needs does not do what it should; the message says what."""


def run(args: argparse.Namespace) -> int:
    """Run all checks and print one JSON object; 0 when all that is needed works, else 1."""
    checks: dict[str, Callable[[], Findings]] = {
        "database": check_database,
        "libraries": check_libraries,
        "resources": check_resources,
        "tls": lambda: check_tls(args.api_url),
        "keyring": check_keyring,
        "qt": lambda: import_module("m360desk.ui.selfcheck").check_qt(),
    }
    results = {name: _result(check) for name, check in checks.items()}
    # Without a keyring the program works with credentials from the environment.
    works = all(result["ok"] for name, result in results.items() if name != "keyring")
    report = {
        "program": __version__,
        "packaged": bool(getattr(sys, "frozen", False)),
        "python": platform.python_version(),
        "system": platform.platform(),
        "encoding": locale.getpreferredencoding(do_setlocale=False),
        "works": works,
        "checks": results,
    }
    Console().result(json.dumps(report, indent=2))
    return 0 if works else FAILED


def check_database() -> Findings:
    """SQLite with full-text search and its trigram index."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text, tokenize='trigram')")
        connection.execute("INSERT INTO probe VALUES ('356938035643809')")
        hits = connection.execute("SELECT count(*) FROM probe WHERE probe MATCH '803564'").fetchone()[0]
    finally:
        connection.close()
    if hits != 1:
        raise UnfitError("a part of an identifier was not found by the trigram index")
    return {"sqlite": sqlite3.sqlite_version}


def check_libraries() -> Findings:
    """The libraries that are loaded only where they are wanted."""
    import httpx
    import msgspec
    import numpy as np
    import zstandard

    text = b"M360 Desk " * 100
    if zstandard.decompress(zstandard.compress(text)) != text:
        raise UnfitError("what was compressed did not come back")
    if float(np.median(np.array([80.0, 85.0, 100.0]))) != 85.0:
        raise UnfitError("numpy gave a wrong median")
    if msgspec.json.decode(msgspec.json.encode({"imei": "356938035643809"})) != {"imei": "356938035643809"}:
        raise UnfitError("JSON did not come back as it was written")
    return {
        "httpx": httpx.__version__,
        "msgspec": msgspec.__version__,
        "numpy": np.__version__,
        "zstandard": zstandard.__version__,
    }


def check_resources() -> Findings:
    """The program's own files."""
    from m360desk.system.resources import resource

    icons = [entry.name for entry in resource("icons").iterdir() if entry.name.endswith(".svg")]
    if not icons:
        raise UnfitError("there are no icons")
    return {"icons": len(icons), "application_icon": len(resource("m360desk.svg").read_bytes())}


def check_tls(url: str | None) -> Findings:
    """The system's trust store; with an https ``url``, whether its host is trusted. No request is sent."""
    import truststore

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    findings: Findings = {"openssl": ssl.OPENSSL_VERSION}
    parts = urlsplit(url or "")
    if parts.scheme != "https" or parts.hostname is None:
        return findings
    address = (parts.hostname, parts.port or 443)
    with (
        socket.create_connection(address, timeout=_TLS_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as connection,
    ):
        findings |= {"trusted_host": parts.hostname, "protocol": connection.version()}
    return findings


def check_keyring() -> Findings:
    """A made-up secret is stored in the keyring, read and removed again."""
    from m360desk.system.credentials import CredentialStore, StoredCredentials
    from m360desk.system.redaction import Redactor

    store = CredentialStore(Redactor())
    account = f"selfcheck-{secrets.token_hex(8)}"
    probe = StoredCredentials(secrets.token_hex(16), secrets.token_hex(32))
    store.set(account, probe)
    try:
        if store.get(account) != probe:
            raise UnfitError("the keyring gave back something else than was stored")
    finally:
        store.delete(account)
    if store.get(account) is not None:
        raise UnfitError("the keyring kept what was removed")
    return {"place": store.place()}


def _result(check: Callable[[], Findings]) -> Findings:
    try:
        return {"ok": True, **check()}
    # Whatever a broken installation does, from a missing library to a driver's own error, is to be reported.
    except Exception as problem:  # noqa: BLE001
        return {"ok": False, "problem": f"{type(problem).__name__}: {problem}"[:500]}
