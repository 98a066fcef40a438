"""Classes that PySide makes late: none before the first rows, all of them before a second thread might."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
import m360desk.ui.plain_import
from PySide6 import QtCore, QtGui, QtWidgets

def made():
    modules = (QtCore, QtGui, QtWidgets)
    return {name for module in modules for name, kind in vars(module).items()
        if isinstance(kind, type) and name.endswith("Event")}

app = QtWidgets.QApplication(sys.argv)
assert "QContextMenuEvent" not in made()
from m360desk.ui.late_classes import make_late_classes
make_late_classes()
all_made = made()
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


def test_all_classes_of_events_are_made_at_once() -> None:
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
