"""Records that come quickly are read in another process, with the same result."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from m360desk.core.records import read
from m360desk.services.record_reader import RecordReader


def page(first: int, count: int = 100) -> list[bytes]:
    odd = [b'{"sessionId": "x", "username": "\\ud800", "big": 1e400}', b"nothing"]
    records = [
        json.dumps({"sessionId": f"{n:036}", "imei": "352918114596189"}) for n in range(first, first + count)
    ]
    return [*(record.encode() for record in records), *odd]


class Clock:
    """Seconds that pass only when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_few_records_are_read_here() -> None:
    clock = Clock()
    reader = RecordReader(clock)
    for turn in range(60):
        clock.now += 0.2  # an account with five requests a second
        records = page(turn)
        assert reader.begin(records)() == [read(record) for record in records]
    assert not reader.has_helper
    reader.close()


def test_many_are_read_by_another_process_and_here_again_where_it_dies() -> None:
    reader = RecordReader(Clock())
    records = page(0)
    right = [read(record) for record in records]
    try:
        while reader._ready is None:
            assert reader.begin(records)() == right
        reader._ready.result(60)
        assert reader.has_helper
        assert reader.begin(records)() == right
        assert reader._helper is not None
        pages = [reader.begin(records) for _ in range(5)]
        for child in list(reader._helper._processes):
            os.kill(child, signal.SIGTERM)
        assert [read_page() for read_page in pages] == [right] * 5
        assert reader.begin(records)() == right
    finally:
        reader.close()


def test_the_other_process_ends_with_a_killed_parent() -> None:
    """Both hold the parent's standard output: it ends only when both have."""
    program = (
        "from m360desk.services.record_reader import RecordReader\n"
        "if __name__ == '__main__':\n"
        "    reader = RecordReader()\n"
        "    reader._start()\n"
        "    reader._ready.result()\n"
        "    print('ready', flush=True)\n"
        "    input()\n"
    )
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready" + os.linesep.encode()
    parent.kill()
    output, _ = parent.communicate(timeout=60)
    assert output == b""
