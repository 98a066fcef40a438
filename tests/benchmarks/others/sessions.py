"""The same sessions for every program: as the CSV that M360 Desk exports, and as a plain table."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from m360desk.core.fields import Kind
from m360desk.services.export_values import EXPORTED, HEADER
from tests.benchmarks.others.program import Question
from tests.benchmarks.workshop import KEPT, SESSIONS

COLUMNS = HEADER
"""Of the CSV and the table, in their order."""

_TYPES = {Kind.INTEGER: "INTEGER", Kind.NUMBER: "REAL"}
_ROOT = Path(__file__).resolve().parents[3]
_DIGITS = 6


class SessionFiles(NamedTuple):
    """What the programs open; none of them writes to it."""

    text: Path
    table: Path


def session_files(profile: Path) -> SessionFiles:
    """Both files of a profile's sessions, made where they are not kept from an earlier run."""
    folder = KEPT / f"others-{profile.name}"
    if not folder.exists():
        for old in KEPT.glob(f"others-profile-{SESSIONS}-*"):
            shutil.rmtree(old)
        making = KEPT / f"making-others-{SESSIONS}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        _export(profile, making / "sessions.csv")
        _fill_table(making / "sessions.csv", making / "sessions.sqlite3")
        making.rename(folder)
    return SessionFiles(folder / "sessions.csv", folder / "sessions.sqlite3")


def ask(table: Path) -> Question:
    """What to look for among these sessions, and what Python and SQLite say to it."""
    with closing(sqlite3.connect(f"file:{table}?mode=ro", uri=True)) as db:
        imeis = [imei or "" for (imei,) in db.execute("SELECT imei FROM sessions ORDER BY rowid")]
        (weak,) = db.execute("SELECT count(*) FROM sessions WHERE battery < 80").fetchone()
        (first,) = db.execute(
            "SELECT imei FROM sessions WHERE battery < 80 AND imei IS NOT NULL ORDER BY time LIMIT 1"
        ).fetchone()
    imei = _first_of_its_digits(imeis)
    return Question(imei[-_DIGITS:], imei, next(filter(None, imeis)), weak, first)


def warm(files: SessionFiles) -> None:
    """Read the files once, so that none of the programs waits for the disk."""
    for file in files:
        with file.open("rb") as opened:
            while opened.read(1 << 24):
                pass


def _export(profile: Path, out: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "m360desk",
        "--profile",
        str(profile),
        "--mode",
        "live",
        "export",
        str(out),
    ]
    variables = {**os.environ, "PYTHONPATH": str(_ROOT), "TZ": "UTC"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)


def _fill_table(text: Path, table: Path) -> None:
    """The table as an import of the CSV makes it: numbers as numbers, nothing where nothing is, no index."""
    types = ["TEXT", *(_TYPES.get(field.kind, "TEXT") for field in EXPORTED)]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(COLUMNS, types, strict=True))
    marks = ", ".join("?" * len(COLUMNS))
    with closing(sqlite3.connect(table)) as db, db:
        db.execute(f"CREATE TABLE sessions ({columns})")
        db.executemany(f"INSERT INTO sessions VALUES ({marks})", _rows(text))  # noqa: S608 - only marks


def _rows(text: Path) -> Iterator[list[str | None]]:
    with text.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            yield [cell or None for cell in row]


def _first_of_its_digits(imeis: list[str]) -> str:
    """The first IMEI past the middle whose last digits stand in none before it."""
    lines = "\n".join(imeis)
    middle = len(imeis) // 2
    start = sum(map(len, imeis[:middle])) + middle
    for imei in imeis[middle:]:
        digits = imei[-_DIGITS:]
        end = start + len(imei)
        if len(digits) == _DIGITS and lines.find(digits) == end - _DIGITS:
            return imei
        start = end + 1
    raise LookupError("no IMEI past the middle is the first of its digits")
