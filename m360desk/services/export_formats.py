"""The kinds of file that sessions are exported to; each takes slices of rows and keeps none of them."""

import csv
import tempfile
from collections.abc import Callable, Sequence
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import msgspec

from m360desk.core.fields import Kind
from m360desk.services.export_values import (
    EXPORTED,
    HEADER,
    LocalTimes,
    as_texts,
    as_values,
    columns_of,
    plain_texts,
)

ROWS_PER_SHEET: Final = 1_048_575
"""Rows of a sheet below its header; what is more goes to the next sheet (a limit of spreadsheets)."""
_LONGEST_CELL = 32_767  # characters, a limit of spreadsheets


class Format(Protocol):
    """Writes one file."""

    wants_records: bool
    """Whether `write` needs the records as they came."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def write(self, rows: Sequence[Sequence[Any]], records: Sequence[bytes]) -> None:
        """Write some rows, parallel to the catalogue's columns."""
        ...


class Csv:
    """Comma-separated values as RFC 4180 has them: lines end with CR and LF, in UTF-8.

    It begins with a byte order mark: without one, Excel takes it for the system's old code page.
    """

    wants_records = False

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        self._mode = mode
        self._convert = as_texts(times)
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow(HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, rows: Sequence[Sequence[Any]], _records: Sequence[bytes]) -> None:
        """Write some rows."""
        columns = [convert(column) for convert, column in zip(self._convert, columns_of(rows), strict=True)]
        self._writer.writerows(zip(repeat(self._mode, len(rows)), *columns, strict=True))


class JsonLines:
    """One JSON object a line: the mode, the catalogue's fields, and `raw`, the record as it came."""

    wants_records = True

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        self._file = path.open("wb")
        self._mode = mode
        self._convert = as_values(times)
        self._encode = msgspec.json.Encoder().encode

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, rows: Sequence[Sequence[Any]], records: Sequence[bytes]) -> None:
        """Write some rows with their records."""
        columns = [convert(column) for convert, column in zip(self._convert, columns_of(rows), strict=True)]
        lines = []
        for values, record in zip(
            zip(repeat(self._mode, len(rows)), *columns, strict=True), records, strict=True
        ):
            fields = self._encode(dict(zip(HEADER, values, strict=True)))
            lines.append(fields[:-1] + b',"raw":' + _on_one_line(record) + b"}\n")
        self._file.writelines(lines)


class Xlsx:
    """An Excel workbook: identities are text cells, times real dates; memory stays flat."""

    wants_records = False

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        import xlsxwriter  # takes 60 ms, and few exports are workbooks

        self._mode = mode
        self._times = times
        # On the disk where the workbook goes: there must be room for it anyway.
        self._parts = tempfile.TemporaryDirectory(
            prefix=f"{path.name}-", dir=path.parent, ignore_cleanup_errors=True
        )
        options = {
            "constant_memory": True,
            "tmpdir": self._parts.name,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self._file = path.open("wb")
        self._book = xlsxwriter.Workbook(self._file, options)
        self._book.use_zip64()
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._row = 0
        self._sheets = 0
        self._sheet = self._new_sheet()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()
            self._file.close()
            self._parts.cleanup()

    def _finish(self) -> None:
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._book.close()
        except FileCreateError as error:
            cause = error.args[0] if error.args else None
            raise cause if isinstance(cause, OSError) else OSError(str(error)) from error

    def write(self, rows: Sequence[Sequence[Any]], _records: Sequence[bytes]) -> None:
        """Write some rows."""
        columns = [plain_texts(column) for column in columns_of(rows)]
        for values in zip(*columns, strict=True):
            if self._row > ROWS_PER_SHEET:
                self._sheet = self._new_sheet()
            self._write_row(values)

    def _new_sheet(self) -> Any:
        self._sheets += 1
        sheet = self._book.add_worksheet("Sessions" if self._sheets == 1 else f"Sessions {self._sheets}")
        sheet.freeze_panes(1, 0)
        for at, field in enumerate(EXPORTED, 1):
            if field.kind is Kind.TIME:
                sheet.set_column(at, at, 19)
        for at, name in enumerate(HEADER):
            sheet.write_string(0, at, name)
        self._row = 1
        return sheet

    def _write_row(self, values: Sequence[Any]) -> None:
        sheet, row = self._sheet, self._row
        sheet.write_string(row, 0, self._mode)
        for at, (kind, value) in enumerate(zip(_KINDS, values, strict=True), 1):
            if value is None or value == "":
                continue
            if kind is Kind.TEXT or kind is Kind.NAMES:
                sheet.write_string(row, at, value[:_LONGEST_CELL])
            elif kind is Kind.TIME:
                sheet.write_number(row, at, self._times.excel_days(value), self._date)
            elif kind is Kind.FLAG:
                sheet.write_boolean(row, at, value)
            else:
                sheet.write_number(row, at, value)
        self._row += 1


_KINDS = tuple(field.kind for field in EXPORTED)

FORMATS: dict[str, Callable[[Path, str, LocalTimes], Format]] = {
    "csv": Csv,
    "xlsx": Xlsx,
    "jsonl": JsonLines,
}


def _on_one_line(record: bytes) -> bytes:
    """A record as it came; but for line ends between its parts, which would break the line."""
    if b"\n" in record or b"\r" in record:
        record = record.replace(b"\n", b" ").replace(b"\r", b" ")
    try:
        record.decode()
    except UnicodeDecodeError:
        return record.decode("utf-8", "replace").encode()
    return record
