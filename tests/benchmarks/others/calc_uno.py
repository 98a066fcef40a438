"""Runs in LibreOffice's Python: does to a sheet what it is told, line by line, and prints what it shows.

calc_uno.py PIPE
{"do": "open", …}      one object a line, in and out
"""

import json
import sys
import time
from contextlib import suppress
from typing import Any

import uno  # type: ignore[import-not-found]  # comes with LibreOffice
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # likewise
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # likewise
from com.sun.star.lang import DisposedException  # type: ignore[import-not-found]  # likewise
from com.sun.star.sheet import TableFilterField  # type: ignore[import-not-found]  # likewise
from com.sun.star.sheet.FilterOperator import LESS  # type: ignore[import-not-found]  # likewise
from com.sun.star.table import (  # type: ignore[import-not-found]  # likewise
    CellAddress,
    TableSortField,
)

_AS_TEXT, _AS_IT_LOOKS = 2, 1
_CSV = "Text - txt - csv (StarCalc)"


class Book:
    """A document with one sheet of sessions."""

    def __init__(self, pipe: str) -> None:
        self._desktop = _connect(pipe)
        self._document: Any = None
        self._sheet: Any = None

    def open(self, url: str, columns: int, texts: list[int]) -> str:
        """Load a CSV; ``texts`` are columns that must stay texts."""
        kinds = (f"{n + 1}/{_AS_TEXT if n in texts else _AS_IT_LOOKS}" for n in range(columns))
        options = f"44,34,76,1,{'/'.join(kinds)}"
        self._document = self._desktop.loadComponentFromURL(
            url, "_blank", 0, (_property("FilterName", _CSV), _property("FilterOptions", options))
        )
        self._sheet = self._document.Sheets.getByIndex(0)
        return str(_end(self._sheet))

    def find(self, column: int, text: str) -> str:
        """Go to the first cell of a column that holds a text."""
        cells = self._sheet.getCellRangeByPosition(column, 0, column, _end(self._sheet))
        wanted = cells.createSearchDescriptor()
        wanted.SearchString = text
        found = cells.findFirst(wanted)
        self._document.CurrentController.select(found)
        return str(found.String)

    def filter_and_sort(self, columns: int, below: int, number: float, by: int, shown: list[int]) -> str:
        """Copy the rows with less in one column to a new sheet, and sort that by another."""
        self._document.Sheets.insertNewByName("answer", 1)
        everything = self._sheet.getCellRangeByPosition(0, 0, columns - 1, _end(self._sheet))
        condition = TableFilterField()
        condition.Field, condition.Operator = below, LESS
        condition.IsNumeric, condition.NumericValue = True, number
        wanted = everything.createFilterDescriptor(True)
        wanted.ContainsHeader = True
        wanted.CopyOutputData = True
        wanted.OutputPosition = CellAddress(1, 0, 0)
        wanted.setFilterFields((condition,))
        everything.filter(wanted)
        answer = self._document.Sheets.getByIndex(1)
        order = TableSortField()
        order.Field, order.IsAscending = by, True
        answer.getCellRangeByPosition(0, 0, columns - 1, _end(answer)).sort(
            (
                _property("SortFields", uno.Any("[]com.sun.star.table.TableSortField", (order,))),
                _property("ContainsHeader", True),
            )
        )
        self._document.CurrentController.setActiveSheet(answer)
        return " ".join(answer.getCellByPosition(column, 1).String for column in shown)

    def end(self) -> None:
        """Close all; the program ends before it can answer."""
        with suppress(DisposedException):
            if self._document is not None:
                self._document.close(True)
            self._desktop.terminate()


def _connect(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.02)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def _property(name: str, value: object) -> Any:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def _end(sheet: Any) -> int:
    """The number of the last row that is used."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return int(cursor.RangeAddress.EndRow)


def main(pipe: str) -> None:
    """Do as told until nothing more comes."""
    book = Book(pipe)
    for line in sys.stdin:
        told = json.loads(line)
        shown = getattr(book, told.pop("do"))(**told)
        print(json.dumps({"shown": shown}), flush=True)
    book.end()


if __name__ == "__main__":
    main(sys.argv[1])
