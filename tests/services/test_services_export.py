"""Exported files say what the cache says, harm no spreadsheet, and replace a file wholly or not at all."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.fields import FIELDS, Field, Kind
from m360desk.core.query import EVERYTHING, Order, parse
from m360desk.core.records import read
from m360desk.services import workbook
from m360desk.services.csv_cells import csv_cell, csv_texts, quoted
from m360desk.services.export import ExportResult, export, export_empty
from m360desk.services.export_times import LocalTimes
from m360desk.services.export_values import EXPORTED, HEADER
from m360desk.simulator.shop.fleet import Fleet
from m360desk.store.key import CacheKey
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.locks import FileLock

BERLIN = ZoneInfo("Europe/Berlin")
IMEI = "352918114596189"
SUMMER = {
    "sessionId": "0" * 36,
    "imei": IMEI,
    "connectionTime": "2026-07-01T10:00:00+00:00",
    "isClosed": True,
}
WINTER = {"sessionId": "1" * 36, "customId": "=1+1", "connectionTime": "2026-01-15T23:30:00+00:00"}
ODD = (
    b'{"sessionId": "22222222-2222-2222-2222-222222222222", "username": "\\ud800x",\n "big": 1e400,'
    b' "friendlyName": "a,\\"b\\"\\nc", "batteryHealthPercent": "87%"}'
)


def fill(path: Path, records: Sequence[bytes]) -> None:
    key = CacheKey("0" * 64, "live", None)
    with CacheWriter.open(path, key, lock=FileLock(path.with_suffix(".lock")), now_ms=lambda: 1) as writer:
        for at in range(0, len(records), 500):
            sessions = [read(record) for record in records[at : at + 500]]
            writer.store_page(sessions, stretch=None, batch=1, state=None)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[CacheReader]:
    fill(tmp_path / "cache.sqlite3", [json.dumps(SUMMER).encode(), json.dumps(WINTER).encode(), ODD])
    with CacheReader.open(tmp_path / "cache.sqlite3") as opened:
        yield opened


def write(
    reader: CacheReader,
    out: Path,
    *,
    query: str = "",
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    cancel: CancelToken | None = None,
) -> ExportResult:
    return export(
        reader,
        parse(query, today=date(2026, 11, 23), zone=UTC) if query else EVERYTHING,
        Order(),
        out,
        fmt=out.suffix[1:],
        mode="live",
        progress=progress,
        cancel=cancel or CancelToken(),
        zone=BERLIN,
    )


def local(text: str) -> datetime:
    """A date in a workbook: spreadsheets know no time zones."""
    return datetime.fromisoformat(text)


def csv_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_csv_is_read_by_programs_and_spreadsheets_alike(reader: CacheReader, tmp_path: Path) -> None:
    out = tmp_path / "all.csv"
    assert write(reader, out) == ExportResult(3, out)
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfmode,")  # Excel takes it for UTF-8 by this mark only
    assert data.count(b"\r\n") == 4
    summer, winter, odd = csv_rows(out)
    assert list(summer) == ["mode", *(field.name for field in FIELDS if field.exported)]
    assert (summer["mode"], summer["imei"], summer["closed"]) == ("live", IMEI, "true")
    assert summer["time"] == "2026-07-01T12:00:00+02:00"
    assert winter["time"] == "2026-01-16T00:30:00+01:00"
    assert winter["custom"] == "'=1+1"
    assert (odd["time"], odd["battery"], odd["name"]) == ("", "87", 'a,"b"\nc')
    assert odd["operator"] == "\ufffd" * odd["operator"].count("\ufffd") + "x"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_a_csv_file_is_run_by_a_spreadsheet(tmp_path: Path, start: str) -> None:
    record = {"sessionId": "0" * 36, "gradingResult": {"grade": f"{start}cmd"}, "customId": f"x{start}"}
    fill(tmp_path / "cache.sqlite3", [json.dumps(record).encode()])
    with CacheReader.open(tmp_path / "cache.sqlite3") as reader:
        write(reader, tmp_path / "all.csv")
        cells = next(iter(reader.rows(reader.ids(EVERYTHING, Order()))))
    (row,) = csv_rows(tmp_path / "all.csv")
    assert cells is not None
    for name, text in row.items():
        assert not text.startswith(start)
        stored = None if name == "mode" else cells.get(name)
        assert text.removeprefix("'") == stored or not (isinstance(stored, str) and stored.startswith(start))


def test_a_workbook_has_texts_and_real_dates(reader: CacheReader, tmp_path: Path) -> None:
    write(reader, tmp_path / "all.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "all.xlsx").active
    assert sheet is not None
    header, *rows = list(sheet.iter_rows())
    assert tuple(cell.value for cell in header) == HEADER
    at = {name: place for place, name in enumerate(HEADER)}
    summer, winter, odd = rows
    assert (summer[at["imei"]].value, summer[at["imei"]].data_type) == (IMEI, "s")
    assert summer[at["time"]].value == local("2026-07-01T12:00")
    assert summer[at["closed"]].value is True
    assert winter[at["time"]].value == local("2026-01-16T00:30")
    assert (winter[at["custom"]].value, winter[at["custom"]].data_type) == ("=1+1", "s")
    assert (odd[at["battery"]].value, odd[at["time"]].value, odd[at["mode"]].value) == (87, None, "live")
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == []


def test_json_lines_hold_the_record_as_it_came(reader: CacheReader, tmp_path: Path) -> None:
    write(reader, tmp_path / "all.jsonl")
    lines = (tmp_path / "all.jsonl").read_bytes().splitlines()
    summer, _, odd = (json.loads(line) for line in lines)
    assert tuple(summer) == (*HEADER, "raw")
    assert (summer["mode"], summer["imei"], summer["closed"]) == ("live", IMEI, True)
    assert summer["raw"] == SUMMER
    assert (odd["battery"], odd["time"]) == (87, None)
    assert lines[2].endswith(b'"raw":' + ODD.replace(b"\n", b" ") + b"}")


def test_what_is_past_the_last_row_goes_to_the_next_sheet(
    reader: CacheReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workbook.ROWS_PER_SHEET == 1_048_575
    monkeypatch.setattr(workbook, "ROWS_PER_SHEET", 2)
    write(reader, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert [sheet.max_row for sheet in book.worksheets] == [3, 2]
    assert [sheet.cell(1, 1).value for sheet in book.worksheets] == ["mode", "mode"]


def test_only_what_answers_the_query_is_exported(reader: CacheReader, tmp_path: Path) -> None:
    assert write(reader, tmp_path / "some.csv", query=f"imei:{IMEI}").rows == 1
    assert [row["imei"] for row in csv_rows(tmp_path / "some.csv")] == [IMEI]


def test_a_workbook_holds_any_text(tmp_path: Path) -> None:
    odd = [
        "a & b < c > d",
        " padded ",
        "two\nlines",
        "\x07bell",
        "\uffff",
        "_x0041_",
        "é 電池 🔋",
        "&" * 40_000,
    ]
    records = [{"sessionId": f"{n:036}", "customId": text, "username": "x"} for n, text in enumerate(odd)]
    fill(tmp_path / "cache.sqlite3", [json.dumps(record).encode() for record in records])
    with CacheReader.open(tmp_path / "cache.sqlite3") as opened:
        write(opened, tmp_path / "all.xlsx")
        stored = [
            row.get("custom") for row in opened.rows(opened.ids(EVERYTHING, Order())) if row is not None
        ]
    sheet = openpyxl.load_workbook(tmp_path / "all.xlsx").active
    assert sheet is not None
    at = HEADER.index("custom") + 1
    found = [sheet.cell(row, at).value for row in range(2, len(odd) + 2)]
    for was, now in zip(stored, found, strict=True):
        right = str(was)[:32_767].replace("\uffff", "\ufffd")
        # What XML cannot hold stands as _xHHHH_, and that text itself is marked: spreadsheets read both back.
        assert now == right.replace("_x", "_x005F_x").replace("\x07", "_x0007_")


def test_texts_past_those_that_are_shared_stand_in_their_cells(
    reader: CacheReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(reader, tmp_path / "shared.xlsx")
    monkeypatch.setattr(workbook, "_MOST_SHARED", len(HEADER) + 1)
    write(reader, tmp_path / "inline.xlsx")
    cells = []
    for name in ("shared.xlsx", "inline.xlsx"):
        sheet = openpyxl.load_workbook(tmp_path / name).active
        assert sheet is not None
        cells.append([[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()])
    shared = (tmp_path / "shared.xlsx", tmp_path / "inline.xlsx")
    counts = [zipfile.ZipFile(path).read("xl/sharedStrings.xml").count(b"<si>") for path in shared]
    assert cells[0] == cells[1]
    assert counts[0] > counts[1] == len(HEADER) + 1


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.jsonl"])
def test_chosen_sessions_come_in_the_order_in_which_they_were_chosen(
    reader: CacheReader, tmp_path: Path, name: str
) -> None:
    fill(tmp_path / "cache.sqlite3", [numbered(number) for number in range(50)])
    chosen = [40, 7, 8, 9, 999_999, 30, 20, 41]
    progress: list[tuple[int, int]] = []
    out = tmp_path / name
    result = export(
        reader,
        EVERYTHING,
        Order(),
        out,
        fmt=out.suffix[1:],
        mode="live",
        progress=lambda done, of: progress.append((done, of)),
        cancel=CancelToken(),
        row_ids=chosen,
    )
    present = [number for number in chosen if number != 999_999]
    rows = [row for row in reader.rows(present) if row is not None]
    assert result.rows == len(present)
    assert progress[-1] == (7, 8)
    assert exported_sessions(out) == [row.get("session") for row in rows]


def exported_sessions(path: Path) -> list[str]:
    """The ids of the sessions in a file, in its order."""
    if path.suffix == ".csv":
        return [row["session"] for row in csv_rows(path)]
    if path.suffix == ".jsonl":
        return [json.loads(line)["session"] for line in path.read_bytes().splitlines()]
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [str(row[HEADER.index("session")]) for row in sheet.iter_rows(min_row=2, values_only=True)]


def numbered(number: int, **more: object) -> bytes:
    times = {"connectionTime": f"2026-03-{1 + number % 28:02}T00:50:{number % 60:02}+00:00"}
    return json.dumps({"sessionId": f"{number:036}", "customId": f"K-{number}", **times, **more}).encode()


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.jsonl"])
def test_what_a_sync_writes_meanwhile_is_not_in_the_file(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is a picture of one moment: nothing twice, nothing half new."""
    monkeypatch.setattr("m360desk.services.export._SLICE", 10)
    monkeypatch.setattr("m360desk.services.export._RECORDS_SLICE", 10)
    cache = tmp_path / "cache.sqlite3"
    fill(cache, [numbered(number, username="before") for number in range(100)])
    pages = iter(range(0, 400, 20))

    def sync(_done: int, _of: int) -> None:
        # Changed ones and new ones, the newest of all among them: they would come first.
        first = next(pages)
        fill(cache, [numbered(number, username="after") for number in range(first, first + 20)])

    with CacheReader.open(cache) as opened:
        write(opened, tmp_path / name, progress=sync)
        assert opened.total() == 200
    found = exported_sessions(tmp_path / name)
    assert sorted(found) == [f"{number:036}" for number in range(100)]
    if name == "x.csv":
        assert {row["operator"] for row in csv_rows(tmp_path / name)} == {"before"}


