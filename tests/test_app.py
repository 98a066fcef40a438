"""The program as a process: one window for each profile, crashes of earlier runs, nothing left behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

from m360desk import app, cli
from m360desk.app import Application
from m360desk.options import Options
from m360desk.system.crashes import CrashReporter, pending_reports
from m360desk.system.locks import FileLock
from m360desk.system.paths import find_places
from m360desk.system.redaction import Redactor
from m360desk.ui.instance import AnotherWindow, FirstWindow, the_only_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from tests.conftest import ExpectedLogs

FIRST = """
import sys
from PySide6.QtCore import QTimer
from m360desk import app
from m360desk.ui.main_window import MainWindow

raise_window = MainWindow.bring_to_front
def told(self):
    raise_window(self)
    print("front", self.isMinimized(), self.isVisible(), flush=True)
    QTimer.singleShot(0, self.close)
MainWindow.bring_to_front = told

listen = app.Application._listen
def listening(self):
    listen(self)
    self.shell.window.showMinimized()
    print("listening", flush=True)
app.Application._listen = listening
sys.argv = ["m360desk"]
from m360desk.options import Options
from pathlib import Path
sys.exit(app.run(Options(profile=Path({profile!r}))))
"""
"""A whole first window that tells when it can be found and when it was called."""

DEMO = """
import sys
from m360desk import app
from m360desk.options import Options

go_on = app.Application._go_on
def going(self):
    go_on(self)
    self.desk.cache_changed.connect(lambda: print("written", flush=True))
app.Application._go_on = going
sys.argv = ["m360desk"]
sys.exit(app.run(Options(demo=True)))
"""
"""A whole window on the demo that tells when something stands in its cache."""


def _start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
        cwd=Path(__file__).parents[1],
    )


@pytest.fixture
def first(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A first window on the profile, which can be found."""
    process = _start(["-c", FIRST.format(profile=str(tmp_path))])
    watchdog = threading.Timer(30, process.kill)
    watchdog.start()
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == "listening\n", process.stderr.read() if process.stderr else line
    yield process
    process.kill()
    process.communicate()
    watchdog.cancel()
    watchdog.join()


def test_a_second_start_brings_the_first_window_to_the_front_and_ends(
    first: subprocess.Popen[str], tmp_path: Path
) -> None:
    second = _start(["-m", "m360desk", "--profile", str(tmp_path)])
    out, err = second.communicate(timeout=30)
    assert second.returncode == 0, err
    assert "has been brought to the front" in err
    assert len(err.splitlines()) == 1
    assert out == ""
    first_out, first_err = first.communicate(timeout=30)
    assert first_out == "front False True\n"
    assert first.returncode == 0, first_err


def test_a_killed_first_window_never_blocks_the_next(
    first: subprocess.Popen[str], tmp_path: Path, qapp: QApplication, qtbot: QtBot
) -> None:
    runtime = find_places(tmp_path).runtime_dir
    with pytest.raises(AnotherWindow) as answered:
        the_only_window(runtime)
    assert answered.value.exit_code == 0
    first.communicate(timeout=30)
    again = _start(["-c", FIRST.format(profile=str(tmp_path))])
    assert again.stdout is not None
    assert again.stdout.readline() == "listening\n"
    again.kill()
    again.communicate()
    lock = the_only_window(runtime)
    assert lock is not None
    assert lock.held
    server = FirstWindow(runtime)
    assert server._server.isListening(), "the dead one's socket is out of the way"
    server.close()
    lock.release()


def test_a_first_window_that_does_not_answer_is_named(
    tmp_path: Path, qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    holder = FileLock(tmp_path / "window.lock", "the window")
    with holder, pytest.raises(AnotherWindow) as refused:
        the_only_window(tmp_path, seconds=0.2)
    assert refused.value.exit_code == 5
    said = capsys.readouterr().err
    assert f"process {os.getpid()}" in said
    assert "close it" in said


@pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)
def test_a_program_without_a_console_says_in_a_box_that_the_first_window_does_not_answer(
    tmp_path: Path, qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "the_only_window", partial(the_only_window, seconds=0.1))
    monkeypatch.setattr(app, "make_qt", lambda _: qapp)
    shown: list[str] = []

    def read() -> None:
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            shown.extend((box.text(), box.informativeText()))
            box.accept()

    reader = QTimer()
    reader.timeout.connect(read)
    reader.start(10)
    monkeypatch.setattr(sys, "argv", ["m360desk-gui", "--profile", str(tmp_path)])
    with FileLock(find_places(tmp_path).runtime_dir / "window.lock", "the window"):
        assert cli.main_gui() == 5
    reader.stop()
    assert f"process {os.getpid()}" in shown[0]
    assert "close it" in shown[1]


def test_a_first_window_that_closes_meanwhile_is_followed(tmp_path: Path, qapp: QApplication) -> None:
    holder = FileLock(tmp_path / "window.lock", "the window")
    holder.acquire()
    closing = threading.Timer(0.1, holder.release)
    closing.start()
    try:
        lock = the_only_window(tmp_path, seconds=0.5)
        assert lock is not None
        lock.release()
    finally:
        closing.join()


def test_a_folder_that_cannot_be_used_costs_the_lock_not_the_window(
    tmp_path: Path, qapp: QApplication
) -> None:
    (tmp_path / "run").write_text("a file in the way")
    assert the_only_window(tmp_path / "run") is None


def _open(profile: Path, qapp: QApplication, qtbot: QtBot) -> Application:
    application = Application(Options(profile=profile), qapp)
    with qtbot.waitSignal(application.completed, timeout=10_000):
        application.start()
    return application


def _end(application: Application) -> None:
    application.shell.window.close()
    application.stop()
    shiboken6.delete(application.shell.window)
    shiboken6.delete(application.themes)


def test_a_crash_of_an_earlier_run_is_told_once(
    tmp_path: Path, qapp: QApplication, qtbot: QtBot, expected_logs: ExpectedLogs
) -> None:
    expected_logs.expect("unexpected ZeroDivisionError")
    crashes = find_places(tmp_path).crash_dir
    crashes.mkdir(parents=True)
    report = CrashReporter(crashes, "the window", Redactor()).write(ZeroDivisionError("7"), "the list")
    assert report is not None
    palette, font = qapp.palette(), qapp.font()
    try:
        first = _open(tmp_path, qapp, qtbot)
        band = first.shell.window.note_band
        assert band.isVisible()
        assert str(report.path) in band.accessibleName()
        assert report.path.exists(), "it lies there as long as it is offered"
        _end(first)
        assert pending_reports(crashes) == []
        second = _open(tmp_path, qapp, qtbot)
        assert not second.shell.window.note_band.isVisible()
        _end(second)
    finally:
        qapp.setPalette(palette)
        qapp.setFont(font)
        gc.unfreeze()


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a program without asking it")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_demo_that_is_told_to_end_leaves_nothing_behind(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process = _start(["-c", DEMO])
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    assert list(tmp_path.glob("m360desk-demo-*/*.sqlite3"))
    process.send_signal(signal.Signals[name])
    _, err = process.communicate()
    watchdog.cancel()
    watchdog.join()
    assert (process.returncode, err) == (128 + signal.Signals[name], "")
    assert list(tmp_path.iterdir()) == []
