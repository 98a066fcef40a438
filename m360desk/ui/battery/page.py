"""The Battery health page: what batteries the current search holds, and what to do about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup, QPalette
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from m360desk.core.battery import Limits
from m360desk.core.battery_fleet import CYCLES_PER_CELL
from m360desk.core.query import EVERYTHING
from m360desk.store.errors import CacheAbsent
from m360desk.ui.battery.capacity import CapacityChart
from m360desk.ui.battery.cycles import CyclesChart
from m360desk.ui.battery.device_chart import DeviceChart
from m360desk.ui.battery.distribution import DistributionChart
from m360desk.ui.battery.figures import Figures, Ways, gather, nothing
from m360desk.ui.battery.models import ModelsChart
from m360desk.ui.battery.order_dialog import OrderDialog
from m360desk.ui.battery.panel import Panel
from m360desk.ui.battery.quality import read_doubts, show_quality
from m360desk.ui.battery.readouts import ReadOuts
from m360desk.ui.battery.save_menu import SaveMenu
from m360desk.ui.battery.tables import (
    capacity_table,
    cycles_table,
    device_table,
    distribution_table,
    models_table,
    trend_table,
)
from m360desk.ui.battery.terms import take_apart, with_term
from m360desk.ui.battery.trend import TrendChart
from m360desk.ui.text import counted, number
from m360desk.ui.while_alive import while_alive

if TYPE_CHECKING:
    from datetime import date

    from PySide6.QtGui import QResizeEvent, QShowEvent
    from PySide6.QtWidgets import QMenu

    from m360desk.core.battery_doubts import Doubts
    from m360desk.core.battery_trend import Unit
    from m360desk.core.cancel import CancelToken
    from m360desk.core.query import Query
    from m360desk.store.reader import CacheReader
    from m360desk.ui.battery.saving import Paintable
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Marks
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.desk import Desk

_REST_MS, _REST_SHARE = 500, 4
"""Rest between two pictures while a sync writes, and how many times as long as the picture took at least: the
charts follow the sync without taking its time."""
_BELOW = 300
_UNITS: tuple[tuple[str, Unit | None], ...] = (
    ("Weeks or months, as fits", None),
    ("By week", "week"),
    ("By month", "month"),
)
_LIMITS = {"battery_replace_below", "battery_good_from"}
_MODE_WORDS = {"testing": "TESTING", "demo": "DEMO"}


class BatteryPage(QWidget):
    """Read-outs and charts for a search; what stands keeps standing until the new is there."""

    filter_asked = Signal(str)
    """A chart was clicked: the whole text of the new query."""
    settled = Signal()
    """What is asked is shown."""

    def __init__(
        self, desk: Desk, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("batteryPage")
        self._desk, self._themes, self._icons = desk, themes, icons
        self._query: Query = EVERYTHING
        self._wanted: Limits | None = None
        self._busy = self._stale = False
        self._ways = Ways()
        self.figures: Figures | None = None
        self.read_outs = ReadOuts(themes, marks, self)
        self.distribution = DistributionChart(themes, marks)
        self.trend = TrendChart(themes, desk.zone)
        self.cycles = CyclesChart(themes)
        self.models = ModelsChart(themes, marks)
        self.capacity = CapacityChart(themes)
        self.device = DeviceChart(themes, desk.zone)
        self.panels = (
            Panel("Distribution of health", self.distribution, themes, icons, self),
            Panel("Health against cycles", self.cycles, themes, icons, self),
            Panel("Trend by month", self.trend, themes, icons, self),
            Panel("Models", self.models, themes, icons, self),
            Panel("Capacity, temperature and drain", self.capacity, themes, icons, self),
            Panel("One device", self.device, themes, icons, self),
        )
        self._plots = (self.distribution, self.cycles, self.trend, self.models.table, self.capacity)
        charts: tuple[Paintable, ...] = (
            self.distribution, self.cycles, self.trend, self.models, self.capacity, self.device
        )  # fmt: skip
        tables = (distribution_table, cycles_table, trend_table, models_table, capacity_table, device_table)
        self.save_menus = tuple(
            SaveMenu(panel, chart, table, self._shown, themes)
            for panel, chart, table in zip(self.panels, charts, tables, strict=True)
        )
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._took = QElapsedTimer()
        self._rest.timeout.connect(self._rested)
        self._lay_out()
        self._connect()
        self._theme_changed()

    def show_query(self, query: Query) -> None:
        """Show another search."""
        self._query = query
        self._ask_now()

    def refresh(self) -> None:
        """The cache or the limits have changed: bring the charts up to date."""
        if self._wanted == self._desk.limits:
            self._wanted = None
        self.read_outs.show_limits(self.limits)
        if self.figures is None or self.figures.limits != self.limits:
            self._ask_now()
        else:
            self._ask_soon()

    @property
    def limits(self) -> Limits:
        """The limits that the charts show: the settings', or those that are being chosen here."""
        return self._wanted or self._desk.limits

    @property
    def awaits(self) -> bool:
        """Whether the charts are about to show something else."""
        return self._busy or self._stale or self.figures is None

    # Asking

    def _ask_now(self) -> None:
        """A person waits: what is being computed for an earlier question is given up."""
        self._stale = True
        if self.isVisible():
            self._begin()

    def _ask_soon(self) -> None:
        """News of the cache: the picture that stands is finished and rested on first."""
        self._stale = True
        if self.isVisible() and not self._busy and not self._rest.isActive():
            self._begin()

    def _rested(self) -> None:
        if self._stale:
            self._ask_soon()

    def _begin(self) -> None:
        desk, query, limits, ways = self._desk, self._query, self.limits, self._ways
        self._stale = False
        now = self._now()
        if desk.lanes is None:
            self._show(nothing(limits, now))
            return
        self._busy = True
        self._took.start()

        def work(reader: CacheReader, token: CancelToken) -> Figures:
            parts = take_apart(query, today=now.date(), zone=desk.zone)
            return gather(reader, token, parts, limits, now, ways)

        desk.lanes.slow.request("battery", work, self._show, lambda error: self._failed(error, limits, now))

    def _show(self, figures: Figures) -> None:
        self._busy = False
        self.figures = figures
        self.read_outs.show_figures(figures)
        self.read_outs.show_limits(self.limits)
        for chart in self._plots:
            chart.show_figures(figures)
        self.device.show_device(figures.device, figures.limits)
        self._show_captions(figures)
        took = self._took.elapsed() if self._took.isValid() else 0
        self._rest.start(max(_REST_MS, _REST_SHARE * took))
        self.settled.emit()

    def _failed(self, error: Exception, limits: Limits, now: datetime) -> None:
        if isinstance(error, CacheAbsent):
            self._show(nothing(limits, now))  # nothing has been fetched yet
            return
        self._busy = False
        self._desk.failed.emit(error)

    def _another_cache(self) -> None:
        self._busy = False
        self._ask_now()

    def _term_asked(self, fields: tuple[str, ...], term: str) -> None:
        self.filter_asked.emit(with_term(self._query, fields, term))

    def _session_asked(self, place: int) -> None:
        """Show the sessions of that day: of one device there is hardly more than one."""
        device = self.figures.device if self.figures is not None else None
        time_ms = device.points[place].time_ms if device is not None else None
        if time_ms is not None:
            day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)).astimezone(
                self._desk.zone
            )
            self._term_asked(("time",), f"on:{day.date()}")

    def _count_every(self, every: bool) -> None:
        """Count each session, or devices by their newest one."""
        self._ways = replace(self._ways, every=every)
        self._ask_now()

    def _group(self, by_brand: bool) -> None:
        """Let the table stand for brands, or for models."""
        self._ways = replace(self._ways, by="brand" if by_brand else "model")
        self._ask_now()

    def _divide(self, unit: Unit | None) -> None:
        """Let the trend go by weeks or months."""
        self._ways = replace(self._ways, unit=unit)
        self._ask_now()

    def _show_order_list(self) -> None:
        dialog = OrderDialog(self._desk, self._query, self)
        dialog.filter_asked.connect(self.filter_asked)
        dialog.show()

    def _show_quality(self) -> None:
        query = self._query

        def show(found: Doubts) -> None:
            show_quality(found, self)

        self._desk.read(
            "quality", lambda reader, token: read_doubts(reader, token, query), while_alive(self, show)
        )

    def _shown(self) -> tuple[Figures | None, str, str, date]:
        """What the files of the charts are made from."""
        mode = self._desk.key.mode if self._desk.key is not None else ""
        return self.figures, self._query.text, mode, self._now().date()

    def _now(self) -> datetime:
        return self._local(self._desk.now_ms())

    def _local(self, time_ms: int) -> datetime:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)).astimezone(
            self._desk.zone
        )

    # The limits

    def _try_limit(self, lower: bool, figure: int) -> None:
        """Follow a handle that is being dragged; the settings change when it is dropped."""
        low, high = self.limits.replace_under, self.limits.good_from
        low, high = (figure, max(figure, high)) if lower else (min(figure, low), figure)
        if self._desk.settings.locked & _LIMITS:
            return
        if Limits(low, high) == self.limits:
            return
        self._wanted = Limits(float(low), float(high))
        self.read_outs.show_limits(self._wanted)
        self._ask_now()

    def _keep_limits(self) -> None:
        self._set_limits(self.limits)

    def _set_limits(self, limits: Limits) -> None:
        self._wanted = limits
        low, high = round(limits.replace_under), round(limits.good_from)
        self._desk.change_settings(
            lambda settings: settings._replace(battery_replace_below=low, battery_good_from=high),
            failed=self._limits_not_kept,
        )

    def _limits_not_kept(self, error: Exception) -> None:
        self._wanted = None
        self._desk.failed.emit(error)
        self.refresh()

    # Inner workings

    def _show_captions(self, figures: Figures) -> None:
        key = self._desk.key
        word = _MODE_WORDS.get(key.mode, "") if key is not None else ""
        marked = any(term.field == "time" for term in figures.own)
        unit = f"{figures.trend.unit}s"
        self.panels[2].header.title = f"Trend by {figures.trend.unit}"
        by = figures.ways.by
        models = counted(len(figures.models), by, f"{by}s")
        self.panels[3].header.title = f"{by.capitalize()}s"
        devices = counted(figures.distribution.known, "device", "devices")
        sessions = counted(figures.distribution.known, "session", "sessions")
        captions = (
            f"n = {sessions}, every one" if figures.ways.every else f"n = {devices}, newest session of each",
            f"n = {number(figures.wear.density.known)}, {CYCLES_PER_CELL} cycles × 1 %",
            f"all {unit}; the marked ones filter the other charts"
            if marked
            else f"drag over {unit} to filter",
            f"{models}, n = {number(sum(row.count for row in figures.models))}",
            "of those that report such figures",
            counted(len(figures.device.points), "session", "sessions") if figures.device else "",
        )
        for panel, caption in zip(self.panels, captions, strict=True):
            panel.show_caption(caption, word)

    def _lay_out(self) -> None:
        body = QWidget(self)
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(1)
        places = ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1))
        for panel, (row, column) in zip(self.panels, places, strict=True):
            grid.addWidget(panel, row, column)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
            grid.setRowStretch(column, 1)
        scroll = QScrollArea(self)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        self._body, self._scroll = body, scroll
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.read_outs)
        whole.addWidget(scroll, 1)

    def _connect(self) -> None:
        order = self.panels[3].add_button("Order list", "export", self._icons)
        order.setObjectName("orderList")
        order.clicked.connect(self._show_order_list)
        every = QAction("Count every session", self, checkable=True)
        every.toggled.connect(self._count_every)
        brands = QAction("Group by brand", self, checkable=True)
        brands.toggled.connect(self._group)
        quality = QAction("Reading quality…", self)
        quality.triggered.connect(self._show_quality)
        for panel in self.panels[:5]:
            panel.menu.addSeparator()
            panel.menu.addActions([every, quality])
        self.panels[3].menu.insertAction(every, brands)
        self._offer_units(self.panels[2].menu, every)
        self._desk.cache_opened.connect(self._another_cache)
        self.read_outs.limits_changed.connect(self._set_limits)
        self.read_outs.show_limits(self.limits)
        if self._desk.settings.locked & _LIMITS:
            self.read_outs.hold_limits()
        self.distribution.limit_dragged.connect(self._try_limit)
        self.distribution.limit_dropped.connect(self._keep_limits)
        for chart in self._plots:
            chart.filter_asked.connect(self._term_asked)
        self.device.point_asked.connect(self._session_asked)
        self._themes.changed.connect(self._theme_changed)

    def _offer_units(self, menu: QMenu, before: QAction) -> None:
        group = QActionGroup(self)
        for words, unit in _UNITS:
            action = QAction(words, group, checkable=True)
            action.setChecked(unit is self._ways.unit)
            action.triggered.connect(lambda _=False, unit=unit: self._divide(unit))
            menu.insertAction(before, action)
        menu.insertSeparator(before)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        # The grid's gaps show the body: they are the lines between the charts.
        for widget, colour in ((self._body, theme.line), *((panel, theme.base) for panel in self.panels)):
            palette = widget.palette()
            palette.setColor(QPalette.ColorRole.Window, colour)
            widget.setPalette(palette)
            widget.setAutoFillBackground(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Four charts fill the page; the rest stands below."""
        super().resizeEvent(event)
        half = (self.height() - self.read_outs.sizeHint().height() - 1) // 2
        for panel in self.panels[:4]:
            panel.setMinimumHeight(max(panel.minimumSizeHint().height(), half))
        for panel in self.panels[4:]:
            panel.setMinimumHeight(max(_BELOW, panel.minimumSizeHint().height()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._begin()
