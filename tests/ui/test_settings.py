"""The settings, the welcome and the export as widgets, over a real service, real files and a made keyring."""

from __future__ import annotations

import time
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

import keyring
import keyring.core
import pytest
import shiboken6
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
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

from m360desk.core.query import EVERYTHING, Order
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import account_hash
from m360desk.store.writer import CacheWriter
from m360desk.system.credentials import StoredCredentials
from m360desk.system.locks import cache_lock
from m360desk.system.redaction import Redactor
from m360desk.system.settings_file import SettingsFile
from m360desk.ui.export_dialog import ask_and_export, proposed_name
from m360desk.ui.icons import Icons
from m360desk.ui.settings.check_view import CheckView
from m360desk.ui.settings.dialog import SettingsDialog
from m360desk.ui.shell import Shell
from m360desk.ui.theme_source import ThemeSource
from m360desk.workers.accounts import Accounts
from m360desk.workers.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

# The offscreen plugin says so of every dialog; no other plugin does.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)

W = TypeVar("W", bound=QWidget)
SESSIONS = 130
WRONG_CODE = "00000000-0000-4000-8000-000000000000"
TOKEN = "f" * 64


class MemoryKeyring(KeyringBackend):
    """Keeps entries in memory, or raises."""

    priority = 1.0
    name = "Test Keyring"

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves this one out
        self.entries: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.error is not None:
            raise self.error
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.error is not None:
            raise self.error
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


class Window:
    """The program's window on one profile, without what only the start of the program needs."""

    def __init__(self, qtbot: QtBot, app: QApplication, profile: Path, api_url: str) -> None:
        self.qtbot = qtbot
        self.file = SettingsFile(profile / "settings.toml")
        self.themes = ThemeSource(app, "light")
        self.desk = Desk(
            self.file,
            self.file.load().settings,
            profile / "cache",
            lambda path, key: CacheWriter.open(path, key, lock=cache_lock(path, "a test"), now_ms=now_ms),
            now_ms,
            UTC,
        )
        self.accounts = Accounts(self.desk, Redactor(), api_url=api_url, demo_sessions=120)
        self.shell = Shell(self.desk, self.accounts, self.themes, Icons(self.themes))
        self.main = self.shell.window
        self.accounts.open_last()
        self.main.show()
        self.shell.build_rest()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=15_000)

    def settings(self) -> SettingsDialog:
        dialog = SettingsDialog(
            self.desk, self.accounts, self.themes, self.shell.icons, self.shell.marks, self.main
        )
        dialog.open()
        return dialog

    def connect_account(self, credentials: StoredCredentials, mode: Any = "live") -> None:
        done: list[bool] = []
        self.accounts.apply(lambda s: s, credentials, lambda: done.append(True), _raise, mode=mode)
        self.until(lambda: bool(done) and not self.desk.sync.running and self.desk.total is not None)
        self.until(lambda: self.desk.total in (SESSIONS, 500))

    def report(self, of: QWidget) -> list[str]:
        """Press "Check connection" and wait for what it says."""
        view = find(of, CheckView, "checkResult")
        press(of, "checkConnection")
        self.until(lambda: view.isVisible() and view.texts() not in ([], ["Asking the service…"]))
        return view.texts()

    def close(self) -> None:
        self.main.hide()
        self.accounts.stop()
        self.desk.stop()
        self.accounts.clear_away()
        shiboken6.delete(self.main)
        shiboken6.delete(self.themes)


def _raise(error: BaseException) -> None:
    raise error


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def find(within: QWidget, kind: type[W], name: str) -> W:
    widget = within.findChild(kind, name)
    assert widget is not None, name
    return widget


def press(within: QWidget, name: str) -> None:
    QTest.mouseClick(find(within, QPushButton, name), Qt.MouseButton.LeftButton)


def paste(within: QWidget, name: str, text: str) -> None:
    line = find(within, QLineEdit, name)
    line.setFocus()
    QApplication.clipboard().setText(text)
    line.paste()


