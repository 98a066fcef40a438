"""One session as the catalogue sees it, read from the record as it came."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from m360desk.core import jsontext, parsing
from m360desk.core.fields import COLUMNS, INDEX, Kind
from m360desk.core.identity import SESSION_ID_LENGTH
from m360desk.core.reading import Reading

StoredValue = str | int | float | bytes | None


@dataclass(frozen=True, slots=True)
class Session:
    """A session: its key, its values parallel to ``COLUMNS``, and the record verbatim.

    ``key`` is the 36-character id that pages the history; None where the record has none: such a session
    cannot be cached. A text that SQLite cannot hold (lone surrogates) stands as bytes: UTF-8 with
    ``surrogatepass``.
    """

    key: str | None
    values: tuple[StoredValue, ...]
    raw: bytes

    def get(self, name: str) -> StoredValue:
        """The value of a stored field; raises KeyError for a name that is none."""
        return self.values[INDEX[name]]


_PARSERS: Final[dict[Kind, Callable[[object], StoredValue]]] = {
    Kind.TEXT: parsing.text,
    Kind.INTEGER: parsing.integer,
    Kind.NUMBER: parsing.number,
    Kind.TIME: parsing.time_ms,
    Kind.FLAG: parsing.flag,
    Kind.NAMES: parsing.text,
}
# Prepared once: this is the hot path of a sync.
_PLAIN: Final = [
    (position, field.sources, _PARSERS[field.kind])
    for position, field in enumerate(COLUMNS)
    if field.derive is None
]
_SINGLE: Final = [(position, sources[0], parse) for position, sources, parse in _PLAIN if len(sources) == 1]
_SEVERAL: Final = [(position, sources, parse) for position, sources, parse in _PLAIN if len(sources) > 1]
_DERIVED: Final = [(position, field.derive) for position, field in enumerate(COLUMNS) if field.derive]
_EMPTY: Final[tuple[StoredValue, ...]] = (None,) * len(COLUMNS)

_decode = msgspec.json.Decoder().decode


class _Ids(msgspec.Struct, gc=False):
    id: Any = None
    sessionId: Any = None  # noqa: N815 - the service's name


_decode_ids = msgspec.json.Decoder(_Ids).decode


def read(raw: bytes) -> Session:
    """Read one record. Never raises: what is no JSON object has no key and no values."""
    try:
        record = _decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _read_odd(raw)
    if type(record) is not dict:
        return Session(None, _EMPTY, raw)
    return Session(key_of(record), tuple(_values(record)), raw)


def _read_odd(raw: bytes) -> Session:
    try:
        record = jsontext.decode(raw)
    except jsontext.NotJson:
        return Session(None, _EMPTY, raw)
    if not isinstance(record, dict):
        return Session(None, _EMPTY, raw)
    key = key_of(record)
    values = tuple(storable(value) for value in _values(record))
    return Session(key if isinstance(storable(key), str) else None, values, raw)


def key_of(record: dict[str, object]) -> str | None:
    """The id that pages the history: ``id`` where it has 36 characters, else ``sessionId`` (assumption)."""
    return _key(record.get("id"), record.get("sessionId"))


def _key(*ids: object) -> str | None:
    for value in ids:
        if type(value) is str and len(value) == SESSION_ID_LENGTH:
            return value
    return None


def key_in(raw: bytes) -> str | None:
    """The key of a record, without reading the rest of it: what `read` would find, at a tenth of its cost."""
    try:
        raw.decode()  # what is skipped is not looked at
        ids = _decode_ids(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return read(raw).key
    return _key(ids.id, ids.sessionId)


def storable(value: StoredValue) -> StoredValue:
    """A text with lone surrogates as bytes; everything else unchanged."""
    if not isinstance(value, str):
        return value
    encoded = value.encode("utf-8", "surrogatepass")
    try:
        encoded.decode()
    except UnicodeDecodeError:
        return encoded
    return value


def _values(record: dict[str, object]) -> list[StoredValue]:
    reading = Reading(record)
    get = reading.merged.get
    values: list[StoredValue] = list(_EMPTY)
    for position, name, parse in _SINGLE:
        value = get(name)
        if value is not None:
            values[position] = parse(value)
    for position, names, parse in _SEVERAL:
        for name in names:
            value = get(name)
            if value is not None and (parsed := parse(value)) is not None:
                values[position] = parsed
                break
    for position, derive in _DERIVED:
        values[position] = derive(reading)
    return values
