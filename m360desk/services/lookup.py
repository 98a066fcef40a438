"""Finding one device by what a scanner sent or somebody pasted: in the cache, else at the service."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from m360desk.api.answers import HistoryPage
from m360desk.api.client import Client
from m360desk.api.errors import ApiError, RateLimited, ServiceRefused, Unreachable, ValidationRefused
from m360desk.api.limiter import Priority
from m360desk.api.requests import HistoryRequest
from m360desk.core.fields import INDEX
from m360desk.core.folding import fold
from m360desk.core.identity import Scan, bare_imei
from m360desk.core.records import Session, read
from m360desk.core.user_text import UserText
from m360desk.services.ledger import is_sample
from m360desk.services.ports import WriterPort
from m360desk.services.sync_types import SyncMode
from m360desk.store.writer import CacheWriter

_MOST = 100  # sessions of one device; the service gives no more at once

_NOT_FOUND = UserText(
    "No session of this device.",
    "It is neither on this computer nor in the account.",
    "Check what was scanned, or test the device with M360.",
)
_NOT_CACHED = UserText(
    "No session of this device on this computer.",
    "The service was not asked: testing mode answers with made-up sessions, and off-line it cannot be asked.",
    "In live mode, with a connection, the account is searched too.",
)
_NOT_ASKABLE = UserText(
    "No session of this device on this computer.",
    "The account cannot be asked for it: the service wants IMEIs, serials and IDs of another form.",
    "Check what was scanned, or search for a part of it.",
)
_ANOTHER_DEVICE = UserText(
    "The service answered with another device.",
    "None of the sessions that it sent carries what was asked for, so none was taken.",
    "Check what was scanned; if it is right, send this message to M360's support.",
)
_MADE_UP = UserText(
    "The service answered with made-up sessions.",
    "The account's API is set to Testing on the M360 dashboard, so the real sessions cannot be searched.",
    "Set the API to Live on the M360 dashboard.",
)


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What was found.

    Attributes:
        row_ids: the sessions' rows in the cache, the newest first.
        source: where they were found; None: nowhere.
        problem: why nothing was found, in words for the user.
        denied: the account itself has answered that it has no session of it. Where this is false and nothing
            was found, nobody can say that there is none.
    """

    row_ids: tuple[int, ...]
    source: Literal["cache", "service"] | None
    problem: UserText | None = None
    denied: bool = False


async def look_up(
    scan: Scan,
    *,
    client: Client | None,
    find: Callable[[str], Awaitable[Sequence[int]]],
    cache: WriterPort,
    mode: SyncMode,
    others: Sequence[Scan] = (),
) -> LookupResult:
    """Find the sessions of what was scanned; those that only the service has are stored.

    Args:
        scan: what to look for. others: what else the same code stands for, looked for after that.
        client: the line to the service; None: off-line. find: looks in the cache for exactly this identifier
        (`CacheReader.find`). cache: where sessions found at the service go. They belong to no stretch: that
        they are there says nothing about their neighbours.
        mode: in testing mode the service is not asked, since it would make sessions up.

    Raises:
        StoreError: the cache could not be written.
    """
    for each in (scan, *others):
        cached = tuple(await find(each.value))
        if cached:
            return LookupResult(cached, "cache")
    if client is None or mode == "testing":
        return LookupResult((), None, _NOT_CACHED)
    answered = refusal = None
    for each in _meanings(scan, others):
        request = _request(each)
        if request is None:
            continue
        try:
            page = await _ask(client, request)
        except (ServiceRefused, ValidationRefused) as error:
            # No answer about the device: the service would not be asked that. Another meaning may do.
            refusal = refusal or error.user_text
            continue
        except ApiError as error:
            return LookupResult((), None, error.user_text)
        answered = answered or each
        # A guess at what the code may be besides proves nothing by what it brings.
        if page.records and (each is scan or _has(each, page.records)):
            return await _found(each, page.records, cache)
    if answered is scan:
        return LookupResult((), None, _NOT_FOUND, denied=True)
    return LookupResult((), None, refusal or _NOT_ASKABLE)


async def _ask(client: Client, request: HistoryRequest) -> HistoryPage:
    """Somebody stands there with the device in the hand: without a connection the answer comes at once."""
    try:
        return await client.get_history(request, priority=Priority.USER, repeat=False)
    except Unreachable:
        raise
    except ApiError as error:
        if not (error.retryable or isinstance(error, RateLimited)):
            raise
    return await client.get_history(request, priority=Priority.USER)


def _has(scan: Scan, records: Sequence[bytes]) -> bool:
    return any(_is_it(read(record), scan) for record in records)


async def _found(scan: Scan, records: Sequence[bytes], cache: WriterPort) -> LookupResult:
    sessions = [read(record) for record in records]
    if any(is_sample(session) for session in sessions):
        return LookupResult((), None, _MADE_UP)
    right = [session for session in sessions if _is_it(session, scan)]
    if not right:
        return LookupResult((), None, _ANOTHER_DEVICE)
    rows = await cache.submit(lambda writer: _store(writer, right))
    return LookupResult(rows, "service")


def _meanings(scan: Scan, others: Sequence[Scan]) -> tuple[Scan, ...]:
    """What to ask for, most likely first: shops give custom IDs that look like serials."""
    also = [Scan("custom", scan.value)] if scan.kind == "serial" else []
    also += [Scan("serial", scan.value)] if scan.kind == "text" else []
    return (scan, *others, *also)


def _request(scan: Scan) -> HistoryRequest | None:
    """What to ask the service; None where it could not be asked for that."""
    value = scan.value
    try:
        match scan.kind:
            case "imei":
                return HistoryRequest(imei=value, limit=_MOST, order="id:desc")
            case "serial":
                return HistoryRequest(serial=value, limit=_MOST, order="id:desc")
            case "m360id":
                return HistoryRequest(m360id=value, limit=_MOST, order="id:desc")
            case "session":
                return HistoryRequest(session_id=value)
            case _:
                return HistoryRequest(custom_id=value, limit=_MOST, order="id:desc")
    except ValueError:
        return None


_IDENTITY = {
    "imei": ("imei", "imei2"),
    "serial": ("serial",),
    "m360id": ("m360id",),
    "session": ("session",),
    "custom": ("custom",),
    "text": ("custom",),
}


def _is_it(session: Session, scan: Scan) -> bool:
    """Whether a session carries the very identifier that was asked for."""
    if scan.kind == "session" and session.key is not None and fold(session.key) == fold(scan.value):
        return True
    carried = [session.values[INDEX[name]] for name in _IDENTITY[scan.kind]]
    texts = [text for text in carried if isinstance(text, str)]
    if scan.kind == "imei":
        return bare_imei(scan.value) in {bare_imei(text) for text in texts}
    return fold(scan.value) in {fold(text) for text in texts}


def _store(writer: CacheWriter, sessions: Sequence[Session]) -> tuple[int, ...]:
    """In the writer's thread. The batch is in doubt until the account is next known to answer live."""
    outcome = writer.store_page(
        sessions, stretch=None, batch=writer.last_batch() + 1, state=None, however_old=True
    )
    return outcome.row_ids
