"""The window: names, modes, states, status bar, bands, keyboard, hearing; no account's data in another."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from m360desk.core.records import read
from m360desk.core.user_text import UserText
from m360desk.services.sync_state import AuditPlan, Plan, SyncState, encode_state
from m360desk.services.sync_types import StopReason, SyncProgress, SyncResult, SyncStop
from m360desk.ui.main_window import BATTERY, SESSIONS
from m360desk.ui.session_work import VersionDialog
from m360desk.workers.cache_lanes import CacheLanes

if TYPE_CHECKING:
    from m360desk.store.writer import CacheWriter
    from tests.ui.conftest import Bench, OpenBench, Workshop

NAMED_WIDGETS = (
    *("mainWindow", "modeBand", "searchBox", "queryError", "sessionTable", "detailPane", "testList"),
    *("rawTree", "deviceHistory", "pages", "syncProgress", "syncState"),
    *("chartHealth", "chartCycles", "chartTrend", "chartModels"),
)
NAMED_ACTIONS = ("syncAction", "exportAction", "settingsAction")


DONE = SyncResult(
    mode="live", sessions=600, new=0, updated=0, requests=9, rate_limited=0, complete=True, seconds=1.0
)


def band(bench: Bench) -> str:
    note = bench.window.note_band
    return note.accessibleName() if note.isVisible() else ""


def labels(widget: QWidget) -> str:
    """All that is written in a widget."""
    return " | ".join(each.text() for each in widget.findChildren(QLabel) if each.isVisibleTo(widget))


@pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)
def test_every_documented_name_is_there(bench: Bench) -> None:
    bench.window.show_page(BATTERY)
    for name in NAMED_WIDGETS:
        found = bench.window if name == "mainWindow" else bench.window.findChild(QObject, name)
        assert found is not None, name
        assert found.objectName() == name
    for name in NAMED_ACTIONS:
        assert bench.window.findChild(QAction, name) is not None, name
    bench.application.shell.open_settings()
    for name in ("settingsDialog", "authCode", "authToken", "checkConnection", "modeChoice"):
        assert bench.window.findChild(QObject, name) is not None, name
    dialog = bench.window.findChild(QWidget, "settingsDialog")
    assert dialog is not None
    dialog.close()


@pytest.mark.parametrize(
    ("mode", "title", "word"),
    [
        ("live", "M360 Desk", ""),
        ("testing", "TESTING – M360 Desk", "TESTING"),
        ("demo", "DEMO – M360 Desk", "DEMO"),
    ],
)
def test_what_is_not_real_says_so_in_band_and_title(bench: Bench, mode: str, title: str, word: str) -> None:
    bench.window.show_mode(mode)
    mode_band = bench.window.mode_band
    assert bench.window.windowTitle() == title
    assert mode_band.isVisible() == bool(word)
    if word:
        assert word in mode_band.accessibleName()
        shown = mode_band.grab().toImage()
        violet = bench.application.themes.theme.mode.rgb()
        assert shown.pixel(shown.width() // 2, 4) == violet


def test_the_modes_word_stands_in_the_status_bar_too(open_bench: OpenBench) -> None:
    bench = open_bench(mode="testing", empty=True)
    assert "Testing" in labels(bench.window.status)
    assert bench.window.mode_band.isVisible()
    assert bench.window.sync_action.text() == "Refresh"


@pytest.mark.parametrize(
    ("progress", "state", "detail"),
    [
        (SyncProgress("probing"), "Asking the account", "0 sessions"),
        (SyncProgress("newest", sessions=1), "Fetching new sessions", "1 session"),
        (
            SyncProgress("history", sessions=1200, oldest_ms=1_600_000_000_000),
            "Reading the history",
            "1,200 sessions, back to",
        ),
        (SyncProgress("re-reading", sessions=40), "Looking for changes", "40 sessions"),
        (SyncProgress("auditing", sessions=40), "Checking everything once more", "40 sessions"),
        (SyncProgress("waiting", text="again in 3 s"), "Waiting", "again in 3 s"),
    ],
)
def test_the_status_bar_follows_a_sync(bench: Bench, progress: SyncProgress, state: str, detail: str) -> None:
    shell = bench.application.shell
    shell.desk.sync.progressed.emit(progress)
    assert bench.text("syncState") == state
    assert detail in labels(bench.window.status)
    assert bench.find("cancelSync").isVisible(), "what runs can be cancelled"
    shell.desk.sync.ended.emit(DONE)
    assert bench.text("syncState") == "Up to date"
    assert not bench.find("cancelSync").isVisible()


def test_how_a_sync_ended_is_said(bench: Bench) -> None:
    shell = bench.application.shell
    shell.desk.sync.ended.emit(replace(DONE, complete=False))
    assert bench.text("syncState") == "Not complete yet"
    shell.desk.sync.ended.emit(None)
    assert bench.text("syncState") == "Paused"
    assert band(bench) == ""
    why = UserText("The service does not answer.", "Nothing new was fetched.", "Check the connection.")
    shell.desk.sync.ended.emit(replace(DONE, stopped_by=SyncStop(StopReason.SERVICE, why)))
    assert bench.text("syncState") == "The service does not answer"
    assert band(bench) == why.one_line()
    assert bench.table.isVisible(), "the list stays usable"


def test_a_sync_that_waits_for_the_connection_is_called_off_line_until_it_is_back(bench: Bench) -> None:
    shell = bench.application.shell
    why = UserText("No connection to the service.", "The network is down.", "Check it.")
    trouble = SyncStop(StopReason.OFFLINE, why)
    waiting = SyncProgress("waiting", waiting_seconds=0.5, text="1 s: why", trouble=trouble)
    shell.desk.sync.progressed.emit(waiting)
    assert band(bench) == "", "a moment's break is none"
    shell.desk.sync.progressed.emit(replace(waiting, waiting_seconds=9))
    assert band(bench).startswith("Off-line since")
    assert bench.text("syncState") == "Waiting"
    shell.desk.sync.progressed.emit(SyncProgress("newest", sessions=1))
    assert band(bench) == ""
    shell.desk.sync.progressed.emit(replace(waiting, waiting_seconds=9))
    shell.desk.sync.ended.emit(None)
    assert band(bench) == ""
    assert bench.text("syncState") == "Paused"


@pytest.mark.parametrize("was_whole", [True, False])
def test_the_last_sync_of_an_earlier_run_is_known(bench: Bench, was_whole: bool) -> None:
    """A first sync that was broken off was none: its beginning must not be taken for the last one."""
    shell = bench.application.shell
    began_ms = shell.desk.now_ms() - 3_600_000
    audit = AuditPlan(finished_ms=began_ms if was_whole else None)
    state = SyncState(7, Plan(reread_from_ms=began_ms, audit=audit))
    bench.write(lambda writer: writer.save_state(encode_state(state)))
    shell.sync.account_changed()
    with bench.qtbot.waitSignal(shell.desk.stats_changed):
        shell.desk.refresh_stats()
    asked: list[bool] = []
    shell.desk.read_soon("after that", lambda _reader, _token: True, asked.append)
    bench.qtbot.waitUntil(lambda: bool(asked))
    assert bench.text("syncState") == "Ready"
    assert ("last sync" in labels(bench.window.status)) is was_whole


def test_on_an_empty_cache_the_page_says_what_to_do(open_bench: OpenBench) -> None:
    bench = open_bench(empty=True)
    shell = bench.application.shell
    states = bench.find("statePage")
    assert states.isVisible()
    assert "No sessions yet" in labels(states)
    why = UserText("The service does not answer.", "Nothing was fetched.", "Check the connection.")
    shell.desk.sync.ended.emit(replace(DONE, stopped_by=SyncStop(StopReason.SERVICE, why)))
    assert why.happened.rstrip(".") in labels(states)
    assert why.do in labels(states)
    pressed: list[str] = []
    shell.states.pressed.connect(pressed.append)
    shell.sync.start = lambda: pressed.append("started")  # type: ignore[method-assign]  # no service here
    QTest.mouseClick(bench.find("state-sync"), Qt.MouseButton.LeftButton)
    assert pressed == ["started", "sync"]


def test_without_an_account_the_welcome_stands_there_and_nothing_is_scanned(
    open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("m360desk.workers.accounts.environment_credentials", lambda _: None)
    bench = open_bench(empty=True)
    welcome = bench.find("welcomePage")
    assert welcome.isVisible()
    assert not bench.table.isVisible()
    assert bench.text("syncState") == "No account yet"


def test_pages_by_keyboard_and_the_charts_follow_the_search(bench: Bench) -> None:
    bench.search("iphone")
    bench.press("Ctrl+2")
    assert bench.window.pages.currentIndex() == BATTERY
    assert bench.window.battery_action.isChecked()
    bench.settle()
    bench.press("Ctrl+1")
    assert bench.window.pages.currentIndex() == SESSIONS
    assert bench.table.isVisible()


@pytest.mark.parametrize("size", [(1440, 900), (1100, 700), (960, 600)])
def test_everything_fits(bench: Bench, size: tuple[int, int]) -> None:
    bench.window.resize(*size)
    QApplication.processEvents()
    assert bench.window.size() == QSize(*size), "nothing may force the window wider"
    detail = bench.application.shell.detail
    assert detail is not None
    assert detail.width() >= 320
    header = bench.table.horizontalHeader()
    assert header.length() <= bench.table.viewport().width(), "every column that is not folded can be seen"
    for name in ("searchBox", "menuButton", "sessionTable", "detailPane"):
        widget = bench.find(name)
        left = widget.mapTo(bench.window, widget.rect().topLeft()).x()
        assert left >= 0, name
        assert left + widget.width() <= size[0], name
        assert widget.height() > 15, name


def test_the_windows_size_and_folded_sections_come_back(open_bench: OpenBench) -> None:
    first = open_bench()
    detail = first.application.shell.detail
    assert detail is not None
    detail.set_folded_sections(("tests", "raw"))
    first.window.resize(960, 700)
    first.window.close()
    second = open_bench()
    again = second.application.shell.detail
    assert again is not None
    assert set(again.folded_sections()) == {"tests", "raw"}
    assert second.window.size() == QSize(960, 700)


def test_only_safe_addresses_are_opened(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    detail = bench.application.shell.detail
    assert detail is not None
    for address in ("http://example.org/report", "file:///etc/passwd", "javascript:alert(1)"):
        detail.link_requested.emit(address)
        assert "not opened" in band(bench)
    assert not opened
    detail.link_requested.emit("https://example.org/report?id=7")
    assert opened == ["https://example.org/report?id=7"]


@pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)
def test_an_earlier_record_is_shown_as_it_came(bench: Bench, workshop: Workshop) -> None:
    row_id = bench.ids[0]
    newest = max(range(600), key=workshop.fleet.connected_ms)
    record = json.loads(workshop.fleet.record_bytes(newest))
    earlier = record.get("customId")
    record["customId"] = "changed later"

    def store(writer: CacheWriter) -> None:
        writer.store_page([read(json.dumps(record).encode())], stretch=None, batch=2, state=None)

    bench.write(store)
    bench.application.shell.session.choose(row_id)  # type: ignore[union-attr]  # built by now
    bench.settle()
    detail = bench.application.shell.detail
    assert detail is not None
    detail.version_requested.emit(row_id, 1)
    bench.qtbot.waitUntil(lambda: bench.window.findChild(VersionDialog) is not None)
    dialog: VersionDialog | None = bench.window.findChild(VersionDialog)
    assert dialog is not None
    dialog.body.copy_all()
    shown = json.loads(QApplication.clipboard().text())
    assert shown.get("customId") == earlier
    dialog.close()


def test_made_up_sessions_cannot_be_read_again_and_that_is_said(open_bench: OpenBench) -> None:
    bench = open_bench(mode="testing", empty=True)
    bench.application.shell.detail.refresh_requested.emit(1)  # type: ignore[union-attr]  # built by now
    assert "Made-up sessions" in band(bench)


def test_a_crash_of_the_last_run_is_told_until_it_is_looked_at(bench: Bench) -> None:
    shell = bench.application.shell
    shell.offer_report(Path("/somewhere/crash.txt"), "ValueError in the window", "Traceback")
    assert "/somewhere/crash.txt" in band(bench)
    shell._show_note(None)
    assert band(bench), "other news does not take it away"
    shell.say_problem(UserText("Another.", "", ""))
    assert "Another." in band(bench), "one band at a time, the newest counts"


def test_no_answer_of_one_cache_ever_shows_in_another(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lanes of a cache that is left are closed aside: until then they still answer."""
    desk = bench.application.desk
    lanes = desk.lanes
    assert lanes is not None
    gate, stop = threading.Event(), CacheLanes.stop

    def stop_late(self: CacheLanes) -> None:
        gate.wait(10)
        stop(self)

    monkeypatch.setattr(CacheLanes, "stop", stop_late)
    told: list[str] = []
    after: list[str] = []
    desk.read_soon("test", lambda *_: "of the first cache", told.append)
    lanes.rows.request("marker", lambda *_: "behind it", after.append, lambda _: None)
    desk.open_cache(None)
    bench.qtbot.waitUntil(lambda: bool(after))
    gate.set()
    assert told == []


def test_events_of_the_window_stay_few(bench: Bench) -> None:
    """The scanner's filter sits on the window alone: paint events never pass through it."""
    scanner = bench.application.shell.findChild(QObject, "scanner")
    assert scanner is not None
    seen: list[QEvent.Type] = []
    kept = type(scanner).eventFilter

    def counted(self: QObject, watched: QObject, event: QEvent) -> bool:
        seen.append(event.type())
        return bool(kept(self, watched, event))

    type(scanner).eventFilter = counted  # type: ignore[method-assign]  # put back below
    try:
        for _ in range(20):
            bench.table.viewport().repaint()
    finally:
        type(scanner).eventFilter = kept  # type: ignore[method-assign]
    assert QEvent.Type.Paint not in seen
