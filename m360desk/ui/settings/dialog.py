"""The settings dialog: OK applies everything at once, Cancel nothing; it never waits for anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from m360desk.core.user_text import UserText
from m360desk.store.key import account_hash
from m360desk.ui.messages import ask_first, show_problem
from m360desk.ui.settings.about_page import AboutPage
from m360desk.ui.settings.account_page import AccountPage
from m360desk.ui.settings.data_page import DataPage
from m360desk.ui.settings.pages import BatteriesPage, LookPage, Page, SyncPage
from m360desk.ui.settings.side_list import SideList
from m360desk.ui.sync_words import words_for
from m360desk.ui.theme import GRID, PANE_PADDING
from m360desk.ui.themed_line import ThemedLine

if TYPE_CHECKING:
    from m360desk.system.credentials import StoredCredentials
    from m360desk.system.settings import Settings
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk

_ICONS = ("person", "sync", "battery", "contrast", "disk", "info")
_NAMES = ("Account", "Sync", "Batteries", "Look", "Data", "About")
_WIDTH, _HEIGHT, _LEAST_HEIGHT = 734, 668, 400


class SettingsDialog(QDialog):
    """Pages at the right, their list at the left, OK and Cancel below."""

    def __init__(
        self,
        desk: Desk,
        accounts: Accounts,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settingsDialog")
        self.setWindowTitle("Settings – M360 Desk")
        # On a low screen the pages scroll, and the buttons stay in sight.
        room = self.screen().availableSize().height() - 6 * GRID
        self.resize(_WIDTH, max(_LEAST_HEIGHT, min(_HEIGHT, room)))
        self._accounts, self._themes = accounts, themes
        self._is_open = True
        settings = desk.settings
        self.account = AccountPage(accounts, themes, marks, settings, self)
        self.pages: tuple[Page, ...] = (
            self.account,
            SyncPage(themes, settings, self),
            BatteriesPage(themes, settings, self),
            LookPage(themes, settings, self),
            DataPage(desk, accounts, themes, self),
            AboutPage(themes, self),
        )
        self._stack = QStackedWidget(self)
        self.list = SideList(themes, icons, self)
        for page, name, icon in zip(self.pages, _NAMES, _ICONS, strict=True):
            self._stack.addWidget(_scrolling(page, name))
            self.list.add(name, icon)
        self.list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self.list.setCurrentRow(0)
        self._lay_out()
        self.account.left_demo.connect(self.reject)
        self.finished.connect(self._closed)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_page(self, name: str) -> None:
        """Go to a page by its name in the list."""
        self.list.setCurrentRow(_NAMES.index(name))

    def accept(self) -> None:
        """Apply everything, then close; what cannot be right keeps the dialog open and says so."""
        self._ok.setEnabled(False)
        self.account.credentials(self._apply, self._refused)

    def _apply(self, credentials: StoredCredentials | None) -> None:
        if not self._is_open:
            return
        changes: dict[str, Any] = {}
        for page in self.pages:
            changes |= page.changes()
        mode = self.account.new_mode
        choice, account = self.account.choice, self.account.new_account
        if not changes and mode is None and credentials is None and not account and not choice.is_named:
            self._finish()
            return
        named = account_hash(credentials.auth_code) if credentials is not None else choice.account

        def edit(settings: Settings) -> Settings:
            return choice.named_in(settings._replace(**changes), named)

        self._accounts.apply(edit, credentials, self._finish, self._not_applied, mode=mode, account=account)

    def _finish(self) -> None:
        if self._is_open:
            super().accept()

    def _not_applied(self, error: Exception) -> None:
        if self._is_open:
            self._refused(go_to_account=False)
            show_problem(self, words_for(error))

    def _refused(self, *, go_to_account: bool = True) -> None:
        self._ok.setEnabled(True)
        if go_to_account:
            self.show_page("Account")

    def _closed(self) -> None:
        self._is_open = False
        self.deleteLater()

    # Forgetting

    def _ask_to_forget(self) -> None:
        known = self.account.choice.known
        text = UserText(
            f"Forget the credentials of {known.label if known is not None else 'this account'}?",
            "They are removed from this computer; nothing can be fetched until you enter them again. "
            "Sessions that were fetched stay and can be searched.",
            "",
        )
        ask_first(self, text, "Forget", self._forget)

    def _can_forget(self) -> None:
        self._forget_button.setEnabled(bool(self.account.choice.account))

    def _forget(self) -> None:
        self._forget_button.setEnabled(False)
        self._accounts.forget(self.account.choice.account, self._forgotten, self._not_forgotten)

    def _forgotten(self) -> None:
        if self._is_open:
            self.account.show_forgotten()

    def _not_forgotten(self, error: Exception) -> None:
        if self._is_open:
            self._forget_button.setEnabled(True)
            show_problem(self, words_for(error))

    # Looks

    def _lay_out(self) -> None:
        self._forget_button = QPushButton("Forget credentials…", self)
        self._forget_button.setObjectName("forgetCredentials")
        self._forget_button.setFlat(True)
        self._forget_button.setAutoDefault(False)
        self._can_forget()
        self.account.choice.changed.connect(self._can_forget)
        self._forget_button.clicked.connect(self._ask_to_forget)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setDefault(True)
        for button in (*buttons.buttons(), self._forget_button):
            button.setMinimumHeight(self._themes.theme.fonts.control_height)
        self._body = QWidget(self)
        self._body.setAutoFillBackground(True)
        # No palette of its own: the controls on it would lose the frames that theirs give them.
        self._body.setBackgroundRole(QPalette.ColorRole.Base)
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(ThemedLine(self._themes, Qt.Orientation.Vertical, self._body))
        row.addWidget(self._stack, 1)
        footer = QHBoxLayout()
        footer.setContentsMargins(PANE_PADDING, GRID + 4, PANE_PADDING, GRID + 4)
        footer.addWidget(self._forget_button)
        footer.addWidget(buttons, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._body, 1)
        column.addWidget(ThemedLine(self._themes, parent=self))
        column.addLayout(footer)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self._forget_button.palette()
        palette.setColor(QPalette.ColorRole.ButtonText, theme.badtext)
        palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText, theme.text3)
        self._forget_button.setPalette(palette)


def _scrolling(page: QWidget, name: str) -> QScrollArea:
    """A page that scrolls where the user's text is large or the screen small."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(page)
    area.setAccessibleName(name)
    return area
