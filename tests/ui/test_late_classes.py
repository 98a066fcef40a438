"""Classes that PySide makes late: all that workers could ask for are made in the window's thread before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BEGIN = """
import sys
import m360desk.ui.plain_import
from PySide6 import QtCore, QtGui, QtWidgets
from importlib import import_module

def made():
    modules = (QtCore, QtGui, QtWidgets)
    return {name for module in modules for name, kind in vars(module).items() if isinstance(kind, type)}

app = QtWidgets.QApplication(sys.argv)
assert not {"QContextMenuEvent", "QMenu", "QGraphicsView"} & made()
from m360desk.ui import late_classes
for step in late_classes.steps():
    step()
all_made = made()
"""

EVENTS = """
assert {"QContextMenuEvent", "QInputMethodEvent", "QGraphicsSceneWheelEvent"} < all_made
seen = []
class Watched(QtWidgets.QWidget):
    def event(self, event):
        seen.append(event)
        return super().event(event)

watched = Watched()
watched.setMouseTracking(True)
watched.setToolTip("a tip")
watched.show()
app.processEvents()
assert len(seen) > 5
assert made() == all_made
print("done")
"""

MODULES = """
from m360desk import app as program
from m360desk.ui.shell import CHARTS
before = made()  # the window itself has been loaded in its own thread
for name in (*program.AFTER_FIRST_ROWS, CHARTS):
    import_module(name)
assert made() == before, made() - before
print("done")
"""


def _run(script: str) -> None:
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + script], env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_all_classes_of_events_are_made_at_once() -> None:
    _run(EVENTS)


def test_what_workers_load_finds_its_classes_made() -> None:
    _run(MODULES)
