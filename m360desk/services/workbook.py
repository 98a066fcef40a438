"""A minimal Excel workbook, written straight through: memory stays flat, and there are no temporary files.

Rows and cells do not name their places: they follow each other, and empty ones are written too. Names would
take more room than most values (a workbook would be twice as large), and equal values would be unequal cells.

Texts are of type text, so no spreadsheet takes one for a number, a date or a formula. The first so many
different ones are *shared*, that is, kept once a workbook; the others stand in their cells.
"""

import contextlib
import re
import zipfile
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, repeat
from pathlib import Path
from typing import IO, Final

from m360desk.services.workbook_parts import (
    SHEET_END,
    other_parts,
    shared_texts,
    sheet_begin,
    sheet_name,
)

ROWS_PER_SHEET: Final = 1_048_575
"""Rows of a sheet below its header; what is more goes to the next sheet (a limit of spreadsheets)."""
_LONGEST_TEXT: Final = 32_767  # characters in a cell, a limit of spreadsheets
_MOST_SHARED: Final = 50_000
_LEVEL: Final = 3
_MOST_WAITING: Final = 2  # pieces of a megabyte that wait to be packed

# What XML cannot hold, or would change; "_x000D_" itself would be read as what it stands for.
_UNSAFE = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TEXT, _KEPT_TEXT, _TEXT_END = "<t>", '<t xml:space="preserve">', "</t>"
_INLINE, _INLINE_END = '<c t="inlineStr"><is>', "</is></c>"
EMPTY: Final = "<c/>"
"""An empty cell."""
DATE: Final = ('<c s="1"><v>', "</v></c>")
"""What stands before and behind the days since 1899-12-30 in a cell of dates."""


class Workbook:
    """Writes one workbook of rows under a header, sheet after sheet."""

    def __init__(self, path: Path, title: str, header: Sequence[str], dates: Sequence[int] = ()) -> None:
        """Begin the first sheet.

        Args:
            path: the file.
            title: name of the first sheet; the next ones have a number behind it.
            header: the first line of every sheet.
            dates: the columns of dates, counted from 0.
        """
        self._file = path.open("wb")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._title = title
        self._header = header
        self._dates = dates
        self._shared: dict[str, int] = {}
        self._sheets = 0
        self._row = 0
        self._packer = ThreadPoolExecutor(1, "packer")
        self._packing: deque[Future[int]] = deque()
        self._sheet = self._begin_sheet()

    def cell(self, value: str | float | bool | None) -> str:
        """The cell of a text (shared where there is room), a number or a truth; empty for None and ""."""
        if value is None or value == "":
            return EMPTY
        if isinstance(value, bool):
            return f'<c t="b"><v>{value:d}</v></c>'
        if not isinstance(value, str):
            return f"<c><v>{value}</v></c>"
        number = self._share(value)
        if number is None:
            return f"{_INLINE}{_text_element(value)}{_INLINE_END}"
        return f'<c t="s"><v>{number}</v></c>'

    def write(self, columns: Sequence[Sequence[str]]) -> None:
        """Write rows, given as columns of cells."""
        count, done = len(columns[0]), 0
        while done < count:
            if self._row > ROWS_PER_SHEET:
                self._end_sheet()
                self._sheet = self._begin_sheet()
            room = ROWS_PER_SHEET + 1 - self._row
            part = columns if count <= room and not done else [c[done : done + room] for c in columns]
            self._write_part(part)
            done += len(part[0])

    def finish(self) -> None:
        """End the last sheet, complete the workbook, close the file.

        Raises:
            OSError: there is no room for it.
        """
        self._end_sheet()
        self._packer.shutdown()
        with self._zip.open("xl/sharedStrings.xml", "w") as part:
            for text in shared_texts(map(_text_element, self._shared)):
                part.write(text.encode())
        for name, text in other_parts(self._title, self._sheets).items():
            self._zip.writestr(name, text)
        self._zip.close()
        self._file.close()

    def abandon(self) -> None:
        """Close the file, whatever state it is in; it is no workbook."""
        self._packer.shutdown(cancel_futures=True)
        for part in (self._sheet, self._zip, self._file):
            with contextlib.suppress(OSError):
                part.close()

    def _write_part(self, columns: Sequence[Sequence[str]]) -> None:
        self._row += len(columns[0])
        lines = map("".join, zip(repeat("<row>"), *columns, strict=False))
        self._pack("</row>".join(chain(lines, ("",))).encode())

    def _pack(self, text: bytes) -> None:
        """Have it packed while the next rows are made ready: packing leaves Python to others meanwhile."""
        self._settle(_MOST_WAITING - 1)
        self._packing.append(self._packer.submit(self._sheet.write, text))

    def _settle(self, most: int = 0) -> None:
        """Wait until so many pieces are left to pack; raises OSError where there is no room for one."""
        while len(self._packing) > most:
            self._packing.popleft().result()

    def _share(self, text: str) -> int | None:
        """The number of a shared text; None where there are too many already."""
        number = self._shared.get(text)
        if number is None and len(self._shared) < _MOST_SHARED:
            number = self._shared[text] = len(self._shared)
        return number

    def _begin_sheet(self) -> IO[bytes]:
        self._sheets += 1
        sheet = self._zip.open(sheet_name(self._sheets), "w", force_zip64=True)
        sheet.write(sheet_begin([at + 1 for at in self._dates]).encode())
        sheet.write(f"<row>{''.join(map(self.cell, self._header))}</row>".encode())
        self._row = 1
        return sheet

    def _end_sheet(self) -> None:
        self._settle()
        self._sheet.write(SHEET_END.encode())
        self._sheet.close()


def text_cells(texts: Sequence[str | None]) -> list[str]:
    """The cells of texts that hardly repeat: they stand in their cells."""
    # What is safe together is safe one by one; nearly always it is.
    if _are_safe(f"|{'|'.join(filter(None, texts))}|"):
        begin, end = _INLINE + _TEXT, _TEXT_END + _INLINE_END
        return [f"{begin}{text}{end}" if text else EMPTY for text in texts]
    return [f"{_INLINE}{_text_element(text)}{_INLINE_END}" if text else EMPTY for text in texts]


def _are_safe(texts: str) -> bool:
    """Whether all texts between the bars can stand in XML as they are; where in doubt, not."""
    return (
        (len(texts) <= _LONGEST_TEXT or max(map(len, texts.split("|"))) <= _LONGEST_TEXT)
        and texts.isascii()
        and texts.isprintable()
        and not any(map(texts.__contains__, ("&", "<", ">", "_x", "| ", " |")))
    )


def _text_element(text: str) -> str:
    """A text as XML, cut to what a cell can hold."""
    text = text[:_LONGEST_TEXT]
    # Blanks at the ends, and line ends anywhere, get lost unless they are to be kept.
    begin = _TEXT if text.isprintable() and text == text.strip() else _KEPT_TEXT
    return f"{begin}{_UNSAFE.sub(_safe, text)}{_TEXT_END}"


def _safe(match: re.Match[str]) -> str:
    found = match.group()
    if found in _ENTITIES:
        return _ENTITIES[found]
    if len(found) > 1:
        return "_x005F" + found
    return "\ufffd" if found > "\u001f" else f"_x{ord(found):04X}_"
