"""Printing the sheet of the device that is shown, or saving it as a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog

from m360desk.core.user_text import UserText
from m360desk.ui.detail.sheet import document, file_name, set_page, write_pdf

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from m360desk.ui.detail.content import PaneContent, PaneContext

    Noted = Callable[[UserText], object]
    Chooser = Callable[[QWidget, str], str]

_NO_PRINTER = UserText(
    "No printer was found.",
    "The system knows of none, so nothing was printed.",
    "Save the sheet as a PDF instead, or set a printer up in the system's settings.",
)


def print_sheet(content: PaneContent, context: PaneContext, window: QWidget, noted: Noted) -> None:
    """Print the sheet after the system's own dialog; ``noted`` tells what stood in the way."""
    # Not needed before something is printed, and not there on a system without the printing library.
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

    if not QPrinterInfo.availablePrinterNames():
        noted(_NO_PRINTER)
        return
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    set_page(printer)
    printer.setDocName(file_name(content, context).removesuffix(".pdf"))
    dialog = QPrintDialog(printer, window)
    dialog.accepted.connect(lambda: document(content, context, printer).print_(printer))
    dialog.finished.connect(dialog.deleteLater)
    dialog.setModal(True)
    dialog.show()


def save_sheet(
    content: PaneContent, context: PaneContext, window: QWidget, noted: Noted, choose: Chooser | None = None
) -> None:
    """Save the sheet as a PDF; ``noted`` tells where it is, or why it is not.

    ``choose`` (parent, proposed path) returns the path, "" for none; tests bring their own.
    """
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    proposed = Path(folder or Path.home()) / file_name(content, context)
    chosen = (choose or choose_file)(window, str(proposed))
    if not chosen:
        return
    path = Path(chosen if chosen.lower().endswith(".pdf") else f"{chosen}.pdf")
    try:
        write_pdf(path, content, context)
    except OSError as error:
        why = error.strerror or type(error).__name__
        noted(
            UserText(f"{path.name} cannot be written: {why}.", "No PDF was saved.", "Choose another place.")
        )
        return
    noted(UserText(f"The sheet was saved as {path.name}.", f"It lies in {path.parent}", ""))


def choose_file(window: QWidget, proposed: str) -> str:
    """Ask for a path."""
    return QFileDialog.getSaveFileName(window, "Save as PDF", proposed, "PDF (*.pdf)")[0]
