"""A sync in a process of its own, to be killed: prints a line for every page that is in the cache."""

import asyncio
import sys
import time
from pathlib import Path

from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.services.sync import SyncOptions, SyncProgress, run_sync
from m360desk.services.writer_thread import WriterThread
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main(url: str, auth_code: str, auth_token: str, path: Path, page_limit: int) -> None:
    def open_writer() -> CacheWriter:
        key = CacheKey(account_hash(auth_code), "live", url)
        return CacheWriter.open(path, key, lock=FileLock(path.with_suffix(".lock")), now_ms=now_ms)

    def tell(news: SyncProgress) -> None:
        print(news.pages, news.new, flush=True)

    async with (
        Client(Credentials(auth_code, auth_token), base_url=url) as client,
        WriterThread(open_writer) as writer,
    ):
        options = SyncOptions("live", page_limit=page_limit)
        await run_sync(client, writer, options, progress=tell, now_ms=now_ms)


asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), int(sys.argv[5])))
