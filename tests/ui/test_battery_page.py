"""The Battery health page with a real desk over a real cache: what it shows, and what a click asks for."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QSpinBox,
    QToolButton,
    QWidget,
)

from m360desk.core.battery import Band
from m360desk.core.query import parse
from m360desk.core.records import read
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.store.writer import CacheWriter
from m360desk.system.settings_file import SettingsFile
from m360desk.ui.battery.order_dialog import OrderDialog
from m360desk.ui.battery.page import BatteryPage
from m360desk.ui.icons import Icons
from m360desk.ui.marks import Mark, Marks
from m360desk.ui.theme_source import ThemeSource
from m360desk.workers.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from m360desk.core.query import Query
    from m360desk.ui.battery.chart import Cell, Chart

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
# Of the off-screen platform, for any window with a least size; nothing of ours can be wrong there.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")
MODELS = ("iPhone 11", "iPhone 12", "Pixel 8", 'Tab 10"')


class _FreeLock:
    def acquire(self) -> None:
        """Nobody else writes."""

    def release(self) -> None:
        """Nobody waits."""


@dataclass(frozen=True)
class _Visit:
    """A session as it was made for the test."""

    number: int
    device: int
    when: datetime
    health: float | None
    cycles: int | None
    model: str

    def record(self) -> bytes:
        record = {
            "id": f"{self.number:036d}",
            # Every tenth device has no identity: its sessions stand alone.
            "serial": None if self.device % 10 == 0 else f"SER{self.device:06d}",
            "connectionTime": self.when.isoformat(),
            "batteryHealthPercent": self.health,
            "batteryCycles": self.cycles,
            "marketingName": self.model,
            "brand": "Google" if self.model == "Pixel 8" else "Apple",
        }
        return json.dumps(record).encode()


def _visits(devices: int, first_number: int = 1) -> list[_Visit]:
    """Devices that come one to three times within a year; their batteries age, or are replaced."""
    dice = random.Random(first_number)
    visits: list[_Visit] = []
    for device in range(1, devices + 1):
        model = dice.choice(MODELS)
        day = dice.randrange(300)
        for _ in range(dice.randint(1, 3)):
            health = None if dice.random() < 0.08 else round(min(104, dice.gauss(86, 7)), 1)
            cycles = None if health is None or dice.random() < 0.1 else max(0, round((102 - health) * 45))
            when = NOW - timedelta(days=310 - day, minutes=dice.randrange(600))
            visits.append(_Visit(first_number + len(visits), device, when, health, cycles, model))
            day += dice.randrange(5)
    return visits


def _newest(visits: list[_Visit], pick: Callable[..., _Visit] = max) -> list[_Visit]:
    """One session of each device, by plain Python."""
    groups: dict[object, list[_Visit]] = {}
    for visit in visits:
        groups.setdefault(visit.device if visit.device % 10 else -visit.number, []).append(visit)
    return [pick(group, key=lambda visit: visit.when) for group in groups.values()]


VISITS = _visits(900)


class _Bench:
    """A page on a desk, and ways to ask it."""

    def __init__(self, qtbot: QtBot, desk: Desk, themes: ThemeSource, folder: Path) -> None:
        self.qtbot, self.desk, self.themes, self.folder = qtbot, desk, themes, folder
        self.page = BatteryPage(desk, themes, Icons(themes), Marks())
        self.page.resize(1240, 800)
        # As the window does it.
        desk.cache_changed.connect(self.page.refresh)
        desk.settings_changed.connect(self.page.refresh)

    @property
    def figures(self) -> Any:
        return self.page.figures

    def store(self, visits: list[_Visit], mode: Any = "live", *, new_batch: bool = True) -> CacheKey:
        key = CacheKey(account_hash("a167b9ae-948d-490c-9995-932984fbb223"), mode)
        path = cache_file(self.folder, key)
        writer = CacheWriter.open(path, key, lock=_FreeLock(), now_ms=lambda: NOW_MS)
        sessions = [read(visit.record()) for visit in visits]
        writer.store_page(sessions, stretch=1, batch=writer.last_batch() + new_batch, state=None)
        writer.close()
        return key

    def store_records(self, records: list[bytes]) -> None:
        assert self.desk.key is not None
        path = cache_file(self.folder, self.desk.key)
        with CacheWriter.open(path, self.desk.key, lock=_FreeLock(), now_ms=lambda: NOW_MS) as writer:
            batch = writer.last_batch() + 1
            writer.store_page([read(each) for each in records], stretch=1, batch=batch, state=None)

    def show(self, text: str = "") -> None:
        with self.qtbot.waitSignal(self.page.settled):
            if not self.page.isVisible():
                self.page.show()
            self.page.show_query(self.query(text))
        QApplication.processEvents()

    def query(self, text: str) -> Query:
        return parse(text, today=NOW.date(), zone=UTC)

    def asked(self, act: Callable[[], None]) -> str:
        """What the page asks for when that is done."""
        with self.qtbot.waitSignal(self.page.filter_asked) as signal:
            act()
        return str(signal.args[0])


@pytest.fixture
def bench(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[_Bench]:
    palette, font = qapp.palette(), qapp.font()
    themes = ThemeSource(qapp, "light")
    settings_file = SettingsFile(tmp_path / "settings.toml")
    desk = Desk(
        settings_file,
        settings_file.load().settings,
        tmp_path,
        lambda path, key: CacheWriter.open(path, key, lock=_FreeLock(), now_ms=lambda: NOW_MS),
        lambda: NOW_MS,
        UTC,
    )
    made = _Bench(qtbot, desk, themes, tmp_path)
    yield made
    shiboken6.delete(made.page)
    desk.stop()
    shiboken6.delete(desk)
    shiboken6.delete(themes)
    qapp.setPalette(palette)
    qapp.setFont(font)


@pytest.fixture
def filled(bench: _Bench) -> _Bench:
    bench.desk.open_cache(bench.store(VISITS))
    bench.show()
    return bench


def _middle(chart: Chart, first: Cell, last: Cell | None = None) -> QPoint:
    return chart.cell_box(first, last or first).center().toPoint()


def _click(chart: Chart, cell: Cell) -> None:
    QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=_middle(chart, cell))


def _drag(chart: QWidget, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(chart, (start + end) / 2)
    QTest.mouseMove(chart, end)
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=end)


def test_figures_are_those_of_the_newest_sessions(filled: _Bench) -> None:
    newest = _newest(VISITS)
    known = [visit.health for visit in newest if visit.health is not None]
    figures, page = filled.figures, filled.page
    assert figures.sessions == len(VISITS)
    assert figures.devices == len(newest)
    assert figures.search.bands == {
        Band.REPLACE: sum(health < 80 for health in known),
        Band.WATCH: sum(80 <= health < 85 for health in known),
        Band.GOOD: sum(health >= 85 for health in known),
        Band.UNKNOWN: len(newest) - len(known),
    }
    assert figures.search.median == pytest.approx(median(known))
    by_percent = Counter(int(health) for health in known)
    assert {bar.low: bar.count for bar in page.distribution.bars if not bar.is_open} == {
        bar.low: by_percent[bar.low] for bar in page.distribution.bars if not bar.is_open
    }
    assert sum(bar.count for bar in page.distribution.bars) == len(known)
    worn = [visit for visit in newest if visit.health is not None and visit.cycles is not None]
    assert page.cycles.counts.sum() == len(worn)
    assert page.read_outs.outs[0].figure == f"{len(newest):,}"
    assert f"{figures.search.bands[Band.REPLACE]:,}" in page.read_outs.accessibleName()


def test_months_tell_intake_from_final(filled: _Bench) -> None:
    trend = filled.figures.trend
    for months, visits in ((trend.final, _newest(VISITS)), (trend.intake, _newest(VISITS, min))):
        groups: dict[tuple[int, int], list[float]] = {}
        for visit in visits:
            if visit.health is not None:
                groups.setdefault((visit.when.year, visit.when.month), []).append(visit.health)
        assert {(month.start.year, month.start.month): month.count for month in months} == {
            name: len(group) for name, group in groups.items()
        }
        for month in months:
            group = groups[month.start.year, month.start.month]
            assert month.median == pytest.approx(median(group))
            assert month.low == pytest.approx(np.percentile(group, 10))
            assert month.share_under == pytest.approx(sum(health < 80 for health in group) / len(group))


def test_models_can_be_sorted_and_add_up(filled: _Bench) -> None:
    table = filled.page.models.table
    rows = table.rows.rows
    newest = [visit for visit in _newest(VISITS) if visit.health is not None]
    under = Counter(visit.model for visit in newest if visit.health is not None and visit.health < 80)
    assert {row.model: row.under for row in rows} == {name: under[name] for name in MODELS}
    assert [row.share_under for row in rows] == sorted((row.share_under for row in rows), reverse=True)
    header = table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(0) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    names = [table.rows.index(row, 0).data() for row in range(len(MODELS))]
    assert names in (sorted(MODELS, key=str.casefold), sorted(MODELS, key=str.casefold, reverse=True))
    index = table.rows.index(names.index("Pixel 8"), 0)
    asked = filled.asked(
        lambda: QTest.mouseClick(
            table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(index).center()
        )
    )
    assert asked == 'model:="Pixel 8"'
    table.setCurrentIndex(table.rows.index(names.index('Tab 10"'), 0))
    assert filled.asked(lambda: QTest.keyClick(table, Qt.Key.Key_Return)) == 'model:"Tab 10"'


def test_ctrl_click_compares_models_without_colour(filled: _Bench) -> None:
    table = filled.page.models.table

    def click(name: str, keys: Qt.KeyboardModifier) -> str:
        row = next(row for row in range(len(MODELS)) if table.rows.index(row, 0).data() == name)
        place = table.visualRect(table.rows.index(row, 0)).center()
        return filled.asked(
            lambda: QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, place)
        )

    one = click("Pixel 8", Qt.KeyboardModifier.ControlModifier)
    filled.show(one)
    two = click("iPhone 11", Qt.KeyboardModifier.ControlModifier)
    assert two == 'model:="Pixel 8",="iPhone 11"'
    filled.show(two)
    compared = dict(filled.figures.wear.models)
    assert set(compared) == {"Pixel 8", "iPhone 11"}
    own = [
        v for v in _newest([v for v in VISITS if v.model == "Pixel 8"]) if v.health and v.cycles is not None
    ]
    for point in compared["Pixel 8"]:
        near = [v for v in own if v.cycles is not None and int(point.cycles) // 100 == v.cycles // 100]
        assert (point.count, point.median) == (len(near), pytest.approx(median(v.health or 0 for v in near)))
    assert "Pixel 8: " in filled.page.cycles.accessibleDescription()
    assert len(table.rows.rows) == len(MODELS)  # the table ignores its own brush, and marks it
    assert {row.model for row in table.rows.rows if table.rows.is_marked(row)} == set(compared)
    assert click("Pixel 8", Qt.KeyboardModifier.ControlModifier) == 'model:="iPhone 11"'
    assert click("iPhone 12", Qt.KeyboardModifier.NoModifier) == 'model:="iPhone 12"'


def test_every_session_counts_where_that_is_asked(filled: _Bench) -> None:
    action = next(each for each in filled.page.panels[0].menu.actions() if "every session" in each.text())
    with filled.qtbot.waitSignal(filled.page.settled):
        action.trigger()
    assert filled.figures.devices == filled.figures.sessions == len(VISITS)
    assert "every one" in filled.page.panels[0].header.caption
    assert filled.page.read_outs.outs[0].words == "sessions, every one"
    with filled.qtbot.waitSignal(filled.page.settled):
        action.trigger()
    assert filled.figures.devices == len(_newest(VISITS))


def test_brands_take_the_place_of_models(filled: _Bench) -> None:
    action = next(each for each in filled.page.panels[3].menu.actions() if "brand" in each.text())
    with filled.qtbot.waitSignal(filled.page.settled):
        action.trigger()
    table = filled.page.models.table
    known = [v for v in _newest(VISITS) if v.health is not None]
    google = sum(v.model == "Pixel 8" for v in known)
    assert {row.model: row.count for row in table.rows.rows} == {
        "Google": google,
        "Apple": len(known) - google,
    }
    row = next(row for row in range(2) if table.rows.index(row, 0).data() == "Apple")
    table.setCurrentIndex(table.rows.index(row, 0))
    assert filled.asked(lambda: QTest.keyClick(table, Qt.Key.Key_Return)) == 'brand:="Apple"'
    assert filled.page.panels[3].header.title == "Brands"


def test_a_short_search_goes_by_weeks(filled: _Bench) -> None:
    filled.show("after:2026-03-01 before:2026-05-01")
    assert filled.figures.trend.unit == "month"  # the months around the marked ones are the context
    filled.show("model:pixel (after:2026-03-01) (before:2026-05-01)")  # in brackets they are no brush
    trend = filled.page.trend
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    recent = _newest([v for v in VISITS if v.model == "Pixel 8" and start <= v.when < end])
    weeks = Counter(v.when.date() - timedelta(days=v.when.weekday()) for v in recent if v.health is not None)
    assert {week.start: week.count for week in trend.months} == dict(weeks)
    first = min(weeks)
    asked = filled.asked(lambda: _click(trend, (0, 0)))
    assert asked.endswith(f") time:{first}..{first + timedelta(days=6)}")
    assert filled.page.panels[2].header.title == "Trend by week"


def test_the_trend_goes_by_weeks_where_that_is_wanted(filled: _Bench) -> None:
    actions = {action.text(): action for action in filled.page.panels[2].menu.actions()}
    months = filled.figures.trend.final
    for words, unit in (("By week", "week"), ("By month", "month"), ("Weeks or months, as fits", "month")):
        with filled.qtbot.waitSignal(filled.page.settled):
            actions[words].trigger()
        assert filled.figures.trend.unit == unit
        assert actions[words].isChecked()
    assert filled.figures.trend.final == months


def test_the_order_list_counts_at_two_limits_and_is_saved(filled: _Bench) -> None:
    filled.show("brand:apple")
    button = filled.page.findChild(QToolButton, "orderList")
    assert isinstance(button, QToolButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    dialog = filled.page.findChild(OrderDialog)
    assert isinstance(dialog, OrderDialog)
    assert dialog.text == "brand:apple last:30d"

    def expected(visits: list[_Visit], limit: int) -> dict[str, int]:
        found = Counter(v.model for v in _newest(visits) if v.health is not None and v.health < limit)
        return dict(found)

    search = dialog.findChild(QLineEdit, "orderSearch")
    spins = {name: dialog.findChild(QSpinBox, name) for name in ("orderLimit", "orderWhatIf")}
    assert isinstance(search, QLineEdit)
    with filled.qtbot.waitSignal(dialog.counted):
        search.setText("")
        QTest.keyClick(search, Qt.Key.Key_Return)
    for limit, what_if in ((80, 85), (84, 78)):
        for spin, figure in zip(spins.values(), (limit, what_if), strict=True):
            assert isinstance(spin, QSpinBox)
            spin.setValue(figure)
        lines = dialog.model.lines
        assert {line.model: line.now for line in lines} == expected(VISITS, limit)
        assert {line.model: line.what_if for line in lines} == expected(VISITS, what_if)
        assert [line.now for line in lines] == sorted((line.now for line in lines), reverse=True)
    path = filled.folder / "order.csv"
    dialog.save(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert {row["model"]: int(row["order_under_84"]) for row in rows} == expected(VISITS, 84)
    assert {row["mode"] for row in rows} == {"live"}
    book_path = filled.folder / "order.xlsx"
    dialog.save(book_path)
    book = openpyxl.load_workbook(book_path)
    cells = [[cell.value for cell in row] for row in book.active.rows]
    assert cells[0][1:4] == ["model", "order_under_84", "if_under_78"]
    assert {row[1]: row[2] for row in cells[1:]} == expected(VISITS, 84)
    dialog.copy()
    assert QApplication.clipboard().text().splitlines()[0] == "Model\tBatteries"
    search.setText("battery:")
    QTest.keyClick(search, Qt.Key.Key_Return)
    label = dialog.findChild(QLabel, "orderProblem")
    assert isinstance(label, QLabel)
    assert label.text()
    assert dialog.model.lines  # what stood still stands
    dialog.save(filled.folder / "absent" / "order.csv")
    box = dialog.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "could not be saved" in box.text()
    box.close()
    dialog.close()


def test_one_device_shows_its_history_and_what_is_left(filled: _Bench) -> None:
    many = [
        _Visit(80_000 + n, 90_001, NOW - timedelta(days=400 - 90 * n), health, cycles, "Pixel 8")
        for n, (health, cycles) in enumerate(((88.0, 700), (99.0, 2), (97.0, 102), (95.0, 202)))
    ]
    chart = filled.page.device
    filled.store(many)
    assert "Search for one device" in chart.accessibleDescription()
    filled.show("serial:SER090001")
    device = filled.figures.device
    assert [point.percent for point in device.points] == [88.0, 99.0, 97.0, 95.0]
    assert device.forecast.own
    assert device.forecast.cycles == pytest.approx(750)
    assert "1 change of battery" in chart.accessibleDescription()
    assert "750" in chart.forecast_words()
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert "202 cycles" in chart.accessibleDescription()
    asked = filled.asked(lambda: QTest.keyClick(chart, Qt.Key.Key_Return))
    assert asked == "serial:SER090001 on:2026-07-16"
    content = filled.page.save_menus[5].content("csv")
    assert content is not None
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [line["battery"] for line in table] == ["", "replaced", "", ""]
    assert filled.page.save_menus[5].content("png")
    filled.show("serial:SER090001 on:2026-07-16")
    assert len(filled.figures.device.points) == 1
    chart.grab()


def test_capacity_says_so_where_nothing_is_reported(filled: _Bench) -> None:
    chart = filled.page.capacity
    assert "neither capacities nor temperature" in chart.accessibleDescription()
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert chart.cursor_cell is None
    records = [
        {"id": f"{70_000 + n:036d}", "serial": f"CAP{n:05d}", "marketingName": "Pixel 8", "batteryCycles": n,
         "connectionTime": NOW.isoformat(), "fullChargeCapacity": 2700 + n, "designCapacity": 3000,
         "batteryTemperature": 25 + n % 8}
        for n in range(60)
    ]  # fmt: skip
    filled.store_records([json.dumps(record).encode() for record in records])
    filled.show("model:pixel")
    share = filled.figures.capacities.share
    assert (share.known, share.lowest) == (60, 90)
    assert share.median == pytest.approx(median(100 * (2700 + n) / 3000 for n in range(60)), abs=0.1)
    QTest.keyClick(chart, Qt.Key.Key_Right)
    assert "60" in chart.accessibleDescription()
    cell = filled.page.capacity.cursor_cell
    assert cell is not None
    unit = cell[0]
    asked = filled.asked(lambda: QTest.keyClick(chart, Qt.Key.Key_Return))
    assert asked == f"model:pixel measured:{unit}..{unit}.9"
    filled.show(asked)
    assert filled.figures.sessions == share.counts[unit - share.lowest]
    assert filled.figures.capacities.share == share, "a chart ignores its own brush"


def test_reading_quality_is_told(filled: _Bench) -> None:
    action = next(each for each in filled.page.panels[0].menu.actions() if "quality" in each.text())
    action.trigger()
    filled.qtbot.waitUntil(lambda: filled.page.findChild(QDialog, "qualityDialog") is not None)
    dialog = filled.page.findChild(QDialog, "qualityDialog")
    assert isinstance(dialog, QDialog)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    single = Counter(visit.device if visit.device % 10 else -visit.number for visit in VISITS if visit.health)
    assert f" {sum(count == 1 for count in single.values())} " in f" {words} "
    dialog.close()


def test_a_click_on_a_bar_filters_all_but_its_own_chart(filled: _Bench) -> None:
    filled.show("brand:apple battery:<60")
    chart = filled.page.distribution
    before = chart.bars
    place = next(number for number, bar in enumerate(before) if bar.low == 82)
    asked = filled.asked(lambda: _click(chart, (place, 0)))
    assert asked == "brand:apple battery:82..82.9"
    filled.show(asked)
    assert chart.bars == before
    marked = [
        visit
        for visit in VISITS
        if visit.health is not None and 82 <= visit.health < 83 and visit.model != "Pixel 8"
    ]
    assert filled.figures.sessions == len(marked)
    assert filled.figures.devices == len(_newest(marked))
    assert sum(month.count for month in filled.page.trend.months) == filled.figures.devices
    # The mark is painted: the accent's edge stands left of the bar.
    image = chart.grab().toImage()
    box = chart.cell_box((place, 0), (place, 0))
    column = {
        image.pixelColor(x, int(box.top()) - 10).name()
        for x in range(int(box.left()) - 3, int(box.left()) + 3)
    }
    assert filled.themes.theme.accent.name() in column
    unknown = filled.asked(lambda: _click(chart, (len(chart.bars), 0)))
    assert unknown == "brand:apple battery:unknown"


def test_keys_do_what_the_mouse_does(filled: _Bench) -> None:
    chart = filled.page.trend
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    first = chart.months[0]
    assert f"{first.median:.1f}" in chart.accessibleDescription()
    QTest.keyClick(chart, Qt.Key.Key_Right)
    QTest.keyClick(chart, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert filled.asked(lambda: QTest.keyClick(chart, Qt.Key.Key_Return)) == ("time:2026-02..2026-03")
    dragged = filled.asked(lambda: _drag(chart.viewport(), _middle(chart, (3, 0)), _middle(chart, (1, 0))))
    assert dragged == "time:2026-02..2026-04"
    filled.show("brand:apple")
    months, sessions = chart.months, filled.figures.sessions
    filled.show("brand:apple " + dragged)
    assert chart.months == months
    assert filled.figures.sessions < sessions
    edge = chart.cell_box((3, 0), (3, 0))
    grip = QPoint(round(edge.right()), round(edge.center().y()))
    shorter = filled.asked(lambda: _drag(chart.viewport(), grip, _middle(chart, (2, 0))))
    assert shorter == "brand:apple time:2026-02..2026-03"
    assert filled.asked(lambda: QTest.keyClick(chart, Qt.Key.Key_Delete)) == "brand:apple"
    filled.show()
    cycles = filled.page.cycles
    cycles.setFocus()
    QTest.keyClick(cycles, Qt.Key.Key_Up)
    cell = cycles.cursor_cell
    assert cell is not None
    heading, text = cycles.words(cell, cell)
    assert heading in cycles.accessibleDescription()
    asked = filled.asked(lambda: QTest.keyClick(cycles, Qt.Key.Key_Enter))
    low, percent = cell[0] * 14, cell[1] + filled.figures.wear.density.lowest
    assert asked == f"cycles:{low}..{low + 13} battery:{percent}..{percent}.9"
    inside = [
        visit
        for visit in _newest(VISITS)
        if visit.cycles is not None
        and low <= visit.cycles <= low + 13
        and visit.health is not None
        and percent <= visit.health < percent + 1
    ]
    assert text.startswith(f"{len(inside)} device")


def test_a_dragged_limit_becomes_the_setting(filled: _Bench) -> None:
    chart = filled.page.distribution
    before = filled.figures.search.bands[Band.REPLACE]
    box = chart.cell_box((0, 0), (0, 0))
    width = chart.cell_box((1, 0), (1, 0)).left() - box.left()
    lower = next(number for number, bar in enumerate(chart.bars) if bar.low == 80)
    start = QPoint(int(chart.cell_box((lower, 0), (lower, 0)).left()), int(box.bottom()))
    end = start + QPoint(round(3 * width), 0)
    with filled.qtbot.waitSignal(filled.desk.settings_changed):
        _drag(chart.viewport(), start, end)
    filled.qtbot.waitUntil(lambda: filled.figures.limits.replace_under == 83)
    kept = SettingsFile(filled.folder / "settings.toml").load().settings
    assert (kept.battery_replace_below, kept.battery_good_from) == (83, 85)
    assert filled.figures.search.bands[Band.REPLACE] > before
    assert {bar.mark for bar in chart.bars if bar.low in (80, 82)} == {Mark.REPLACE}
    spin = filled.page.findChild(QSpinBox, "limitReplace")
    assert isinstance(spin, QSpinBox)
    assert spin.value() == 83
    with filled.qtbot.waitSignal(filled.desk.settings_changed):
        spin.setValue(90)
    assert filled.desk.settings.battery_good_from == 90  # pushed along: the limits never cross


def test_another_theme_repaints(filled: _Bench) -> None:
    chart = filled.page.distribution
    place = next(number for number, bar in enumerate(chart.bars) if bar.low == 90)
    for name in ("light", "dark", "light"):
        filled.themes.set_choice(name)
        image = chart.grab().toImage()
        assert image.pixelColor(_middle(chart, (place, 0))) == filled.themes.theme.good
        assert image.pixelColor(2, image.height() - 2) == filled.themes.theme.base
        trend = filled.page.trend.grab().toImage()
        colours = {
            trend.pixelColor(x, y).name() for x in range(80, 300) for y in range(20, trend.height() // 2)
        }
        assert filled.themes.theme.data.name() in colours


def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl(filled: _Bench) -> None:
    for chart in (filled.page.distribution, filled.page.trend, filled.page.cycles):
        box = chart.cell_box((2, 5), (2, 5))
        assert not _wheel(chart, box.center(), Qt.KeyboardModifier.NoModifier)
        assert chart.cell_box((2, 5), (2, 5)) == box
        assert _wheel(chart, box.center(), Qt.KeyboardModifier.ControlModifier)
        assert chart.cell_box((2, 5), (2, 5)).width() > box.width()
        QTest.keyClick(chart, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
        assert chart.cell_box((2, 5), (2, 5)) == box


def _wheel(chart: Chart, place: QPointF, keys: Qt.KeyboardModifier) -> bool:
    """Turn the wheel by three notches; whether the chart took it."""
    event = QWheelEvent(
        place, chart.mapToGlobal(place), QPoint(), QPoint(0, 360), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    chart.wheelEvent(event)
    return event.isAccepted()


def test_new_sessions_come_in_and_the_newest_question_wins(filled: _Bench) -> None:
    more = [
        _Visit(50_000 + n, 5_001 + 10 * n, NOW - timedelta(hours=n), 70.0, 900, "Pixel 8") for n in range(30)
    ]
    devices = filled.figures.devices
    filled.store(more)
    with filled.qtbot.waitSignal(filled.page.settled):
        filled.desk.cache_changed.emit()
    assert filled.figures.devices == devices + 30
    # A session that was read again changes within the page that brought it.
    good = filled.figures.search.bands[Band.GOOD]
    filled.store([replace(more[0], health=99.5)], new_batch=False)
    with filled.qtbot.waitSignal(filled.page.settled):
        filled.desk.cache_changed.emit()
    assert filled.figures.search.bands[Band.GOOD] == good + 1
    with filled.qtbot.waitSignal(filled.page.settled):
        filled.page.show_query(filled.query("model:pixel"))
        filled.page.show_query(filled.query("model:pixel last:2d"))
    assert filled.figures.devices == 30
    assert {row.model for row in filled.page.models.table.rows.rows} == {"Pixel 8"}


def test_nothing_and_one_point_say_so(bench: _Bench) -> None:
    bench.show()
    assert bench.figures.devices == 0
    bench.desk.open_cache(CacheKey(account_hash("nobody"), "live"))  # no file yet
    bench.show("battery:<80")
    assert bench.figures.sessions == 0
    assert "No readings" in bench.page.distribution.accessibleDescription()
    charts = (bench.page.distribution, bench.page.trend, bench.page.cycles)
    for chart in charts:
        QTest.keyClick(chart, Qt.Key.Key_Right)
        QTest.keyClick(chart, Qt.Key.Key_Return)
        chart.grab()
    one = _Visit(1, 1, NOW, 83.0, 420, "Pixel 8")
    with bench.qtbot.waitSignal(bench.page.settled):
        bench.desk.open_cache(bench.store([one]))
        bench.page.show_query(bench.query(""))
    assert [bar.low for bar in bench.page.distribution.bars if bar.count] == [83]
    assert "1 device" in bench.page.distribution.accessibleDescription()
    for chart in charts:
        chart.grab()
    bench.page.models.grab()


def test_files_hold_what_is_shown(bench: _Bench) -> None:
    bench.desk.open_cache(bench.store(VISITS, mode="testing"))
    bench.show("brand:apple")
    page = bench.page
    assert {panel.header.mode_word for panel in page.panels} == {"TESTING"}
    for number, menu in enumerate(page.save_menus[:4]):
        path = bench.folder / f"chart{number}.png"
        menu.save("png", path)
        image = QImage(str(path))
        width = page.panels[number].width()
        assert abs(image.width() - 2 * width) <= 2
        row = {image.pixelColor(x, 36).name() for x in range(image.width())}
        assert bench.themes.theme.mode.name() in row
        drawing = menu.content("svg")
        assert drawing is not None
        assert b"brand:apple" in drawing
        content = menu.content("csv")
        assert content is not None
        table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        assert {line["mode"] for line in table} == {"testing"}
        counted = sum(int(line["devices"] or 0) for line in table)
        assert (
            counted
            == (
                bench.figures.devices,
                bench.figures.wear.density.known,
                bench.figures.search.known,
                bench.figures.search.known,
            )[number]
        )
    page.save_menus[0].save("csv", bench.folder / "absent" / "chart.csv")
    box = page.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert "chart.csv could not be saved" in box.text()
    box.close()
