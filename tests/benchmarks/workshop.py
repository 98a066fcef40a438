"""A profile with a large cache, synced once from the simulator and kept between runs; copies of it."""

import asyncio
import os
import shutil
import time
from pathlib import Path

from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.services.account import remembered
from m360desk.services.sync import SyncOptions, SyncResult, run_sync
from m360desk.services.writer_thread import WriterThread
from m360desk.simulator.account import EXAMPLE_AUTH_CODE
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.store.layout import LAYOUT
from m360desk.store.schema import SCHEMA
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import cache_lock
from m360desk.system.paths import find_places
from m360desk.system.settings import Settings
from m360desk.system.settings_file import SettingsFile

SESSIONS = int(os.environ.get("BENCH_SESSIONS", "100000"))
"""How many the large cache has (`run` says it); a million takes some minutes to sync, and 1.3 GB."""
KEPT = Path(__file__).resolve().parents[2] / ".cache" / "bench"
"""Outside version control."""

PORT = "28365"
"""Always the same: a cache belongs to one address of the service."""
FLEET = ("--sessions", str(SESSIONS), "--today", "2026-11-20", "--port", PORT)


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC."""
    return time.time_ns() // 1_000_000


def large_profile() -> Path:
    """A profile whose live account has all sessions of ``FLEET`` in its cache; it is not to be written to."""
    folder = KEPT / f"profile-{SESSIONS}-{SCHEMA}-{LAYOUT.fingerprint()}"
    if folder.exists():
        return folder
    for old in KEPT.glob(f"profile-{SESSIONS}-*"):
        shutil.rmtree(old)
    making = KEPT / f"making-{SESSIONS}"
    shutil.rmtree(making, ignore_errors=True)
    with SimulatorProcess(*FLEET, "--prerender") as simulator:
        make_profile(making, simulator.url)
        result = sync_into(making, simulator)
    assert result.complete, result
    making.rename(folder)
    return folder


def make_profile(folder: Path, url: str) -> None:
    """A profile that opens the simulator's live account, and syncs only when it is told to."""

    def edit(settings: Settings) -> Settings:
        settings = remembered(settings, account_hash(EXAMPLE_AUTH_CODE), EXAMPLE_AUTH_CODE[-4:])
        return settings._replace(mode="live", api_url=url, sync_on_start=False, sync_minutes=0)

    SettingsFile(find_places(folder).settings_file).change(edit)


def sync_into(profile: Path, simulator: SimulatorProcess) -> SyncResult:
    """Sync the profile's live cache by the same code as the command line."""
    key = CacheKey(account_hash(simulator.auth_code), "live", simulator.url)
    path = cache_file(find_places(profile).cache_dir, key)
    path.parent.mkdir(parents=True, exist_ok=True)

    def open_writer() -> CacheWriter:
        return CacheWriter.open(path, key, lock=cache_lock(path, "benchmark"), now_ms=now_ms)

    async def main() -> SyncResult:
        credentials = Credentials(simulator.auth_code, simulator.auth_token)
        async with (
            Client(credentials, base_url=simulator.url) as client,
            WriterThread(open_writer) as writer,
        ):
            options = SyncOptions("live")
            return await run_sync(client, writer, options, progress=lambda _: None, now_ms=now_ms)

    return asyncio.run(main())