def is_closed(dialog: QWidget) -> bool:
    return not shiboken6.isValid(dialog) or not dialog.isVisible()


def box(within: QWidget, name: str) -> QMessageBox:
    return find(within, QMessageBox, name)


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", str(SESSIONS), "--seed", "7") as process:
        yield process


@pytest.fixture
def simulator(running: SimulatorProcess) -> SimulatorProcess:
    running.control("settings", rate=0, latency=0, accountMode="live")
    running.control("faults", faults="")
    return running


@pytest.fixture
def own(simulator: SimulatorProcess) -> StoredCredentials:
    return StoredCredentials(simulator.auth_code, simulator.auth_token)


@pytest.fixture(autouse=True)
def backend() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.core._keyring_backend = None


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path, simulator: SimulatorProcess) -> Iterator[Window]:
    palette, font = qapp.palette(), qapp.font()
    window = Window(qtbot, qapp, tmp_path, simulator.url)
    yield window
    window.close()
    qapp.setPalette(palette)
    qapp.setFont(font)


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
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, own: StoredCredentials
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
    window.until(lambda: window.main.note_band.isVisible())
    assert "refused the credentials" in window.main.note_band.accessibleName()
    assert window.desk.total == SESSIONS


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
        assert "under 90 %: replace. From 90 %: good" in find(dialog, QLabel, "batteryBands").text()
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
    assert (after.testing_pages, after.battery_replace_below, after.battery_good_from) == (2, 90, 90)
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
    _agree(question, "Delete")
    window.until(lambda: window.desk.lanes is not None and not window.desk.lanes.path.exists())
    window.until(lambda: window.desk.key is not None)


def _agree(question: QMessageBox, word: str) -> None:
    (button,) = [each for each in question.buttons() if each.text() == word]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_export_tells_how_it_goes_and_how_it_ended(
    window: Window, own: StoredCredentials, tmp_path: Path
) -> None:
    window.connect_account(own, mode="testing")
    proposed: list[str] = []

    def choose(_: QWidget, name: str) -> str:
        proposed.append(name)
        return str(tmp_path / "out.csv")

    dialog = ask_and_export(window.desk, EVERYTHING, Order(), window.main, choose=choose)
    assert dialog is not None
    window.until(lambda: "written to" in dialog.text())
    assert dialog.text() == "500 sessions written to out.csv. They are testing sessions, not real ones."
    assert "TESTING M360 sessions" in proposed[0]
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()) == 501
    dialog.accept()
    assert ask_and_export(window.desk, EVERYTHING, Order(), window.main, choose=lambda *_: "") is None
    assert proposed_name("live", 0, EVERYTHING).startswith("M360 sessions 1970")


def test_an_export_that_cannot_be_written_says_so_and_leaves_nothing(
    window: Window, own: StoredCredentials, tmp_path: Path
) -> None:
    window.connect_account(own, mode="testing")
    out = tmp_path / "absent" / "out.xlsx"
    ask_and_export(window.desk, EVERYTHING, Order(), window.main, choose=lambda *_: str(out))
    window.until(lambda: window.main.findChild(QMessageBox, "problemBox") is not None)
    problem = box(window.main, "problemBox")
    assert "out.xlsx cannot be written" in problem.text()
    assert "Nothing was exported" in problem.informativeText()
    problem.accept()
    dialog = ask_and_export(
        window.desk, EVERYTHING, Order(), window.main, choose=lambda *_: str(tmp_path / "x.csv")
    )
    assert dialog is not None
    dialog.reject()
    window.until(lambda: not shiboken6.isValid(dialog))
    assert window.desk.lanes is not None
    ended: list[int] = []
    window.desk.read("after", lambda reader, _: reader.total(), ended.append)
    window.until(lambda: bool(ended))
    assert not list(tmp_path.glob("*.part"))
