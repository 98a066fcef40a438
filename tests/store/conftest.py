"""Caches on disk, with sessions made for the test."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from m360desk.core.records import Session, read
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.writer import CacheWriter

KEY = CacheKey(account_hash("a167b9ae-948d-490c-9995-932984fbb223"), "live")


class FreeLock:
    """A lock that nobody else wants; counts how often it is held."""

    def __init__(self) -> None:
        self.held = 0

    def acquire(self) -> None:
        self.held += 1

    def release(self) -> None:
        self.held -= 1


class Clock:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.ms = 1_790_000_000_000

    def __call__(self) -> int:
        return self.ms


class MakeRecord(Protocol):
    def __call__(self, number: int, **properties: object) -> bytes: ...


class OpenWriter(Protocol):
    def __call__(self, at: Path | None = None, key: CacheKey = KEY) -> CacheWriter: ...


def session_id(number: int) -> str:
    """Descends as text while the number rises, as the service's do in the order of reading."""
    return f"{0xFFFF_FFFF - number:08x}-0000-7000-8000-{number:012x}"


@pytest.fixture
def record() -> MakeRecord:
    """Makes a record by its number; properties replace or join its own."""

    def make(number: int, **properties: object) -> bytes:
        own = {
            "id": session_id(number),
            "sessionId": session_id(number),
            "imei": f"35{number:013d}",
            "serial": f"SN{number:08d}",
            "customId": f"K26-{number // 10:04d}",
            "connectionTime": f"2026-08-{1 + number % 28:02d}T05:14:12+00:00",
            "username": ("anna", "marek", "yuki")[number % 3],
            "marketingName": f"iPhone {11 + number % 5}",
            "batteryHealthPercent": f"{70 + number % 31}%",
        }
        return json.dumps(own | properties).encode()

    return make


@pytest.fixture
def sessions(record: MakeRecord) -> Callable[[int, int], list[Session]]:
    """Sessions of these numbers, the second one not included."""
    return lambda first, end: [read(record(number)) for number in range(first, end)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lock() -> FreeLock:
    return FreeLock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "sessions.sqlite3"


@pytest.fixture
def open_writer(path: Path, lock: FreeLock, clock: Clock) -> Iterator[OpenWriter]:
    """Opens the cache for writing; closes it after the test where the test hasn't."""
    opened: list[CacheWriter] = []

    def open_it(at: Path | None = None, key: CacheKey = KEY) -> CacheWriter:
        writer = CacheWriter.open(at or path, key, lock=lock, now_ms=clock)
        opened.append(writer)
        return writer

    yield open_it
    for writer in opened:
        writer.close()


@pytest.fixture
def writer(open_writer: OpenWriter) -> CacheWriter:
    return open_writer()
