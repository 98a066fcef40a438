"""Exporting a whole large cache: rows a second against writing the same text, or the same cells, alone."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
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
MOST_MEMORY_MB = 60 + 8 * SESSIONS / 1e6
"""Flat, but for the numbers of the rows in their order: eight bytes each."""
CANCEL_MS = 100
FRAME_MS = 16.7
MOST_RECORDS = 100_000  # with their records, a million take more than seven gigabytes
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
        records = _export(cache, lines, most=MOST_RECORDS)
        lines.unlink()
        window = _from_window(folder)
    half = Goal("at least", 0.5, of_ratio=True)
    flat = Goal("at most", MOST_MEMORY_MB)
    return [
        _compared(f"CSV of {SESSIONS:,} sessions", texts, [floor for floor, _ in floors],
                  "csv.writer, the same texts", half),
        Figure("its memory", max(each["memory"] for each in texts) / 1e6, "MB", goal=flat),
        _compared(f"XLSX of {SESSIONS:,} sessions", books, [floor for _, floor in floors],
                  "the same cells packed", half),
        Figure("its memory", max(each["memory"] for each in books) / 1e6, "MB", goal=flat),
        Figure(f"JSON lines of {records['rows']:,} sessions", _rate(records), "rows/s"),
        Figure("its memory", records["memory"] / 1e6, "MB", goal=flat),
        Figure(f"{window['rows']:,} selected in the window, XLSX", window["rows"] / window["seconds"],
               "rows/s"),
        Figure("its longest turn, the thread's own work", window["work"], "ms", FRAME_MS, "a frame at 60 Hz",
               Goal("at most", 1, of_ratio=True)),
        Figure("its longest turn, waiting included", window["turn"], "ms", FRAME_MS, "a frame at 60 Hz"),
        Figure("from Cancel in the window to nothing left", window["cancel"], "ms",
               goal=Goal("at most", CANCEL_MS)),
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


def _export(cache: Path, out: Path, *, most: int = 0, cancel: bool = False) -> dict[str, Any]:
    """What an export told, of so many sessions or (0) of all."""
    command = [sys.executable, str(HERE / "export_process.py"), str(cache), str(out), str(most)]
    return _told([*command, "cancel"] if cancel else command, {})


def _from_window(folder: Path) -> dict[str, Any]:
    """What the window told of exporting a selection; it writes to a copy of the profile."""
    profile, out = folder / "profile", folder / "chosen" / "chosen.xlsx"
    shutil.copytree(large_profile(), profile)
    out.parent.mkdir()
    command = [sys.executable, str(HERE / "export_window.py"), str(profile), str(out)]
    found = _told(command, {"QT_QPA_PLATFORM": "offscreen"})
    assert found["progress"], "the window never told how far it was"
    return found


def _told(command: list[str], more: Mapping[str, str]) -> dict[str, Any]:
    """What a process prints as JSON."""
    variables = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), **more}
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
