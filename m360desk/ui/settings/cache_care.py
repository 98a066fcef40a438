"""What the data page offers beside facts: how much is kept, what takes room, and giving room back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from m360desk.core.user_text import UserText
from m360desk.ui.locked import hold_locked
from m360desk.ui.messages import ask_first, show_problem
from m360desk.ui.settings.sizes_table import SizesTable, megabytes
from m360desk.ui.sync_words import words_for
from m360desk.ui.text import counted, date_of, number
from m360desk.ui.theme import GRID
from m360desk.workers.cache_care import CacheCare

if TYPE_CHECKING:
    from m360desk.store.stored import Older
    from m360desk.ui.settings.pages import Page
    from m360desk.workers.desk import Desk

_LONGEST = 240


class CacheCareRows(QObject):
    """Adds its rows to a page; what it does it does at once, whatever button closes the dialog."""

    def __init__(self, page: Page, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk
        self._care = CacheCare(desk, self)
        self._compacting = False
        self._removing = 0  # how many sessions go; 0 while none do
        self._stopping = False
        self._months = page.spin(
            "keepMonths",
            desk.settings.keep_months,
            0,
            _LONGEST,
            suffix=" months",
            special="All sessions",
        )
        self._months.setPrefix("The last ")
        hold_locked(desk.settings, keep_months=self._months)
        self._apply = self._button("applyKeeping", "Apply…", self._press_apply)
        self._kept = page.small(
            "Apply says how many sessions go, and asks. They go from this computer, never from your account."
        )
        self._kept.setObjectName("keepingSays")
        self._sizes = SizesTable(page.themes, page)
        self._compact = self._button("compactCache", "Compact", self._press_compact)
        self._compacted = page.small("Gives back the room that is free in the file.")
        self._compacted.setObjectName("compactingSays")
        page.row("Room", self._sizes)
        page.row("", self._compact_row())
        page.row("Keep", self._keep_row())
        page.row("", self._kept)
        self._months.valueChanged.connect(self._enable)
        for news in (desk.settings_changed, desk.stats_changed):
            news.connect(self._enable)
        desk.cache_opened.connect(self._look)
        self._look()

    def stop(self) -> None:
        """The page closes: break off, and say nothing more."""
        self._care.stop()

    def _button(self, name: str, text: str, act: object) -> QPushButton:
        button = QPushButton(text, self._page)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.setMinimumHeight(self._page.themes.theme.fonts.control_height)
        button.clicked.connect(act)
        return button

    def _keep_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._months)
        row.addWidget(self._apply)
        row.addStretch(1)
        return row

    def _compact_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._compact)
        row.addWidget(self._compacted, 1)
        return row

    def _look(self) -> None:
        self._enable()
        self._care.measure(self._sizes.show_sizes)

    def _enable(self) -> None:
        key = self._desk.key
        live = key is not None and key.mode == "live"
        idle = not self._removing and not self._compacting
        may_keep = live and idle and "keep_months" not in self._desk.settings.locked
        changed = self._months.value() != self._desk.settings.keep_months
        self._months.setEnabled(may_keep)
        self._apply.setEnabled((may_keep and changed) or (self._removing > 0 and not self._stopping))
        may_compact = key is not None and not self._removing and not self._desk.sync.running
        self._compact.setEnabled(may_compact or self._compacting)

    # Keeping

    def _press_apply(self) -> None:
        if self._removing:
            self._stopping = True
            self._enable()
            self._care.cancel()
            return
        months, before = self._months.value(), self._desk.settings.keep_months
        # As of now: the question's number is that of the sessions that go, also past midnight.
        from_ms = self._care.kept_from_ms(months)
        if from_ms is None or (before and months > before):
            self._keep(months, from_ms, 0)
            return
        self._apply.setEnabled(False)
        self._care.look_for_older(from_ms, lambda older: self._ask_about(months, from_ms, older))

    def _ask_about(self, months: int, from_ms: int, older: Older) -> None:
        self._enable()
        if not older.sessions:
            self._keep(months, from_ms, 0)
            return
        question = keeping_question(months, older, self._desk)
        ask_first(self._page, question, "Remove", lambda: self._keep(months, from_ms, older.sessions))

    def _keep(self, months: int, from_ms: int | None, going: int) -> None:
        self._removing, self._stopping = going, False
        if going:
            self._apply.setText("Stop")
            self._say_removed(0)
        self._enable()
        before = self._desk.settings.keep_months
        self._care.keep(
            months,
            from_ms,
            self._say_removed,
            lambda removed: self._say_kept(months, before, removed),
            self._not_kept,
        )

    def _say_removed(self, removed: int) -> None:
        if self._removing:
            going = counted(self._removing, "session", "sessions")
            self._kept.setText(
                f"Removing: {number(removed)} of {going} so far. The window can be used meanwhile."
            )

    def _say_kept(self, months: int, before: int, removed: int) -> None:
        if self._stopping and removed < self._removing:
            words = (
                f"Stopped after {counted(removed, 'session', 'sessions')}. The next sync removes the others."
            )
        elif removed:
            words = f"{counted(removed, 'session', 'sessions')} removed. Compact gives the room back."
        elif before and (months == 0 or months > before):
            words = "The next syncs fetch again what had been removed."
        else:
            words = "No session is that old yet. Each sync removes what becomes older."
        self._end_removing(words)
        self._look()

    def _not_kept(self, error: Exception) -> None:
        self._end_removing("Not all of it was removed. The next sync goes on." if self._removing else "")
        self._failed(error)

    def _end_removing(self, words: str) -> None:
        self._removing, self._stopping = 0, False
        self._apply.setText("Apply…")
        self._kept.setText(words)

    # Compacting

    def _press_compact(self) -> None:
        if self._compacting:
            self._care.cancel()
            return
        self._compacting = True
        self._enable()
        self._compact.setText("Cancel")
        self._compacted.setText("Writing the cache anew. It can be searched meanwhile; a sync waits.")
        self._care.compact(self._say_gained, self._not_compacted, self._say_cancelled)

    def _say_gained(self, gained: int) -> None:
        self._end_compacting(f"{megabytes(max(0, gained))} gained.")
        self._care.measure(self._sizes.show_sizes)

    def _say_cancelled(self) -> None:
        self._end_compacting("Cancelled; the cache is as it was.")

    def _not_compacted(self, error: Exception) -> None:
        self._end_compacting("Not compacted.")
        self._failed(error)

    def _end_compacting(self, words: str) -> None:
        self._compacting = False
        self._compact.setText("Compact")
        self._compacted.setText(words)
        self._enable()

    def _failed(self, error: Exception) -> None:
        self._enable()
        show_problem(self._page, words_for(error))


def keeping_question(months: int, older: Older, desk: Desk) -> UserText:
    """What goes, of which time, and what of it is nowhere else."""
    oldest, newest = (date_of(time, desk.zone) for time in (older.oldest_ms, older.newest_ms))
    sessions = counted(older.sessions, "session", "sessions")
    means = f"{sessions} from {oldest} to {newest} go."
    if older.gone or older.versions:
        means += (
            f" {counted(older.gone, 'of them is', 'of them are')} no longer in the account, and "
            f"{counted(older.versions, 'earlier version', 'earlier versions')} of records are only here: "
            "they are lost for good."
        )
    return UserText(
        f"Remove sessions that are older than {counted(months, 'month', 'months')} from this computer?",
        f"{means} Your M360 account is not touched; a device that is scanned is still looked up there.",
        "From now on every sync removes what becomes older.",
    )
