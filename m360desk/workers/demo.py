"""The demo's made-up workshop: a simulator in a process of its own, and a folder for its cache."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from m360desk.core.user_text import UserText
from m360desk.system.paths import PlaceError
from m360desk.system.problems import SystemServiceError
from m360desk.system.temporary import TemporaryFolder
from m360desk.workers.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from m360desk.simulator.host import SimulatorProcess

DEMO_SESSIONS = 25_000


class DemoFailed(SystemServiceError):
    """The simulator did not start."""


class Demo(QObject):
    """Starts and ends the simulator beside the window, and leaves neither process nor folder behind."""

    started = Signal(object)
    """A :class:`SimulatorProcess` that answers."""
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None, *, sessions: int = DEMO_SESSIONS) -> None:
        super().__init__(parent)
        self._sessions = sessions
        self._mailbox = Mailbox(self)
        self._folder: TemporaryFolder | None = None
        self._threads: list[threading.Thread] = []
        self._turn = threading.Lock()
        self._round = 0
        """Goes up with each start and leave: a simulator that comes up for an earlier one ends at once."""
        self._process: SimulatorProcess | None = None
        self._wanted = False

    @property
    def wanted(self) -> bool:
        """Whether it runs or is about to."""
        return self._wanted

    @property
    def folder(self) -> Path:
        """Where its cache stands: there once it has ``started``, gone after :meth:`clear_away`."""
        if self._folder is None:
            raise RuntimeError("the demo has not been started")
        return self._folder.path

    def start(self) -> None:
        """Start it; ``started`` or ``failed`` follows."""
        if self._wanted:
            return
        self._wanted = True
        number = self._round
        self._beside(lambda: self._launch(number))

    def leave(self) -> None:
        """End it without waiting for its end."""
        self._wanted = False
        with self._turn:
            self._round += 1
            process, self._process = self._process, None
        if process is not None:
            self._beside(process.stop)

    def clear_away(self) -> None:
        """End it, wait for its end and remove its folder; called when nothing uses its cache any more."""
        self._mailbox.close()
        self.leave()
        for thread in self._threads:
            thread.join()
        if self._folder is not None:
            self._folder.remove()
            self._folder = None

    def _beside(self, work: Callable[[], object]) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=work, name="demo")
        self._threads.append(thread)
        thread.start()

    def _launch(self, number: int) -> None:
        from m360desk.simulator.host import SimulatorError, SimulatorProcess

        try:
            with self._turn:
                self._folder = self._folder or TemporaryFolder("m360desk-demo-")
            process = SimulatorProcess("--sessions", str(self._sessions))
        except (SimulatorError, OSError, PlaceError) as error:
            problem = DemoFailed(
                UserText(
                    "The demo could not be started.",
                    f"The computer or the made-up service said: {error}",
                    "Try again; if it stays so, restart the computer.",
                )
            )
            self._mailbox.post(lambda: self._broken(number, problem))
            return
        with self._turn:
            wanted = self._round == number
            if wanted:
                self._process = process
        if wanted:
            self._mailbox.post(lambda: self._up(process))
        else:
            process.stop()

    def _up(self, process: SimulatorProcess) -> None:
        if self._process is process:
            self.started.emit(process)

    def _broken(self, number: int, problem: DemoFailed) -> None:
        if self._round == number:
            self._wanted = False
            self.failed.emit(problem)
