"""What can be done with the session that is shown: the menu of the detail pane, and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from m360desk.ui.detail.describe import ticket_text

if TYPE_CHECKING:
    from m360desk.ui.detail.pane import DetailPane


def print_action(pane: DetailPane) -> QAction:
    """Return the action that prints the sheet of the session, by its key anywhere in the window."""
    action = QAction("Print…", pane)
    action.setObjectName("printAction")
    action.setShortcut(QKeySequence(QKeySequence.StandardKey.Print))
    action.triggered.connect(pane.print_requested)
    pane.addAction(action)
    return action


def show_menu(pane: DetailPane) -> None:
    """Open the menu under its button."""
    content = pane.content
    if content is None:
        return
    clipboard = QGuiApplication.clipboard()
    menu = QMenu(pane)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction("Copy summary", lambda: clipboard.setText(ticket_text(content)))
    menu.addAction("Copy everything as text", lambda: clipboard.setText(content.plain_text))
    menu.addAction("Copy raw record", pane.raw.copy_all)
    menu.addSeparator()
    menu.addAction(pane.print_action)
    menu.addAction("Save as PDF…", pane.pdf_requested.emit)
    menu.addSeparator()
    dashboard = menu.addAction(
        "Open in the dashboard", lambda: pane.link_requested.emit(content.dashboard_link)
    )
    dashboard.setEnabled(bool(content.dashboard_link))
    check = menu.addAction("Check the blacklist…", lambda: pane.check_requested.emit(content.imei))
    check.setObjectName("checkBlacklist")
    check.setEnabled(bool(content.imei))
    menu.addSeparator()
    menu.addAction("Unfold all sections", lambda: pane.set_folded_sections(()))
    menu.addAction("Fold all sections", lambda: pane.set_folded_sections(tuple(pane.sections)))
    button = pane.head.more
    menu.popup(button.mapToGlobal(QPoint(0, button.height())))
