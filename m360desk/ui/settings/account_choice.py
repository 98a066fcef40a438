"""Which of the user's accounts is meant, and what it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from m360desk.system.settings import Account, Settings

ANOTHER = "Add an account…"
_LONGEST_NAME = 60


class AccountChoice(QObject):
    """``box`` chooses among the known accounts or a new one, ``name`` names it; for whoever lays them out."""

    changed = Signal()
    """Another account is meant."""

    def __init__(self, settings: Settings, account: str, parent: QWidget) -> None:
        """``account`` (its hash) is the one that is shown, "" for none."""
        super().__init__(parent)
        self._accounts = {each.key: each for each in settings.accounts}
        self.box = QComboBox(parent)
        self.box.setObjectName("accountChoice")
        self.box.setAccessibleName("Account")
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for each in settings.accounts:
            self.box.addItem(_described(each), each.key)
        if account and account not in self._accounts:
            # Its credentials came from the environment, and it has not answered yet.
            self.box.addItem("Account from the environment", account)
        self.box.addItem(ANOTHER, "")
        self.box.setCurrentIndex(max(0, self.box.findData(account)))
        self.name = QLineEdit(parent)
        self.name.setObjectName("accountName")
        self.name.setAccessibleName("Name of the account")
        self.name.setPlaceholderText("Such as the shop or the site")
        self.name.setMaxLength(_LONGEST_NAME)
        self._show_name()
        self.box.currentIndexChanged.connect(self._chosen)

    @property
    def account(self) -> str:
        """The account that is meant (its hash); "" for one that is new."""
        return str(self.box.currentData())

    @property
    def known(self) -> Account | None:
        """What the settings know of it."""
        return self._accounts.get(self.account)

    @property
    def is_named(self) -> bool:
        """Whether its name was changed."""
        return self.name.isModified()

    def named_in(self, settings: Settings, account: str) -> Settings:
        """The settings with the name that was entered as that account's."""
        known = settings.account(account)
        if known is None or not self.is_named:
            return settings
        return settings.with_account(known._replace(name=" ".join(self.name.text().split())))

    def _chosen(self) -> None:
        self._show_name()
        self.changed.emit()

    def _show_name(self) -> None:
        known = self.known
        self.name.setText(known.name if known is not None else "")
        self.name.setModified(False)


def _described(account: Account) -> str:
    return f"{account.name} (…{account.code_end})" if account.name else account.label
