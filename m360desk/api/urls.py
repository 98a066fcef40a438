"""Addresses that credentials and reports may go to or come from."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

DEFAULT_BASE_URL = "https://m360soft.com/api/customer/v2"
"""The vendor's base address (guide)."""

_PORT = re.compile(r":[0-9]*$")
_HOST = re.compile(r"[A-Za-z0-9_.-]+|\[[0-9a-fA-F:.]+\]")


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is this computer by its very name: 127.0.0.0/8, ::1 or localhost."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_base_url(text: str) -> str:
    """Return the base address of the API without a slash at its end.

    It must be https, or http to this computer (a bearer in clear text must not leave it), without user name,
    query or fragment. Raises ``ValueError`` that says what is wrong.
    """
    url = text.strip()
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("The API address must not hold a user name or password.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("The API address must not hold a query (?) or a fragment (#).")
    if not is_safe_link(url):
        raise ValueError("The API address must begin with https:// (http:// only to this computer).")
    return url.rstrip("/")


def is_safe_link(url: str) -> bool:
    """Say whether ``url`` may be opened: https, or http to this computer; a plain host, no user name."""
    try:
        parts = _split(url)
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))


def host_of(url: str) -> str:
    """Return host and port of ``url`` for people; "" where it has none. Never a path, query or user name."""
    try:
        parts = _split(url)
    except ValueError:
        return ""
    return parts.netloc.rpartition("@")[2]


def _split(url: str) -> SplitResult:
    # urlsplit removes line ends and tabs silently; browsers read a backslash as a slash.
    if any(char <= " " or char == "\\" or char == "\x7f" for char in url):
        raise ValueError("The API address must not hold blanks, control characters or backslashes.")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("The API address has brackets where none belong.") from None
    if not parts.scheme or not parts.hostname:
        raise ValueError(f"The API address is not whole; it looks like {DEFAULT_BASE_URL}")
    host = _PORT.sub("", parts.netloc.rpartition("@")[2])
    if not _HOST.fullmatch(host) or not _port_is_right(parts):
        raise ValueError("The API address has no readable host name and port.")
    return parts


def _port_is_right(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False
