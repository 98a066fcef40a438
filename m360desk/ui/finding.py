"""Finding a device in the list: its sessions are listed, its newest one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from m360desk.core.identity import read_scan
from m360desk.core.scanning import read_code
from m360desk.core.user_text import UserText
from m360desk.ui.sync_words import words_for

if TYPE_CHECKING:
    from m360desk.core.identity import Scan
    from m360desk.core.scanning import Code
    from m360desk.ui.frame.search_box import SearchBox
    from m360desk.ui.sessions.controller import SessionsController
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.finder import Found, LookUp

_NAMED = ("imei", "serial", "m360id", "session")


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
        self._under_way: LookUp | None = None
        box.submitted.connect(self.submitted)
        box.textEdited.connect(self._typed)
        controller.answered.connect(self._choose)

    def scanned(self, code: Code) -> None:
        """Find what a scanner sent."""
        self._box.setText(query_for(code.scan))
        self._find(code)

    def submitted(self, text: str) -> None:
        """Enter in the search box: find the device, if it is an identity that stands there."""
        scan = read_scan(text)
        if scan.kind not in _NAMED:
            return
        # "imei:3529" and "serial:F17" are searches like any other; a pasted label must be beyond doubt.
        if ":" in text and (scan.problem is not None or scan.kind not in {"imei", "session"}):
            return
        if ":" in text:
            self._box.setText(query_for(scan))
        self._find(read_code(text))

    def show_session(self, identity: str, row_id: int | None) -> None:
        """List what carries an identity, and choose one of its sessions."""
        self._forget()
        self.began.emit()
        self._wanted = row_id
        self._box.setText(query_for(read_scan(identity)))
        self._choose()

    def _find(self, code: Code) -> None:
        self._forget()
        self.began.emit()
        if code.problem is not None:
            self._say(
                UserText(
                    f"{code.scan.value} is not {code.name}.",
                    code.problem,
                    "Scan it again. What this computer has under these digits is listed.",
                )
            )
            return
        self._under_way = self._accounts.look_up(code, done=self._found, failed=self._failed)

    def _found(self, found: Found) -> None:
        if not found.row_ids:
            if found.problem is not None:
                self._say(found.problem)
            return
        self._wanted = found.row_ids[0]
        if found.source == "service":
            self._controller.refresh()
        self._choose()

    def _failed(self, error: BaseException) -> None:
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
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way = None
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
