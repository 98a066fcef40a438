"""The lane of calls to the service: an asyncio loop in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, QThread

from m360desk.workers.mailbox import Mailbox
from m360desk.workers.priority import step_back

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

Job = Callable[[], Coroutine[Any, Any, T]]
"""Makes the coroutine to run; called in the lane's thread."""


class _Loop(QThread):
    """Runs an asyncio loop until it is told to stop; what is under way then is cancelled and awaited."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("network")
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop
        self._finished: asyncio.Event

    def run(self) -> None:
        # Loaded here: nothing that the window needs for its first rows.
        import asyncio

        step_back()
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        import asyncio

        from m360desk.api.lookup_threads import use_lookup_threads

        use_lookup_threads()
        self._loop = asyncio.get_running_loop()
        self._finished = asyncio.Event()
        self._ready.set()
        await self._finished.wait()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def call(self, function: Callable[[], None]) -> None:
        self._ready.wait()
        self._loop.call_soon_threadsafe(function)

    def finish(self) -> None:
        self._ready.wait()
        self._loop.call_soon_threadsafe(self._finished.set)
        self.wait()


class Errand:
    """A coroutine on its way through the network lane."""

    def __init__(self, loop: _Loop) -> None:
        self._loop = loop
        self._task: asyncio.Task[Any] | None = None
        self.given_up = False

    def cancel(self) -> None:
        """Stop it where it stands; it still answers, with :class:`asyncio.CancelledError`."""
        self._loop.call(self._cancel)

    def abandon(self) -> None:
        """Stop it and want no answer."""
        self.given_up = True
        self.cancel()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def begin(self, task: asyncio.Task[Any]) -> None:
        """Note the task that does it; called in the lane's thread."""
        self._task = task


class NetworkLane(QObject):
    """Starts coroutines in the network thread and brings their results back to this object's thread.

    The thread begins with the first job.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self)
        self._loop = _Loop()
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(
        self, job: Job[T], done: Callable[[T], None], failed: Callable[[BaseException], None]
    ) -> Errand:
        """Run ``job``; then ``done(result)`` or ``failed(error)`` is called in this object's thread.

        A cancelled job fails with :class:`asyncio.CancelledError`.
        """
        if not self._loop.isRunning():
            self._loop.start()
        errand = Errand(self._loop)

        def ended(task: asyncio.Task[T]) -> None:
            import asyncio

            error = asyncio.CancelledError() if task.cancelled() else task.exception()
            if error is None:
                self._answer(errand, done, task.result())
            else:
                self._answer(errand, failed, error)

        def begin() -> None:
            import asyncio

            task = asyncio.get_running_loop().create_task(job())
            # The loop holds tasks only weakly: one that waits alone would be collected.
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            task.add_done_callback(ended)
            errand.begin(task)

        self._loop.call(begin)
        return errand

    def post(self, letter: Callable[[], None]) -> None:
        """Have ``letter`` called in this object's thread: for news while a job is under way."""
        self._mailbox.post(letter)

    def stop(self) -> None:
        """Cancel all that is under way and end the thread."""
        self._mailbox.close()
        if self._loop.isRunning():
            self._loop.finish()

    def _answer(self, errand: Errand, callback: Callable[[Any], None], value: Any) -> None:
        def deliver() -> None:
            if not errand.given_up:
                callback(value)

        self._mailbox.post(deliver)
