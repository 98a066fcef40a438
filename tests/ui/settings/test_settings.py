"""The settings dialog over a real service, real files and a made keyring."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6
from keyring.errors import KeyringLocked, NoKeyringError
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QWidget,
)

from m360desk.store.key import account_hash
from m360desk.ui.settings.check_view import CheckView
from tests.ui.settings.whole_window import SESSIONS, Window, box, find, is_closed, paste, press

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from m360desk.simulator.host import SimulatorProcess
    from m360desk.store.key import CacheKey
    from m360desk.system.credentials import StoredCredentials
    from m360desk.ui.settings.dialog import SettingsDialog
    from tests.workers.keyrings import MemoryKeyring

# The offscreen plugin says so of every dialog; no other plugin does.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)

WRONG_CODE = "00000000-0000-4000-8000-000000000000"
TOKEN = "f" * 64


@pytest.mark.parametrize(
    ("account_mode", "faults", "token", "wanted", "words"),
    [
        ("live", "", TOKEN, "live", "The service refused the credentials"),
        ("disabled", "", "", "live", "The API is disabled for this account"),
        ("licence-ended", "", "", "live", "The M360 licence does not allow this"),
        ("testing", "", "", "live", "The account answers with testing data"),
        ("testing", "", "", "testing", "The account answers in testing mode"),
        ("live", "html-502", "", "live", "A web page came instead of data"),
        ("live", "redirect", "", "live", "The address answers with a redirection"),
    ],
)
def test_a_check_says_exactly_what_is_wrong(
    window: Window,
    simulator: SimulatorProcess,
    own: StoredCredentials,
    account_mode: str,
    faults: str,
    token: str,
    wanted: str,
    words: str,
) -> None:
    simulator.control("settings", accountMode=account_mode)
    simulator.control("faults", faults=faults)
    dialog = window.settings()
    find(dialog, QRadioButton, "modeLive").setChecked(wanted == "live")
    paste(dialog, "authCode", own.auth_code)
    paste(dialog, "authToken", token or own.auth_token)
    texts = window.report(dialog)
    assert any(words in text for text in texts), texts
    assert not any(secret in " ".join(texts) for secret in (own.auth_token, TOKEN))
    assert find(dialog, QPushButton, "checkConnection").isEnabled()
    # What was found is taken back when it holds no longer.
    find(dialog, QRadioButton, "modeTesting" if wanted == "live" else "modeLive").setChecked(True)
    assert not find(dialog, CheckView, "checkResult").isVisible()


def test_a_service_that_cannot_be_reached_is_said_so_and_blocks_nothing(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, own: StoredCredentials, backend: MemoryKeyring
) -> None:
    window = Window(qtbot, qapp, tmp_path, "http://127.0.0.1:9/api/customer/v2")
    try:
        dialog = window.settings()
        paste(dialog, "authCode", f"{own.auth_code}-{own.auth_token}")
        texts = window.report(dialog)
        assert "No connection to the service" in texts[0]
        dialog.reject()
    finally:
        window.close()


def test_stored_credentials_are_never_shown_and_a_token_can_be_replaced_alone(
    window: Window, own: StoredCredentials, backend: MemoryKeyring
) -> None:
    window.connect_account(own)
    window.until(lambda: bool(backend.entries))
    dialog = window.settings()
    code, token = find(dialog, QLineEdit, "authCode"), find(dialog, QLineEdit, "authToken")
    window.until(lambda: token.placeholderText() == "Stored in Test Keyring")
    assert (code.text(), token.text()) == ("", "")
    assert code.placeholderText() == f"Stored, ends in …{own.auth_code[-4:]}"
    assert code.isReadOnly()
    assert "Credentials accepted" in window.report(dialog)
    press(dialog, "replace-authToken")
    paste(dialog, "authToken", TOKEN)
    assert any("refused the credentials" in text for text in window.report(dialog))
    dialog.accept()
    window.until(lambda: TOKEN in "".join(backend.entries.values()))
    (entry,) = backend.entries.values()
    assert own.auth_code in entry
    state = find(window.main, QLabel, "syncState")
    window.until(lambda: state.text() == "The service refused the credentials")
    # The sessions that are on this computer stay in the list, and the band over it says what is wrong.
    window.until(lambda: window.shell.controller.listed == SESSIONS)
    window.until(window.main.note_band.isVisible)
    assert "refused the credentials" in window.main.note_band.accessibleName()


def test_ok_applies_all_at_once_and_cancel_nothing(window: Window, own: StoredCredentials) -> None:
    window.connect_account(own, mode="testing")
    before = window.file.load().settings

    def change(dialog: SettingsDialog) -> None:
        find(dialog, QRadioButton, "modeLive").setChecked(True)
        find(dialog, QSpinBox, "workstations").setValue(5)
        find(dialog, QSpinBox, "syncMinutes").setValue(0)
        find(dialog, QSpinBox, "rereadDays").setValue(3)
        find(dialog, QSpinBox, "testingPages").setValue(2)
        find(dialog, QSpinBox, "replaceBelow").setValue(90)
        find(dialog, QRadioButton, "theme-dark").setChecked(True)
        assert find(dialog, QSpinBox, "goodFrom").value() == 90
        assert "under 90 %: replace. From 90 %: good" in _plain(find(dialog, QLabel, "batteryBands").text())
        find(dialog, QSpinBox, "goodFrom").setValue(95)
        assert find(dialog, QComboBox, "language").count() == 1

    cancelled = window.settings()
    change(cancelled)
    cancelled.reject()
    assert window.file.load().settings == before
    assert window.themes.choice == "system"
    dialog = window.settings()
    change(dialog)
    buttons = dialog.findChild(QDialogButtonBox)
    assert buttons is not None
    QTest.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton)
    window.until(lambda: is_closed(dialog))
    after = window.file.load().settings
    assert (after.mode, after.workstations, after.sync_minutes, after.reread_days) == ("live", 5, 0, 3)
    assert (after.testing_pages, after.battery_replace_below, after.battery_good_from) == (2, 90, 95)
    assert after.theme == "dark" == window.themes.choice
    assert window.main.mode_band.isHidden()
    window.until(lambda: window.desk.total == SESSIONS)


def test_credentials_that_cannot_be_right_keep_the_dialog_open(window: Window) -> None:
    dialog = window.settings()
    dialog.show_page("Look")
    find(dialog, QRadioButton, "theme-dark").setChecked(True)
    paste(dialog, "authCode", WRONG_CODE[:-1])
    paste(dialog, "authToken", TOKEN)
    dialog.accept()
    assert dialog.isVisible()
    assert "The auth code has 35 characters" in find(dialog, QLineEdit, "authCode").accessibleDescription()
    assert dialog.list.currentRow() == 0
    assert window.themes.choice != "dark"
    paste(dialog, "authCode", "0")
    dialog.accept()
    window.until(lambda: is_closed(dialog))
    assert window.themes.choice == "dark"
    assert window.desk.key is not None
    assert window.desk.key.account == account_hash(WRONG_CODE)


@pytest.mark.parametrize(
    ("error", "words"),
    [(KeyringLocked("no"), "is locked"), (NoKeyringError("none"), "No safe keyring is at hand")],
)
def test_without_a_keyring_the_account_works_and_it_is_said_that_nothing_is_kept(
    window: Window, own: StoredCredentials, backend: MemoryKeyring, error: Exception, words: str
) -> None:
    backend.error = error
    dialog = window.settings()
    paste(dialog, "authCode", f"{own.auth_code}-{own.auth_token}")
    dialog.accept()
    window.until(lambda: window.desk.total == 500)
    window.until(lambda: words in window.main.note_band.accessibleName())
    assert "hold until M360 Desk is closed" in window.main.note_band.accessibleName()
    assert window.main.note_band.isVisible()
    assert window.desk.settings.last_account == account_hash(own.auth_code)


def test_settings_that_cannot_be_written_keep_the_dialog_open(window: Window, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    dialog = window.settings()
    find(dialog, QSpinBox, "rereadDays").setValue(3)
    dialog.accept()
    window.until(lambda: dialog.findChild(QMessageBox, "problemBox") is not None)
    assert str(tmp_path / "settings.toml") in box(dialog, "problemBox").text()
    assert dialog.isVisible()
    box(dialog, "problemBox").accept()
    (tmp_path / "settings.toml").rmdir()
    dialog.accept()
    window.until(lambda: is_closed(dialog))
    assert window.file.load().settings.reread_days == 3


def test_an_answer_that_comes_after_the_dialog_is_gone_disturbs_nothing(
    window: Window, simulator: SimulatorProcess, own: StoredCredentials
) -> None:
    simulator.control("settings", latency=60)
    dialog = window.settings()
    paste(dialog, "authCode", f"{own.auth_code}-{own.auth_token}")
    press(dialog, "checkConnection")
    dialog.reject()
    window.until(lambda: not shiboken6.isValid(dialog))
    again = window.settings()
    paste(again, "authCode", f"{own.auth_code}-{own.auth_token}")
    assert "Credentials accepted" in window.report(again)


def test_forgetting_and_deleting_ask_first_and_say_what_goes(
    window: Window, own: StoredCredentials, backend: MemoryKeyring
) -> None:
    window.connect_account(own)
    window.until(lambda: bool(backend.entries))
    dialog = window.settings()
    press(dialog, "forgetCredentials")
    question = box(dialog, "questionBox")
    assert question.defaultButton().text().replace("&", "") == "Cancel"
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert backend.entries
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is None)
    press(dialog, "forgetCredentials")
    _agree(box(dialog, "questionBox"), "Forget")
    window.until(lambda: not backend.entries)
    window.until(lambda: not find(dialog, QLineEdit, "authCode").isReadOnly())
    window.until(lambda: dialog.findChild(QMessageBox, "questionBox") is None)

    dialog.show_page("Data")
    path = find(dialog, QLabel, "cachePath").text().replace("\u200b", "")
    assert window.desk.lanes is not None
    assert path == str(window.desk.lanes.path)
    press(dialog, "deleteCache")
    question = box(dialog, "questionBox")
    assert "live sessions" in question.text()
    assert f"{SESSIONS} sessions" in question.informativeText()
    assert re.search(r"\d[.,]\d\sMB", question.informativeText())
    shown: list[CacheKey | None] = []
    window.desk.cache_opened.connect(lambda: shown.append(window.desk.key))
    live = window.desk.key

    def is_open() -> bool:
        return window.desk.lanes is not None

    _agree(question, "Delete")
    assert not is_open()
    assert window.main.findChild(QWidget, "welcomePage") is None  # nothing else is shown meanwhile
    window.until(is_open)
    assert shown == [live]
    assert not Path(path).exists()
    dialog.reject()
    window.until(lambda: is_closed(dialog))
    # What is forgotten is so in the next dialog too.
    again = window.settings()
    window.until(lambda: not find(again, QLineEdit, "authCode").isReadOnly())


def test_accounts_have_names_and_are_switched_between_each_with_its_own_cache(
    window: Window, own: StoredCredentials, backend: MemoryKeyring
) -> None:
    window.connect_account(own)
    window.until(lambda: len(backend.entries) == 1)
    dialog = window.settings()
    assert find(dialog, QComboBox, "accountChoice").currentText() == f"Account …{own.auth_code[-4:]}"
    QTest.keyClicks(find(dialog, QLineEdit, "accountName"), "Main  shop ")
    dialog.accept()
    window.until(lambda: is_closed(dialog))
    first, second = account_hash(own.auth_code), account_hash(WRONG_CODE)

    dialog = window.settings()
    choice = find(dialog, QComboBox, "accountChoice")
    assert choice.currentText() == f"Main shop (…{own.auth_code[-4:]})"
    choice.setCurrentIndex(choice.count() - 1)
    assert not find(dialog, QPushButton, "forgetCredentials").isEnabled()
    dialog.accept()
    assert "auth code is missing" in find(dialog, QLineEdit, "authCode").accessibleDescription()
    QTest.keyClicks(find(dialog, QLineEdit, "accountName"), "Branch")
    paste(dialog, "authCode", f"{WRONG_CODE}-{TOKEN}")
    dialog.accept()
    window.until(lambda: is_closed(dialog) and len(backend.entries) == 2)
    assert window.desk.key is not None
    assert window.desk.key.account == second
    assert [account.name for account in window.file.load().settings.accounts] == ["Main shop", "Branch"]
    assert "Branch" in _texts(window.main)

    dialog = window.settings()
    choice = find(dialog, QComboBox, "accountChoice")
    assert choice.currentData() == second
    code, token = find(dialog, QLineEdit, "authCode"), find(dialog, QLineEdit, "authToken")
    for left_for in (choice.count() - 1, choice.findData(first)):
        choice.setCurrentIndex(choice.findData(second))
        press(dialog, "replace-authToken")
        paste(dialog, "authToken", TOKEN)
        choice.setCurrentIndex(left_for)
        assert (code.text(), token.text()) == ("", "")  # it was meant for the other account
    assert code.placeholderText() == f"Stored, ends in …{own.auth_code[-4:]}"
    assert "Credentials accepted" in window.report(dialog)  # the chosen one's, not those of the one shown
    dialog.accept()
    window.until(lambda: window.shell.controller.listed == SESSIONS)
    assert window.desk.key.account == first == window.file.load().settings.last_account
    window.until(lambda: is_closed(dialog))

    dialog = window.settings()
    choice = find(dialog, QComboBox, "accountChoice")
    choice.setCurrentIndex(choice.findData(second))
    press(dialog, "forgetCredentials")
    question = box(dialog, "questionBox")
    assert "Branch" in question.text()
    _agree(question, "Forget")
    window.until(lambda: len(backend.entries) == 1)
    assert own.auth_token in "".join(backend.entries.values())
    assert window.desk.settings.account(second) is not None


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def _texts(of: QWidget) -> str:
    return " ".join(label.text() for label in of.findChildren(QLabel))


def _agree(question: QMessageBox, word: str) -> None:
    (button,) = [each for each in question.buttons() if each.text() == word]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
