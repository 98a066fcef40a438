"""The kinds of file that sessions are exported to; each takes slices of rows and keeps none of them."""

from collections.abc import Callable, Sequence
from itertools import islice, repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import msgspec

from m360desk.core.fields import Kind
from m360desk.core.session import StoredValue
from m360desk.services.csv_cells import csv_cell, csv_texts
from m360desk.services.export_times import LocalTimes
from m360desk.services.export_values import EXPORTED, HEADER, Cells, Remembered, plain_texts, plain_value
from m360desk.services.workbook import DATE, EMPTY, Workbook, text_cells
from m360desk.store.layout import is_identity

_CSV_END = "\r\n"
_LINES_AT_ONCE = 250  # so that Python's lock is given up every half a millisecond
Value = Callable[[Any], StoredValue]
"""Makes a raw value the session's value."""


class Format(Protocol):
    """Writes one file."""

    wants_records: bool
    """Whether `write` needs the records as they came."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def cells(self, at: int, value: Value) -> Cells:
        """What makes raw values of the exported field `at` cells of this file."""
        ...

    def write(self, columns: Sequence[Sequence[str]], records: Sequence[bytes | None]) -> None:
        """Write some rows, given as columns of cells."""
        ...


class Csv:
    """Comma-separated values as RFC 4180 has them: lines end with CR and LF, in UTF-8.

    It begins with a byte order mark: without one, Excel takes it for the system's old code page.
    """

    wants_records = False

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        self._file = path.open("wb")
        self._mode = mode
        self._times = times
        self._file.write((",".join(HEADER) + _CSV_END).encode("utf-8-sig"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def cells(self, at: int, value: Value) -> Cells:
        """Cells, quoted and made harmless."""
        field = EXPORTED[at]
        if field.kind is Kind.TIME:
            return self._times.iso()
        if is_identity(field):
            return csv_texts
        return Remembered(lambda raw: csv_cell(plain_value(field, value(raw)))).of

    def write(self, columns: Sequence[Sequence[str]], _records: Sequence[bytes | None]) -> None:
        """Write some rows."""
        lines = map(",".join, zip(repeat(self._mode, len(columns[0])), *columns, strict=True))
        while text := _CSV_END.join(islice(lines, _LINES_AT_ONCE)):
            self._file.write((text + _CSV_END).encode("utf-8", "replace"))


class JsonLines:
    """One JSON object a line: the mode, the catalogue's fields, and `raw`, the record as it came."""

    wants_records = True

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        self._file = path.open("wb")
        self._begin = f'{{"{HEADER[0]}":{_json(mode)}'
        self._times = times

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def cells(self, at: int, value: Value) -> Cells:
        """Members of the object: the field's name and its value."""
        field = EXPORTED[at]
        name = f'"{field.name}":'
        if field.kind is Kind.TIME:
            return self._times.iso(f'{name}"', '"', f"{name}null")
        if is_identity(field):
            return lambda texts: [name + _json(text) for text in plain_texts(texts)]
        return Remembered(lambda raw: name + _json(plain_value(field, value(raw)))).of

    def write(self, columns: Sequence[Sequence[str]], records: Sequence[bytes | None]) -> None:
        """Write some rows with their records."""
        objects = map(",".join, zip(repeat(self._begin, len(records)), *columns, strict=True))
        lines = [
            b'%b,"raw":%b}\n' % (fields.encode(), _on_one_line(record))
            for fields, record in zip(objects, records, strict=True)
        ]
        self._file.writelines(lines)


class Xlsx:
    """An Excel workbook: identities are text cells, times real dates."""

    wants_records = False

    def __init__(self, path: Path, mode: str, times: LocalTimes) -> None:
        self._times = times
        dates = [at for at, field in enumerate(EXPORTED, 1) if field.kind is Kind.TIME]
        self._book = Workbook(path, "Sessions", HEADER, dates)
        self._mode = self._book.cell(mode)

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

    def cells(self, at: int, value: Value) -> Cells:
        """Cells of the sheet."""
        field = EXPORTED[at]
        if field.kind is Kind.TIME:
            return self._times.excel(*DATE, EMPTY)
        if is_identity(field):
            return lambda texts: text_cells(plain_texts(texts))
        return Remembered(lambda raw: self._book.cell(plain_value(field, value(raw)))).of

    def write(self, columns: Sequence[Sequence[str]], _records: Sequence[bytes | None]) -> None:
        """Write some rows."""
        self._book.write([[self._mode] * len(columns[0]), *columns])


FORMATS: dict[str, Callable[[Path, str, LocalTimes], Format]] = {
    "csv": Csv,
    "xlsx": Xlsx,
    "jsonl": JsonLines,
}

_encode = msgspec.json.Encoder().encode


def _json(value: object) -> str:
    return _encode(value).decode()


def _on_one_line(record: bytes | None) -> bytes:
    """A record as it came; but for line ends between its parts, which would break the line."""
    if record is None:
        return b"null"  # it has been lost: the rest of the session is still told
    if b"\n" in record or b"\r" in record:
        record = record.replace(b"\n", b" ").replace(b"\r", b" ")
    try:
        record.decode()
    except UnicodeDecodeError:
        return record.decode("utf-8", "replace").encode()
    return record
