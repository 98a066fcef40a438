"""Finding the device that was scanned or pasted: its sessions are listed, its newest one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from m360desk.core.identity import read_scan
from m360desk.core.scanning import read_code
from m360desk.core.user_text import UserText
from m360desk.ui.sync_words import words_for

if TYPE_CHECKING:
    from m360desk.core.identity import Scan
    from m360desk.ui.frame.search_box import SearchBox
    from m360desk.ui.sessions.controller import SessionsController
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.finder import Found

_NAMES = {"imei": "IMEI", "serial": "serial", "m360id": "M360 ID", "session": "session"}


class DeviceFinding(QObject):
    """Puts the identity into the search box, looks the device up, and says why it isn't there.

    The box is the truth: what is found can be seen there, changed and taken back.
    """

    began = Signal()
    """A device is looked for: the list should be seen."""
    noted = Signal(object)
    """A :class:`UserText` to show; None: what was said of the last device holds no longer."""

    def __init__(
        self,
        accounts: Accounts,
        box: SearchBox,
        page: SessionsPage,
        controller: SessionsController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._accounts, self._box, self._page, self._controller = accounts, box, page, controller
        self._wanted: int | None = None
        self._said = False
        self._round = 0
        box.submitted.connect(self.submitted)
        box.textEdited.connect(self._typed)
        controller.answered.connect(self._choose)

    def scanned(self, code: str) -> None:
        """Find what a scanner sent."""
        scan = read_scan(code)
        self._box.setText(query_for(scan))
        self._find(scan)

    def submitted(self, text: str) -> None:
        """Enter in the search box: find the device, if it is an identity that stands there."""
        scan = read_scan(text)
        if scan.kind not in _NAMES:
            return
        # "imei:3529" and "serial:F17" are searches like any other; a pasted label must be beyond doubt.
        if ":" in text and (scan.problem is not None or scan.kind not in {"imei", "session"}):
            return
        if ":" in text:
            self._box.setText(query_for(scan))
        self._find(scan)

    def _find(self, scan: Scan) -> None:
        self._forget()
        self.began.emit()
        if scan.problem is not None:
            self._say(
                UserText(
                    f"{scan.value} is no valid {_NAMES.get(scan.kind, 'identity')}.",
                    scan.problem,
                    "Scan it again. What this computer has under these digits is listed.",
                )
            )
            return
        number = self._round
        self._accounts.look_up(
            read_code(scan.value),
            done=lambda found: self._found(number, found),
            failed=lambda error: self._failed(number, error),
        )

    def _found(self, number: int, found: Found) -> None:
        if number != self._round:
            return
        if not found.row_ids:
            if found.problem is not None:
                self._say(found.problem)
            return
        self._wanted = found.row_ids[0]
        if found.source == "service":
            self._controller.refresh()
        self._choose()

    def _failed(self, number: int, error: BaseException) -> None:
        if number != self._round:
            return
        why = words_for(error)
        self._say(
            UserText(
                "No session of this device on this computer.",
                f"The account could not be asked: {why.happened[:1].lower()}{why.happened[1:]}",
                why.do,
            )
        )

    def _choose(self) -> None:
        """Put the cursor on the device's newest session, as soon as the list has it."""
        if self._wanted is None:
            return
        position = self._page.model.position(self._wanted)
        if position is not None:
            self._wanted = None
            self._page.table.select_row(position)

    def _typed(self) -> None:
        """What was looked for is not what stands in the box any more."""
        self._forget()

    def _forget(self) -> None:
        self._round += 1
        self._wanted = None
        if self._said:
            self._said = False
            self.noted.emit(None)

    def _say(self, text: UserText) -> None:
        self._said = True
        self.noted.emit(text)


def query_for(scan: Scan) -> str:
    """The search that lists what was scanned."""
    value = scan.value.replace('"', " ").strip()
    plain = value.replace("-", "").isalnum() and not value.startswith("-")
    return value if plain else f'"{value}"'
