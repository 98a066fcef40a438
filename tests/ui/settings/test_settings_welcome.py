"""The first run and the demo, over a real service and real files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring.backends.fail
import keyring.core
import pytest
from PySide6.QtWidgets import (
    QLineEdit,
    QPushButton,
    QWidget,
)

from m360desk.ui.settings.check_view import CheckView
from tests.ui.settings.whole_window import SESSIONS, Window, find, paste, press

if TYPE_CHECKING:
    from m360desk.system.credentials import StoredCredentials
    from tests.workers.keyrings import MemoryKeyring

# The offscreen plugin says so of every dialog; no other plugin does.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)

TOKEN = "f" * 64


def test_the_first_run_takes_a_pasted_bearer_checks_it_and_starts(
    window: Window, own: StoredCredentials, backend: MemoryKeyring
) -> None:
    welcome = find(window.main, QWidget, "welcomePage")
    assert not window.main.pages.isVisible()
    paste(welcome, "authToken", f"Authorization: Bearer {own.auth_code}-{own.auth_token}\r\n")
    assert find(welcome, QLineEdit, "authCode").text() == own.auth_code
    assert find(welcome, QLineEdit, "authToken").text() == own.auth_token
    assert find(welcome, QLineEdit, "authToken").echoMode() is QLineEdit.EchoMode.Password
    assert not find(welcome, QPushButton, "startLive").isVisible()
    texts = window.report(welcome)
    assert "Credentials accepted" in texts
    assert "The account answers with live data" in texts
    press(welcome, "startLive")
    window.until(lambda: window.desk.total == SESSIONS)
    assert window.main.pages.isVisible()
    assert window.main.findChild(QWidget, "welcomePage") is None or not welcome.isVisible()
    window.until(lambda: bool(backend.entries))
    assert window.file.load().settings.mode == "live"


def test_the_welcome_says_what_is_wrong_under_the_field(window: Window) -> None:
    welcome = find(window.main, QWidget, "welcomePage")
    press(welcome, "startTesting")
    assert "auth code is missing" in find(welcome, QLineEdit, "authCode").accessibleDescription()
    paste(welcome, "authCode", "somebody@example.org")
    paste(welcome, "authToken", TOKEN)
    press(welcome, "checkConnection")
    assert "e-mail address" in find(welcome, QLineEdit, "authCode").accessibleDescription()
    assert not find(welcome, CheckView, "checkResult").isVisible()
    assert window.desk.key is None


def test_the_demo_is_one_press_away(window: Window) -> None:
    welcome = find(window.main, QWidget, "welcomePage")
    press(welcome, "lookAtDemo")
    assert not find(welcome, QPushButton, "lookAtDemo").isEnabled()
    window.until(lambda: window.desk.total == 120)
    assert window.main.windowTitle().startswith("DEMO")
    dialog = window.settings()
    press(dialog, "leaveDemo")
    assert window.desk.key is None
    window.until(lambda: find(window.main, QWidget, "welcomePage").isVisible())


def test_without_any_keyring_the_first_run_says_how_long_credentials_hold(
    window: Window, own: StoredCredentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring.core, "init_backend", lambda: None)  # a developer's machine may have one
    keyring.set_keyring(keyring.backends.fail.Keyring())  # type: ignore[no-untyped-call]  # keyring's
    dialog = window.settings()
    token = find(dialog, QLineEdit, "authToken")
    window.until(lambda: "hold until M360 Desk is closed" in token.accessibleDescription())
    paste(dialog, "authCode", f"{own.auth_code}-{own.auth_token}")
    dialog.accept()
    window.until(lambda: window.desk.total == 500)
    again = find(window.settings(), QLineEdit, "authToken")
    window.until(lambda: again.placeholderText() == "Held until M360 Desk is closed")
