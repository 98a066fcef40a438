"""Answers before they go out: status, headers, body in parts, and the way they are delivered."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

Buffer = bytes | memoryview

AUTH_FORBIDDEN = ("auth:forbidden", "Access forbidden with the given credentials")
TOO_MANY = ("customer_api:too_many_requests", "Too many requests")
# The codes below are inventions: the guide names only the two above and says that others exist.
API_DISABLED = ("customer_api:disabled", "API access is disabled for this account")
LICENCE_ENDED = ("customer_api:licence_inactive", "An active licence is needed")
REFUSED_PARAMETERS = ("customer_api:validation_failed", "The request has invalid parameters")
UNKNOWN_ENDPOINT = ("customer_api:not_found", "There is no such endpoint")
WRONG_METHOD = ("customer_api:method_not_allowed", "Use POST")
BROKEN = ("customer_api:internal_error", "Something went wrong")

_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_HUGE_BYTES = 50_000_000
_BLANKS = b" " * 1_000_000
_ELSEWHERE = "http://127.0.0.2:9/api/customer/v2/getHistory"


class Delivery(Enum):
    """How an answer travels."""

    WHOLE = "whole"
    CUT = "cut"
    RESET = "reset"
    NEVER = "never"
    SLOW = "slow"


@dataclass(slots=True)
class Answer:
    """One HTTP answer. The body is the parts one after the other."""

    status: int = 200
    parts: list[Buffer] = field(default_factory=list)
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return sum(len(part) for part in self.parts)

    def compress(self) -> None:
        """Put the body into gzip."""
        self.parts = [gzip.compress(b"".join(self.parts), compresslevel=1, mtime=0)]
        self.headers["Content-Encoding"] = "gzip"


def success(data: object) -> Answer:
    """The envelope of a success."""
    return Answer(parts=[msgspec.json.encode({"data": data, "meta": {"success": True}})])


def records_page(parts: list[Buffer], *, has_more: bool) -> Answer:
    """The envelope around records that are JSON text already, commas between them included."""
    end = b'],"hasMore":' + (b"true" if has_more else b"false")
    return Answer(
        parts=[b'{"data":{"records":[', *parts, end + b',"totalCount":null},"meta":{"success":true}}']
    )


def failure(status: int, error: tuple[str, str], details: dict[str, object] | None = None) -> Answer:
    """The envelope of an error; empty details are a list, as PHP writes them."""
    code, title = error
    errors: dict[str, object] = {"code": code, "title": title, "details": details or []}
    body = {"data": [], "meta": {"success": False, "errors": errors}}
    return Answer(status, [msgspec.json.encode(body)])


def page_of_html(text: bytes, status: int = 200) -> Answer:
    """A page for people."""
    return Answer(status, [text], "text/html; charset=utf-8")


def spoil(kind: str, right: Answer) -> Answer:
    """The answer that a fault of that kind gives in place of the right one."""
    delivery = _DELIVERIES.get(kind)
    if delivery is not None:
        right.delivery = delivery
        return right
    return _REPLACEMENTS[kind](right)


def _broken_gzip(right: Answer) -> Answer:
    right.compress()
    whole = bytes(right.parts[0])
    right.parts = [whole[: len(whole) // 2], b"\x00\xff\x00\xff" * 8]
    return right


_DELIVERIES = {
    "truncated": Delivery.CUT,
    "reset": Delivery.RESET,
    "stall": Delivery.NEVER,
    "slow-body": Delivery.SLOW,
}
_REPLACEMENTS: dict[str, Callable[[Answer], Answer]] = {
    "html-502": lambda _: page_of_html(_GATEWAY_PAGE, 502),
    "empty-body": lambda _: Answer(),
    "list-data": lambda _: Answer(parts=[b'{"data":[{"unexpected":true}],"meta":{"success":true}}']),
    "broken-gzip": _broken_gzip,
    "not-json": lambda _: Answer(parts=[b"Fatal error: Allowed memory size of 134217728 bytes exhausted"]),
    "http-500-envelope": lambda _: failure(500, BROKEN),
    "huge": lambda _: records_page([_BLANKS] * (_HUGE_BYTES // len(_BLANKS)), has_more=True),
    "redirect": lambda _: Answer(302, [], "text/html", {"Location": _ELSEWHERE}),
}
