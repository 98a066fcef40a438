"""What the detail pane asks for: the session read again, a report, an earlier record, a page of the web."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout

from m360desk.core.query import EVERYTHING, Order
from m360desk.core.user_text import UserText
from m360desk.ui.blacklist_question import blacklist_question, checked
from m360desk.ui.detail.loading import load_session
from m360desk.ui.detail.raw_body import RawBody
from m360desk.ui.detail.record_facts import is_local, is_safe_link
from m360desk.ui.sync_words import words_for
from m360desk.ui.text import date_and_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from m360desk.api.answers import ReportLink
    from m360desk.services.blacklist import BlacklistOutcome
    from m360desk.ui.detail.loading import SessionDetail
    from m360desk.ui.icons import Icons
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk
    from m360desk.workers.finder import Found

VERSION_SIZE = (560, 640)


class SessionWork(QObject):
    """Does it, and says what became of it."""

    noted = Signal(object)
    """A :class:`UserText` to show; None: what was said before holds no longer."""
    changed = Signal(int)
    """The row id of a session that has been read again."""

    def __init__(
        self,
        desk: Desk,
        accounts: Accounts,
        themes: ThemeSource,
        icons: Icons,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._desk, self._accounts = desk, accounts
        self._themes, self._icons, self._window = themes, icons, window

    def read_again(self, row_id: int) -> None:
        """Read a session from the service once more: it may have been graded or checked since."""
        if self._desk.key is not None and self._desk.key.mode == "testing":
            self.noted.emit(_MADE_UP)
            return
        self._with_session_id(row_id, lambda session_id: self._read_again(row_id, session_id))

    def make_report(self, row_id: int) -> None:
        """Have the service make a report and open it in the browser."""

        def order(session_id: str) -> None:
            self.noted.emit(_REPORT_ORDERED)
            self._accounts.make_report(
                session_id,
                self._open_report,
                lambda error: self._say_failed("The report could not be made.", error),
            )

        self._with_session_id(row_id, order)

    def check_blacklist(self, imei: str) -> None:
        """Ask whether an IMEI is to be checked against the blacklist; it is only when the answer is yes."""
        mode = self._desk.key.mode if self._desk.key is not None else "testing"
        box = blacklist_question(imei, mode, self._window)
        box.accepted.connect(lambda: self._check_blacklist(imei, mode))
        box.open()

    def _check_blacklist(self, imei: str, mode: str) -> None:
        def done(outcome: BlacklistOutcome) -> None:
            self.noted.emit(checked(imei, outcome, mode))

        self.noted.emit(UserText("The blacklist check is ordered.", "Its result takes a while.", ""))
        self._accounts.check_blacklist(
            imei, done, lambda error: self._say_failed("The blacklist check could not be finished.", error)
        )

    def export(self, row_ids: Sequence[int]) -> None:
        """Save these sessions as a file."""
        from m360desk.ui.export_dialog import ask_and_export

        ask_and_export(self._desk, EVERYTHING, Order(), self._window, row_ids=row_ids)

    def open_link(self, address: str) -> None:
        """Open an address in the browser; only safe ones."""
        key = self._desk.key
        local = key is not None and is_local(key.api_url or "")
        url = QUrl(address)
        if not is_safe_link(address, loopback=local) or not url.isValid():
            self.noted.emit(_UNSAFE)
        elif not QDesktopServices.openUrl(url):
            self.noted.emit(
                UserText("No browser could be opened.", f"The address is {address}", "Open it by hand.")
            )

    def show_version(self, row_id: int, number: int) -> None:
        """Show an earlier record of a session as it came."""

        def show(found: tuple[SessionDetail | None, bytes]) -> None:
            session, raw = found
            times = {each.number: each.from_ms for each in session.versions} if session is not None else {}
            when = date_and_clock(times.get(number), self._desk.zone)
            VersionDialog(when, raw, self._themes, self._icons, self._window).open()

        self._desk.read_soon(
            "version", lambda reader, _: (load_session(reader, row_id), reader.version(row_id, number)), show
        )

    # Inner workings

    def _with_session_id(self, row_id: int, go_on: Callable[[str], None]) -> None:
        def found(session: SessionDetail | None) -> None:
            key = session.detail.session.key if session is not None else None
            if key is None:
                self.noted.emit(_NO_ID)
            else:
                go_on(key)

        self._desk.read_soon("session id", lambda reader, _: load_session(reader, row_id), found)

    def _read_again(self, row_id: int, session_id: str) -> None:
        def found(result: Found) -> None:
            if result.row_ids:
                self.noted.emit(None)
                self.changed.emit(row_id)
            elif result.problem is not None:
                self.noted.emit(_not_read(result.problem))

        self._accounts.read_again(
            session_id, found, lambda error: self._say_failed("The session could not be read again.", error)
        )

    def _open_report(self, links: Sequence[ReportLink]) -> None:
        self.noted.emit(None)
        self.open_link(links[0].url)

    def _say_failed(self, what: str, error: BaseException) -> None:
        why = words_for(error)
        self.noted.emit(UserText(what, f"{why.happened} {why.means}".strip(), why.do))


class VersionDialog(QDialog):
    """An earlier record of a session, to be read and copied."""

    def __init__(
        self, when: str, raw: bytes, themes: ThemeSource, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("versionDialog")
        self.setWindowTitle(f"Record as it came on {when} – M360 Desk")
        self.resize(*VERSION_SIZE)
        self.body = RawBody(themes, icons, self)
        self.body.offer(raw)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self.body.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.body, 1)
        column.addWidget(buttons)
        self.finished.connect(self.deleteLater)


def _not_read(problem: UserText) -> UserText:
    return UserText(
        "The session could not be read again.",
        f"What is shown is as it was stored. {problem.happened}",
        problem.do,
    )


_MADE_UP = UserText(
    "Made-up sessions cannot be read again.",
    "In testing mode the service makes up another one with every request.",
    "In live mode a session can be read again.",
)
_REPORT_ORDERED = UserText("The service makes the report.", "It opens in the browser when it is ready.", "")
_UNSAFE = UserText(
    "The address was not opened.", "Only secure addresses (https) are opened.", "Copy it if you trust it."
)
_NO_ID = UserText(
    "This session has no id.", "The service cannot be asked for it.", "What is shown is all there is."
)