def test_the_csv_of_many_sessions_is_what_pythons_own_writer_makes_of_their_values(tmp_path: Path) -> None:
    fleet = Fleet(700, datetime(2026, 11, 23, tzinfo=UTC), 5)
    fill(tmp_path / "cache.sqlite3", [fleet.record_bytes(number) for number in range(700)])
    own = io.StringIO(newline="")
    with CacheReader.open(tmp_path / "cache.sqlite3") as opened:
        write(opened, tmp_path / "all.csv")
        write(opened, tmp_path / "all.jsonl")
        rows = opened.rows(opened.ids(EVERYTHING, Order()))
        records = opened.raws(opened.ids(EVERYTHING, Order()))
    writer = csv.writer(own, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows:
        assert row is not None
        writer.writerow(["live", *(as_text(field, row.get(field.name)) for field in EXPORTED)])
    assert (tmp_path / "all.csv").read_bytes() == own.getvalue().encode("utf-8-sig")
    lines = (tmp_path / "all.jsonl").read_bytes().splitlines()
    for line, row, record in zip(lines, rows, records, strict=True):
        told = json.loads(line)
        assert record is not None
        assert line.endswith(b',"raw":' + record + b"}")
        assert [told[field.name] for field in EXPORTED] == [
            plain(field, None if row is None else row.get(field.name)) for field in EXPORTED
        ]


def plain(field: Field, value: object) -> object:
    """What a value is in JSON, told once more in plain words."""
    if value is None:
        return None
    if field.kind is Kind.TIME:
        assert isinstance(value, int)
        return datetime.fromtimestamp(value // 1000, BERLIN).isoformat()
    if field.kind is Kind.FLAG:
        return bool(value)
    return value


def as_text(field: Field, value: object) -> str:
    """What a value is in CSV, told once more in plain words."""
    told = plain(field, value)
    if told is None:
        return ""
    if isinstance(told, bool):
        return str(told).lower()
    if isinstance(told, float):
        return str(told).removesuffix(".0")
    text = str(told)
    return "'" + text if isinstance(told, str) and text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


@pytest.mark.parametrize(("name", "rows"), [("x.csv", 1), ("x.xlsx", 1), ("x.jsonl", 0)])
def test_nothing_cached_gives_a_file_with_its_header_only(tmp_path: Path, name: str, rows: int) -> None:
    out = tmp_path / name
    export_empty(out, out.suffix[1:], "testing")
    if name == "x.xlsx":
        sheet = openpyxl.load_workbook(out).active
        assert sheet is not None
        assert sheet.max_row == rows
    else:
        assert len(out.read_text(encoding="utf-8-sig").splitlines()) == rows


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.jsonl"])
def test_a_cancelled_export_leaves_the_old_file_and_nothing_else(
    reader: CacheReader, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "exports" / name
    out.parent.mkdir()
    out.write_text("old")
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        write(reader, out, progress=lambda _done, _of: cancel.cancel(), cancel=cancel)
    assert out.read_text() == "old"
    assert list(out.parent.iterdir()) == [out]


@pytest.mark.parametrize(
    "ms", [0, -1, 1_782_900_000_123, 1_792_285_199_999, 1_792_285_200_000, 4_102_444_800_000]
)
def test_times_are_those_of_the_zone(ms: int) -> None:
    odd = [timezone(timedelta(minutes=minutes)) for minutes in (-210, -37, 52, 719)]
    for zone in (BERLIN, ZoneInfo("Australia/Lord_Howe"), *odd):
        right = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(zone)
        text = right.replace(microsecond=0).isoformat()
        assert LocalTimes(zone).iso("<", ">", "-")([ms, None, ms]) == [f"<{text}>", "-", f"<{text}>"]
        days = (right.replace(tzinfo=None) - local("1899-12-30")) / timedelta(days=1)
        (cell,) = LocalTimes(zone).excel()([ms])
        assert abs(float(cell) - days) < 1.1 / 86_400


ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC")
ISO = {name: LocalTimes(ZoneInfo(name)).iso() for name in ZONES}


@settings(deadline=None)
@given(st.lists(st.integers(315_532_800_000, 7_258_118_399_999), max_size=20), st.sampled_from(ZONES))
def test_any_time_reads_as_python_itself_writes_it(times: list[int], name: str) -> None:
    right = [datetime.fromtimestamp(ms // 1000, ZoneInfo(name)).isoformat() for ms in times]
    assert ISO[name](times) == right


@pytest.mark.parametrize("zone", [BERLIN, ZoneInfo("Australia/Lord_Howe")])
def test_the_days_on_which_clocks_change_are_told_quarter_by_quarter(zone: ZoneInfo) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    quarters = [start + timedelta(minutes=15 * n, seconds=n % 900) for n in range(365 * 96)]
    changes = [
        each
        for before, each in pairwise(quarters)
        if before.astimezone(zone).utcoffset() != each.astimezone(zone).utcoffset()
    ]
    assert len(changes) == 2
    around = [change + timedelta(minutes=minutes) for change in changes for minutes in range(-1500, 1500)]
    cells = LocalTimes(zone).iso()([round(each.timestamp() * 1000) for each in around])
    assert cells == [each.astimezone(zone).isoformat() for each in around]


@settings(deadline=None)
@given(st.none() | st.integers() | st.floats() | st.text("ab \",;\r\n'é"))
def test_a_cell_is_quoted_as_python_itself_quotes_it(value: object) -> None:
    own = io.StringIO(newline="")
    csv.writer(own, lineterminator="\r\n").writerow((value, ""))
    assert f"{quoted('' if value is None else str(value))},\r\n" == own.getvalue()


@settings(deadline=None)
@given(st.lists(st.none() | st.text("ab \",;\r\n'é=+-@\t"), max_size=20))
def test_texts_together_become_the_cells_that_they_become_one_by_one(texts: list[str | None]) -> None:
    assert list(csv_texts(texts)) == list(map(csv_cell, texts))


@settings(deadline=None)
@given(st.lists(st.none() | st.text("ab |&<>_x0041\x07\n\uffff"), max_size=20))
def test_text_cells_together_are_those_one_by_one(texts: list[str | None]) -> None:
    assert workbook.text_cells(texts) == [workbook.text_cells([text])[0] for text in texts]
