"""Pages that stand in place of a list: nothing yet, nothing found, something wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from m360desk.ui.theme import GRID, ICON_SIZE_LARGE

if TYPE_CHECKING:
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Mark, Marks
    from m360desk.ui.theme_source import ThemeSource

INDENT = 64
WIDTH = 432


class State(NamedTuple):
    """What such a page says. The first button is the default; a button's name is sent when it is pressed."""

    heading: str
    text: str
    icon: str = ""
    mark: Mark | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    """Pairs of name and label."""
    small: str = ""
    details: tuple[tuple[str, str], ...] = ()


class StatePage(QWidget):
    """A block at the left: icon, heading, one paragraph, what to do."""

    pressed = Signal(str)

    def __init__(
        self, themes: ThemeSource, icons: Icons, marks: Marks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("statePage")
        self._themes, self._icons, self._marks = themes, icons, marks
        self._state: State | None = None
        self.setAutoFillBackground(True)
        self._icon = QLabel(self)
        self._heading, self._text, self._small = QLabel(self), QLabel(self), QLabel(self)
        self._details = QLabel(self)
        for label in (self._text, self._small, self._details):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFixedWidth(WIDTH)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        block = QVBoxLayout(self)
        block.setContentsMargins(INDENT, INDENT, GRID, GRID)
        block.setSpacing(GRID)
        block.addWidget(self._icon)
        block.addSpacing(GRID)
        block.addWidget(self._heading)
        block.addWidget(self._text)
        block.addSpacing(GRID)
        block.addLayout(self._buttons)
        block.addSpacing(GRID)
        block.addWidget(self._small)
        block.addWidget(self._details)
        block.addStretch(1)
        themes.changed.connect(self._theme_changed)
        self._theme_changed()

    def show_state(self, state: State) -> None:
        """Say it."""
        if state == self._state:
            return
        self._state = state
        self._heading.setText(state.heading)
        self._text.setText(state.text)
        self._small.setText(state.small)
        self._small.setVisible(bool(state.small))
        self._details.setText("\n".join(f"{name}: {value}" for name, value in state.details))
        self._details.setVisible(bool(state.details))
        self._rebuild_buttons(state)
        self._theme_changed()

    def _rebuild_buttons(self, state: State) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for number, (name, label) in enumerate(state.buttons):
            button = QPushButton(label, self)
            button.setObjectName(f"state-{name}")
            button.setDefault(number == 0)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, name=name: self.pressed.emit(name))
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)

    def _theme_changed(self) -> None:
        theme = self._themes.theme
        palette = self.palette()
        palette.setColor(palette.ColorRole.Window, theme.base)
        self.setPalette(palette)
        self._heading.setFont(theme.fonts.heading)
        self._small.setFont(theme.fonts.small)
        self._details.setFont(theme.fonts.small)
        for label in (self._text, self._small, self._details):
            colours = label.palette()
            colours.setColor(label.foregroundRole(), theme.text2)
            label.setPalette(colours)
        state, ratio = self._state, self.devicePixelRatioF()
        if state is None:
            return
        if state.mark is not None:
            self._icon.setPixmap(self._marks.pixmap(state.mark, ICON_SIZE_LARGE, theme, ratio))
        elif state.icon:
            self._icon.setPixmap(self._icons.pixmap(state.icon, ICON_SIZE_LARGE, ratio, "text2"))
