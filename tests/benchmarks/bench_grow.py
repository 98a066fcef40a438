"""Storing new sessions in a cache that is large already and has all its indexes."""

import shutil
import tempfile
import time
from pathlib import Path

from m360desk.core.records import Session
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock
from tests.benchmarks.bench_store import fetch, store_bare
from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import PORT, SESSIONS, large_profile, now_ms

NAME = "grow"
EACH_SIZE = True
NEW = 20_000


def measure() -> list[Figure]:
    """Store new pages one by one, as a sync does."""
    with SimulatorProcess("--sessions", str(NEW), "--seed", "4711", "--port", PORT) as simulator:
        pages = fetch(simulator)
        key = CacheKey(account_hash(simulator.auth_code), "live", simulator.url)
    with tempfile.TemporaryDirectory() as name:
        floor = store_bare(pages, Path(name) / "bare.sqlite3")
        cache = Path(name) / "cache.sqlite3"
        shutil.copy(next((large_profile() / "cache").glob("*.sqlite3")), cache)
        with CacheWriter.open(cache, key, lock=FileLock(Path(name) / "lock"), now_ms=now_ms) as writer:
            stored = _store(writer, pages)
    return [
        Figure(f"sessions stored among {SESSIONS:,}", stored, "sessions/s", floor, "bytes into a plain table",
               Goal("at least", 3000)),
    ]  # fmt: skip


def _store(writer: CacheWriter, pages: list[list[Session]]) -> float:
    batch = writer.last_batch()
    began = time.perf_counter()
    for number, page in enumerate(pages, batch + 1):
        writer.store_page(page, stretch=1, batch=number, state=b"state")
    return sum(map(len, pages)) / (time.perf_counter() - began)
