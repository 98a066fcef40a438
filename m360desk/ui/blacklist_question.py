"""Asking before a blacklist check is ordered, and saying what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from m360desk.core.user_text import UserText
from m360desk.ui.text import grouped_imei

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from m360desk.services.blacklist import BlacklistOutcome

_COST = "It spends one paid token of your M360 account, whatever the result."
_FREE = "Nothing is spent in this mode, and the result is made up."
_WORDS = {"listed": "is blacklisted", "clean": "is not blacklisted"}


def blacklist_question(imei: str, mode: str, parent: QWidget) -> QMessageBox:
    """Return the question before a check: what it costs stands in it, and Cancel is the default."""
    paid = mode == "live"
    box = QMessageBox(parent)
    box.setObjectName("blacklistQuestion")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Blacklist check – M360 Desk")
    box.setText(f"Check {grouped_imei(imei)} against the blacklist?")
    box.setInformativeText(_COST if paid else _FREE)
    order = box.addButton("Check, 1 token" if paid else "Check", QMessageBox.ButtonRole.AcceptRole)
    order.setObjectName("orderCheck")
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    return box


def checked(imei: str, outcome: BlacklistOutcome, mode: str) -> UserText:
    """Say what became of a check."""
    device = grouped_imei(imei)
    if outcome.state is None:
        return UserText(
            f"The blacklist check of {device} is not done yet.",
            f"It stays ordered (batch {outcome.batch}) and is not ordered twice.",
            "Sync later: the session then has the result, once M360 has it.",
        )
    happened = f"{device} {_WORDS.get(outcome.state, f'was checked: {outcome.state}')}."
    unreal = "" if mode == "live" else " It is made up, as everything in this mode."
    return UserText(happened, f"Checked just now.{unreal}", "Sync to have the result in the session.")
