"""The chips of a query in one row; what has no room is behind a button at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from m360desk.ui.chips.button import ChipButton, MoreButton
from m360desk.ui.theme import HALF

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from m360desk.core.chips import Chip
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource


class ChipRow(QWidget):
    """Takes the room that is left and never asks for more."""

    removed = Signal(str)
    """A chip was taken out: the query's text without it."""
    picked = Signal(int, int)
    """A chip was pressed: where its words stand in the query's text."""

    def __init__(self, themes: ThemeSource, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chipRow")
        self.setAccessibleName("What the list is filtered by")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._themes, self._icons = themes, icons
        self._chips: tuple[Chip, ...] = ()
        self._buttons: list[ChipButton] = []
        self._more = MoreButton(themes, self)
        self._more.setObjectName("moreChips")
        self._more.clicked.connect(self._open_menu)
        self._menu = QMenu(self._more)
        self._more.hide()
        themes.changed.connect(self._lay_out)

    @property
    def buttons(self) -> list[ChipButton]:
        """The buttons in use, also those that have no room."""
        return self._buttons[: len(self._chips)]

    def show_chips(self, chips: Sequence[Chip], brushed: Collection[str] = ()) -> None:
        """Show these chips; the focus stays in the row where it was in it.

        ``brushed`` are the parts of the query, as they are written, that were drawn in a chart.
        """
        focused = next((at for at, button in enumerate(self.buttons) if button.hasFocus()), None)
        self._chips = tuple(chips)
        while len(self._buttons) < len(self._chips):
            self._add_button()
        for button, chip in zip(self._buttons, self._chips, strict=False):
            button.show_chip(chip, brushed=chip.text in brushed)
        self._lay_out()
        if focused is not None and self._chips:
            self._buttons[min(focused, len(self._chips) - 1)].setFocus()

    def sizeHint(self) -> QSize:
        return QSize(0, self._themes.theme.fonts.chip_height + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _add_button(self) -> None:
        button = ChipButton(self._themes, self._icons, self)
        button.removed.connect(self._remove)
        button.clicked.connect(self._pick)
        if self._buttons:
            self.setTabOrder(self._buttons[-1], button)
        self._buttons.append(button)

    def _remove(self) -> None:
        button = self.sender()
        if isinstance(button, ChipButton) and button.chip is not None:
            self.removed.emit(button.chip.rest)

    def _pick(self) -> None:
        button = self.sender()
        if isinstance(button, ChipButton) and button.chip is not None:
            self.picked.emit(button.chip.start, button.chip.end)

    def _lay_out(self) -> None:
        widths = [button.sizeHint().width() for button in self.buttons]
        fitting = self._fitting(widths, self.width())
        hidden = len(widths) - fitting
        left = 0
        for at, button in enumerate(self._buttons):
            button.setVisible(at < fitting)
            if at < fitting:
                size = button.sizeHint()
                button.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
                left += size.width() + HALF
        self._more.setVisible(hidden > 0)
        if hidden:
            self._offer_hidden(fitting, left)

    def _fitting(self, widths: Sequence[int], room: int) -> int:
        if sum(widths) + HALF * (len(widths) - 1) <= room:
            return len(widths)
        room -= self._more.sizeHint().width()
        count = used = 0
        for width in widths:
            used += width + HALF
            if used > room:
                break
            count += 1
        return count

    def _offer_hidden(self, first: int, left: int) -> None:
        hidden = self._chips[first:]
        self._more.setText(f"+{len(hidden)}")
        self._more.setAccessibleName(f"{len(hidden)} more filters")
        self._more.setToolTip("\n".join(chip.words for chip in hidden))
        size = self._more.sizeHint()
        self._more.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
        self._menu.clear()
        for chip in hidden:
            action = self._menu.addAction(self._icons.icon("clear"), f"Take out: {chip.words}")
            action.setData(chip.rest)
            action.triggered.connect(self._remove_hidden)

    def _open_menu(self) -> None:
        self._menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _remove_hidden(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.removed.emit(str(action.data()))
