"""A process that does nothing but wait: how late it wakes tells what the machine does to everybody.

Prints the gaps between its turns as JSON when its standard input is closed.
"""

import json
import sys
import threading
import time

BEAT_SECONDS = 0.004


def _watch(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def main() -> None:
    """Wake every few milliseconds until told to stop."""
    ended = threading.Event()
    threading.Thread(target=_watch, args=(ended,), daemon=True).start()
    gaps: list[float] = []
    last = time.perf_counter()
    while not ended.is_set():
        time.sleep(BEAT_SECONDS)
        now = time.perf_counter()
        gaps.append((now - last) * 1000)
        last = now
    print(json.dumps(gaps))


if __name__ == "__main__":
    main()
