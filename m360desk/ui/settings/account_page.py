"""The account: mode, credentials, workstations, and whether it all works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from m360desk.system.credentials import StoredCredentials
from m360desk.ui.locked import hold_locked
from m360desk.ui.messages import show_problem
from m360desk.ui.settings.account_choice import AccountChoice
from m360desk.ui.settings.check_view import CheckView
from m360desk.ui.settings.credential_fields import CredentialFields
from m360desk.ui.settings.pages import Page, differing
from m360desk.ui.sync_words import words_for
from m360desk.ui.theme import GRID, HALF
from m360desk.ui.themed_line import ThemedLine
from m360desk.ui.while_alive import while_alive
from m360desk.workers.keys import NoCredentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.api.check import ConnectionReport
    from m360desk.system.settings import Settings
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts

    Given = Callable[[StoredCredentials | None], None]

CHECKING = "Asking the service…"
_INDENT = 24


class AccountPage(Page):
    """Nothing is stored before the dialog's OK; checking uses what stands in the fields."""

    left_demo = Signal()

    def __init__(
        self,
        accounts: Accounts,
        themes: ThemeSource,
        marks: Marks,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(themes, "Account", parent)
        self._accounts = accounts
        self._before = settings
        self._mode_before = accounts.own_mode
        self._round = 0
        self.choice = AccountChoice(settings, accounts.account, self)
        if accounts.has_demo:
            self._add_demo_row()
        if self.choice.box.count() > 1:
            self.row("Account", self.choice.box)
            self.row("Name", self.choice.name)
            for control in (self.choice.box, self.choice.name):
                control.setMinimumHeight(themes.theme.fonts.control_height)
        else:
            self.choice.box.hide()
            self.choice.name.hide()
        mode = self._make_mode()
        self.row("Mode", mode)
        self.form.addRow(ThemedLine(themes, parent=self))
        self.fields = CredentialFields(themes, self)
        self.row("Auth code", self.fields.code)
        self.row("Auth token", self.fields.token)
        self._workstations = self.spin(
            "workstations", settings.workstations or 0, 0, 1000, special="Automatic"
        )
        row = QHBoxLayout()
        row.setSpacing(GRID + HALF)
        row.addWidget(self._workstations)
        row.addWidget(self.small("on the licence; one request a second each"), 1)
        self.row("Workstations", row)
        hold_locked(settings, mode=mode, workstations=self._workstations)
        self._check = QPushButton("Check connection", self)
        self._check.setObjectName("checkConnection")
        self._check.setAutoDefault(False)
        self._check.setMinimumHeight(themes.theme.fonts.control_height)
        self._check.clicked.connect(self.check)
        button_row = QHBoxLayout()
        button_row.addWidget(self._check)
        button_row.addStretch(1)
        self.row("", button_row)
        self.result = CheckView(themes, marks, self)
        self.row("", self.result)
        self._show_account()
        self.choice.changed.connect(self._account_chosen)
        self.fields.edited.connect(self._outdated)
        self._live.toggled.connect(self._outdated)
        no_place = while_alive(self, lambda _: self.fields.show_place(None))
        accounts.keyring_name(while_alive(self, self.fields.show_place), no_place)

    @property
    def mode(self) -> Literal["testing", "live"]:
        """The mode that is chosen."""
        return "live" if self._live.isChecked() else "testing"

    @property
    def new_mode(self) -> Literal["testing", "live"] | None:
        """The mode, where it is another one than before."""
        return self.mode if self.mode != self._mode_before else None

    @property
    def new_account(self) -> str:
        """The account to show from now on (its hash); "" where it is the one that was shown."""
        return self.choice.account if self.choice.account != self._accounts.account else ""

    def changes(self) -> dict[str, object]:
        return differing({"workstations": self._workstations.value() or None}, self._before)

    def show_forgotten(self) -> None:
        """Say that nothing is stored any more: both have to be entered."""
        self._outdated()
        self.fields.show_empty()

    def credentials(self, given: Given, refused: Callable[[], None]) -> None:
        """Get what was entered, None where nothing was; what cannot be right is said and ``refused``."""
        token = self.fields.token_alone
        if token:
            self._with_stored_code(token, given, refused)
            return
        entered = self.fields.entered()
        if entered is not None:
            given(StoredCredentials(entered.auth_code, entered.auth_token))
        elif self.fields.touched:
            refused()
        elif self._accounts.account and not self.choice.account:
            self.fields.ask_for_both()  # a new account was chosen and not entered
            refused()
        else:
            given(None)

    def check(self) -> None:
        """Find out what works with what stands in the fields, or with what is stored."""
        self._round += 1
        number = self._round

        def done(report: ConnectionReport) -> None:
            if number == self._round:
                self._check.setEnabled(True)
                self.result.show_report(report)

        def failed(error: BaseException) -> None:
            if number == self._round:
                self._check.setEnabled(True)
                self.result.show_problem(words_for(error))

        def ask(credentials: StoredCredentials | None) -> None:
            self.result.show_busy(CHECKING)
            self._check.setEnabled(False)
            self._accounts.check_connection(
                credentials,
                while_alive(self, done),
                while_alive(self, failed),
                mode=self.mode,
                account=self.choice.account,
            )

        if not self.fields.code.is_stored and not self.fields.touched:
            self.fields.ask_for_both()
            return
        self.credentials(ask, lambda: None)

    def _show_account(self) -> None:
        """Say that its credentials are stored, until the keyring says that they are not."""
        account = self.choice.account
        if not account:
            self.fields.show_empty()
            return
        known = self.choice.known
        self.fields.show_stored(known.code_end if known is not None else "")

        def absent(error: Exception) -> None:
            mine = self.choice.account == account and not self.fields.touched
            if mine and isinstance(error, NoCredentials):
                self.fields.show_empty()

        self._accounts.keys.find(account, lambda _: None, while_alive(self, absent))

    def _account_chosen(self) -> None:
        self._show_account()
        self._outdated()

    def _with_stored_code(self, token: str, given: Given, refused: Callable[[], None]) -> None:
        def found(stored: StoredCredentials) -> None:
            given(StoredCredentials(stored.auth_code, token))

        def failed(error: Exception) -> None:
            show_problem(self, words_for(error))
            refused()

        self._accounts.keys.find(self.choice.account, while_alive(self, found), while_alive(self, failed))

    def _outdated(self) -> None:
        """What was found holds for other values than those that stand there now."""
        self._round += 1
        self._check.setEnabled(True)
        self.result.hide()

    def _make_mode(self) -> QWidget:
        box = QWidget(self)
        box.setObjectName("modeChoice")
        box.setAccessibleName("Mode")
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        testing, self._live = QRadioButton("&Testing", box), QRadioButton("&Live", box)
        testing.setObjectName("modeTesting")
        self._live.setObjectName("modeLive")
        testing.setChecked(self._mode_before == "testing")
        self._live.setChecked(self._mode_before == "live")
        for button, text in (
            (testing, "Random records, for trying things out. Kept apart from live data."),
            (self._live, "Your real sessions. Paid blacklist checks ask first, every time."),
        ):
            button.setAccessibleDescription(text)
            label = self.small(text)
            label.setContentsMargins(_INDENT, 0, 0, HALF)
            column.addWidget(button)
            column.addWidget(label)
        return box

    def _add_demo_row(self) -> None:
        leave = QPushButton("Leave the demo", self)
        leave.setObjectName("leaveDemo")
        leave.setAutoDefault(False)
        leave.clicked.connect(self._accounts.leave_demo)
        leave.clicked.connect(self.left_demo)
        row = QHBoxLayout()
        row.setSpacing(GRID + HALF)
        row.addWidget(leave)
        row.addWidget(self.small("What follows is about your own account."), 1)
        self.row("Demo", row)
