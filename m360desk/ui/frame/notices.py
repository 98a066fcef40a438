"""Which of several notes and errors stands in the one band that there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.ui.frame.note_band import NoteBand
    from m360desk.ui.frame.notice import Notice


class Notices(QObject):
    """Keeps what is to be said, each under a name of its own; errors come first, then what is newest."""

    def __init__(self, make_band: Callable[[], NoteBand], parent: QObject | None = None) -> None:
        """``make_band`` is called when there is something to say for the first time."""
        super().__init__(parent)
        self._make_band = make_band
        self._band: NoteBand | None = None
        self._notices: dict[str, Notice] = {}

    def post(self, name: str, notice: Notice) -> None:
        """Say this from now on, in place of what was said under the same name."""
        if self._notices.get(name) == notice:
            return
        self._notices.pop(name, None)
        self._notices[name] = notice
        self._show()

    def withdraw(self, *names: str) -> None:
        """Say no longer what holds no longer."""
        for name in names:
            self._notices.pop(name, None)
        self._show()

    def _first(self) -> str | None:
        names = list(self._notices)
        errors = [name for name in names if self._notices[name].error]
        return next(iter(reversed(errors or names)), None)

    def _show(self) -> None:
        name = self._first()
        if self._band is None:
            if name is None:
                return
            self._band = self._make_band()
            self._band.pressed.connect(self._pressed)
        self._band.show_notice(self._notices[name] if name is not None else None)

    def _pressed(self) -> None:
        name = self._first()
        if name is None:
            return
        act = self._notices[name].act
        self.withdraw(name)
        if act is not None:
            act()
