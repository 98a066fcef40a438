"""What the programs of the comparison are asked, and the answer that counts as right."""

import csv
from pathlib import Path

import pytest

from tests.benchmarks.others import sessions


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, sessions.COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


def test_asks_for_digits_that_no_row_above_holds(tmp_path: Path) -> None:
    imeis = ["", "350000111111222", "350111111000000", "350000000111111", "350000000333333"]
    times = [f"2026-11-2{day}T10:00:00+00:00" for day in range(5, 0, -1)]
    batteries = ["99", "79.5", "80", "", "9"]
    rows = [
        {"imei": imei, "time": time, "battery": battery}
        for imei, time, battery in zip(imeis, times, batteries, strict=True)
    ]
    _write(tmp_path / "sessions.csv", rows)
    sessions._fill_table(tmp_path / "sessions.csv", tmp_path / "sessions.sqlite3")

    question = sessions.ask(tmp_path / "sessions.sqlite3")

    # Row 3 is in the middle and first of its digits, 000000; a number compares as one, an empty cell is none.
    assert (question.digits, question.imei) == ("000000", "350111111000000")
    assert question.first == "350000111111222"
    assert (question.weak, question.weak_first) == (2, "350000000333333")


def test_passes_over_digits_that_stand_further_up() -> None:
    imeis = ["350000111111222", "350000000111111", "350000000111111", "350000000333333"]

    assert sessions._first_of_its_digits(imeis) == "350000000333333"


def test_says_so_when_there_is_nothing_to_ask_for() -> None:
    with pytest.raises(LookupError):
        sessions._first_of_its_digits(["350000000111111"] * 4 + [""])
