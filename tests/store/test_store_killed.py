"""A writer that is killed leaves a sound cache whose sync state fits its sessions."""

import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from m360desk.core.query import EVERYTHING, Order
from m360desk.core.records import Session, read
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

_KEY = CacheKey("0" * 64, "live")
_PAGE = 30
_KILLS = 8

# Adds pages, changes sessions and takes pages back, and says so after every transaction until it is killed.
_WRITER = """
import json, sys
from pathlib import Path
from m360desk.core.records import read
from m360desk.store.key import CacheKey
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

path, size = Path(sys.argv[1]), int(sys.argv[2])
key = CacheKey("0" * 64, "live")

def record(number, **more):
    identity = f"{number:08x}-0000-7000-8000-{number:012x}"
    own = {"id": identity, "imei": f"35{number:013d}", "username": f"op{number % 7}"}
    return json.dumps(own | more).encode()

with CacheWriter.open(path, key, lock=FileLock(path.with_suffix(".lock")), now_ms=lambda: 1) as writer:
    pages = json.loads(writer.sync_state() or b'{"pages": 0}')["pages"]
    while True:
        batch = writer.last_batch() + 1
        page = [read(record(pages * size + at)) for at in range(size)]
        if pages:  # sessions of the page before it have changed
            page += [read(record((pages - 1) * size + at, change=batch)) for at in range(5)]
        pages += 1
        writer.store_page(page, stretch=1, batch=batch, state=json.dumps({"pages": pages}).encode())
        print("stored", flush=True)
        if batch % 4 == 0:
            pages -= 1
            writer.withdraw(batch, json.dumps({"pages": pages}).encode())
            print("withdrawn", flush=True)
"""


def _kill_while_it_writes(path: Path, after: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path), str(_PAGE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        for _ in range(after):
            line = child.stdout.readline()
            assert line, child.stderr.read().decode()
        child.kill()  # it is on its way through the next transaction


def test_killed_at_random_moments(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite3"
    dice = random.Random(20_260_823)
    most = 0
    for _ in range(_KILLS):
        _kill_while_it_writes(path, dice.randint(1, 12))
        with CacheReader.open(path) as reader:  # beside the dead writer's write-ahead log
            total = reader.total()
        with CacheWriter.open(
            path, _KEY, lock=FileLock(path.with_suffix(".lock")), now_ms=lambda: 1
        ) as writer:
            assert writer.notices == ()
            pages = json.loads(writer.sync_state() or b"")["pages"]
            assert total == pages * _PAGE
            most = max(most, pages)
        _assert_sound(path)
    assert most > _KILLS  # each run went on where the one before was killed


def _key(raw: bytes) -> str:
    return str(read(raw).key)


def _assert_sound(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("INSERT INTO trigrams (trigrams, rank) VALUES ('integrity-check', 1)")
        counts = [
            connection.execute(statement).fetchone()[0]
            for statement in (
                "SELECT count(*) FROM sessions",
                "SELECT count(*) FROM raw",
                "SELECT count(*) FROM sessions JOIN raw USING (id)",
            )
        ]
        assert len(set(counts)) == 1
        orphans = "SELECT count(*) FROM versions WHERE session NOT IN (SELECT id FROM sessions)"
        assert connection.execute(orphans).fetchone()[0] == 0
    finally:
        connection.close()
    with CacheReader.open(path) as reader:
        raws = reader.raws(reader.ids(EVERYTHING, Order()))
        assert len({_key(raw) for raw in raws if raw is not None}) == len(raws)


# Removes what is not to be kept, some at a time, and writes the file anew each time, until it is killed.
_CARER = """
import sys
from pathlib import Path
from m360desk.core.cancel import CancelToken
from m360desk.store.key import CacheKey
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

path = Path(sys.argv[1])
key = CacheKey("0" * 64, "live")
with CacheWriter.open(path, key, lock=FileLock(path.with_suffix(".lock")), now_ms=lambda: 1) as writer:
    while True:
        writer.remove_older(15)
        print("removed", flush=True)
        writer.compact(CancelToken())
        print("compacted", flush=True)
"""


def test_killed_while_it_removes_and_compacts(
    tmp_path: Path, sessions: Callable[[int, int], list[Session]]
) -> None:
    path = tmp_path / "cache.sqlite3"
    dice = random.Random(7)
    lock = FileLock(path.with_suffix(".lock"))
    with CacheWriter.open(path, _KEY, lock=lock, now_ms=lambda: 1) as writer:
        writer.store_page(sessions(0, 2000), stretch=1, batch=1, state=b"{}")
        writer.optimize()
        writer.keep_from(1 << 60)
    before = 2000
    for _ in range(_KILLS):
        with subprocess.Popen([sys.executable, "-c", _CARER, str(path)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(dice.randint(1, 8)):
                assert child.stdout.readline()
            sum(range(dice.randrange(200_000)))  # somewhere within what comes next
            child.kill()
        with CacheReader.open(path) as reader:
            assert reader.total() < before
            before = reader.total()
        with CacheWriter.open(path, _KEY, lock=lock, now_ms=lambda: 1) as writer:
            assert writer.notices == ()
            assert writer.sync_state() == b"{}"
            (notes,) = writer._connection.execute("SELECT count(*) FROM removed").fetchone()
            assert notes == 2000 - before
        _assert_sound(path)
