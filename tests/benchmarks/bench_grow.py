"""Adding sessions to a cache that is large already and has all its indexes."""

import asyncio
import os
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from m360desk.core.records import Session
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock
from m360desk.system.paths import find_places
from tests.benchmarks.bench_store import fetch
from tests.benchmarks.bench_sync import fetch_bare
from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import FLEET, PORT, large_profile, now_ms, sync_into

NAME = "grow"
EACH_SIZE = True
NEW = 20_000
ROUNDS = 10

Pages = Sequence[Sequence[Session]]
Rows = list[tuple[Any, ...]]


def measure() -> list[Figure]:
    """Sync new sessions from the service; then store others page by page, beside storing their bare rows."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        os.sync()  # else the first checkpoint waits until the copy itself is on the disk
        with SimulatorProcess(*FLEET) as simulator:
            simulator.control("add", count=NEW)
            simulator.control("prerender", count=NEW)
            # The first page in this order makes the simulator sort its million.
            asyncio.run(fetch_bare(simulator, 1, order="connectionTime:desc"))
            floor = asyncio.run(fetch_bare(simulator, NEW))
            result = sync_into(profile, simulator)
        assert result.complete, result
        assert result.new == NEW, result
        (cache,) = (find_places(profile).cache_dir).glob("*.sqlite3")
        with SimulatorProcess("--sessions", str(NEW), "--seed", "4711", "--port", PORT) as other:
            pages = fetch(other)
            key = CacheKey(account_hash(other.auth_code), "live", other.url)
        stored, bare, page_ms = _store_beside_bare(cache, key, pages, Path(name))
    page_ms.sort()
    return [
        Figure(f"sync of {NEW:,} new sessions, re-read included", NEW / result.seconds,
               "sessions/s", floor, "their pages fetched by httpx alone", Goal("at least", 3000)),
        Figure("sessions stored among all", statistics.median(stored), "sessions/s",
               statistics.median(bare), "executemany of the same rows, no indexes", Goal("at least", 3000)),
        Figure("a page's transaction, median", statistics.median(page_ms), "ms"),
        Figure("… 99th percentile", page_ms[len(page_ms) * 99 // 100], "ms"),
        Figure("… longest", page_ms[-1], "ms"),
    ]  # fmt: skip


def _store_beside_bare(
    cache: Path, key: CacheKey, pages: Pages, folder: Path
) -> tuple[list[float], list[float], list[float]]:
    """Sessions a second of each round, stored and bare, and how long each page took, in ms."""
    stored: list[float] = []
    bare: list[float] = []
    page_ms: list[float] = []
    lot = len(pages) // ROUNDS
    with (
        CacheWriter.open(cache, key, lock=FileLock(folder / "lock"), now_ms=now_ms) as writer,
        closing(sqlite3.connect(cache)) as reading,
        closing(_bare_tables(folder / "bare.sqlite3", reading)) as plain,
    ):
        batch = writer.last_batch()
        for first in range(0, lot * ROUNDS, lot):
            highest = reading.execute("SELECT max(id) FROM sessions").fetchone()[0]
            began = time.perf_counter()
            for page in pages[first : first + lot]:
                batch += 1
                page_began = time.perf_counter()
                writer.store_page(page, stretch=1, batch=batch, state=b"state")
                page_ms.append((time.perf_counter() - page_began) * 1000)
            seconds = time.perf_counter() - began
            rows, raws = (
                reading.execute(f"SELECT * FROM {table} WHERE id > ? ORDER BY id", (highest,)).fetchall()  # noqa: S608
                for table in ("sessions", "raw")
            )
            stored.append(len(rows) / seconds)
            bare.append(len(rows) / _store_bare(plain, rows, raws, len(pages[first])))
    return stored, bare, page_ms


def _bare_tables(path: Path, like: sqlite3.Connection) -> sqlite3.Connection:
    """The cache's two tables of a session without any index, in a file of their own."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("page_size = 8192", "journal_mode = WAL", "synchronous = NORMAL", "cache_size = -65536"):
        connection.execute(f"PRAGMA {pragma}")
    for table in ("sessions", "raw"):
        columns = [row[1] for row in like.execute(f"PRAGMA table_info({table})")]
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    return connection


def _store_bare(connection: sqlite3.Connection, rows: Rows, raws: Rows, page: int) -> float:
    """Seconds to store the same rows, a transaction for each page."""
    into_sessions, into_raw = (
        f"INSERT INTO {table} VALUES ({', '.join('?' * len(some[0]))})"  # noqa: S608 - own names
        for table, some in (("sessions", rows), ("raw", raws))
    )
    began = time.perf_counter()
    for first in range(0, len(rows), page):
        connection.execute("BEGIN")
        connection.executemany(into_sessions, rows[first : first + page])
        connection.executemany(into_raw, raws[first : first + page])
        connection.execute("COMMIT")
    return time.perf_counter() - began
