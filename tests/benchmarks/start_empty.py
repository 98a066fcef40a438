"""The least that a window can be: says when it is painted and what it has cost so far, and ends."""

import os
import time

from PySide6.QtWidgets import QApplication, QMainWindow, QTableView


class Table(QTableView):
    def paintEvent(self, event):  # type: ignore[no-untyped-def]  # noqa: N802 - Qt's; a type would be one import more
        super().paintEvent(event)
        os.write(1, b"painted %d\n" % (time.process_time() * 1_000_000))
        os.read(0, 1)  # until the parent has looked at it
        os._exit(0)


app = QApplication([])
window = QMainWindow()
window.setCentralWidget(Table())
window.resize(1440, 900)
window.show()
app.exec()
