"""What is kept on this computer, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QWidget

from m360desk.core.user_text import UserText
from m360desk.ui.messages import ask_first, show_problem
from m360desk.ui.settings.cache_care import CacheCareRows
from m360desk.ui.settings.pages import Page
from m360desk.ui.settings.sizes_table import megabytes
from m360desk.ui.sync_words import words_for
from m360desk.ui.text import NOTHING, counted, date_of
from m360desk.ui.themed_label import ThemedLabel
from m360desk.ui.while_alive import while_alive

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk

_MODES = {"live": "live sessions", "testing": "testing sessions", "demo": "demo sessions"}
_FACTS = ("Sessions", "From", "Gone upstream", "Earlier versions", "Size on disk", "File")


class DataPage(Page):
    """Facts about the cache that is shown, and a way to delete it."""

    def __init__(
        self, desk: Desk, accounts: Accounts, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(themes, "Data", parent)
        self._desk, self._accounts = desk, accounts
        self._facts = {name: ThemedLabel(themes, NOTHING, wraps=True, parent=self) for name in _FACTS}
        for name, label in self._facts.items():
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.row(name, label)
        self.care = CacheCareRows(self, desk)
        if isinstance(parent, QDialog):
            parent.finished.connect(self.care.stop)
        self._facts["File"].setObjectName("cachePath")
        self._delete = QPushButton("Delete this cache…", self)
        self._delete.setObjectName("deleteCache")
        self._delete.setAutoDefault(False)
        self._delete.setMinimumHeight(themes.theme.fonts.control_height)
        self._delete.clicked.connect(self._ask)
        row = QHBoxLayout()
        row.addWidget(self._delete)
        row.addStretch(1)
        self.row("", row)
        self.row("", self.small("Each account has a cache of its own for live and for testing."))
        desk.stats_changed.connect(self._show)
        desk.cache_opened.connect(self._show)
        self._show()

    def _show(self) -> None:
        desk, facts = self._desk, self._facts
        key, stats = desk.key, desk.stats
        self._delete.setEnabled(key is not None and key.mode != "demo")
        facts["File"].setText(_breakable(str(desk.lanes.path)) if desk.lanes is not None else NOTHING)
        if stats is None or key is None:
            for name in _FACTS[:-1]:
                facts[name].setText(NOTHING)
            return
        facts["Sessions"].setText(f"{counted(stats.sessions, 'session', 'sessions')} ({key.mode})")
        oldest, newest = (date_of(time, desk.zone) for time in (stats.oldest_ms, stats.newest_ms))
        facts["From"].setText(f"{oldest} to {newest}" if stats.oldest_ms is not None else NOTHING)
        facts["Gone upstream"].setText(counted(stats.gone, "session", "sessions"))
        facts["Earlier versions"].setText(counted(stats.versions, "record", "records"))
        facts["Size on disk"].setText(megabytes(stats.bytes))

    def _ask(self) -> None:
        key, stats = self._desk.key, self._desk.stats
        if key is None:
            return
        what = _MODES[key.mode]
        amount = "all sessions"
        if stats is not None:
            amount = f"{counted(stats.sessions, 'session', 'sessions')}, {megabytes(stats.bytes)}"
        kept_only_here = ""
        if stats is not None and (stats.gone or stats.versions):
            kept_only_here = (
                f" {counted(stats.gone, 'session', 'sessions')} that the account no longer has and "
                f"{counted(stats.versions, 'earlier version', 'earlier versions')} of records are only here: "
                "they are lost for good."
            )
        text = UserText(
            f"Delete the cache of {what} from this computer?",
            f"It holds {amount}.{kept_only_here} Your M360 account is not touched, nor are credentials, "
            "settings and other caches.",
            "The next sync fetches the whole history again." if key.mode == "live" else "",
        )
        ask_first(self, text, "Delete", self._agreed)

    def _agreed(self) -> None:
        self._delete.setEnabled(False)
        show = while_alive(self, lambda _: self._show())
        self._accounts.delete_cache(lambda: show(None), while_alive(self, self._failed))

    def _failed(self, error: Exception) -> None:
        self._show()
        show_problem(self, words_for(error))


def _breakable(path: str) -> str:
    """Let a path wrap after its separators: it has no blanks, and a label would be as wide as all of it."""
    return path.replace("/", "/\u200b").replace("\\", "\\\u200b")
