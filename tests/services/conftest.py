"""A real simulator over loopback, a real cache file, and one call that syncs."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.api.limiter import Limiter
from m360desk.core.query import EVERYTHING, Order
from m360desk.services.sync import StopReason, SyncOptions, SyncProgress, SyncResult, run_sync
from m360desk.services.sync_run import SyncRun
from m360desk.services.writer_thread import WriterThread
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

T = TypeVar("T")
DAY_MS = 86_400_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Bench:
    """One account in the simulator, and one cache of it."""

    def __init__(self, simulator: SimulatorProcess, path: Path) -> None:
        self.simulator = simulator
        self.path = path
        self.progress: list[SyncProgress] = []

    def control(self, action: str, **values: object) -> dict[str, Any]:
        return self.simulator.control(action, **values)

    def faults(self, text: str = "") -> None:
        self.control("faults", faults=text)

    def sync_that_leads_nowhere(self, faults: str, reason: StopReason, page_limit: int) -> SyncResult:
        """A run with these faults, which must end for just this reason."""
        self.faults(faults)
        result = self.sync(page_limit=page_limit)
        assert result.stopped_by is not None
        assert result.stopped_by.reason is reason
        return result

    def open_writer(self) -> CacheWriter:
        key = CacheKey(account_hash(self.simulator.auth_code), "live", self.simulator.url)
        lock = FileLock(self.path.with_suffix(".lock"))
        return CacheWriter.open(self.path, key, lock=lock, now_ms=now_ms)

    def with_client(self, work: Callable[[Client, WriterThread], Awaitable[T]]) -> T:
        """Run something that needs the service and the cache; waits between attempts take no time."""

        async def main() -> T:
            credentials = Credentials(self.simulator.auth_code, self.simulator.auth_token)
            async with (
                Client(
                    credentials, base_url=self.simulator.url, limiter=Limiter(), dice=lambda: 0.0
                ) as client,
                WriterThread(self.open_writer) as writer,
            ):
                return await work(client, writer)

        return asyncio.run(main())

    def sync(self, mode: Any = "live", *, at_ms: int | None = None, **options: Any) -> SyncResult:
        """Sync once, with the clock at `at_ms`."""
        clock = now_ms if at_ms is None else lambda: at_ms
        self.progress.clear()
        self.control("reset-counters")
        return self.with_client(
            lambda client, writer: run_sync(
                client, writer, SyncOptions(mode, **options), progress=self.progress.append, now_ms=clock
            )
        )

    def write(self, work: Callable[[CacheWriter], T]) -> T:
        with self.open_writer() as writer:
            return work(writer)

    def listed(self) -> list[str]:
        """The ids that the account lists, the newest upload first."""
        return list(self.control("sessions", **{"from": 0, "count": 100_000})["ids"])

    def cached(self) -> dict[str, bool]:
        """The ids in the cache, and whether each is marked as gone."""
        with CacheReader.open(self.path) as reader:
            rows = reader.rows(reader.ids(EVERYTHING, Order()))
            return {str(row.get("session")): row.gone for row in rows if row is not None}

    def asked(self) -> list[dict[str, Any]]:
        """The bodies of all requests since the last sync began."""
        return [entry["body"] for entry in self.control("counters")["log"]]


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", "600", "--seed", "7") as process:
        yield process


@pytest.fixture
def bench(simulator: SimulatorProcess, tmp_path: Path) -> Iterator[Bench]:
    """The module's simulator without faults; what a test adds or deletes stays for the next one."""
    simulator.control("faults", faults="")
    simulator.control("settings", accountMode="live", rate=0, latency=0)
    yield Bench(simulator, tmp_path / "cache.sqlite3")
    simulator.control("faults", faults="")


@pytest.fixture
def one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the service answered at once: the number of walks must not hang on how busy a computer is."""
    monkeypatch.setattr(SyncRun, "walks_wanted", 1)
