"""Controls of settings that only whoever looks after the computer may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from m360desk.system.settings import Settings

WHY = "Set by whoever looks after this computer"


def hold_locked(settings: Settings, **controls: QWidget | QAction) -> None:
    """Disable those controls whose setting, by which they are named, is locked, and say why."""
    for name, control in controls.items():
        if name in settings.locked:
            control.setEnabled(False)
            control.setToolTip(WHY)
