"""The pane in the window: follows the cache without moving, sums up a selection, has reports made."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from m360desk.core.battery import Limits, band
from m360desk.core.fields import INDEX
from m360desk.core.records import read
from m360desk.core.selection import summarise
from m360desk.services import blacklist
from m360desk.simulator.host import SimulatorProcess
from m360desk.ui import export_dialog
from m360desk.ui.detail.lines import LinesView

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtCore import QUrl

    from m360desk.store.writer import CacheWriter
    from m360desk.ui.detail.pane import DetailPane
    from tests.ui.conftest import Bench, OpenBench, Workshop


class _Paints(QObject):
    """Counts how often any part of a widget is painted."""

    def __init__(self, pane: DetailPane) -> None:
        super().__init__()
        self.count = 0
        for each in (pane, *pane.findChildren(QObject)):
            each.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt calls it so
        self.count += event.type() is QEvent.Type.Paint
        return False


def _pane(bench: Bench) -> DetailPane:
    pane = bench.application.shell.detail
    assert pane is not None
    return pane


def _newest(workshop: Workshop) -> dict[str, Any]:
    number = max(range(600), key=workshop.fleet.connected_ms)
    record: dict[str, Any] = json.loads(workshop.fleet.record_bytes(number))
    return record


def _write(bench: Bench, *records: dict[str, Any]) -> None:
    sessions = [read(json.dumps(record).encode()) for record in records]

    def store(writer: CacheWriter) -> None:
        writer.store_page(sessions, stretch=None, batch=writer.last_batch() + 1, state=None)

    bench.write(store)


def _select(bench: Bench, *positions: int) -> None:
    bench.table.setFocus()
    bench.table.select_row(positions[0])
    for position in positions[1:]:
        place = bench.table.visualRect(bench.table.model().index(position, 1)).center()
        QTest.mouseClick(
            bench.table.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.ControlModifier,
            place,
        )
    bench.settle()


def test_what_a_sync_changes_shows_by_itself_and_nothing_moves(bench: Bench, workshop: Workshop) -> None:
    pane, record = _pane(bench), _newest(workshop)
    pane.set_folded_sections(("storage", "locks"))
    QApplication.processEvents()
    pane.verticalScrollBar().setValue(300)
    QApplication.processEvents()
    tests = pane.findChild(LinesView, "testList")
    assert tests is not None
    tests.setCurrentIndex(tests.model().index(2, 0))
    place = pane.sections["battery"].mapTo(pane, pane.pos())
    record["gradingResult"] = {"grade": "Z", "username": "anna"}
    _write(bench, record)
    assert pane.row_id == bench.ids[0]
    assert any("Grade Z" in line.spoken for line in pane.lists["grading"].lines)
    said = [line.spoken for line in pane.lists["versions"].lines]
    assert len(said) == 2
    assert said[1] == "Grade: none, then Z"
    assert pane.sections["battery"].mapTo(pane, pane.pos()) == place
    assert pane.folded_sections() == ("storage", "locks")
    assert tests.currentIndex().row() == 2


def test_a_session_on_its_way_when_the_limits_change_is_told_by_the_new_ones(bench: Bench) -> None:
    pane, desk = _pane(bench), bench.application.desk
    good = next(
        at
        for at, row in enumerate(bench.application.shell.page.model.known_rows(range(1, 30)), 1)
        if isinstance(value := row.get("battery"), float) and value >= desk.settings.battery_good_from
    )
    bench.table.select_row(good)
    # What follows a change in the settings dialog, between the question and its answer.
    desk.settings = desk.settings._replace(battery_replace_below=99, battery_good_from=100)
    bench.settle()
    assert pane.content is not None
    assert pane.content.gauge.limit == 99


def test_a_sync_that_changes_other_sessions_paints_nothing(bench: Bench, workshop: Workshop) -> None:
    pane = _pane(bench)
    shown = pane.content
    other = json.loads(workshop.fleet.record_bytes(605))
    other["imei"], other["imei2"], other["serial"] = None, None, None
    paints = _Paints(pane)
    painted = -1
    pane.head.update()
    bench.qtbot.waitUntil(lambda: paints.count > 0)
    while painted != paints.count:
        painted = paints.count
        QApplication.processEvents()
    _write(bench, other)
    assert pane.content is shown
    QApplication.processEvents()
    assert paints.count == painted


def test_another_session_of_the_device_comes_into_its_history(bench: Bench, workshop: Workshop) -> None:
    pane, record = _pane(bench), _newest(workshop)
    before = len(pane.lists["history"].lines)
    _write(bench, record | {"sessionId": "0" * 36, "id": "0" * 36})
    assert len(pane.lists["history"].lines) in (before + 1, 2)


def test_several_selected_sessions_are_summed_up(bench: Bench) -> None:
    pane = _pane(bench)
    _select(bench, 0, 2, 3)
    ids = [bench.ids[0], bench.ids[2], bench.ids[3]]
    assert bench.application.shell.session is not None
    assert bench.application.shell.session.selected.row_ids().tolist() == ids
    page = pane.many
    assert page.isVisible()
    assert page.head.title.accessibleName() == "3 sessions selected"
    rows = [bench.application.shell.page.model.row_at(position) for position in (0, 2, 3)]
    known = [row for row in rows if row is not None]
    summary = summarise(known, Limits())
    assert sum(summary.bands.values()) == 3
    for row in known:
        health = row.get("battery")
        assert band(health if isinstance(health, float) else None, Limits()) in summary.bands
    QTest.mouseClick(page.head.copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text().split("\n")
    assert copied == [imei for row in known if (imei := row.get("imei"))]
    QTest.mouseClick(
        bench.table.viewport(),
        Qt.MouseButton.LeftButton,
        pos=bench.table.visualRect(bench.table.model().index(2, 1)).center(),
    )
    bench.settle()
    assert not page.isVisible()
    assert pane.row_id == ids[1]


def test_all_sessions_of_a_large_list_are_counted_at_once(bench: Bench) -> None:
    bench.table.setFocus()
    bench.table.selectAll()
    bench.settle()
    page = _pane(bench).many
    assert page.head.title.accessibleName() == f"{len(bench.ids)} sessions selected"
    badges = page.head.badges.accessibleName()
    assert "failed a test" in badges
    assert "battery to replace" in badges
    figures = [line.spoken for line in page.lists["Battery"].lines]
    counted = [int(line.rpartition(": ")[2]) for line in figures if not line.startswith("Median")]
    assert sum(counted) == len(bench.ids)


@pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)
def test_a_selection_is_exported_as_it_stands(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "selection.jsonl"
    proposed: list[str] = []

    def choose(_: object, name: str) -> str:
        proposed.append(name)
        return str(out)

    monkeypatch.setattr(export_dialog, "choose_file", choose)
    _select(bench, 3, 1)
    QTest.mouseClick(_pane(bench).many.head.export, Qt.MouseButton.LeftButton)
    bench.qtbot.waitUntil(out.exists, timeout=10_000)
    assert "selection" in proposed[0]
    written = [json.loads(line)["session"] for line in out.read_text().splitlines()]
    rows = [bench.application.shell.page.model.row_at(position) for position in (1, 3)]
    assert written == [row.get("session") for row in rows if row is not None]


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", "12", "--seed", "7") as process:
        yield process


def _synced(open_bench: OpenBench, simulator: SimulatorProcess) -> Bench:
    bench = open_bench(empty=True, api_url=simulator.url)
    with bench.qtbot.waitSignal(bench.application.desk.sync.ended, timeout=15_000):
        bench.application.accounts.start_sync()
    bench.settle()
    return bench


def test_a_report_is_made_by_the_service_and_opened(
    open_bench: OpenBench, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    bench = _synced(open_bench, simulator)
    model = bench.application.shell.page.model
    bench.qtbot.waitUntil(lambda: model.row_at(0) is not None)
    session = model.row_at(0)
    assert session is not None
    QTest.mouseClick(_pane(bench).head.report, Qt.MouseButton.LeftButton)
    bench.qtbot.waitUntil(lambda: bool(opened), timeout=10_000)
    asked = simulator.control("counters")["last"]["generateReport"]["body"]
    wanted = str(session.values[INDEX["session"]])
    assert asked == {"sessionId": wanted}
    # The simulator is a service on this computer: its own pages may be opened, and they are there.
    assert opened[0].endswith(f"/reports/{wanted}.pdf")
    with urllib.request.urlopen(opened[0]) as page:  # noqa: S310 - of the simulator, which is http to here
        assert page.read(4) == b"%PDF"


def test_a_report_that_cannot_be_made_is_told(open_bench: OpenBench, simulator: SimulatorProcess) -> None:
    bench = _synced(open_bench, simulator)
    simulator.control("settings", accountMode="disabled")
    QTest.mouseClick(_pane(bench).head.report, Qt.MouseButton.LeftButton)
    band = bench.window.note_band
    bench.qtbot.waitUntil(lambda: "could not be made" in band.accessibleName(), timeout=10_000)
    simulator.control("settings", accountMode="live")


@pytest.mark.qt_log_ignore("^This plugin does not support propagateSizeHints", extend=True)
def test_a_blacklist_check_is_ordered_only_after_a_yes(
    open_bench: OpenBench, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blacklist.check_blacklist, "__kwdefaults__", {"pauses": (0.0, 0.0, 0.0)})
    bench = _synced(open_bench, simulator)
    simulator.control("reset-counters")
    pane = _pane(bench)
    model = bench.application.shell.page.model
    position = next(n for n in range(12) if (row := model.row_at(n)) is not None and row.get("imei"))
    bench.table.select_row(position)
    bench.settle()
    assert pane.content is not None

    def answer(name: str) -> None:
        assert pane.content is not None
        pane.check_requested.emit(pane.content.imei)
        box = bench.window.findChild(QMessageBox, "blacklistQuestion")
        assert box is not None
        assert "1 token" in box.findChild(QPushButton, "orderCheck").text()  # type: ignore[union-attr]  # it has one
        assert box.defaultButton().text() == "Cancel"
        button = box.findChild(QPushButton, name) if name else box.defaultButton()
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        bench.qtbot.waitUntil(lambda: not shiboken6.isValid(box))

    answer("")
    assert simulator.control("counters")["tokensSpent"] == 0
    answer("orderCheck")
    band = bench.window.note_band
    bench.qtbot.waitUntil(lambda: "blacklisted" in band.accessibleName(), timeout=10_000)
    assert simulator.control("counters")["tokensSpent"] == 1
