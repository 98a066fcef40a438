"""Boxes that say what went wrong or ask before something goes; none of them blocks the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from m360desk.core.user_text import UserText


def details_of(error: BaseException) -> str:
    """The facts for support where the error has some: never credentials."""
    technical = getattr(error, "technical", None)
    return str(technical()) if callable(technical) else ""


def show_problem(parent: QWidget, text: UserText, details: str = "") -> QMessageBox:
    """Say what happened, what it means and what to do; ``details`` can be unfolded and copied."""
    box = _box(parent, QMessageBox.Icon.Warning, text)
    box.setObjectName("problemBox")
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    if details:
        box.setDetailedText(details)
    box.open()
    return box


def ask_first(parent: QWidget, text: UserText, button: str, agreed: Callable[[], None]) -> QMessageBox:
    """Ask before something is lost; ``button`` names it, Cancel is what Enter and Escape choose."""
    box = _box(parent, QMessageBox.Icon.Question, text)
    box.setObjectName("questionBox")
    yes = box.addButton(button, QMessageBox.ButtonRole.DestructiveRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.buttonClicked.connect(lambda pressed: agreed() if pressed is yes else None)
    box.open()
    return box


def _box(parent: QWidget, icon: QMessageBox.Icon, text: UserText) -> QMessageBox:
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setIcon(icon)
    box.setWindowTitle("M360 Desk")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text.happened)
    box.setInformativeText(" ".join(part for part in (text.means, text.do) if part))
    return box
