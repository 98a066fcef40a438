"""Typing, sorting and scrolling in a large list: from the key to the painted screenful."""

import shutil
import sqlite3
import tempfile
import time
from array import array
from contextlib import closing
from pathlib import Path
from typing import Any

from m360desk.core.fields import COLUMNS
from m360desk.core.query import Order
from m360desk.store.conditions import ALWAYS
from m360desk.store.plan import ordered
from tests.benchmarks.figures import Figure, Goal, spread
from tests.benchmarks.processes import told_by
from tests.benchmarks.workshop import SESSIONS, large_profile

NAME = "list"
EACH_SIZE = True
FRAME_MS = 1000 / 60


def measure() -> list[Figure]:
    """Do everything once in a window of its own."""
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name) / "profile"
        shutil.copytree(large_profile(), profile)
        found = told_by("list_window.py", profile)
        floors = _floors(profile, [(field, descending) for _, field, descending, *_ in found["sorted"]])
    keys = [took for times in found["typed"].values() for took in times]
    timed = {
        "key to painted result, any of these": (keys, 50),
        **{f"key to painted result, {name}": (times, 50) for name, times in found["typed"].items()},
        "search to count of its answer": (found["counts"], 200),
        "search to counted facets": (found["facets"], 200),
        "a page further": (found["pages"], 50),
        "a jump anywhere": (found["jumps"], 50),
        # None, where every row came before it was to be painted.
        "how long a placeholder stood, pages and jumps": (found["stood"] or [0.0], 50),
    }
    return [
        *(
            figure
            for name, (times, most) in timed.items()
            for figure in spread(name, times, most, floor=FRAME_MS, floor_name="a frame")
        ),
        *_sorted(found["sorted"], floors),
    ]


def _sorted(clicks: list[list[Any]], floors: list[float]) -> list[Figure]:
    """Of each column: the slower first screenful of two, and the whole order the first and second time."""
    figures = []
    for (title, _, _, _, first, cold), (_, _, _, _, again, warm), floor, other in zip(
        clicks[::2], clicks[1::2], floors[::2], floors[1::2], strict=True
    ):
        name = str(title).lower()
        figures += [
            Figure(f"first screenful by {name}", max(first, again), "ms", goal=Goal("at most", 150)),
            _whole(f"whole order by {name}, cold", cold, floor),
            _whole(f"whole order by {name}, warm", warm, other),
        ]
    return figures


def _whole(name: str, took: float, floor: float) -> Figure:
    return Figure(
        name, took, "ms", floor, "the statement fetched into an array", Goal("at most", 1.3, of_ratio=True)
    )


def _floors(profile: Path, orders: list[tuple[str, bool]]) -> list[float]:
    """Milliseconds of the statements that sort the same, run by sqlite3 and fetched into an array."""
    (path,) = profile.rglob("*-live-*.sqlite3")
    columns = frozenset(field.name for field in COLUMNS)
    took = []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT count(*) FROM sessions").fetchone()
        indexes = frozenset(
            name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")
        )
        for field, descending in orders:
            began = time.perf_counter()
            found = array("q")
            order = Order(field, descending)
            for statement in ordered(order, ALWAYS, limited=False, columns=columns, indexes=indexes):
                found.extend(number for (number,) in connection.execute(*statement))
            took.append((time.perf_counter() - began) * 1000)
            assert len(found) == SESSIONS
    return took
