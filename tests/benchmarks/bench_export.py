"""Exporting a whole large cache: rows a second against writing the same text, or the same cells, alone."""

import csv
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.processes import told_by
from tests.benchmarks.workshop import large_profile

NAME = "export"
EACH_SIZE = True
PAIRS = 3
MOST_MEMORY_MB = 60
"""Flat, whatever the size."""
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
        _compared("CSV of all sessions", texts, [floor for floor, _ in floors],
                  "csv.writer, the same texts", half),
        Figure("CSV: memory", max(each["memory"] for each in texts) / 1e6, "MB", goal=flat),
        _compared("XLSX of all sessions", books, [floor for _, floor in floors],
                  "the same cells packed", half),
        Figure("XLSX: memory", max(each["memory"] for each in books) / 1e6, "MB", goal=flat),
        Figure("JSON lines", _rate(records), "rows/s"),
        Figure("JSON lines: memory", records["memory"] / 1e6, "MB", goal=flat),
        Figure("XLSX of 50,000 selected in the window, or of all", window["rows"] / window["seconds"],
               "rows/s"),
        Figure("the window's longest turn meanwhile, its own work", window["work"], "ms", FRAME_MS,
               "a frame", Goal("at most", 1, of_ratio=True)),
        Figure("the window's longest turn meanwhile, by the clock", window["turn"], "ms", FRAME_MS,
               "a frame"),
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
    found: dict[str, Any] = told_by("export_process.py", cache, out, most, *(["cancel"] if cancel else []))
    return found


def _from_window(folder: Path) -> dict[str, Any]:
    """What the window told of exporting a selection; it writes to a copy of the profile."""
    profile, out = folder / "profile", folder / "chosen" / "chosen.xlsx"
    shutil.copytree(large_profile(), profile)
    out.parent.mkdir()
    found: dict[str, Any] = told_by("export_window.py", profile, out)
    assert found["progress"], "the window never told how far it was"
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
            count += part.count(b"<row>")
    alone.unlink()
    return count / seconds
