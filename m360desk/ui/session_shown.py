"""What the detail pane shows: follows the list, its selection, and the cache while it is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from m360desk.core.selection import summarise
from m360desk.core.spans import NOTHING_SELECTED
from m360desk.ui.detail.content import PaneContext
from m360desk.ui.detail.describe import describe
from m360desk.ui.detail.describe_selection import describe_many
from m360desk.ui.detail.loading import load_session
from m360desk.ui.detail.pane import DetailPane
from m360desk.ui.detail.record_facts import is_local
from m360desk.ui.session_work import SessionWork

if TYPE_CHECKING:
    from m360desk.core.cancel import CancelToken
    from m360desk.core.selection import SelectionSummary
    from m360desk.core.spans import Selected
    from m360desk.store.reader import CacheReader, StoredRow
    from m360desk.ui.detail.content import PaneContent
    from m360desk.ui.detail.loading import SessionDetail
    from m360desk.ui.icons import Icons
    from m360desk.ui.main_window import MainWindow
    from m360desk.ui.marks import Marks
    from m360desk.ui.sessions.page import SessionsPage
    from m360desk.ui.theme_source import ThemeSource
    from m360desk.workers.accounts import Accounts
    from m360desk.workers.desk import Desk

MOST_SUMMED = 5_000
"""Selected sessions that are summed up; of more, the first in the list's order are, and the pane says so."""

PAUSE_MS = 1000
"""Between two looks at the shown session while a sync writes."""

UNHURRIED_MS = 100
"""Before the pane follows a list that nobody chose from: while somebody types, each key brings another."""

_ROWS_AT_ONCE = 250


