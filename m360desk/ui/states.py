"""Pages that stand in place of a list: nothing yet, nothing found, something wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from m360desk.ui.state_details import Details
from m360desk.ui.theme import GRID, ICON_SIZE_LARGE
from m360desk.ui.way_out import WayOutButton

if TYPE_CHECKING:
    from m360desk.ui.icons import Icons
    from m360desk.ui.marks import Mark, Marks
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.ui.way_out import WayOut

INDENT = 64
WIDTH = 432
WIDTH_WITH_DETAILS = 560


class State(NamedTuple):
    """What such a page says. The first button is the default; a button's name is sent when it is pressed."""

    heading: str
    text: str
    icon: str = ""
    mark: Mark | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    """Pairs of name and label."""
    small: str = ""
    steps: tuple[str, ...] = ()
    """What to try, one after the other."""
    ways: tuple[WayOut, ...] = ()
    after: str = ""
    """A line under the ways out."""
    details: tuple[tuple[str, str], ...] = ()
    """For those who help: folded at first, can be copied."""
    over_list: bool = False
    """Whether the list's header stays in sight."""


class StatePage(QWidget):
    """A block at the left: icon, heading, one paragraph, what to do."""

    pressed = Signal(str)
    way_chosen = Signal(str)
    """The query without the part that was left out."""

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
        self._steps, self._after = QLabel(self), QLabel(self)
        for label in (self._text, self._steps, self._after, self._small):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setFixedWidth(WIDTH)
        self._steps.setFixedWidth(WIDTH_WITH_DETAILS)
        self._details = Details(themes, icons, self)
        self._details.setFixedWidth(WIDTH_WITH_DETAILS)
        self._ways: list[WayOutButton] = []
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        block = QVBoxLayout(self)
        block.setContentsMargins(INDENT, INDENT, GRID, GRID)
        block.setSpacing(GRID)
        block.addWidget(self._icon)
        block.addSpacing(GRID)
        block.addWidget(self._heading)
        block.addWidget(self._text)
        block.addWidget(self._steps)
        self._way_place = QVBoxLayout()
        self._way_place.setSpacing(0)
        block.addLayout(self._way_place)
        block.addWidget(self._after)
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
        self._text.setFixedWidth(WIDTH_WITH_DETAILS if state.details else WIDTH)
        self._small.setText(state.small)
        self._small.setVisible(bool(state.small))
        self._steps.setText("\n".join(f"{n}.  {step}" for n, step in enumerate(state.steps, 1)))
        self._steps.setVisible(bool(state.steps))
        self._after.setText(state.after)
        self._after.setVisible(bool(state.after))
        self._details.show_details(state.details)
        self._show_ways(state.ways)
        self._rebuild_buttons(state)
        self._theme_changed()

    @property
    def over_list(self) -> bool:
        """Whether the list's header stays in sight over what is said."""
        return self._state is not None and self._state.over_list

    def _show_ways(self, ways: tuple[WayOut, ...]) -> None:
        while len(self._ways) < len(ways):
            button = WayOutButton(self._themes, self._icons, self)
            button.setFixedWidth(WIDTH)
            button.clicked.connect(self._choose_way)
            self._way_place.addWidget(button)
            self._ways.append(button)
        for number, button in enumerate(self._ways):
            button.setVisible(number < len(ways))
            if number < len(ways):
                button.show_way(ways[number])

    def _choose_way(self) -> None:
        button = self.sender()
        if isinstance(button, WayOutButton) and button.way is not None:
            self.way_chosen.emit(button.way.rest)

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
            # Styles set buttons tight.
            height = self._themes.theme.fonts.control_height
            button.setMinimumSize(button.sizeHint().width() + 2 * GRID, height)
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
        for label in (self._text, self._after, self._small):
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
