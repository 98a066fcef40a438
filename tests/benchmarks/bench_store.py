"""The cache by itself: storing, finding, and its size on disk."""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import zstandard

from m360desk.core.jsontext import split_history
from m360desk.core.query import EVERYTHING, Order, Query, Words
from m360desk.core.records import Session, read
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.compacting import size_on_disk
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.reader import CacheReader
from m360desk.store.schema import INDEXED_LATER, index_name
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock
from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import SESSIONS as LARGE
from tests.benchmarks.workshop import large_profile

NAME = "store"
EACH_SIZE = False
SESSIONS = int(os.environ.get("BENCH_STORE_SESSIONS", "50000"))
SCREENFUL = 50


def measure() -> list[Figure]:
    """Store a fleet page by page, and search it."""
    with SimulatorProcess("--sessions", str(SESSIONS)) as simulator:
        pages = fetch(simulator)
    assert sum(map(len, pages)) == SESSIONS
    large, large_records = _large_cache()
    records_size = sum(len(session.raw) for page in pages for session in page)
    with tempfile.TemporaryDirectory() as folder:
        floor = store_bare(pages, Path(folder) / "bare.sqlite3")
        path = Path(folder) / "cache.sqlite3"
        key = CacheKey(account_hash("benchmark"), "live")
        with CacheWriter.open(path, key, lock=FileLock(Path(folder) / "lock"), now_ms=lambda: 1) as writer:
            stored = _sessions_a_second(writer, pages)
            unchanged = _sessions_a_second(writer, pages)
            writer.optimize()
        size = path.stat().st_size
        with CacheReader.open(path) as reader:
            times = _search(reader, pages[len(pages) // 2][0])
    return [
        Figure("sessions stored, already read", stored, "sessions/s", floor, "bytes into a plain table",
               Goal("at least", 9000)),
        Figure("the same pages once more", unchanged, "sessions/s"),
        Figure("cache on disk", size, "bytes", records_size, "the records as they came",
               Goal("at most", 0.2, of_ratio=True)),
        Figure("the large cache on disk a session, closed", large / LARGE, "bytes",
               large_records / LARGE, "the record's JSON",
               Goal("at most", 0.2, of_ratio=True) if LARGE >= 1_000_000 else None),
        *(Figure(name, milliseconds, "ms") for name, milliseconds in times.items()),
    ]  # fmt: skip


def _large_cache() -> tuple[int, int]:
    """Bytes of the large cache as a sync left it, all indexes in, and of its records as they came."""
    (cache,) = (large_profile() / "cache").glob("*.sqlite3")
    # Nobody may write there: without "immutable" SQLite would leave its files beside it.
    address = f"{cache.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        present = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        assert all(index_name(column) in present for column in INDEXED_LATER)
        heads = connection.execute("SELECT substr(data, 1, 18) FROM raw")
        records = sum(zstandard.frame_content_size(head) for (head,) in heads)
    return size_on_disk(cache), records


def fetch(simulator: SimulatorProcess) -> list[list[Session]]:
    """All sessions of a simulator, page by page, read."""
    headers = {"Authorization": f"Bearer {simulator.auth_code}-{simulator.auth_token}"}
    body: dict[str, object] = {"order": "id:desc", "limit": 100}
    pages: list[list[Session]] = []
    with httpx.Client(trust_env=False, headers=headers, base_url=simulator.url, timeout=30) as client:
        while True:
            parts = split_history(client.post("/getHistory", json=body).content)
            pages.append([read(record) for record in parts.records or ()])
            if not parts.has_more:
                return pages
            body["startingAfter"] = pages[-1][-1].key


def store_bare(pages: list[list[Session]], path: Path) -> float:
    """Sessions a second of one transaction a page into one table, as they came."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE records (id INTEGER PRIMARY KEY, data BLOB)")
        started = time.perf_counter()
        for page in pages:
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO records (data) VALUES (?)", [(s.raw,) for s in page])
            connection.execute("COMMIT")
        return sum(map(len, pages)) / (time.perf_counter() - started)


def _sessions_a_second(writer: CacheWriter, pages: list[list[Session]]) -> float:
    batch = writer.last_batch()
    started = time.perf_counter()
    for number, page in enumerate(pages, batch + 1):
        writer.store_page(page, stretch=1, batch=number, state=b"state")
    return sum(map(len, pages)) / (time.perf_counter() - started)


def _search(reader: CacheReader, session: Session) -> dict[str, float]:
    identity = str(session.get("imei") or session.get("serial"))
    common = Query("iphone", Words("iphone"))
    return {
        "first screenful of all sessions": _time(lambda: reader.ids(EVERYTHING, Order(), limit=SCREENFUL)),
        "first screenful of a common word": _time(lambda: reader.ids(common, Order(), limit=SCREENFUL)),
        "all sessions of a common word, by operator": _time(lambda: reader.ids(common, Order("operator"))),
        "part of an IMEI": _time(lambda: reader.ids(Query("", Words(identity[6:13])), Order())),
        "a scanned IMEI": _time(lambda: reader.find(identity)),
        "a screenful of rows": _time(lambda: reader.rows(range(1, SCREENFUL + 1))),
        "five columns for charts": _time(
            lambda: reader.columns(EVERYTHING, ("battery", "cycles", "time", "model", "operator"))
        ),
    }


def _time(work: Callable[[], object]) -> float:
    """Milliseconds, the median of some calls."""

    def once() -> float:
        started = time.perf_counter()
        work()
        return (time.perf_counter() - started) * 1000

    return statistics.median(once() for _ in range(7))
