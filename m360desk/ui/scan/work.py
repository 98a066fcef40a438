"""What happens when something is scanned: the card, its log, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from m360desk.core.scanning import read_code
from m360desk.ui.detail.content import PaneContext
from m360desk.ui.last_sync import last_sync_ms
from m360desk.ui.locked import hold_locked
from m360desk.ui.scan.card import ScanCard
from m360desk.ui.scan.content import Look
from m360desk.ui.scan.describe import (
    describe_asking,
    describe_denied,
    describe_device,
    describe_looking,
    describe_misread,
    describe_unknown,
    shown_code,
)
from m360desk.ui.scan.loading import LoadedDevice, load_device
from m360desk.ui.scan.log import ScanEntry, ScanLog
from m360desk.ui.scan.place import Place
from m360desk.ui.sync_words import words_for
from m360desk.ui.text import spoken_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.core.scanning import Code
    from m360desk.core.user_text import UserText
    from m360desk.ui.finding import DeviceFinding
    from m360desk.ui.icons import Icons
    from m360desk.ui.main_window import MainWindow
    from m360desk.ui.marks import Marks
    from m360desk.ui.scan.content import CardContent
    from m360desk.ui.sessions.controller import SessionsController
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk
    from m360desk.workers.finder import Found, LookUp

PLACEHOLDER_DELAY_MS = 50
"""What is there sooner is shown at once."""
REFRESH_PAUSE_MS = 500
"""Between two looks at the shown device while a sync writes."""


class ScanWork(QObject):
    """Follows the scanner and the card; knows where the user was before."""

    noted = Signal(object)
    """A :class:`UserText` to show."""
    report_asked = Signal(int)
    shown = Signal()
    """The card says something new."""

    def __init__(
        self,
        desk: Desk,
        accounts: Accounts,
        window: MainWindow,
        page: SessionsPage,
        controller: SessionsController,
        finding: DeviceFinding,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
    ) -> None:
        super().__init__(window)
        self._desk, self._accounts, self._window = desk, accounts, window
        self._page, self._controller, self._finding = page, controller, finding
        self._themes, self._icons, self._marks = themes, icons, marks
        self.log = ScanLog(desk.now_ms, desk.zone, self)
        self.card: ScanCard | None = None
        self._code: Code | None = None
        self._position: int | None = None
        """Of the log's entry that the card is about; None: the scan is not noted yet."""
        self._under_way: LookUp | None = None
        self._refreshing: LookUp | None = None
        self._place: Place | None = None
        self._put_back: Place | None = None
        self._noted_place: Place | None = None
        self._slow = self._timer(PLACEHOLDER_DELAY_MS, self._show_looking)
        self._again = self._timer(REFRESH_PAUSE_MS, self._refresh)
        self._make_actions()
        box = window.search_box
        box.textChanged.connect(self._searched)
        controller.answered.connect(self._list_answered)
        desk.cache_changed.connect(self._cache_changed)
        desk.cache_opened.connect(self._account_changed)
        desk.settings_changed.connect(self._settings_changed)
        for action in (window.commands.sessions, window.commands.battery, window.commands.side_bar):
            action.triggered.connect(self.leave)

    @property
    def is_open(self) -> bool:
        """Whether the card is on the screen."""
        return self._place is not None

    # What the scanner does

    def remember(self) -> None:
        """A scan may begin: note where the user is, before it types anything anywhere."""
        if not self.is_open:
            self._noted_place = Place.take(
                self._window.search_box, self._controller, self._page, self._window.focusWidget()
            )

    def scanned(self, text: str, goes_on: bool = False) -> None:
        """Show what was scanned; ``goes_on``: it is the scan before with one line more."""
        code = read_code(text)
        if self._desk.key is None:
            return
        if self._desk.settings.scan_opens == "list":
            self._finding.scanned(code)
            return
        if not goes_on:
            self._position = None
        self._open()
        self._look_up(code)

    def _open(self) -> None:
        """Put the card over everything; the list stays as it was."""
        if self.is_open:
            return
        place = self._noted_place or Place.take(
            self._window.search_box, self._controller, self._page, self._window.focusWidget()
        )
        self._noted_place = None
        box = self._window.search_box
        if box.text() != place.text:
            # The scanner has typed into the box: what stood there, and the list with it, comes back.
            if self._controller.query != place.query:
                self._put_back = place
            box.setText(place.text)
        self._place = place
        self._window.show_card(self._built())
        self._built().setFocus()

    def _look_up(self, code: Code) -> None:
        self._give_up()
        self._code = code
        self._window.search_box.show_scanned(shown_code(code))
        self._slow.start()
        self._under_way = self._accounts.look_up(
            code,
            done=lambda found: self._found(code, found),
            failed=lambda error: self._unknown(code, words_for(error)),
            read=load_device,
            asking=lambda: self._show(describe_asking(code, self._context())),
        )

    def _found(self, code: Code, found: Found) -> None:
        loaded = found.content
        if isinstance(loaded, LoadedDevice):
            self._settle(describe_device(loaded, code, self._context()))
        elif code.problem is not None:
            self._settle(describe_misread(code, self._context()))
        elif found.denied:
            self._settle(describe_denied(code, self._context(), asked_ms=self._desk.now_ms()))
        elif found.problem is not None:
            self._unknown(code, found.problem)

    def _unknown(self, code: Code, why: UserText) -> None:
        """Only the cache could be looked at: say how old it is."""

        def say(synced_ms: int | None) -> None:
            if self._code is code:
                self._settle(describe_unknown(code, why, self._synced(synced_ms), self._context()))

        self._desk.read_soon(
            "last sync", lambda reader, _: last_sync_ms(reader), say, absent=lambda: say(None)
        )

    def _synced(self, synced_ms: int | None) -> str:
        mode = self._context().mode
        if mode == "testing":
            return "In testing mode it is not asked: it would make sessions up."
        if synced_ms is None:
            return "Nothing was synced completely yet."
        return f"Last whole sync {spoken_time(synced_ms, now_ms=self._desk.now_ms(), zone=self._desk.zone)}."

    # What is shown

    def _settle(self, content: CardContent, *, quiet: bool = False) -> None:
        """Show the outcome and note it in the log."""
        if self._code is None:
            return
        self._under_way = None
        mode = self._desk.key.mode if self._desk.key is not None else "live"
        now = self._desk.now_ms()
        if self._position is None:
            self.log.add(ScanEntry.of(content, self._code, now, mode))
            self._position = 0
        else:
            old = self.log.entries[self._position]
            entry = ScanEntry.of(content, self._code, old.time_ms, mode)
            self.log.replace(self._position, entry)
        self._show(content, quiet=quiet)
        self._built().log.mark(self._position)
        stopped = content.headline.look is Look.STOP
        if stopped and self._desk.settings.scan_beep and not quiet:
            QApplication.beep()

    def _show(self, content: CardContent, *, quiet: bool = False) -> None:
        self._slow.stop()
        card = self._built()
        card.show_content(content)
        if not quiet:
            card.announce()
        self.shown.emit()

    def _show_looking(self) -> None:
        if self._code is not None:
            self._show(describe_looking(self._code, self._context()), quiet=True)

    def _context(self) -> PaneContext:
        desk = self._desk
        mode = desk.key.mode if desk.key is not None else "live"
        return PaneContext(desk.now_ms(), desk.zone, desk.limits, mode)

    def _built(self) -> ScanCard:
        if self.card is None:
            self.card = ScanCard(self.log, self._themes, self._icons, self._marks, self._window)
            self.card.opened.connect(self._open_session)
            self.card.left.connect(self._go_back)
            self.card.report_asked.connect(self.report_asked)
            self.card.session_asked.connect(self._open_other)
            self.card.log.chosen.connect(self._show_logged)
            self.card.log.noted.connect(self.noted)
        return self.card

    # What the user does

    def leave(self) -> None:
        """Close the card; the list is shown as it is now."""
        if not self.is_open:
            return
        self._give_up()
        self._place = self._put_back = None
        self._code = None
        self._again.stop()
        self._window.search_box.show_scanned(None)
        self._window.show_card(None)

    def _go_back(self) -> None:
        place, coming = self._place, self._put_back
        self.leave()
        if place is None:
            return
        self._put_back = coming
        self._list_answered()
        focus = place.focus if place.focus is not None else self._page.table
        focus.setFocus()

    def _open_session(self) -> None:
        content = self.card.content if self.card is not None else None
        if content is None or content.asking or not content.search:
            return
        self.leave()
        self._finding.show_session(content.search, content.row_id)
        self._page.table.setFocus()

    def _open_other(self, row_id: int) -> None:
        content = self.card.content if self.card is not None else None
        if content is not None:
            self.leave()
            self._finding.show_session(content.search, row_id)
            self._page.table.setFocus()

    def _show_logged(self, position: int) -> None:
        """Show an earlier scan again, as its device is known now; the account is not asked a second time."""
        entry = self.log.entries[position]
        self._give_up()
        self._code, self._position = entry.code, position
        self._window.search_box.show_scanned(shown_code(entry.code))
        if entry.content is not None:
            self._show(entry.content)
        self._look_again(entry.code, quiet=entry.content is not None)

    def _searched(self, text: str) -> None:
        """Something is searched for: the card has been left, or with its cross, gone back from."""
        if not self.is_open:
            return
        if text:
            self.leave_to_search()
        else:
            self._go_back()

    def leave_to_search(self) -> None:
        """Close the card and keep what stands in the box."""
        self._window.search_box.keep_scanned()
        self.leave()

    # What the cache does

    def _cache_changed(self) -> None:
        if self.is_open and not self._again.isActive():
            self._again.start()

    def _refresh(self) -> None:
        if self.is_open and self._code is not None and self._under_way is None:
            self._look_again(self._code, quiet=True)

    def _look_again(self, code: Code, *, quiet: bool) -> None:
        """Read the device from the cache once more; a verdict that has changed is announced."""
        before = self.card.content.headline.title if self.card is not None and self.card.content else ""

        def done(found: Found) -> None:
            if isinstance(found.content, LoadedDevice) and self._code is code:
                content = describe_device(found.content, code, self._context())
                self._settle(content, quiet=quiet and content.headline.title == before)

        if self._refreshing is not None:
            self._refreshing.cancel()
        self._refreshing = self._accounts.look_up(
            code, done=done, failed=self._desk.failed.emit, read=load_device, asks=False
        )

    def _list_answered(self) -> None:
        """The list that the scanner has typed away is there again, if the card no longer hides it."""
        place = self._put_back
        if place is None or self.is_open:
            return
        if self._controller.query == place.query and not self._controller.awaits:
            self._put_back = None
            place.show(self._page)

    def _account_changed(self) -> None:
        self.leave()
        self.log.clear()

    def _settings_changed(self) -> None:
        settings = self._desk.settings
        self._card_action.setChecked(settings.scan_opens == "card")
        self._beep_action.setChecked(settings.scan_beep)
        self._refresh()

    # Inner workings

    def _give_up(self) -> None:
        self._slow.stop()
        for each in (self._under_way, self._refreshing):
            if each is not None:
                each.cancel()
        self._under_way = self._refreshing = None

    def _make_actions(self) -> None:
        settings, menu = self._desk.settings, self._window.menus.view
        menu.addSeparator()
        self._card_action = QAction("Scanner shows the verdict", self)
        self._card_action.setObjectName("scanCardAction")
        self._card_action.setToolTip("Otherwise a scan selects the session in the list")
        self._beep_action = QAction("Beep when it says Stop", self)
        self._beep_action.setObjectName("scanBeepAction")
        for action, checked in (
            (self._card_action, settings.scan_opens == "card"),
            (self._beep_action, settings.scan_beep),
        ):
            action.setCheckable(True)
            action.setChecked(checked)
            menu.addAction(action)
        hold_locked(settings, scan_opens=self._card_action, scan_beep=self._beep_action)
        self._card_action.triggered.connect(self._choose_card)
        self._beep_action.triggered.connect(self._choose_beep)

    def _choose_card(self, wanted: bool) -> None:
        self._desk.change_settings(lambda old: old._replace(scan_opens="card" if wanted else "list"))

    def _choose_beep(self, wanted: bool) -> None:
        self._desk.change_settings(lambda old: old._replace(scan_beep=wanted))

    def _timer(self, milliseconds: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer
