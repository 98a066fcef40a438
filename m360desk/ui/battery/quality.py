"""How far the readings of a search can be trusted, as a small table of kinds of doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout

from m360desk.core.battery import DISAGREEMENT, JUMP, MANY_CYCLES, STALE_DAYS
from m360desk.core.battery_doubts import doubts
from m360desk.ui.text import counted, number, percent
from m360desk.ui.theme import GRID, PANE_PADDING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from m360desk.core.battery_doubts import Doubts
    from m360desk.core.cancel import CancelToken
    from m360desk.core.query import Query
    from m360desk.store.reader import CacheReader

_WORDS_WIDTH = 420


def quality_lines(found: Doubts) -> tuple[tuple[str, str, int], ...]:
    """Each kind of doubt: its name, what it means, and the devices that it concerns."""
    return (
        ("Replaced battery", f"health rose by {JUMP:.0f} points or more and cycles fell", found.replaced),
        ("Health rose", f"by {JUMP:.0f} points or more: replaced, or its gauge recalibrated", found.rose),
        ("Cycles fell", "another battery, or a counter that was reset", found.fell),
        (
            "100 % at many cycles",
            f"from {MANY_CYCLES} cycles on: its gauge may be reset",
            found.as_new,
        ),
        ("Above 100 %", "normal for new cells", found.above_100),
        ("Figures disagree", f"reported and by capacities {DISAGREEMENT:.0f} points apart", found.disagree),
        ("Stale reading", f"{STALE_DAYS} days older than the newest session", found.stale),
        ("One reading only", "there is nothing to compare it with", found.one_reading),
    )


def read_doubts(reader: CacheReader, token: CancelToken, query: Query) -> Doubts:
    """Count what is doubtful among all sessions of a search. Raises Cancelled, and the store's errors."""
    found = reader.in_memory([query.root], cancel=token)
    order = found.columns.device_order()
    kept = np.flatnonzero(found.masks[0][order.rows])
    rows = order.rows[kept]
    numbers = {name: values[rows] for name, values in found.columns.numbers.items()}
    readings = (numbers[name] for name in ("time", "battery", "cycles", "measured"))
    return doubts(order.runs[kept], *readings)


def show_quality(found: Doubts, parent: QWidget) -> QDialog:
    """Show the table for the present search; one device may stand in several lines."""
    dialog = QDialog(parent)
    dialog.setObjectName("qualityDialog")
    dialog.setWindowTitle("Reading quality – M360 Desk")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID)
    for row, (name, meaning, count) in enumerate(quality_lines(found)):
        share = percent(100 * count / found.devices, decimals=1) if found.devices else ""
        for column, words in enumerate((name, number(count), share, meaning)):
            label = QLabel(words, dialog)
            right = column in (1, 2)
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            grid.addWidget(label, row, column, side)
    lead = QLabel(
        f"{counted(found.devices, 'device', 'devices')} in this search. Doubtful readings are counted in the "
        "charts all the same; a device can stand in several lines.",
        dialog,
    )
    lead.setWordWrap(True)
    lead.setMinimumWidth(_WORDS_WIDTH)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, dialog)
    buttons.rejected.connect(dialog.reject)
    column_of_all = QVBoxLayout(dialog)
    column_of_all.setContentsMargins(PANE_PADDING, PANE_PADDING, PANE_PADDING, PANE_PADDING)
    column_of_all.setSpacing(2 * GRID)
    column_of_all.addWidget(lead)
    column_of_all.addLayout(grid)
    column_of_all.addWidget(buttons)
    dialog.open()
    return dialog
