"""Opening what is not a sound cache of this account and this version."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from m360desk.core.query import EVERYTHING, Order
from m360desk.core.records import Session
from m360desk.store.errors import (
    CacheAbsent,
    CacheHeld,
    CacheReadOnly,
    CacheTooNew,
    CacheUnusable,
    StoreError,
)
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

Sessions = Callable[[int, int], list[Session]]
Open = Callable[..., CacheWriter]
AUTH_CODE = "a167b9ae-948d-490c-9995-932984fbb223"


def fill(open_writer: Open, page: list[Session]) -> None:
    with open_writer() as writer:
        writer.store_page(page, stretch=1, batch=1, state=b"state")


def aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.damaged-*"))


def test_every_key_has_a_file_of_its_own_that_does_not_tell_the_auth_code(tmp_path: Path) -> None:
    account = account_hash(AUTH_CODE)
    assert account == account_hash(f" {AUTH_CODE.upper()}\n")
    urls = (None, "https://one.example/api/customer/v2", "https://two.example/api/customer/v2")
    keys = [
        CacheKey(who, mode, url)
        for who in (account, account_hash("another"))
        for mode in ("live", "testing", "demo")
        for url in urls
    ]
    files = {cache_file(tmp_path, key) for key in keys}
    assert len(files) == len(keys)
    assert all(file.parent == tmp_path and file.suffix == ".sqlite3" for file in files)
    told = " ".join([*map(str, files), *map(repr, keys), *(key.text() for key in keys)])
    assert not any(part in told for part in AUTH_CODE.split("-"))


def test_a_cache_under_another_ones_name_is_refused(
    open_writer: Open, path: Path, sessions: Sessions
) -> None:
    fill(open_writer, sessions(1, 3))
    for key in (CacheKey("f" * 64, "live"), CacheKey(account_hash(AUTH_CODE), "testing")):
        with pytest.raises(CacheUnusable, match="another account, mode or service"):
            open_writer(key=key)
    with open_writer() as writer:
        assert (writer.notices, writer.last_batch()) == ((), 1)


@pytest.mark.parametrize("damage", ["header", "another program's file", "no database", "half a header"])
def test_a_damaged_file_is_put_aside_and_said_so(
    open_writer: Open, path: Path, sessions: Sessions, lock: Any, damage: str
) -> None:
    fill(open_writer, sessions(1, 3))
    content = path.read_bytes()
    if damage == "another program's file":
        path.unlink()
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE notes (text)")
        other.close()
    else:
        broken = {
            "header": b"\xff" * 100 + content[100:],
            "no database": b"hello",
            "half a header": content[:50],
        }
        path.write_bytes(broken[damage])
    damaged = path.read_bytes()
    path.with_name(path.name + "-wal").write_bytes(b"left over")

    with open_writer() as writer:
        assert len(writer.notices) == 1
        assert "put aside" in writer.notices[0]
        assert writer.sync_state() is None
        assert writer.store_page(sessions(1, 3), stretch=1, batch=1, state=None).new == 2
        kept = aside(path)
        assert [file.name.removeprefix(path.stem) for file in kept][:1] == [
            ".damaged-20260921-141320.sqlite3"
        ]
        assert kept[0].name in writer.notices[0]
        if damage != "another program's file":  # SQLite opened that one, and with it its journal
            assert kept[0].read_bytes() == damaged
            assert kept[1].read_bytes() == b"left over"
    assert lock.held == 0
    with open_writer() as writer:
        assert writer.notices == ()


def test_damage_in_the_middle_is_noticed_and_put_aside_at_the_next_start(
    open_writer: Open, path: Path, sessions: Sessions
) -> None:
    fill(open_writer, sessions(1, 301))
    writer = open_writer()
    root, size = writer._connection.execute(
        "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'sessions'"
    ).fetchone()
    writer.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)

    with CacheReader.open(path) as reader, pytest.raises(CacheUnusable) as damaged:
        reader.ids(EVERYTHING, Order("created"))
    assert str(path) in damaged.value.user_text.means
    with open_writer() as writer:
        assert "put aside" in writer.notices[0]
        assert writer.store_page(sessions(1, 3), stretch=1, batch=1, state=None).new == 2
    assert len(aside(path)) == 1


def test_a_false_alarm_puts_nothing_aside(open_writer: Open, path: Path, sessions: Sessions) -> None:
    """A disk that failed once may be sound again: the file is looked at before it is given up."""
    fill(open_writer, sessions(1, 3))
    suspect = path.with_name(path.name + ".suspect")
    suspect.touch()
    with open_writer() as writer:
        assert (writer.notices, writer.last_batch()) == ((), 1)
    assert not suspect.exists()


def test_an_empty_file_becomes_a_cache(open_writer: Open, path: Path, sessions: Sessions) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(CacheAbsent):
        CacheReader.open(path)
    fill(open_writer, sessions(1, 3))
    with CacheReader.open(path) as reader:
        assert reader.total() == 2
    assert aside(path) == []


def test_a_newer_cache_is_refused_and_untouched(
    open_writer: Open, path: Path, sessions: Sessions, lock: Any
) -> None:
    fill(open_writer, sessions(1, 3))
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 7")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(CacheTooNew) as refused:
        open_writer()
    with pytest.raises(CacheTooNew):
        CacheReader.open(path)
    assert (refused.value.found, refused.value.known) == (7, 1)
    assert "newest version" in refused.value.user_text.do
    assert (path.read_bytes(), aside(path), lock.held) == (before, [], 0)


def test_a_folder_in_the_files_place(open_writer: Open, path: Path, lock: Any) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreError) as refused:
        open_writer()
    assert all(refused.value.user_text)
    assert (path.is_dir(), aside(path), lock.held) == (True, [], 0)
    with pytest.raises(CacheAbsent):
        CacheReader.open(path)


def test_a_folder_without_the_right_to_write(
    open_writer: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.mkdir(parents=True)  # SQLite cannot open this either, and an administrator may write anywhere
    monkeypatch.setattr("os.access", lambda folder, _: folder != path.parent)
    with pytest.raises(CacheReadOnly):
        open_writer()


def test_a_file_in_the_folders_place(open_writer: Open, path: Path, lock: Any) -> None:
    path.parent.write_text("not a folder")
    with pytest.raises(StoreError):
        open_writer()
    with pytest.raises(CacheAbsent):
        CacheReader.open(path)
    assert (path.parent.read_text(), lock.held) == ("not a folder", 0)


def test_a_cache_that_cannot_be_written_says_so(
    open_writer: Open, path: Path, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(open_writer, sessions(1, 3))
    real = sqlite3.connect
    # A mode of SQLite's own: the rights of files stop no administrator, and tests may run as one.
    monkeypatch.setattr(
        "sqlite3.connect",
        lambda at, **how: real(f"{at.as_uri()}?mode=ro&immutable=1", uri=True, **how),
    )
    with pytest.raises(CacheReadOnly) as refused:
        open_writer().store_page(sessions(3, 4), stretch=1, batch=2, state=None)
    assert str(path) in refused.value.user_text.happened
    monkeypatch.undo()
    with CacheReader.open(path) as reader:
        assert reader.total() == 2


def test_reading_works_where_nothing_can_be_written_beside_the_cache(
    open_writer: Open, path: Path, sessions: Sessions
) -> None:
    fill(open_writer, sessions(1, 3))
    path.with_name(path.name + "-shm").mkdir()  # as on read-only media, SQLite cannot keep its files there
    with CacheReader.open(path) as reader:
        assert len(reader.ids(EVERYTHING, Order())) == 2


def test_two_writers_with_the_real_lock(path: Path, clock: Any, sessions: Sessions) -> None:
    key = CacheKey("0" * 64, "live")
    lock_file = path.with_suffix(".lock")
    with CacheWriter.open(path, key, lock=FileLock(lock_file, "the first writer"), now_ms=clock) as first:
        with pytest.raises(CacheHeld) as held:
            CacheWriter.open(path, key, lock=FileLock(lock_file), now_ms=clock)
        assert "the first writer" in held.value.user_text.happened
        assert first.store_page(sessions(1, 3), stretch=1, batch=1, state=None).new == 2
    CacheWriter.open(path, key, lock=FileLock(lock_file), now_ms=clock).close()


def test_the_store_needs_no_qt_and_no_network() -> None:
    program = "import sys, m360desk.store.writer, m360desk.store.reader; print(sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "sqlite3" in run.stdout
    assert not any(name in run.stdout for name in ("'PySide6'", "'httpx'", "'numpy'"))
