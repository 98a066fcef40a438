"""The pages of the settings that only hold values: sync, batteries, look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from m360desk.ui.locked import hold_locked
from m360desk.ui.theme import GRID, HALF, PANE_PADDING
from m360desk.ui.themed_label import ThemedLabel

if TYPE_CHECKING:
    from m360desk.system.settings import Settings
    from m360desk.ui.theme_source import ThemeSource

_LABEL_WIDTH = 108
_THEMES = (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))


class Page(QWidget):
    """A heading over a form."""

    def __init__(self, themes: ThemeSource, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.themes = themes
        self.title = title
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(PANE_PADDING)
        self.form.setVerticalSpacing(GRID + 4)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        column = QVBoxLayout(self)
        column.setContentsMargins(PANE_PADDING, PANE_PADDING, 2 * PANE_PADDING, PANE_PADDING)
        column.setSpacing(PANE_PADDING)
        column.addWidget(ThemedLabel(themes, title, font="heading", parent=self))
        column.addLayout(self.form)
        column.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        # By itself it would count the lines that texts take in the narrowest page of all, and always scroll.
        return QSize(super().minimumSizeHint().width(), 0)

    def row(self, title: str, field: QWidget | QLayout) -> None:
        """Add a row; "" leaves the place of the label empty."""
        label = ThemedLabel(self.themes, title, colour="text2", parent=self)
        label.setMinimumWidth(_LABEL_WIDTH)
        label.setContentsMargins(0, HALF, 0, 0)
        if isinstance(field, QLayout):
            self.form.addRow(label, field)
            for item in (field.itemAt(at) for at in range(field.count())):
                box = item.widget() if item is not None else None
                if isinstance(box, QSpinBox) and not box.accessibleName():
                    box.setAccessibleName(title)
            return
        self.form.addRow(label, field)
        label.setBuddy(field)
        if title and not field.accessibleName():
            field.setAccessibleName(title)

    def explained_row(self, title: str, field: QWidget, text: str) -> None:
        """Add a row with a small explanation right under its field."""
        column = QVBoxLayout()
        column.setSpacing(HALF)
        column.addWidget(field, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.small(text))
        field.setAccessibleName(title)
        field.setAccessibleDescription(text)
        self.row(title, column)

    def small(self, text: str = "") -> ThemedLabel:
        """Make a small explanation."""
        return ThemedLabel(self.themes, text, font="small", colour="text2", wraps=True, parent=self)

    def changes(self) -> dict[str, object]:
        """What the user has changed here: names of settings and their new values."""
        return {}

    def spin(
        self, name: str, value: int, least: int, most: int, *, suffix: str = "", special: str = ""
    ) -> QSpinBox:
        """Make a field for a whole number; ``special`` is what its least value is called."""
        box = QSpinBox(self)
        box.setObjectName(name)
        box.setRange(least, most)
        box.setSuffix(suffix)
        box.setSpecialValueText(special)
        box.setValue(value)
        box.setMinimumHeight(self.themes.theme.fonts.control_height)
        box.setMinimumWidth(box.fontMetrics().horizontalAdvance(special or "0" * 8) + 56)
        return box


def differing(now: dict[str, object], before: Settings) -> dict[str, object]:
    """Those values that are not what the settings held: others may have been changed elsewhere meanwhile."""
    return {name: value for name, value in now.items() if value != getattr(before, name)}


class SyncPage(Page):
    """When to sync, and how far back changes are looked for."""

    def __init__(self, themes: ThemeSource, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Sync", parent)
        self._before = settings
        self._on_start = QCheckBox("When the window opens", self)
        self._on_start.setObjectName("syncOnStart")
        self._on_start.setChecked(settings.sync_on_start)
        self._minutes = self.spin(
            "syncMinutes", settings.sync_minutes, 0, 1440, suffix=" minutes", special="Only on demand"
        )
        self._days = self.spin("rereadDays", settings.reread_days, 1, 365, suffix=" days")
        self._pages = self.spin("testingPages", settings.testing_pages, 1, 100, suffix=" pages")
        self.row("Sync", self._on_start)
        self.explained_row("Sync every", self._minutes, "While the window is open, in live mode.")
        self.explained_row(
            "Look again at",
            self._days,
            "Sessions of so many days are read anew: grades and results come later.",
        )
        self.explained_row("Testing mode", self._pages, "Of 100 made-up sessions each, with every refresh.")
        hold_locked(
            settings,
            sync_on_start=self._on_start,
            sync_minutes=self._minutes,
            reread_days=self._days,
            testing_pages=self._pages,
        )

    def changes(self) -> dict[str, object]:
        now: dict[str, object] = {
            "sync_on_start": self._on_start.isChecked(),
            "sync_minutes": self._minutes.value(),
            "reread_days": self._days.value(),
            "testing_pages": self._pages.value(),
        }
        return differing(now, self._before)


class BatteriesPage(Page):
    """Where the bands of the state of health begin and end."""

    def __init__(self, themes: ThemeSource, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Batteries", parent)
        self._before = settings
        self._replace = self.spin("replaceBelow", settings.battery_replace_below, 1, 100, suffix=" %")
        self._good = self.spin("goodFrom", settings.battery_good_from, 1, 100, suffix=" %")
        self._bands = self.small()
        self._bands.setObjectName("batteryBands")
        self.row("Replace under", self._replace)
        self.row("Good from", self._good)
        self.row("", self._bands)
        self._replace.valueChanged.connect(self._replace_moved)
        self._good.valueChanged.connect(self._good_moved)
        hold_locked(settings, battery_replace_below=self._replace, battery_good_from=self._good)
        if not self._good.isEnabled():
            self._replace.setMaximum(self._good.value())
        if not self._replace.isEnabled():
            self._good.setMinimum(self._replace.value())
        self._say()

    def changes(self) -> dict[str, object]:
        now: dict[str, object] = {
            "battery_replace_below": self._replace.value(),
            "battery_good_from": self._good.value(),
        }
        return differing(now, self._before)

    def _replace_moved(self, value: int) -> None:
        self._good.setValue(max(value, self._good.value()))
        self._say()

    def _good_moved(self, value: int) -> None:
        self._replace.setValue(min(value, self._replace.value()))
        self._say()

    def _say(self) -> None:
        low, high = self._replace.value(), self._good.value()
        between = f"From {low} to under {high}\u00a0%: watch. " if low < high else ""
        self._bands.setText(
            f"State of health under {low}\u00a0%: replace. {between}From {high}\u00a0%: good. "
            "List, charts and scan card go by this."
        )


class LookPage(Page):
    """Light or dark, and the language."""

    def __init__(self, themes: ThemeSource, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(themes, "Look", parent)
        self._before = settings
        self._group = QButtonGroup(self)
        choices = QWidget(self)
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for number, (value, title) in enumerate(_THEMES):
            button = QRadioButton(title, choices)
            button.setObjectName(f"theme-{value}")
            button.setChecked(settings.theme == value)
            self._group.addButton(button, number)
            column.addWidget(button)
        language = QComboBox(self)
        language.setObjectName("language")
        language.addItem("English")
        language.setMinimumHeight(themes.theme.fonts.control_height)
        self.row("Theme", choices)
        self.explained_row("Language", language, "There is only English so far.")
        hold_locked(settings, theme=choices, language=language)

    def changes(self) -> dict[str, object]:
        now: dict[str, object] = {"theme": _THEMES[self._group.checkedId()][0]}
        return differing(now, self._before)
