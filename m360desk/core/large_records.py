"""Records far larger than any the service is known to send: read level by level, never as a whole.

Decoding some megabytes holds Python's lock for so long that a window stops. A usual record has 6 to 9 kB
(seen in the field).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from m360desk.core import jsontext

LARGE: Final = 256 * 1024
"""From so many bytes on, a record or a part of it is not decoded as a whole."""

_SMALL: Final = 4 * 1024  # parts up to here are decoded at once
_REFUSALS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_MISSING: Final = object()
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_list = msgspec.json.Decoder(list[msgspec.Raw]).decode


@dataclass(frozen=True, slots=True)
class Packed:
    """An object or list that is not decoded yet: its JSON as it came."""

    raw: bytes

    @property
    def is_object(self) -> bool:
        """Whether it is an object; else it is a list."""
        return self.raw.startswith(b"{")


class Level:
    """The members of an object or list, decoded only when they are asked for; anything else has none."""

    def __init__(self, value: object) -> None:
        parts = _parts(value) if isinstance(value, Packed) else value
        self._names = tuple(parts) if isinstance(parts, dict) else None
        if isinstance(parts, dict):
            self._parts = list(parts.values())
        else:
            self._parts = parts if isinstance(parts, list) else []

    def __len__(self) -> int:
        return len(self._parts)

    def members(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[str, object]]:
        """Name and value of these members; entries of a list are named by their position: "[3]"."""
        for number in range(start, len(self) if stop is None else min(stop, len(self))):
            part = self._parts[number]
            name = self._names[number] if self._names is not None else f"[{number}]"
            yield name, _part(part) if isinstance(part, msgspec.Raw) else part


def value_at(record: object, names: Iterable[str]) -> object:
    """The value at the end of a way of names; an object or list may come packed. Raises KeyError."""
    for name in names:
        level = Level(record)
        if name.startswith("[") and name[1:-1].isdecimal() and not _is_object(record):
            number = int(name[1:-1])
            record = next((value for _, value in level.members(number, number + 1)), _MISSING)
        else:
            record = next((value for found, value in level.members() if found == name), _MISSING)
        if record is _MISSING:
            raise KeyError(name)
    return record


def packed(raw: bytes) -> object:
    """A JSON text as a tree can show it: decoded where small, else packed. Raises `jsontext.NotJson`."""
    bare = raw.strip()
    if len(bare) < LARGE or bare[:1] not in (b"{", b"["):
        return jsontext.decode(raw)
    return Packed(bare)


def readable_part(raw: bytes) -> tuple[dict[str, object], tuple[tuple[str, int], ...]] | None:
    """What of a large record can be read in a moment, and name and size in bytes of what was left out.

    None: it is no JSON object, or a strict decoder refuses it.
    """
    try:
        members = _object(raw)
    except _REFUSALS:
        return None
    found: dict[str, object] = {}
    room = LARGE
    by_size = sorted(((len(memoryview(part)), name) for name, part in members.items()))
    for size, name in by_size:
        room -= size
        if room >= 0:
            found[name] = _decoded(bytes(members[name]))
    left_out = tuple((name, size) for size, name in reversed(by_size) if name not in found)
    return _in_order(found, members), left_out


def _in_order(found: dict[str, object], names: Iterable[str]) -> dict[str, object]:
    return {name: found[name] for name in names if name in found}


def _is_object(value: object) -> bool:
    return value.is_object if isinstance(value, Packed) else isinstance(value, dict)


def _parts(value: Packed) -> object:
    try:
        return _object(value.raw) if value.is_object else _list(value.raw)
    except _REFUSALS:
        return _decoded(value.raw)


def _part(raw: msgspec.Raw) -> object:
    text = bytes(raw)
    if len(text) > _SMALL and text[:1] in (b"{", b"["):
        return Packed(text)
    return _decoded(text)


def _decoded(text: bytes) -> object:
    """What stands there; where it is nested too deeply to be read, the text itself."""
    try:
        return jsontext.decode(text)
    except jsontext.NotJson:
        return text.decode("utf-8", "replace")
