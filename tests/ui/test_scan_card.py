"""The scan card: what a scanner sends becomes a verdict, wherever the focus is, and Esc undoes it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from m360desk.core.identity import luhn_digit
from m360desk.core.records import read
from m360desk.simulator.host import SimulatorProcess
from m360desk.ui.scan.content import Look
from m360desk.ui.scanner import MEAN_GAP_MS
from m360desk.workers.keys import NoCredentials
from tests.ui.scanning import Gun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.ui.conftest import Bench, OpenBench

FREE = "35291811000000"
"""No device of the workshop begins so."""


@pytest.fixture
def gun(bench: Bench) -> Gun:
    return Gun(bench)


def imei_of(number: int) -> str:
    digits = f"352918119{number:05}"
    return digits + str(luhn_digit(digits))


def session(number: int, *, day: int = 1, **more: Any) -> bytes:
    """A record of a session in which nothing speaks against the device, but for ``more``."""
    record: dict[str, Any] = {
        "sessionId": f"{number:08}-{day:04}-4000-8000-000000000000",
        "imei": imei_of(number),
        "connectionTime": f"2026-10-{day:02}T08:00:00+00:00",
        "isClosed": True,
        "osType": "iOS",
        "marketingName": "iPhone 13",
        "associatedAccount": "Off",
        "MDMState": "Off",
        "simLock": "Unlocked",
        "blacklistCheckResult": {"status": "Clean"},
        "batteryHealthPercent": "96%",
        "oemCheckResult": {"Display": {"isOriginal": True}},
        "diagnosticsResults": [
            {"tests": [{"testId": name, "result": "Passed"} for name in ("Battery", "Speaker")]}
        ],
    }
    return json.dumps(record | more).encode()


def store(bench: Bench, *records: bytes) -> None:
    sessions = [read(record) for record in records]
    bench.write(lambda writer: writer.store_page(sessions, stretch=None, batch=9, state=None))


def failed(*names: str) -> list[dict[str, Any]]:
    tests = [{"testId": "Wifi", "result": "Passed"}]
    return [{"tests": [*tests, *({"testId": name, "result": "Failed"} for name in names)]}]


@pytest.mark.parametrize(
    ("more", "look", "title", "line"),
    [
        ({}, Look.PASS, "Pass", "All 2 tests passed"),
        ({"associatedAccount": "On"}, Look.STOP, "Stop", "iCloud lock is on"),
        ({"batteryHealthPercent": "79%"}, Look.REPLACE, "Replace battery", "Nothing else"),
        ({"diagnosticsResults": failed("Speaker")}, Look.REPAIR, "Repair", "1 test failed: Speaker"),
        (
            {"diagnosticsResults": failed("Speaker"), "batteryHealthPercent": "60%"},
            Look.REPLACE,
            "Replace battery, repair",
            "1 test failed: Speaker",
        ),
        (
            {"diagnosticsResults": failed("Battery"), "batteryHealthPercent": "60%"},
            Look.REPLACE,
            "Replace battery",
            "1 test failed: Battery",
        ),
        ({"diagnosticsResults": []}, Look.UNTESTED, "Never tested", "Test it with M360"),
        ({"blacklistCheckResult": []}, Look.PASS, "Pass", "Not checked: blacklist"),
        ({"associatedAccount": None}, Look.PASS, "Pass", "Not checked: iCloud lock"),
    ],
)
def test_a_scan_shows_the_verdict_and_why(
    gun: Gun, more: dict[str, Any], look: Look, title: str, line: str
) -> None:
    store(gun.bench, session(1, **more))
    content = gun.scan(imei_of(1))
    head = content.headline
    assert (head.look, head.title) == (look, title)
    assert line in head.line
    assert not gun.bench.table.isVisible()
    assert gun.card.band.isVisible()
    assert gun.card.reasons.reasons == content.reasons
    unchecked = [reason for reason in content.reasons if reason.word == "Not checked"]
    assert bool(unchecked) == ("Not checked" in head.line or look is Look.UNTESTED)
    if "iCloud" in line and look is Look.PASS:
        assert "account lock" not in head.line
    assert gun.bench.box.text().replace("\u00a0", "") == imei_of(1)


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_esc_goes_back_to_search_selection_and_scroll(gun: Gun, end: Qt.Key) -> None:
    bench = gun.bench
    store(bench, session(1))
    bench.search("battery:>0")
    bench.table.setFocus()
    bench.table.select_row(40)
    bench.table.verticalScrollBar().setValue(1_003)
    ids, row = bench.ids, bench.table.current_row_id()
    assert gun.scan(imei_of(1), end).headline.title == "Pass"
    assert gun.scan(imei_of(1), end).row_id is not None
    bench.press(Qt.Key.Key_Escape)
    assert not gun.work.is_open
    assert bench.table.hasFocus()
    assert (bench.ids, bench.box.text()) == (ids, "battery:>0")
    assert bench.table.current_row_id() == row
    assert bench.table.verticalScrollBar().value() == 1_003


def test_what_a_scan_typed_into_the_search_box_is_taken_back(gun: Gun) -> None:
    bench = gun.bench
    store(bench, session(1))
    bench.search("battery:>0")
    bench.table.select_row(30)
    bench.table.verticalScrollBar().setValue(801)
    row = bench.table.current_row_id()
    bench.box.setFocus()
    bench.box.end(False)
    gun.scan(imei_of(1))
    bench.settle()
    bench.press(Qt.Key.Key_Escape)
    bench.settle()
    assert bench.box.text() == "battery:>0"
    assert bench.box.hasFocus()
    assert bench.table.current_row_id() == row
    assert bench.table.verticalScrollBar().value() == 801


def test_enter_opens_the_session_in_the_list(gun: Gun) -> None:
    bench = gun.bench
    store(bench, session(1), session(1, day=2, batteryHealthPercent="70%"))
    bench.table.setFocus()
    content = gun.scan(imei_of(1))
    assert content.headline.title == "Replace battery", "the newest session counts"
    assert content.history_summary == "2 sessions"
    assert [line.spoken for line in content.changed] == ["Battery: 96\u00a0%, now 70\u00a0%"]
    gun.clock.now += 1_000
    bench.press(Qt.Key.Key_Return)
    bench.settle()
    assert bench.box.text() == imei_of(1)
    assert len(bench.ids) == 2
    assert bench.table.current_row_id() == content.row_id
    detail = bench.application.shell.detail
    assert detail is not None
    bench.qtbot.waitUntil(lambda: detail.row_id == content.row_id)


def test_a_blank_in_a_code_presses_no_button_and_a_slow_one_does(gun: Gun) -> None:
    bench = gun.bench
    button = QPushButton("Delete", bench.window)
    button.show()
    button.setFocus()
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    gun.scan(f"IMEI {imei_of(77)}")
    assert not pressed
    QTest.keyClick(gun.card, Qt.Key.Key_Escape)
    button.setFocus()
    gun.clock.step = 300
    gun.clock.now += 10_000
    handle = bench.window.windowHandle()
    assert handle is not None
    QTest.keyClick(handle, Qt.Key.Key_Space)
    assert len(pressed) == 1


def test_a_second_end_and_further_lines_belong_to_the_scan(gun: Gun) -> None:
    """Enter behind Enter does not open; a code of two lines is one scan, its IMEI found in the second."""
    bench = gun.bench
    store(bench, session(1))
    bench.table.setFocus()
    gun.scan(f"{imei_of(1)}\n")
    assert gun.work.is_open
    gun.clock.now += 1_000
    gun.send(f"Galaxy S23\nIMEI1:{imei_of(1)}\nSN:RF8N30ABCDE")
    bench.qtbot.waitUntil(lambda: gun.card.content is not None and gun.card.content.row_id is not None)
    assert gun.work.is_open
    bench.qtbot.waitUntil(lambda: len(gun.work.log.entries) == 2)
    assert [entry.title for entry in gun.work.log.entries] == ["Pass", "Pass"]


def test_what_a_person_types_is_no_scan_and_arrives(gun: Gun) -> None:
    bench = gun.bench
    gun.clock.step = 80
    bench.box.setFocus()
    gun.send("352918112846172")
    assert bench.box.text() == "352918112846172", "every key of a typist arrives"
    bench.box.clear()
    bench.table.setFocus()
    gun.clock.step = MEAN_GAP_MS + 10
    gun.send("352918112846172")
    gun.clock.step = 5
    gun.send("12345")
    gun.clock.now += 1_000
    gun.send("")
    assert not gun.work.is_open, "slow, or short: not a scan"


def test_a_scan_goes_into_an_edit_that_asks_for_text(gun: Gun) -> None:
    detail = gun.bench.application.shell.detail
    assert detail is not None
    detail.set_folded_sections(())
    detail.raw.field.setFocus()
    gun.send("352918112846172")
    assert detail.raw.field.text() == "352918112846172"
    assert not gun.work.is_open


@pytest.mark.parametrize(
    ("code", "problem", "marked"),
    [("352918112846171", "would have to be 2", True), ("35291811284617", "14 digits", False)],
)
def test_a_misread_imei_is_named_and_nobody_asked(
    gun: Gun, monkeypatch: pytest.MonkeyPatch, code: str, problem: str, marked: bool
) -> None:
    def ask(*_: object) -> None:
        raise AssertionError("the account was asked")

    monkeypatch.setattr(gun.bench.application.accounts._lines, "with_line", ask)
    content = gun.scan(code)
    assert content.headline.title == "Not an IMEI"
    assert problem in content.headline.line
    assert content.headline.wrong_end == marked
    gun.clock.now += 1_000
    gun.bench.press(Qt.Key.Key_Return)
    gun.bench.settle()
    assert gun.bench.box.text() == code


def test_off_line_it_is_not_said_that_a_device_was_never_tested(gun: Gun) -> None:
    imei = FREE + str(luhn_digit(FREE))
    content = gun.scan(imei)
    assert content.headline.title == "Not on this computer"
    assert "not known" in content.headline.line
    assert "Nothing was synced completely yet" in content.headline.line
    assert "Never" not in content.spoken


def test_without_credentials_the_card_says_so(gun: Gun, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = gun.bench.application.accounts._lines
    monkeypatch.setattr(lines, "with_line", lambda _, failed: failed(NoCredentials()))
    content = gun.scan("C39RWJ1VFWJQ")
    assert content.headline.title == "Not on this computer"
    assert "credentials" in content.remark


def test_testing_mode_says_that_nothing_is_real_and_asks_nobody(open_bench: OpenBench) -> None:
    bench = open_bench(mode="testing", empty=True)
    content = Gun(bench).scan(FREE + str(luhn_digit(FREE)))
    assert content.headline.made_up == "TESTING"
    assert "In testing mode it is not asked" in content.headline.line
    assert bench.window.mode_band.isVisible()


def test_a_session_that_comes_in_replaces_the_verdict_that_is_shown(gun: Gun) -> None:
    bench = gun.bench
    store(bench, session(1))
    gun.scan(imei_of(1))
    store(bench, session(1, day=2, associatedAccount="On"))
    bench.qtbot.waitUntil(lambda: gun.card.band.headline.title == "Stop", timeout=10_000)
    assert [entry.title for entry in gun.work.log.entries] == ["Stop"], "it is the same scan"
    gun.scan(FREE + str(luhn_digit(FREE)))
    lost = json.loads(session(7)) | {"imei": FREE + str(luhn_digit(FREE))}
    store(bench, json.dumps(lost).encode())
    bench.qtbot.waitUntil(lambda: gun.card.band.headline.title == "Pass", timeout=10_000)


def test_one_custom_id_on_two_devices_is_said(gun: Gun) -> None:
    store(gun.bench, session(1, customId="LOT-17"), session(2, day=2, customId="LOT-17"))
    content = gun.scan("LOT-17")
    assert "2 devices carry" in content.remark
    assert content.device is not None
    assert content.device.identity == imei_of(2)


def test_the_log_shows_a_scan_again_and_can_be_kept(gun: Gun, tmp_path: Path) -> None:
    bench = gun.bench
    store(bench, session(1), session(2, associatedAccount="On", customId="=1+1"))
    first, second = gun.scan(imei_of(1)), gun.scan(imei_of(2))
    gun.scan("352918112846171")
    assert gun.card.log.isVisible()
    gun.card.log.list.clicked.emit(gun.work.log.index(2))
    bench.qtbot.waitUntil(lambda: gun.card.content == first)
    gun.card.log.list.clicked.emit(gun.work.log.index(0))
    assert gun.card.band.headline.title == "Not an IMEI"
    assert len(gun.work.log.entries) == 3
    gun.card.log.copy()
    copied = QGuiApplication.clipboard().text().splitlines()
    gun.card.log.save(str(tmp_path / "log.csv"))
    rows = list(csv.reader(io.StringIO((tmp_path / "log.csv").read_text("utf-8-sig"))))
    assert [line.split("\t") for line in copied] == rows
    assert [row[1:3] for row in rows[1:]] == [
        [imei_of(1), "Pass"],
        [imei_of(2), second.headline.title],
        ["352918112846171", "Not an IMEI"],
    ]
    said: list[Any] = []
    gun.card.log.noted.connect(said.append)
    gun.card.log.save(str(tmp_path / "nowhere" / "log.csv"))
    assert "not saved" in said[0].happened


def test_a_verdict_is_announced_and_stop_beeps_where_wanted(
    gun: Gun, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    beeps: list[bool] = []

    def heard(event: Any) -> None:
        if event.type() == QAccessible.Event.Alert:
            interface = QAccessible.queryAccessibleInterface(event.object())
            said.append(interface.text(QAccessible.Text.Description))

    monkeypatch.setattr(QAccessible, "updateAccessibility", heard)
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(True))
    store(gun.bench, session(1, associatedAccount="On"))
    gun.scan(imei_of(1))
    assert not beeps, "off by default"
    desk = gun.bench.application.desk
    with gun.bench.qtbot.waitSignal(desk.settings_changed):
        gun.work._beep_action.trigger()
    gun.scan(imei_of(1))
    assert beeps == [True]
    assert len(said) == 2
    assert said[0].startswith("Stop. iCloud lock is on.")
    row = QAccessible.queryAccessibleInterface(gun.card.reasons).child(0)
    assert row.text(QAccessible.Text.Name).startswith("Stop: iCloud lock is on")


def test_a_scan_selects_in_the_list_where_that_is_chosen(gun: Gun) -> None:
    bench = gun.bench
    store(bench, session(1))
    with bench.qtbot.waitSignal(bench.application.desk.settings_changed):
        gun.work._card_action.trigger()
    assert bench.application.desk.settings.scan_opens == "list"
    bench.table.setFocus()
    gun.send(imei_of(1))
    bench.settle()
    assert not gun.work.is_open
    assert (bench.box.text(), len(bench.ids)) == (imei_of(1), 1)
    detail = bench.application.shell.detail
    assert detail is not None
    bench.qtbot.waitUntil(lambda: detail.row_id == bench.ids[0])


def test_other_ways_out_of_the_card(gun: Gun) -> None:
    """A search that goes on from what was scanned, the cross in the box, a page."""
    bench = gun.bench
    store(bench, session(1))
    bench.search("battery:>0")
    gun.scan(imei_of(1))
    bench.box.setText("operator:anna")
    bench.settle()
    assert not gun.work.is_open
    assert bench.ids == bench.expected("operator:anna")
    gun.scan(imei_of(1))
    bench.box.clear()
    bench.settle()
    assert bench.box.text() == "operator:anna"
    assert bench.table.isVisible()
    gun.scan(imei_of(1))
    bench.press("Ctrl+2")
    assert not gun.work.is_open
    assert bench.window.pages.isVisible()


@pytest.mark.parametrize("size", [(960, 600), (1440, 900)])
def test_nothing_is_cut_off_and_the_log_hides_when_narrow(gun: Gun, size: tuple[int, int]) -> None:
    bench = gun.bench
    store(bench, session(1, diagnosticsResults=failed("Speaker"), batteryHealthPercent="60%"))
    bench.window.resize(*size)
    gun.scan(imei_of(1))
    card = gun.card
    bench.qtbot.waitUntil(lambda: card.width() == bench.window.width())
    assert card.log.isVisible() == (size[0] > 1180)
    height = sum(card.reasons.sizeHintForRow(row) for row in range(len(card.reasons.reasons)))
    assert card.reasons.height() == height
    assert card.band.height() >= 144
    assert card.open_button.width() >= card.open_button.sizeHint().width()


@pytest.fixture(scope="module")
def service() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", "200", "--seed", "11") as process:
        yield process


def test_the_account_is_asked_for_what_is_not_here_and_esc_gives_up(
    open_bench: OpenBench, service: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    imei = next(
        record["imei"]
        for record in (service.control("record", position=n)["record"] for n in range(200))
        if record.get("imei")
    )
    monkeypatch.setenv("M360DESK_AUTH_CODE", service.auth_code)
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", service.auth_token)
    bench = open_bench(api_url=service.url, empty=True)
    bench.qtbot.waitUntil(lambda: bench.find("statePage").isVisible())
    gun = Gun(bench)
    titles: list[str] = []
    gun.work.shown.connect(lambda: titles.append(gun.card.band.headline.title))
    content = gun.scan(imei)
    assert titles[-2] == "Asking the account…"
    assert content.row_id is not None
    assert content.device is not None
    assert content.device.identity == imei
    unknown = FREE + str(luhn_digit(FREE))
    denied = gun.scan(unknown)
    assert denied.headline.title == "Never tested"
    assert "the account does not know it either" in denied.headline.line
    service.control("settings", latency=30)
    gun.clock.now += 1_000
    gun.send(imei_of(5))
    bench.qtbot.waitUntil(lambda: gun.card.band.headline.title == "Asking the account…")
    bench.press(Qt.Key.Key_Escape)
    assert not gun.work.is_open
    assert len(gun.work.log.entries) == 2, "given up"
