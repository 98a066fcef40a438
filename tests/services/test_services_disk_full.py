"""A disk that fills up while a file is exported or a cache compacted; where the system can bound files."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from m360desk.core.cancel import CancelToken
from m360desk.core.query import EVERYTHING, Order
from m360desk.core.records import read
from m360desk.services.export import export
from m360desk.store.errors import StoreError
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

if sys.platform != "win32":
    import resource
    import signal

    @contextmanager
    def files_no_larger_than(size: int) -> Iterator[None]:
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    @pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.jsonl"])
    def test_a_full_disk_leaves_the_old_file(tmp_path: Path, name: str) -> None:
        path = tmp_path / "cache.sqlite3"
        key = CacheKey("0" * 64, "live", None)
        with CacheWriter.open(path, key, lock=FileLock(tmp_path / "lock"), now_ms=lambda: 1) as writer:
            records = [json.dumps({"sessionId": f"{n:036}", "customId": "lot" * 15}) for n in range(4000)]
            for at in range(0, len(records), 500):
                sessions = [read(record.encode()) for record in records[at : at + 500]]
                writer.store_page(sessions, stretch=None, batch=1, state=None)
        out = tmp_path / "exports" / name
        out.parent.mkdir()
        out.write_text("old")
        with (
            CacheReader.open(path) as reader,
            files_no_larger_than(8_000),
            pytest.raises(OSError, match=r"File too large|No space left"),
        ):
            export(
                reader,
                EVERYTHING,
                Order(),
                out,
                fmt=out.suffix[1:],
                mode="live",
                progress=lambda _done, _of: None,
                cancel=CancelToken(),
            )
        assert out.read_text() == "old"
        assert list(out.parent.iterdir()) == [out]

    def test_a_disk_that_fills_up_while_a_cache_is_compacted_leaves_it_as_it_was(tmp_path: Path) -> None:
        path = tmp_path / "cache.sqlite3"
        key = CacheKey("0" * 64, "live", None)
        with CacheWriter.open(path, key, lock=FileLock(tmp_path / "lock"), now_ms=lambda: 1) as writer:
            records = [
                json.dumps({"sessionId": f"{n:036}", "note": f"{n * 7919:x}" * 9}) for n in range(4000)
            ]
            for at in range(0, len(records), 500):
                sessions = [read(record.encode()) for record in records[at : at + 500]]
                writer.store_page(sessions, stretch=None, batch=1, state=b"{}")
            writer.checkpoint()
            size = path.stat().st_size
            for share in (0.1, 0.4, 0.6):
                with files_no_larger_than(int(size * share)), pytest.raises(StoreError):
                    writer.compact(CancelToken())
            assert path.stat().st_size == size
            with CacheReader.open(path) as reader:
                assert reader.total() == 4000
            assert writer.sync_state() == b"{}"
            writer.store_page([read(b'{"sessionId": "%036d"}' % 9999)], stretch=1, batch=2, state=None)
            writer.compact(CancelToken())
            assert writer._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
