"""Prints what is in the clipboard of the display that the variables name."""

import sys

from PySide6.QtGui import QGuiApplication

application = QGuiApplication([])
sys.stdout.write(application.clipboard().text())
