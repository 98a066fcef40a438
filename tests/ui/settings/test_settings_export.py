"""Exporting from the window, into real files."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtWidgets import (
    QMessageBox,
    QWidget,
)

from m360desk.core.query import EVERYTHING, Order
from m360desk.ui.export_dialog import ask_and_export, proposed_name
from tests.ui.settings.whole_window import Window, box

if TYPE_CHECKING:
    from pathlib import Path

    from m360desk.system.credentials import StoredCredentials

# The offscreen plugin says so of every dialog; no other plugin does.
pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)


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
    ended: list[object] = []
    window.desk.lanes.exports.request(
        "after", lambda reader, _: reader.total(), ended.append, ended.append, replace=False
    )
    window.until(lambda: bool(ended))
    assert not [path for path in tmp_path.iterdir() if "x.csv" in path.name]


def test_what_is_asked_during_an_export_does_not_wait_for_its_end(
    window: Window, own: StoredCredentials, tmp_path: Path
) -> None:
    window.connect_account(own, mode="testing")
    ended = threading.Event()
    answered: list[bool] = []
    # A question that is answered when the exports are done: were there one lane for both, it never would be.
    window.desk.read("question", lambda *_: ended.wait(60), answered.append)
    paths = [str(tmp_path / "first.csv"), str(tmp_path / "second.csv")]
    dialogs = [
        ask_and_export(window.desk, EVERYTHING, Order(), window.main, choose=lambda *_, path=path: path)
        for path in paths
    ]
    window.until(lambda: all(dialog is not None and "written to" in dialog.text() for dialog in dialogs))
    assert not answered
    ended.set()
    window.until(lambda: answered == [True])
