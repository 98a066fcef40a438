"""The first-run page: enter the credentials, see that they work, start; or look at the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from m360desk.core.user_text import UserText
from m360desk.system.credentials import StoredCredentials
from m360desk.ui.messages import show_problem
from m360desk.ui.settings.check_view import CheckView
from m360desk.ui.settings.credential_fields import CredentialField, CredentialFields
from m360desk.ui.sync_words import words_for
from m360desk.ui.theme import GRID, HALF, ICON_SIZE
from m360desk.ui.themed_icon import application_icon
from m360desk.ui.themed_label import ThemedLabel
from m360desk.ui.themed_line import ThemedLine
from m360desk.ui.while_alive import while_alive

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from m360desk.api.check import ConnectionReport
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts

_LEFT, _RIGHT, _GAP = 416, 320, 64
_LOGO = 48
_RESULT_HEIGHT = 136
"""Kept free for what a check finds, so that nothing moves when it is there."""
_PROMISES = (
    ("scan", "Scan to find", "Scan an IMEI at any time, the device opens."),
    ("database", "Your whole history", "Kept on this computer, also off-line."),
    ("bars", "Where batteries stand", "What to replace, what to order."),
)
_WHERE = UserText(
    "Both stand on the M360 dashboard, under API.",
    "They are not the log-in of M360.",
    "Set the API to Testing or Live there; who may not see it asks the owner of the account.",
)


class WelcomePage(QScrollArea):
    """Two columns: the account at the left, the demo at the right."""

    def __init__(
        self,
        accounts: Accounts,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("welcomePage")
        self.setAccessibleName("Welcome")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._body = QWidget(self)
        self._body.setAutoFillBackground(True)
        self._body.setBackgroundRole(QPalette.ColorRole.Base)
        self._accounts, self._themes, self._icons = accounts, themes, icons
        self._round = 0
        self._pictures: list[tuple[QLabel, str]] = []
        self.fields = CredentialFields(themes, self._body)
        self.result = CheckView(themes, marks, self._body)
        self.result.setFrameShape(QFrame.Shape.NoFrame)
        self._live = self._button("Start with live data", "startLive", lambda: self._start("live"))
        self._testing = self._button("Start in testing mode", "startTesting", lambda: self._start("testing"))
        self._live.hide()
        self._check = self._button("Check connection", "checkConnection", self.check)
        self._demo = self._button("Look at the demo", "lookAtDemo", self._start_demo)
        self._demo.setIcon(icons.icon("play"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(_GAP)
        grid.setVerticalSpacing(40)
        grid.addLayout(self._make_head(), 0, 0, 1, 3)
        grid.addLayout(self._make_account(), 1, 0)
        grid.addWidget(ThemedLine(themes, Qt.Orientation.Vertical, self._body), 1, 1)
        grid.addLayout(self._make_demo(), 1, 2)
        centred = QHBoxLayout()
        centred.addStretch(1)
        centred.addLayout(grid)
        centred.addStretch(1)
        column = QVBoxLayout(self._body)
        column.setContentsMargins(GRID * 3, GRID * 3, GRID * 3, GRID * 3)
        column.addStretch(1)
        column.addLayout(centred)
        column.addStretch(2)
        self.setWidget(self._body)
        self._set_default(self._testing)
        self.fields.edited.connect(self._outdated)
        accounts.failed.connect(self._demo_failed)
        no_place = while_alive(self, lambda _: self.fields.show_place(None))
        accounts.keyring_name(while_alive(self, self.fields.show_place), no_place)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def check(self) -> None:
        """Find out whether the credentials work."""
        credentials = self._entered()
        if credentials is None:
            return
        self._round += 1
        number = self._round

        def done(report: ConnectionReport) -> None:
            if number == self._round:
                self._show_report(report)

        def failed(error: BaseException) -> None:
            if number == self._round:
                self._check.setEnabled(True)
                self.result.show_problem(words_for(error))

        self._check.setEnabled(False)
        self.result.show_busy("Asking the service…")
        self._accounts.check_connection(
            credentials, while_alive(self, done), while_alive(self, failed), mode="testing"
        )

    def _show_report(self, report: ConnectionReport) -> None:
        self._check.setEnabled(True)
        self.result.show_report(report)
        live = report.mode == "live"
        self._live.setVisible(live)
        self._set_default(self._live if live else self._testing)

    def _entered(self) -> StoredCredentials | None:
        if not self.fields.touched:
            self.fields.ask_for_both()
            return None
        entered = self.fields.entered()
        return StoredCredentials(entered.auth_code, entered.auth_token) if entered is not None else None

    def _start(self, mode: Literal["testing", "live"]) -> None:
        credentials = self._entered()
        if credentials is None:
            return

        def failed(error: Exception) -> None:
            show_problem(self, words_for(error))

        self._accounts.apply(
            lambda settings: settings, credentials, lambda: None, while_alive(self, failed), mode=mode
        )

    def _start_demo(self) -> None:
        self._demo.setEnabled(False)
        self._demo.setText("Starting the demo…")
        self._accounts.start_demo()

    def _demo_failed(self, _: Exception) -> None:
        self._demo.setEnabled(True)
        self._demo.setText("Look at the demo")

    def _outdated(self) -> None:
        """What was found holds for other values than those that stand there now."""
        self._round += 1
        self._check.setEnabled(True)
        self.result.hide()
        self._live.hide()
        self._set_default(self._testing)

    # Looks

    def _button(self, text: str, name: str, pressed: object) -> QPushButton:
        button = QPushButton(text, self._body)
        button.setObjectName(name)
        button.setAutoDefault(True)
        button.setMinimumHeight(self._themes.theme.fonts.control_height)
        button.clicked.connect(pressed)
        return button

    def _set_default(self, button: QPushButton) -> None:
        for each in (self._live, self._testing):
            each.setDefault(each is button)

    def _make_head(self) -> QHBoxLayout:
        self._logo = QLabel(self._body)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ThemedLabel(self._themes, "Welcome to M360 Desk", font="heading", parent=self._body))
        words.addWidget(
            ThemedLabel(
                self._themes,
                "Every device session of your M360 account, on this computer.",
                colour="text2",
                parent=self._body,
            )
        )
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._logo)
        row.addLayout(words, 1)
        return row

    def _make_account(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(HALF)
        column.addWidget(ThemedLabel(self._themes, "Connect your account", font="strong", parent=self._body))
        column.addSpacing(GRID)
        for title, field in (("Auth &code", self.fields.code), ("Auth &token", self.fields.token)):
            column.addWidget(self._label(title, field))
            field.setFixedWidth(_LEFT)
            column.addWidget(field)
            column.addSpacing(GRID)
        where = QLabel('<a href="where">Where do I find these?</a>', self._body)
        where.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        where.linkActivated.connect(lambda _: show_problem(self, _WHERE))
        row = QHBoxLayout()
        row.setSpacing(GRID + HALF)
        row.addWidget(self._check)
        row.addWidget(where)
        row.addStretch(1)
        column.addLayout(row)
        place = QWidget(self._body)
        place.setFixedWidth(_LEFT)
        place.setMinimumHeight(_RESULT_HEIGHT)
        room = QVBoxLayout(place)
        room.setContentsMargins(0, 0, 0, 0)
        room.addWidget(self.result)
        room.addStretch(1)
        column.addWidget(place)
        column.addSpacing(GRID)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._live)
        row.addWidget(self._testing)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return column

    def _label(self, title: str, field: CredentialField) -> QLabel:
        label = QLabel(title, self._body)
        label.setBuddy(field.line)
        return label

    def _make_demo(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(HALF)
        column.addWidget(ThemedLabel(self._themes, "Or look around first", font="strong", parent=self._body))
        column.addSpacing(GRID)
        text = ThemedLabel(
            self._themes,
            "The demo is a made-up workshop with 25,000 sessions. It needs no account and sends nothing.",
            colour="text2",
            wraps=True,
            parent=self._body,
        )
        text.setFixedWidth(_RIGHT)
        column.addWidget(text)
        column.addSpacing(GRID)
        row = QHBoxLayout()
        row.addWidget(self._demo)
        row.addStretch(1)
        column.addLayout(row)
        column.addSpacing(2 * GRID)
        column.addWidget(ThemedLine(self._themes, parent=self._body))
        column.addSpacing(2 * GRID)
        for icon, title, promise in _PROMISES:
            column.addLayout(self._promise(icon, title, promise))
            column.addSpacing(GRID + HALF)
        column.addStretch(1)
        return column

    def _promise(self, icon: str, title: str, promise: str) -> QHBoxLayout:
        picture = QLabel(self._body)
        self._pictures.append((picture, icon))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ThemedLabel(self._themes, title, font="strong", parent=self._body))
        words.addWidget(ThemedLabel(self._themes, promise, colour="text2", parent=self._body))
        row = QHBoxLayout()
        row.setSpacing(GRID + HALF)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _theme_changed(self) -> None:
        self._paint_pictures()

    def _paint_pictures(self) -> None:
        ratio = self.devicePixelRatioF()
        self._logo.setPixmap(application_icon().pixmap(QSize(_LOGO, _LOGO), ratio))
        for label, icon in self._pictures:
            label.setPixmap(self._icons.pixmap(icon, ICON_SIZE, ratio, "text"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == event.Type.DevicePixelRatioChange:
            self._paint_pictures()
