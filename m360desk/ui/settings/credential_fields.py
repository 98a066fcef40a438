"""The two fields for credentials: what is pasted into either is taken apart; nothing is shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from m360desk.api.credentials import Credentials, CredentialsError, parse_credentials, split_pasted
from m360desk.ui.theme import GRID, HALF
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from m360desk.ui.theme_source import ThemeSource

CODE_HINT = "36 characters. Paste either part or the whole bearer, it is taken apart here."
TOKEN_HINT = "64 characters. Kept in {place}, never in a file."  # noqa: S105 - words, no token
TOKEN_UNKEPT = "64 characters. No safe keyring is at hand: they hold until M360 Desk is closed."  # noqa: S105 - words
HELD = "Held until M360 Desk is closed"
TOKEN_ALONE = "It belongs to the stored auth code."  # noqa: S105 - words, no token


class CredentialField(QWidget):
    """One credential: a field, a button to replace what is stored, and a line for a hint or what is wrong."""

    edited = Signal()

    def __init__(self, themes: ThemeSource, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit(self)
        self.line.setObjectName(name)
        self.line.setAccessibleName(title)
        # Neither a keyboard that learns words nor the selection clipboard should get to know it.
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.replace = QPushButton("Replace…", self)
        self.replace.setObjectName(f"replace-{name}")
        self.replace.setAccessibleName(f"Replace the stored {title.lower()}")
        self.replace.setAutoDefault(False)
        for control in (self.line, self.replace):
            control.setMinimumHeight(themes.theme.fonts.control_height)
        self.replace.hide()
        self._hint = ThemedLabel(themes, font="small", colour="text2", wraps=True, parent=self)
        self._hint_text = ""
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self.line, 1)
        row.addWidget(self.replace)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(HALF)
        column.addLayout(row)
        column.addWidget(self._hint)
        self.line.textEdited.connect(self.edited)
        self.replace.clicked.connect(self._open)

    def show_stored(self, text: str) -> None:
        """Say that a value is stored; it cannot be seen, only replaced."""
        self.line.clear()
        self.line.setPlaceholderText(text)
        self.line.setReadOnly(True)
        self.line.setAccessibleDescription(text)
        self.replace.show()
        self.hint("")

    @property
    def is_stored(self) -> bool:
        """Whether the field stands for a stored value."""
        return self.line.isReadOnly()

    def hint(self, text: str) -> None:
        """Set the line under the field for as long as nothing is wrong."""
        self._hint_text = text
        self.show_wrong("")

    def show_wrong(self, text: str) -> None:
        """Say what is wrong with what was entered; "" takes it back."""
        self._hint.say(text or self._hint_text, "badtext" if text else "text2")
        self._hint.setVisible(bool(text or self._hint_text))
        self.line.setAccessibleDescription(text or self._hint_text)

    def show_open(self) -> None:
        """Let a value be entered."""
        self.line.setReadOnly(False)
        self.line.setPlaceholderText("")
        self.replace.hide()

    def _open(self) -> None:
        self.show_open()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit()


class CredentialFields(QObject):
    """Auth code and auth token: ``code`` and ``token`` are the fields, for whoever lays them out."""

    edited = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._place: str | None = "the system's keyring"
        self.code = CredentialField(themes, "authCode", "Auth code", parent)
        self.token = CredentialField(themes, "authToken", "Auth token", parent)
        self.token.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.code.hint(CODE_HINT)
        self._show_place()
        for field in (self.code, self.token):
            field.edited.connect(lambda field=field: self._edited(field))
            field.line.editingFinished.connect(self._look)

    def show_stored(self, code_end: str) -> None:
        """Say that the account's credentials are stored."""
        self.code.show_stored(f"Stored, ends in …{code_end}" if code_end else "Stored")
        self.token.show_stored("Stored")
        self._show_place()

    def show_empty(self) -> None:
        """Take both as they are entered: nothing is stored. What stood there was another account's."""
        for field in (self.code, self.token):
            field.line.clear()
            field.show_open()
        self.code.hint(CODE_HINT)
        self._show_place()

    def show_place(self, place: str | None) -> None:
        """Name where the credentials are kept; None: there is no safe keyring."""
        self._place = place
        self._show_place()

    def _show_place(self) -> None:
        if self.token.is_stored:
            self.token.show_stored(f"Stored in {self._place}" if self._place else HELD)
            return
        hint = TOKEN_HINT.format(place=self._place) if self._place else TOKEN_UNKEPT
        self.token.hint(f"{TOKEN_ALONE} {hint}" if self.code.is_stored else hint)

    @property
    def touched(self) -> bool:
        """Whether anything was entered."""
        return bool(self.code.line.text().strip() or self.token.line.text().strip())

    @property
    def token_alone(self) -> str:
        """A new token for the stored code; "" where it is not just that."""
        token = self.token.line.text().strip()
        return token if self.code.is_stored and token and not split_pasted(token)[0] else ""

    def entered(self) -> Credentials | None:
        """The credentials as entered; None: nothing was, or they cannot be right, which is then said."""
        self.code.show_wrong("")
        self.token.show_wrong("")
        if not self.touched:
            return None
        try:
            return parse_credentials(self.code.line.text(), self.token.line.text())
        except CredentialsError as problem:
            field = self.code if problem.part == "auth_code" else self.token
            field.show_wrong(str(problem))
            return None

    def ask_for_both(self) -> None:
        """Say that both are needed."""
        self.code.show_wrong("The auth code is missing: paste it from the M360 dashboard.")
        self.code.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _edited(self, field: CredentialField) -> None:
        """Put each part where it belongs, whichever field it was pasted into."""
        code, token = split_pasted(field.line.text())
        misplaced = code if field is self.token else (token if code else "")
        if code and misplaced:
            for each in (self.code, self.token):
                if each.is_stored:
                    each.replace.click()
            self.code.line.setText(code)
            if token or field is self.token:
                self.token.line.setText(token)
        self.code.show_wrong("")
        self.token.show_wrong("")
        self.edited.emit()

    def _look(self) -> None:
        """Say what is wrong once a field is left; that the other one is empty still is no mistake yet."""
        if not self.code.line.text().strip() or not self.token.line.text().strip():
            return
        entered = self.entered()
        if entered is not None:
            doubt = entered.doubt()
            if doubt is not None:
                self.token.hint(doubt)
