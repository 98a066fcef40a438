"""A first sync: without a limit, and with the limit of a small account."""

import asyncio
import os
import tempfile
import time
from pathlib import Path

import httpx

from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.api.requests import Order
from m360desk.core import jsontext
from m360desk.core.records import read
from m360desk.services.sync import SyncOptions, SyncResult, run_sync
from m360desk.services.writer_thread import WriterThread
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock
from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import now_ms

NAME = "sync"
EACH_SIZE = False
SESSIONS = int(os.environ.get("BENCH_SYNC_SESSIONS", "100000"))
LIMITED_SESSIONS = 10_000
SLOW_SESSIONS = 40_000
RATE = 5
LATENCY_MS = 300
"""Real services answer in 200 to 500 ms."""


def measure() -> list[Figure]:
    """Sync into an empty cache, and compare with fetching the same pages and throwing them away."""
    with SimulatorProcess("--sessions", str(SESSIONS), "--prerender") as simulator:
        floor = asyncio.run(fetch_bare(simulator, SESSIONS))
        result = _sync(simulator)
    assert result.complete, result
    assert result.sessions == SESSIONS
    with SimulatorProcess("--sessions", str(LIMITED_SESSIONS), "--rate", str(RATE)) as simulator:
        limited = _sync(simulator)
        refused = simulator.control("counters")["tooMany"]
    assert limited.complete, limited
    slowly = ("--rate", str(RATE), "--latency", str(LATENCY_MS))
    with SimulatorProcess("--sessions", str(SLOW_SESSIONS), *slowly) as simulator:
        slow = _sync(simulator)
        slow_refused = simulator.control("counters")["tooMany"]
    assert slow.complete, slow
    return [
        Figure(
            f"{SESSIONS:,} sessions into an empty cache",
            result.sessions / result.seconds,
            "sessions/s",
            floor,
            "pages fetched by httpx alone",
            Goal("at least", 5000),
        ),
        Figure(
            f"requests a second at a limit of {RATE}",
            (limited.requests - refused) / limited.seconds,
            "requests/s",
            RATE,
            "the limit",
            Goal("at least", 0.95, of_ratio=True),
        ),
        Figure(
            f"… where answers take {LATENCY_MS} ms",
            (slow.requests - slow_refused) / slow.seconds,
            "requests/s",
            RATE,
            "the limit",
            Goal("at least", 0.9, of_ratio=True),
        ),
        Figure(
            "… pages of new sessions alone",
            SLOW_SESSIONS / 100 / slow.seconds,
            "requests/s",
            RATE,
            "the limit",
        ),
        Figure("answers 429 until the limit was known", refused, "answers", goal=Goal("at most", 3)),
    ]


def _sync(simulator: SimulatorProcess) -> SyncResult:
    async def main(folder: Path) -> SyncResult:
        path = folder / "cache.sqlite3"
        key = CacheKey(account_hash(simulator.auth_code), "live", simulator.url)

        def open_writer() -> CacheWriter:
            return CacheWriter.open(path, key, lock=FileLock(folder / "lock"), now_ms=now_ms)

        credentials = Credentials(simulator.auth_code, simulator.auth_token)
        async with (
            Client(credentials, base_url=simulator.url) as client,
            WriterThread(open_writer) as writer,
        ):
            options = SyncOptions("live")
            return await run_sync(client, writer, options, progress=lambda _: None, now_ms=now_ms)

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(main(Path(folder)))


async def fetch_bare(simulator: SimulatorProcess, sessions: int, order: Order = "id:desc") -> float:
    """Sessions a second of a loop that fetches so many and reads no more of a page than the next cursor."""
    headers = {"Authorization": f"Bearer {simulator.auth_code}-{simulator.auth_token}"}
    body: dict[str, object] = {"order": order, "limit": 100}
    started, fetched = time.perf_counter(), 0
    async with httpx.AsyncClient(trust_env=False, headers=headers, timeout=60) as client:
        while True:
            answer = await client.post(f"{simulator.url}/getHistory", json=body)
            parts = jsontext.split_history(answer.content)
            records = parts.records or ()
            fetched += len(records)
            if fetched >= sessions or not parts.has_more:
                return fetched / (time.perf_counter() - started)
            body["startingAfter"] = read(records[-1]).key
