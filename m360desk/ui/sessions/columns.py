"""The columns of the list, in their order and with their widths at a body text of 13 px."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt

from m360desk.core.fields import COLUMNS as FIELDS
from m360desk.core.fields import Field, Kind

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


class ListColumn(NamedTuple):
    """One column: what it shows, by which field it sorts, and how it gives way when the window is narrow."""

    name: str
    title: str
    sort: str
    width: int
    tip: str
    alignment: Qt.AlignmentFlag = _LEFT
    stretches: bool = False
    newest_first: bool = False
    """Whether the first click on the header sorts downwards: the interesting end of most figures."""
    least: int = 0
    """How far a column that stretches gives way when all that may fold are folded."""
    compact_width: int = 0
    """In rows of one line, where that is not the same."""
    folds: int = 0
    """Which column leaves first when there is no room: 1 first; 0 never leaves."""


COLUMNS: tuple[ListColumn, ...] = (
    ListColumn(
        "time",
        "Time",
        "time",
        76,
        "When the device was connected, local time",
        newest_first=True,
        compact_width=124,
    ),
    ListColumn(
        "device", "Device", "model", 176, "Model and identity", stretches=True, least=128, compact_width=264
    ),
    ListColumn("battery", "Battery", "battery", 106, "Battery state of health", _RIGHT),
    ListColumn("cycles", "Cycles", "cycles", 54, "Charge cycles", _RIGHT, newest_first=True, folds=4),
    ListColumn("tests", "Tests", "failed_count", 152, "Results of the newest diagnostics", newest_first=True),
    ListColumn("grade", "Grade", "grade", 44, "Cosmetic grade", _CENTRE, folds=3),
    ListColumn("flags", "Flags", "flags", 84, "Locks, blacklist, parts", newest_first=True),
    ListColumn("operator", "Operator", "operator", 72, "Who tested it", folds=2),
    ListColumn("custom", "Custom ID", "custom", 80, "The shop's own number", folds=1),
)

_TOLD = frozenset(("time", "model", "battery", "cycles", "grade", "flags", "operator", "custom"))
"""Fields that the columns above show whole."""


def _plain(field: Field) -> ListColumn:
    width = {Kind.TIME: 132, Kind.FLAG: 60, Kind.INTEGER: 84, Kind.NUMBER: 84}.get(field.kind, 120)
    alignment = _RIGHT if field.right else _LEFT
    return ListColumn(field.name, field.title, field.name, width, field.title, alignment)


MORE_COLUMNS: tuple[ListColumn, ...] = tuple(
    _plain(field) for field in FIELDS if field.listed and field.name not in _TOLD
)
"""The rest of the catalogue, for those who want to see it in the list."""
