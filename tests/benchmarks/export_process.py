"""Exports a cache, or so many of its sessions, in a process of its own; prints what it took as JSON.

Told to ``cancel``, it does so half way and prints how long the end took from there.
"""

import json
import os
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC
from pathlib import Path

from m360desk.commands.export import TURN_SECONDS
from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.query import EVERYTHING, Order
from m360desk.services.export import export
from m360desk.store.reader import CacheReader
from tests.benchmarks.processes import memory_of, most_memory


def main(cache: str, out: str, most: str, then: str = "") -> None:
    """Export and print."""
    sys.setswitchinterval(TURN_SECONDS)
    cancel = CancelToken()
    half_way = threading.Event()
    pressed = 0.0

    def progress(written: int, of: int) -> None:
        if written >= of // 2:
            half_way.set()

    def press() -> None:
        nonlocal pressed
        half_way.wait()
        pressed = time.perf_counter()
        cancel.cancel()

    if then == "cancel":
        # From another thread, at no particular point of the work, as the window does it.
        threading.Thread(target=press).start()
    rows = 0
    with CacheReader.open(Path(cache)) as reader:
        chosen = reader.ids(EVERYTHING, Order(), limit=int(most)) if int(most) else None
        before = memory_of(os.getpid())
        began = time.perf_counter()
        with suppress(Cancelled):
            rows = export(
                reader,
                EVERYTHING,
                Order(),
                Path(out),
                fmt=Path(out).suffix[1:],
                mode="live",
                progress=progress,
                cancel=cancel,
                zone=UTC,
                row_ids=chosen,
            ).rows
        ended = time.perf_counter()
    told = {"seconds": ended - began, "rows": rows, "memory": most_memory() - before}
    if then == "cancel":
        assert not rows, "it was not cancelled"
        told["cancel_ms"] = (ended - pressed) * 1000
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
