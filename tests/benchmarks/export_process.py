"""Exports a whole cache once, in a process of its own; prints seconds, rows and memory as JSON."""

import json
import os
import sys
import time
from datetime import UTC
from pathlib import Path

from m360desk.core.cancel import CancelToken
from m360desk.core.query import EVERYTHING, Order
from m360desk.services.export import export
from m360desk.store.reader import CacheReader
from tests.benchmarks.processes import memory_of, most_memory


def main(cache: str, out: str, fmt: str) -> None:
    """Export and print."""
    with CacheReader.open(Path(cache)) as reader:
        reader.ids(EVERYTHING, Order())
        before = memory_of(os.getpid())
        began = time.perf_counter()
        result = export(
            reader,
            EVERYTHING,
            Order(),
            Path(out),
            fmt=fmt,
            mode="live",
            progress=lambda *_: None,
            cancel=CancelToken(),
            zone=UTC,
        )
        took = time.perf_counter() - began
    print(json.dumps({"seconds": took, "rows": result.rows, "memory": most_memory() - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
