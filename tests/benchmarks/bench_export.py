"""Exporting a whole large cache: rows a second against writing the same text, or the same cells, alone."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import SESSIONS, large_profile

NAME = "export"
EACH_SIZE = True
HERE = Path(__file__).resolve().parent
PAIRS = 3
MOST_MEMORY_MB = 60
CANCEL_MS = 100
_SLICE = 5_000  # rows that a floor has in memory at a time
_MEASURED = 5  # one slice in so many is written for the floor: each tells the same
_PIECE = 1 << 20
_SHEET = "xl/worksheets/sheet1.xml"
_LEVEL = 3


def measure() -> list[Figure]:
    """Export to each format, then write the same once more with nothing of this program in the way."""
    cache = next((large_profile() / "cache").glob("*.sqlite3"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, book, lines = (folder / f"all.{kind}" for kind in ("csv", "xlsx", "jsonl"))
        texts, books, floors = [], [], []
        for _ in range(PAIRS):
            texts.append(_export(cache, text))
            floors.append((_texts_alone(text), 0.0))
            books.append(_export(cache, book))
            floors[-1] = (floors[-1][0], _cells_alone(book))
        text.unlink()
        cancelled = [_export(cache, folder / f"all.{kind}", cancel=True) for kind in ("csv", "xlsx")]
        left = sorted(path.name for path in folder.iterdir())
        assert left == ["all.xlsx"], f"a cancelled export has left {left}"
        lost = _export(cache, lines)
    half = Goal("at least", 0.5, of_ratio=True)
    flat = Goal("at most", MOST_MEMORY_MB)
    return [
        _compared(f"CSV of {SESSIONS:,} sessions", texts, [floor for floor, _ in floors],
                  "csv.writer, the same texts", half),
        Figure("its memory", max(each["memory"] for each in texts) / 1e6, "MB", goal=flat),
        _compared(f"XLSX of {SESSIONS:,} sessions", books, [floor for _, floor in floors],
                  "the same cells packed", half),
        Figure("its memory", max(each["memory"] for each in books) / 1e6, "MB", goal=flat),
        Figure(f"JSON lines of {SESSIONS:,} sessions", _rate(lost), "rows/s"),
        Figure("its memory", lost["memory"] / 1e6, "MB", goal=flat),
        Figure("from Cancel to the end, nothing left", max(each["cancel_ms"] for each in cancelled), "ms",
               goal=Goal("at most", CANCEL_MS)),
    ]  # fmt: skip


def _compared(name: str, runs: list[dict[str, Any]], floors: list[float], floor: str, goal: Goal) -> Figure:
    """The pair whose ratio is the median of all."""
    pairs = sorted(zip(map(_rate, runs), floors, strict=True), key=lambda pair: pair[0] / pair[1])
    rate, alone = pairs[len(pairs) // 2]
    assert rate / alone == median(rate / alone for rate, alone in pairs)
    return Figure(name, rate, "rows/s", alone, floor, goal)


def _rate(run: dict[str, Any]) -> float:
    return float(run["rows"] / run["seconds"])


def _export(cache: Path, out: Path, *, cancel: bool = False) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "export_process.py"), str(cache), str(out)]
    command += ["cancel"] if cancel else []
    variables = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _texts_alone(path: Path) -> float:
    """Rows a second of Python's own writer, given texts that are ready."""
    count, seconds = 0, 0.0
    with (
        path.open(encoding="utf-8-sig", newline="") as file,
        path.with_name("floor.csv").open("w", encoding="utf-8-sig", newline="") as floor,
    ):
        writer = csv.writer(floor)
        for rows in islice(_slices(csv.reader(file)), 0, None, _MEASURED):
            began = time.perf_counter()
            writer.writerows(rows)
            seconds += time.perf_counter() - began
            count += len(rows)
    path.with_name("floor.csv").unlink()
    return count / seconds


def _slices(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while part := list(islice(rows, _SLICE)):
        yield part


def _cells_alone(path: Path) -> float:
    """Rows a second of packing the cells of the first sheet, written out and ready."""
    count, seconds = 0, 0.0
    alone = path.with_name("floor.zip")
    with (
        zipfile.ZipFile(path) as book,
        book.open(_SHEET) as cells,
        zipfile.ZipFile(alone, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as packed,
        packed.open(_SHEET, "w", force_zip64=True) as sheet,
    ):
        while part := cells.read(_PIECE):
            began = time.perf_counter()
            sheet.write(part)
            seconds += time.perf_counter() - began
            count += part.count(b"<row ")
    alone.unlink()
    return count / seconds
