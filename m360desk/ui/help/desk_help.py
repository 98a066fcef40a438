"""What the menu's Help and Theme entries do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from m360desk.core.user_text import UserText
from m360desk.ui.frame.alt_key import AltKey
from m360desk.ui.frame.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.system.paths import Places
    from m360desk.system.redaction import Redactor
    from m360desk.system.settings import Settings
    from m360desk.ui.help.about_box import AboutBox
    from m360desk.ui.help.shortcuts import ShortcutsSheet
    from m360desk.ui.icons import Icons
    from m360desk.ui.main_window import MainWindow
    from m360desk.ui.shell_sync import Problem
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.desk import Desk

COPIED = "copied"


class DeskHelp(QObject):
    """Connects the window's actions; the dialogs are built when they are first wanted."""

    def __init__(
        self,
        desk: Desk,
        places: Places,
        redactor: Redactor,
        problem: Callable[[], Problem | None],
        window: MainWindow,
        themes: ThemeSource,
        icons: Icons,
    ) -> None:
        """``problem`` tells what went wrong last."""
        super().__init__(window)
        self._desk, self._places, self._redactor, self._problem = desk, places, redactor, problem
        self._window, self._themes, self._icons = window, themes, icons
        commands = window.commands
        commands.about.triggered.connect(lambda: self.show_about())
        commands.shortcuts.triggered.connect(lambda: self.show_shortcuts())
        commands.diagnostics.triggered.connect(self.copy_diagnostics)
        commands.log_folder.triggered.connect(self._open_logs)
        commands.theme_chosen.connect(self._choose_theme)
        desk.settings_changed.connect(self._show_theme)
        self._show_theme()
        handle = window.windowHandle()
        if handle is not None:
            AltKey(handle, self).pressed.connect(window.open_menu)

    def show_about(self) -> AboutBox:
        """Open the about box."""
        from m360desk.ui.help.about_box import AboutBox

        box = AboutBox(self._places, self._themes, self._icons, self._window)
        box.copy_asked.connect(self.copy_diagnostics)
        box.open()
        return box

    def show_shortcuts(self) -> ShortcutsSheet:
        """Open the sheet of keys."""
        from m360desk.ui.help.shortcuts import ShortcutsSheet

        sheet = ShortcutsSheet(self._window.commands, self._themes, self._window)
        sheet.open()
        return sheet

    def diagnostics(self) -> str:
        """The facts for a report; whatever gives access is taken out once more."""
        from m360desk.ui.help.diagnostics import account_facts, as_text, folders, screen_facts, versions

        app = QApplication.instance()
        screen = screen_facts(app, self._themes.theme) if isinstance(app, QApplication) else ()
        facts = (
            *versions(),
            *screen,
            *account_facts(self._desk, self._problem()),
            *folders(self._places),
        )
        return self._redactor.clean(as_text(facts))

    def copy_diagnostics(self) -> None:
        """Put the facts for a report on the clipboard, and say so."""
        QApplication.clipboard().setText(self.diagnostics())
        text = UserText(
            "Diagnostics are on the clipboard.",
            "Versions, folders, settings and the last problem: no credentials and nothing of your devices.",
            "Paste them into your message.",
        )
        self._window.notices.post(COPIED, Notice(text))

    def _open_logs(self) -> None:
        folder = self._places.log_dir
        if folder.is_dir() and QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            return
        text = UserText("The log folder could not be opened.", f"It is {folder}.", "")
        self._window.notices.post("logs", Notice(text, error=True))

    def _show_theme(self) -> None:
        self._window.commands.show_theme(self._desk.settings.theme)

    def _choose_theme(self, choice: str) -> None:
        theme = cast("Literal['system', 'light', 'dark']", choice)

        def edit(settings: Settings) -> Settings:
            return settings._replace(theme=theme)

        self._desk.change_settings(edit)
