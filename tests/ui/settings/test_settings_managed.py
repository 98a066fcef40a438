"""What whoever looks after the computer has set cannot be changed in the dialog, and it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QRadioButton, QSpinBox, QWidget

from m360desk.system.managed import read_managed
from m360desk.system.settings_file import SettingsFile
from m360desk.ui.locked import WHY
from tests.ui.settings.whole_window import Window, find

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)


def test_locked_settings_stand_still_and_the_rest_is_the_users(window: Window, tmp_path: Path) -> None:
    managed = tmp_path / "managed.toml"
    managed.write_text(
        "[locked.account]\nmode = 'live'\n[locked.battery]\ngood_from = 88\n[locked.sync]\nworkstations = 5\n"
    )
    file = SettingsFile(tmp_path / "settings.toml", read_managed([managed]))
    window.desk._settings_file = file
    window.desk.settings = file.load().settings
    dialog = window.settings()
    for name in ("workstations", "goodFrom", "modeChoice"):
        control = find(dialog, QWidget, name)
        assert not control.isEnabled()
        assert control.toolTip() == WHY
    assert find(dialog, QRadioButton, "modeLive").isChecked()
    assert find(dialog, QSpinBox, "workstations").value() == 5
    replace_below = find(dialog, QSpinBox, "replaceBelow")
    replace_below.setValue(99)
    assert replace_below.value() == find(dialog, QSpinBox, "goodFrom").value() == 88
    dialog.accept()
    window.until(lambda: window.desk.settings.battery_replace_below == 88)
    assert window.desk.settings == file.load().settings._replace(
        battery_replace_below=88, battery_good_from=88, mode="live"
    )
