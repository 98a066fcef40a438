"""One holder at a time, known by name, and free when it dies."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from m360desk.system.locks import FileLock, HeldByOtherError
from m360desk.system.paths import PlaceError

# Takes the lock when told, says how that went, keeps it until its input ends.
CONTENDER = """
import sys
from pathlib import Path
from m360desk.system.locks import FileLock, HeldByOtherError
lock = FileLock(Path(sys.argv[1]), "a test's child")
print("ready", flush=True)
sys.stdin.readline()
try:
    lock.acquire()
    print("held", flush=True)
except HeldByOtherError as error:
    print("refused", flush=True)
sys.stdin.read()
"""


def start(path: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", CONTENDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert answer(process) == "ready"
    return process


def tell(process: "subprocess.Popen[str]") -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def answer(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def finish(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=10)


def test_a_killed_holder_frees_the_lock_and_a_living_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run" / "cache.lock"
    holder = start(path)
    tell(holder)
    assert answer(holder) == "held"
    mine = FileLock(path, "this test")
    with pytest.raises(HeldByOtherError) as caught:
        mine.acquire()
    assert caught.value.holder is not None
    assert caught.value.holder.pid == holder.pid
    assert caught.value.holder.program == "a test's child"
    assert f"process {holder.pid}" in caught.value.user_text.happened
    holder.kill()
    finish(holder)
    mine.acquire()
    assert mine.held
    found = mine.holder()
    assert found is not None
    assert found.pid == os.getpid()
    mine.release()
    assert mine.holder() is None


def test_of_many_at_once_one_gets_it(tmp_path: Path) -> None:
    path = tmp_path / "cache.lock"
    contenders = [start(path) for _ in range(4)]
    for contender in contenders:
        tell(contender)
    assert sorted(answer(contender) for contender in contenders) == ["held", "refused", "refused", "refused"]
    for contender in contenders:
        finish(contender)


def test_two_locks_of_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    path = tmp_path / "cache.lock"
    with FileLock(path) as first:
        with pytest.raises(HeldByOtherError):
            FileLock(path).acquire()
        with pytest.raises(RuntimeError):
            first.acquire()
    second = FileLock(path)
    second.acquire(wait=True)
    second.release()
    second.release()


def test_a_nonsense_note_is_no_holder_and_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "cache.lock"
    for nonsense in (b"", b"{", b"[]", b'{"pid": "x"}', b"\xff" * 9000):
        path.write_bytes(nonsense)
        assert FileLock(path).holder() is None
        with FileLock(path, "a sync") as lock:
            holder = lock.holder()
            assert holder is not None
            assert holder.describe().startswith(f"a sync (process {os.getpid()} on ")


def test_a_lock_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for impossible in (tmp_path / "file" / "cache.lock", tmp_path):
        with pytest.raises(PlaceError):
            FileLock(impossible).acquire()
