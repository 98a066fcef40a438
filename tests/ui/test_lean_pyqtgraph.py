"""pyqtgraph that is loaded lean: the same classes, without those of Qt that nobody asks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

LOAD = """
import PySide6.QtCore, PySide6.QtGui, PySide6.QtWidgets
from PySide6 import QtCore, QtGui, QtWidgets
qt = (QtCore, QtGui, QtWidgets)
names = [set(dir(module)) for module in qt]
from m360desk.ui.battery.lean_pyqtgraph import pg
assert all(before <= set(dir(module)) for before, module in zip(names, qt))
print(sum(len(vars(module)) for module in (pg.QtCore, pg.QtGui, pg.QtWidgets)), sum(map(len, names)))
assert pg.QtWidgets.QCalendarWidget is QtWidgets.QCalendarWidget
assert pg.QtCore.Qt is QtCore.Qt and issubclass(pg.GraphicsView, QtWidgets.QGraphicsView)
try:
    pg.QtGui.QNothing
except AttributeError as error:
    assert "QNothing" in str(error)
else:
    raise AssertionError("a class that there is not")
"""
LOADED_BEFORE = """
import pyqtgraph
from m360desk.ui.battery.lean_pyqtgraph import pg
assert pg is pyqtgraph
print(len(vars(pg.QtWidgets)))
"""


def said_by(code: str) -> list[int]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return [int(number) for number in done.stdout.split()]


def test_what_nobody_asks_for_is_not_looked_up() -> None:
    mirrored, there = said_by(LOAD)
    assert mirrored < there / 5


def test_what_was_loaded_before_stays_as_it_is() -> None:
    (mirrored,) = said_by(LOADED_BEFORE)
    assert mirrored > 200
