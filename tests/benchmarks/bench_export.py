"""Exporting a whole large cache: rows a second against writing the same text, or the same cells, alone."""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.workshop import SESSIONS, large_profile

NAME = "export"
EACH_SIZE = True
HERE = Path(__file__).resolve().parent
_SOME_ROWS = 100_000
"""So many rows of the text are held for the floor."""
_SHEET = "xl/worksheets/sheet1.xml"


def measure() -> list[Figure]:
    """Export to both formats, then write the same once more with nothing of this program in the way."""
    cache = next((large_profile() / "cache").glob("*.sqlite3"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, book = folder / "all.csv", folder / "all.xlsx"
        as_text, as_book = _export(cache, text, "csv"), _export(cache, book, "xlsx")
        floors = _csv_alone(text), _cells_alone(book, folder / "floor.zip", as_book["rows"])
    half = Goal("at least", 0.5, of_ratio=True)
    megabyte = 1e6
    return [
        Figure(f"CSV of {SESSIONS:,} sessions", as_text["rows"] / as_text["seconds"], "rows/s", floors[0],
               "csv.writer, the same texts", half),
        Figure("its memory", as_text["memory"] / megabyte, "MB"),
        Figure(f"XLSX of {SESSIONS:,} sessions", as_book["rows"] / as_book["seconds"], "rows/s", floors[1],
               "the same cells packed", half),
        Figure("its memory", as_book["memory"] / megabyte, "MB"),
    ]  # fmt: skip


def _export(cache: Path, out: Path, fmt: str) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "export_process.py"), str(cache), str(out), fmt]
    variables = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _csv_alone(path: Path) -> float:
    """Rows a second of Python's own writer, given texts that are ready."""
    rows = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            rows.append(row)
            if len(rows) == _SOME_ROWS:
                break
    began = time.perf_counter()
    with path.with_name("floor.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return len(rows) / (time.perf_counter() - began)


def _cells_alone(path: Path, out: Path, rows: int) -> float:
    """Rows a second of packing the cells of the first sheet, written out and ready."""
    with zipfile.ZipFile(path) as book:
        cells = book.read(_SHEET)
        count = min(rows, cells.count(b"<row ") - 1)
    began = time.perf_counter()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        packed.writestr(_SHEET, cells)
    return count / (time.perf_counter() - began)
