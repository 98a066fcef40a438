"""The charts look as they did when somebody last looked at them: pictures kept beside the tests.

After a wanted change run this file once with M360DESK_KEEP_PICTURES=1, look at the new pictures, commit them.
Fonts differ from system to system, so pictures are compared at a quarter of their size, within a tolerance.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from m360desk.core import battery_fleet as fleet
from m360desk.core.battery import HealthPoint, Limits
from m360desk.core.battery_capacity import capacities
from m360desk.core.battery_figures import distribution
from m360desk.core.battery_history import DeviceFigures, forecast
from m360desk.core.battery_trend import trend
from m360desk.ui.battery.capacity import CapacityChart
from m360desk.ui.battery.cycles import CyclesChart
from m360desk.ui.battery.device_chart import DeviceChart
from m360desk.ui.battery.distribution import DistributionChart
from m360desk.ui.battery.figures import Figures, Trend, Ways, Wear
from m360desk.ui.battery.models import ModelsChart
from m360desk.ui.battery.trend import TrendChart
from m360desk.ui.marks import Marks
from m360desk.ui.theme_source import ThemeSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from PySide6.QtWidgets import QApplication, QWidget

KEPT = Path(__file__).parent / "pictures"
SIZE = QSize(600, 340)
MEAN, SHARE_OFF, OFF = 5.0, 0.03, 48.0
"""Of 255: the mean difference, and how many of the pixels may differ by more than the last."""
LIMITS = Limits()
_DAY = 86_400_000
# Of the off-screen platform, for any window with a least size; nothing of ours can be wrong there.
pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")
_NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _figures(seed: int) -> Figures:
    """Some devices: what is drawn depends on nothing but the seed."""
    dice = np.random.default_rng(seed)
    count = 4_000
    cycles = np.floor(dice.gamma(4, 130, count))
    health = np.round(np.clip(101 - cycles / 48 + dice.normal(0, 2.5, count), 50, 104), 1)
    health[dice.random(count) < 0.06] = np.nan
    codes = dice.choice(5, count, p=(0.1, 0.3, 0.3, 0.29, 0.01))
    times = float(_NOW.timestamp() * 1000) - dice.integers(0, 700, count) * float(_DAY)
    found = distribution(health, LIMITS)
    names = {1: "iPhone 11", 2: "iPhone 12", 3: "Galaxy S21", 4: "Pixel 8"}
    months = trend(times, health, LIMITS, UTC, "month")
    return Figures(
        own=(), limits=LIMITS, ways=Ways(), sessions=count, search=found, distribution=found,
        trend=Trend(months, months[:-2], "month", _NOW.date()),
        wear=Wear(fleet.density(cycles, health), fleet.median_curve(cycles, health)),
        models=fleet.model_table(codes, health, cycles, LIMITS, names.get),
        capacities=capacities(health, dice.normal(29, 4, count), cycles / 90),
    )  # fmt: skip


def _device() -> DeviceFigures:
    start = int((_NOW - timedelta(days=900)).timestamp() * 1000)
    told = (
        (0, 91.0, 410),
        (120, 88.5, 520),
        (300, 84.0, 690),
        (420, 99.5, 4),
        (700, 96.0, 190),
        (880, 93.0, 330),
    )
    points = tuple(HealthPoint(start + day * _DAY, percent, cycles) for day, percent, cycles in told)
    return DeviceFigures(points, (90.0, 87.0, None, 99.0, 96.5, 93.5), forecast(points, 80))


def _charts(themes: ThemeSource, figures: Figures) -> dict[str, QWidget]:
    marks = Marks()
    plots: dict[str, Any] = {
        "distribution": DistributionChart(themes, marks),
        "cycles": CyclesChart(themes),
        "trend": TrendChart(themes, UTC),
        "capacity": CapacityChart(themes),
    }
    for chart in plots.values():
        chart.show_figures(figures)
    device = DeviceChart(themes, UTC)
    device.show_device(_device(), LIMITS)
    models = ModelsChart(themes, marks)
    models.table.show_figures(figures)
    return {**plots, "device": device, "models": models}


@pytest.fixture
def draw(qapp: QApplication) -> Iterator[Callable[[str, int], dict[str, QImage]]]:
    """Draws all charts in a theme, for a seed, each in the same size."""
    palette, font = qapp.palette(), qapp.font()
    themes = ThemeSource(qapp, "light")

    def draw_all(theme: str, seed: int) -> dict[str, QImage]:
        themes.set_choice(theme)
        charts = _charts(themes, _figures(seed))
        pictures = {}
        for name, chart in charts.items():
            chart.resize(SIZE)
            chart.show()
            pictures[name] = chart.grab().toImage()
            shiboken6.delete(chart)
        return pictures

    yield draw_all
    shiboken6.delete(themes)
    qapp.setPalette(palette)
    qapp.setFont(font)


def _pixels(image: QImage) -> NDArray[np.float64]:
    small = image.scaled(
        SIZE / 4, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    ).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(small.constBits(), np.uint8).reshape(small.height(), small.bytesPerLine())
    return rows[:, : small.width() * 3].reshape(small.height(), small.width(), 3).astype(np.float64)


def _alike(first: QImage, second: QImage) -> bool:
    apart = np.abs(_pixels(first) - _pixels(second))
    return float(apart.mean()) <= MEAN and float((apart.max(axis=2) > OFF).mean()) <= SHARE_OFF


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_look_as_in_the_pictures(draw: Callable[[str, int], dict[str, QImage]], theme: str) -> None:
    drawn = draw(theme, 1)
    if os.environ.get("M360DESK_KEEP_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        for name, image in drawn.items():
            assert image.save(str(KEPT / f"{name}-{theme}.png"))
    kept = {name: QImage(str(KEPT / f"{name}-{theme}.png")) for name in drawn}
    assert [name for name, image in drawn.items() if not _alike(image, kept[name])] == []


def test_the_tolerance_tells_charts_apart(draw: Callable[[str, int], dict[str, QImage]]) -> None:
    light, dark = draw("light", 1), draw("dark", 1)
    names = list(light)
    assert [name for name in names if _alike(light[name], dark[name])] == []
    pairs = [(one, other) for one in names for other in names if one < other]
    assert [pair for pair in pairs if _alike(light[pair[0]], light[pair[1]])] == []
    # Not only other charts: the same one without what it shows is told apart, too.
    blank = QImage(light["trend"])
    blank.fill(blank.pixelColor(1, 1))
    assert [name for name in names if _alike(light[name], blank)] == []
