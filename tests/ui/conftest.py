"""The whole window over a real cache of a made-up workshop; nothing is reached but this computer."""

from __future__ import annotations

import gc
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pytest
import shiboken6
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from m360desk.app import Application, now_ms, open_writer
from m360desk.core.query import Order, parse
from m360desk.core.records import read
from m360desk.options import Options
from m360desk.simulator.shop.fleet import Fleet
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.store.reader import CacheReader
from m360desk.system.settings_file import SettingsFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from m360desk.store.writer import CacheWriter
    from m360desk.ui.frame.search_box import SearchBox
    from m360desk.ui.main_window import MainWindow
    from m360desk.ui.sessions.view import SessionTable

# The guide's own examples.
AUTH_CODE = "a167b9ae-948d-490c-9995-932984fbb223"
AUTH_TOKEN = "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"
SESSIONS = 600
NOBODY = "http://127.0.0.1:1/api/customer/v2"
"""No service listens there: a window without a network."""


class Workshop:
    """The made-up sessions: those below ``SESSIONS`` are cached, the rest come when a test wants them."""

    def __init__(self) -> None:
        self.fleet = Fleet(SESSIONS + 50, datetime.now(UTC), 7)

    def records(self, first: int, end: int) -> list[bytes]:
        return [self.fleet.record_bytes(number) for number in range(first, end)]

    def write(self, path: Path, key: CacheKey, records: Sequence[bytes]) -> None:
        writer = open_writer(path, key, now_ms)
        try:
            writer.store_page([read(record) for record in records], stretch=None, batch=1, state=None)
        finally:
            writer.close()


@dataclass
class Bench:
    """One running window and what tests do with it."""

    application: Application
    qtbot: QtBot
    path: Path

    @property
    def window(self) -> MainWindow:
        return self.application.shell.window

    @property
    def table(self) -> SessionTable:
        return self.application.shell.page.table

    @property
    def box(self) -> SearchBox:
        return self.window.search_box

    @property
    def ids(self) -> list[int]:
        return list(self.application.shell.page.model.ids)

    def settle(self) -> None:
        """Wait until all that the window shows is there."""
        self.qtbot.waitUntil(lambda: not self.application.shell.awaits, timeout=10_000)

    def search(self, text: str) -> None:
        self.box.setText(text)
        self.settle()

    def text(self, name: str) -> str:
        """What a label or button says."""
        return str(self.find(name).property("text"))

    def find(self, name: str) -> QWidget:
        found: QWidget | None = self.window.findChild(QWidget, name)
        assert found is not None, name
        return found

    def expected(self, query: str, *, field: str = "time", descending: bool = True) -> list[int]:
        """What the cache answers, asked directly."""
        zone = self.application.desk.zone
        today = datetime.now(zone).date()
        with CacheReader.open(self.path) as reader:
            return list(reader.ids(parse(query, today=today, zone=zone), Order(field, descending)))

    def write(self, work: Callable[[CacheWriter], object]) -> None:
        """Write to the cache by its one writer, and wait until the window has heard of it."""
        lanes = self.application.desk.lanes
        assert lanes is not None
        done: list[object] = []
        writer = lanes.writer

        async def job() -> object:
            return await writer.submit(work)

        self.application.desk.network.start(job, done.append, done.append)
        self.qtbot.waitUntil(lambda: bool(done), timeout=10_000)
        assert not isinstance(done[0], BaseException), done[0]
        self.application.desk.sync.wrote.emit()
        self.settle()

    def add(self, workshop: Workshop, first: int, end: int) -> None:
        """What a sync does: newer sessions are stored, the window is told; waits until it shows them."""
        sessions = [read(record) for record in workshop.records(first, end)]
        self.write(lambda writer: writer.store_page(sessions, stretch=None, batch=2, state=None))
        shell = self.application.shell
        self.qtbot.waitUntil(lambda: not shell.controller.awaits and not shell.awaits, timeout=10_000)

    def press(self, *keys: Any) -> None:
        """Press keys as the window system would send them: to the window, with its shortcuts."""
        handle = self.window.windowHandle()
        assert handle is not None
        for key in keys:
            QTest.keySequence(handle, key) if isinstance(key, str) else QTest.keyClick(handle, key)


class OpenBench(Protocol):
    def __call__(
        self, *, mode: Literal["live", "testing"] = "live", api_url: str = NOBODY, empty: bool = False
    ) -> Bench: ...


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="session")
def filled_cache(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workshop") / "cache.sqlite3"
    workshop.write(path, CacheKey(account_hash(AUTH_CODE), "live", NOBODY), workshop.records(0, SESSIONS))
    return path


@pytest.fixture
def open_bench(
    qapp: QApplication, qtbot: QtBot, filled_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OpenBench]:
    """Opens a window on the account's cache, in live mode and without a network unless told otherwise."""
    palette, font = qapp.palette(), qapp.font()
    monkeypatch.setenv("M360DESK_AUTH_CODE", AUTH_CODE)
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", AUTH_TOKEN)
    opened: list[Application] = []

    def open_it(
        *, mode: Literal["live", "testing"] = "live", api_url: str = NOBODY, empty: bool = False
    ) -> Bench:
        SettingsFile(tmp_path / "settings.toml").change(
            lambda settings: settings._replace(sync_on_start=False, sync_minutes=0, theme="light")
        )
        path = cache_file(tmp_path / "cache", CacheKey(account_hash(AUTH_CODE), mode, api_url))
        if not empty:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(filled_cache, path)
        application = Application(Options(profile=tmp_path, mode=mode, api_url=api_url), qapp)
        opened.append(application)
        with qtbot.waitSignal(application.shell.shown, timeout=10_000):
            application.start()
        window = application.shell.window
        window.activateWindow()
        bench = Bench(application, qtbot, path)
        qtbot.waitUntil(lambda: application.shell.detail is not None)
        return bench

    yield open_it
    for application in reversed(opened):
        application.shell.window.close()
        application.stop()
        shiboken6.delete(application.shell.window)
        shiboken6.delete(application.themes)
    qapp.setPalette(palette)
    qapp.setFont(font)
    gc.unfreeze()


@pytest.fixture
def bench(open_bench: OpenBench) -> Bench:
    opened = open_bench()
    opened.settle()
    return opened
