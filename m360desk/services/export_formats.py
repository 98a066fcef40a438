"""The kinds of file that sessions are exported to; each takes slices of rows and keeps none of them."""

from collections.abc import Callable, Sequence
from itertools import repeat
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Protocol, Self

import msgspec

from m360desk.core.fields import Kind
from m360desk.core.late_regex import LateRegex
from m360desk.services import workbook
from m360desk.services.export_values import (
    EXPORTED,
    HEADER,
    Column,
    LocalTimes,
    as_texts,
    as_values,
    columns_of,
    plain_texts,
)

_CSV_END = "\r\n"
_QUOTED = LateRegex('[",\r\n]')


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
        self._file.write(",".join(HEADER) + _CSV_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, rows: Sequence[Sequence[Any]], _records: Sequence[bytes]) -> None:
        """Write some rows."""
        columns = [
            csv_cells(convert(column))
            for convert, column in zip(self._convert, columns_of(rows), strict=True)
        ]
        lines = map(",".join, zip(repeat(self._mode, len(rows)), *columns, strict=True))
        self._file.write(_CSV_END.join(lines) + _CSV_END)


def csv_cells(column: Column) -> list[str]:
    """A column as cells of comma-separated values, quoted where they must be.

    Column by column it takes a third of the time that Python's own writer needs, cell by cell.
    """
    kinds = set(map(type, column))
    if kinds == {NoneType}:
        return [""] * len(column)
    if kinds <= {str, NoneType}:
        texts = [value or "" for value in column]
    else:
        texts = ["" if value is None else str(value) for value in column]
    if not _QUOTED.compiled.search("".join(set(texts))):
        return texts
    return ['"' + text.replace('"', '""') + '"' if _QUOTED.compiled.search(text) else text for text in texts]


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
    """An Excel workbook: identities are text cells, times real dates."""

    wants_records = False

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        self._mode = mode
        self._times = times
        kinds = [workbook.texts, *(_CELLS[field.kind] for field in EXPORTED)]
        self._book = workbook.Workbook(path, "Sessions", HEADER, kinds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._book.finish()
        finally:
            self._book.abandon()

    def write(self, rows: Sequence[Sequence[Any]], _records: Sequence[bytes]) -> None:
        """Write some rows."""
        days = self._times.excel_days
        columns: list[Sequence[Any]] = [[self._mode] * len(rows)]
        for field, column in zip(EXPORTED, columns_of(rows), strict=True):
            if field.kind is Kind.TIME:
                columns.append([None if ms is None else days(ms) for ms in column])
            else:
                columns.append(plain_texts(column))
        self._book.write(columns)


_CELLS: dict[Kind, workbook.Cells] = {
    Kind.TEXT: workbook.texts,
    Kind.NAMES: workbook.texts,
    Kind.INTEGER: workbook.numbers,
    Kind.NUMBER: workbook.numbers,
    Kind.FLAG: workbook.truths,
    Kind.TIME: workbook.dates,
}

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