class ShownSession(QObject):
    """Builds the detail pane and keeps it in step with the list's cursor, its selection and the cache."""

    settled = Signal()
    """What was awaited is shown."""
    noted = Signal(object)
    """A :class:`UserText` to show; None: what was said before holds no longer."""

    def __init__(
        self,
        desk: Desk,
        accounts: Accounts,
        page: SessionsPage,
        themes: ThemeSource,
        icons: Icons,
        marks: Marks,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._desk, self._page = desk, page
        self.pane = DetailPane(themes, icons, marks, self._context)
        self.work = SessionWork(desk, accounts, themes, icons, window)
        self._chosen: int | None = None
        self._shown: SessionDetail | None = None
        self._awaited = False
        self._many = NOTHING_SELECTED
        self._look = self._timer(0, self._look_at_selection)
        self._reload = self._timer(PAUSE_MS, self._read)
        self._unhurried = False
        self._follow = self._timer(UNHURRIED_MS, self._show_chosen)
        page.chosen.connect(self.choose)
        page.table.selectionModel().selectionChanged.connect(self._selection_changed)
        desk.cache_changed.connect(self._cache_changed)
        desk.settings_changed.connect(self._say_again)
        desk.failed.connect(self._gave_up)
        self._connect_pane()

    @property
    def awaits(self) -> bool:
        """Whether something that the pane is to show is still to come."""
        timers = (self._look, self._reload, self._follow)
        return self._awaited or any(timer.isActive() for timer in timers)

    @property
    def selected(self) -> Selected:
        """What is selected where it is several sessions, else nothing."""
        selected = self._page.selected
        return selected if selected.count > 1 else NOTHING_SELECTED

    def clear(self) -> None:
        """Another account is shown: forget everything."""
        self._look.stop()
        self._reload.stop()
        self._follow.stop()
        self._chosen, self._shown, self._awaited = None, None, False
        self._many = NOTHING_SELECTED
        self.pane.clear()

    def choose(self, row_id: int | None) -> None:
        """Show one session; None: there is none to show, unless another one is chosen in a moment."""
        self._chosen = row_id
        if row_id is None or self._unhurried:
            self._follow.start()
        else:
            self._follow.stop()
            self._show_chosen()

    def choose_first(self) -> None:
        """Leave no list without a chosen session; where one is shown already, the pane takes its time."""
        self._unhurried = self._shown is not None
        self._page.table.select_row(0, scroll=False)
        self._unhurried = False

    def _show_chosen(self) -> None:
        row_id = self._chosen
        if self.selected.count:
            return
        self._many = NOTHING_SELECTED
        if row_id is None:
            self._shown, self._awaited = None, False
            self.pane.clear()
            self.settled.emit()
            return
        if self._shown is None or self._shown.row_id != row_id or self.pane.content is None:
            row = self._known_row(row_id)
            if row is not None:
                self.pane.show_placeholder(row)
        self._read()

    def read_again(self, row_id: int) -> None:
        """Look at the session in the cache once more, if it is the one that is shown."""
        if row_id == self._chosen:
            self._read()

    # One session

    def _known_row(self, row_id: int) -> StoredRow | None:
        position = self._page.model.position(row_id)
        return self._page.model.row_at(position) if position is not None else None

    def _read(self) -> None:
        """Read the chosen session from the cache; what is shown stays until it is there."""
        row_id, known = self._chosen, self._shown
        if self._many.count:
            self._sum_up()
            return
        if row_id is None:
            return
        self._awaited = True
        context = self._context()

        def work(reader: CacheReader, _: CancelToken) -> tuple[SessionDetail | None, PaneContent | None]:
            session = load_session(reader, row_id, known)
            if session is None or session is known:
                return session, None
            # Put into words here: of all that a session takes to be shown, that is the larger half.
            return session, describe(session, context)

        def show(found: tuple[SessionDetail | None, PaneContent | None]) -> None:
            # Another one, or several, may have been chosen meanwhile.
            if row_id == self._chosen and not self._many.count:
                session, content = found
                self._show(session, content if context.limits == self._desk.limits else None)

        self._desk.read_soon("detail", work, show)

    def _show(self, session: SessionDetail | None, content: PaneContent | None) -> None:
        self._awaited = False
        before, self._shown = self._shown, session
        if session is None:
            self.pane.clear()
        elif session is not before or self.pane.content is None:
            self.pane.show_session(session, content)
        self.settled.emit()

    def _gave_up(self) -> None:
        """Something could not be read, which is said elsewhere: wait for it no longer."""
        self._awaited = False

    def _say_again(self) -> None:
        """Say what is shown in the words of other limits."""
        if self._many.count:
            self._sum_up()
        elif self._shown is not None and self.pane.content is not None:
            self.pane.show_session(self._shown)

    def _cache_changed(self) -> None:
        if not self._reload.isActive() and (self._chosen is not None or self._many.count):
            self._reload.start()

    def _go_to(self, row_id: int) -> None:
        """Show another session of the same device: by the list where it is there, so that both agree."""
        position = self._page.model.position(row_id)
        if position is not None:
            self._page.table.select_row(position)
        else:
            self.choose(row_id)

    # Several sessions

    def _selection_changed(self) -> None:
        if self._many.count or self.selected.count:
            self._look.start()

    def _look_at_selection(self) -> None:
        selected = self.selected
        if _tell_the_same(selected, self._many):
            self.settled.emit()
            return
        self._many = selected
        if selected.count:
            self._shown = None
            self.pane.show_many(selected.count)
            self._sum_up()
        else:
            self.choose(self._page.table.current_row_id())

    def _sum_up(self) -> None:
        self._awaited = True
        selected, limits = self._many, self._desk.limits
        wanted = selected.row_ids(MOST_SUMMED)

        def work(reader: CacheReader, token: CancelToken) -> SelectionSummary:
            rows: list[StoredRow] = []
            for at in range(0, len(wanted), _ROWS_AT_ONCE):
                token.check()
                rows += [row for row in reader.rows(wanted[at : at + _ROWS_AT_ONCE]) if row is not None]
            return summarise(rows, limits)

        def show(summary: SelectionSummary) -> None:
            if self._many is selected:
                self._awaited = False
                content = describe_many(summary, selected.count, self._context())
                self.pane.show_many(selected.count, content)
                self.settled.emit()

        self._desk.read("selection", work, show)

    def _export(self) -> None:
        self.work.export(self.selected.row_ids())

    # The rest

    def _print(self) -> None:
        from m360desk.ui.printing import print_sheet

        if self.pane.content is not None:
            print_sheet(self.pane.content, self._context(), self.pane.window(), self.noted.emit)

    def _save_pdf(self) -> None:
        from m360desk.ui.printing import save_sheet

        if self.pane.content is not None:
            save_sheet(self.pane.content, self._context(), self.pane.window(), self.noted.emit)

    def _context(self) -> PaneContext:
        desk, key = self._desk, self._desk.key
        mode = key.mode if key is not None else "live"
        local = key is not None and is_local(key.api_url or "")
        return PaneContext(desk.now_ms(), desk.zone, desk.limits, mode, local_service=local)

    def _connect_pane(self) -> None:
        pane, work = self.pane, self.work
        pane.session_requested.connect(self._go_to)
        pane.refresh_requested.connect(work.read_again)
        pane.report_requested.connect(work.make_report)
        pane.version_requested.connect(work.show_version)
        pane.link_requested.connect(work.open_link)
        pane.check_requested.connect(work.check_blacklist)
        pane.print_requested.connect(self._print)
        pane.pdf_requested.connect(self._save_pdf)
        pane.many.export_requested.connect(self._export)
        work.noted.connect(self.noted)
        work.changed.connect(self.read_again)

    def _timer(self, milliseconds: int, act: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer


def _tell_the_same(one: Selected, other: Selected) -> bool:
    """Whether the pane would say the same of two selections: it sums up the first of them."""
    return one.count == other.count and one.row_ids(MOST_SUMMED) == other.row_ids(MOST_SUMMED)
