"""A lane: one thread that owns one resource and does one piece of work after another with it.

The window asks, goes on, and gets the answer in its own thread. The newest request of a kind replaces older
ones of the same kind: those that wait are dropped, one that runs is cancelled, and none of them answers.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QThread

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.workers.mailbox import Mailbox
from m360desk.workers.priority import step_back

R = TypeVar("R")
T = TypeVar("T")

Work = Callable[[R, CancelToken], T]
"""What a lane does: called in the lane's thread with the resource and a token to look at."""


class Request:
    """One piece of work on its way through a lane."""

    def __init__(
        self,
        kind: str,
        work: Callable[[Any, CancelToken], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.kind, self.work = kind, work
        self.done, self.failed = done, failed
        self.token = CancelToken()

    def cancel(self) -> None:
        """Give it up: neither ``done`` nor ``failed`` will be called."""
        self.token.cancel()


class _Runner(QThread):
    def __init__(self, lane: Lane[Any], name: str, *, patient: bool) -> None:
        super().__init__()
        self.setObjectName(name)
        self._lane = lane
        self._patient = patient

    def run(self) -> None:
        if self._patient:
            step_back()
        self._lane.serve()


class Lane(QObject, Generic[R]):
    """A QThread with a resource of its own: begun and opened by the first request, closed at the end in it.

    ``open_resource`` may raise: then the request that needed it fails with that error, and the next one tries
    again. ``interrupt`` is called from the cancelling thread, to break off what the resource is doing; the
    work then raises ``interrupted``. After an error of the kind ``broken`` the next request gets another
    resource.
    """

    def __init__(
        self,
        name: str,
        open_resource: Callable[[], R],
        close_resource: Callable[[R], None],
        *,
        interrupt: Callable[[R], None] | None = None,
        interrupted: type[Exception] = Cancelled,
        broken: type[Exception] | None = None,
        patient: bool = False,
        parent: QObject | None = None,
    ) -> None:
        """``patient``: its thread lets the window's go first."""
        super().__init__(parent)
        self._open_resource = open_resource
        self._close_resource = close_resource
        self._interrupt = interrupt
        self._interrupted = interrupted
        self._broken = broken
        self._mailbox = Mailbox(self)
        self._waiting: deque[Request] = deque()
        self._running: Request | None = None
        self._done: list[Request] = []
        """Answered, but those who asked have not been told yet."""
        self._wake = threading.Condition()
        self._started = self._stopping = False
        self._runner = _Runner(self, name, patient=patient)

    def request(
        self,
        kind: str,
        work: Work[R, T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        replace: bool = True,
    ) -> Request:
        """Have ``work`` done; then ``done(result)`` or ``failed(error)`` is called in this object's thread.

        With ``replace`` (the rule) all earlier requests of this kind are given up.
        """
        request = Request(kind, work, done, failed)
        given_up: list[Request] = []
        with self._wake:
            if replace:
                given_up = self._under_way(kind)
                self._waiting = deque(r for r in self._waiting if r.kind != kind)
            self._waiting.append(request)
            self._wake.notify()
            if not self._started and not self._stopping:
                self._started = True
                self._runner.start()
        for old in given_up:
            old.cancel()
        return request

    def is_free_for(self, kind: str) -> bool:
        """Whether a request of this kind, made now, would wait for none of another kind.

        One that was given up ends in a moment: it counts for nothing.
        """
        with self._wake:
            under_way = (*self._waiting, self._running)
            return all(r is None or r.kind == kind or r.token.cancelled for r in under_way)

    def cancel(self, kind: str) -> None:
        """Give up all requests of a kind."""
        with self._wake:
            old = self._under_way(kind)
        for request in old:
            request.cancel()

    def _under_way(self, kind: str) -> list[Request]:
        requests = (*self._waiting, self._running, *self._done)
        return [request for request in requests if request is not None and request.kind == kind]

    def deliver(self) -> None:
        """Hand out now what has been answered by now, ahead of the event loop's next turn."""
        self._mailbox.deliver()

    def stop(self) -> None:
        """Give up all work, close the resource and end the thread; returns when it has ended."""
        with self._wake:
            self._stopping = True
            given_up = list(self._waiting)
            if self._running is not None:
                given_up.append(self._running)
            self._waiting.clear()
            self._wake.notify()
        self._mailbox.close()
        for request in given_up:
            request.cancel()
        self._runner.wait()

    def serve(self) -> None:
        """Do the work; runs in the lane's own thread."""
        resource: R | None = None
        while (request := self._next()) is not None:
            try:
                if resource is None:
                    resource = self._open_resource()
                result = self._do(request, resource)
            except Cancelled:
                continue
            except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to the one who asked
                if resource is not None and self._broken is not None and isinstance(error, self._broken):
                    self._close_resource(resource)
                    resource = None
                self._answer(request, request.failed, error)
            else:
                self._answer(request, request.done, result)
            finally:
                self._running = None
        if resource is not None:
            self._close_resource(resource)

    def _next(self) -> Request | None:
        with self._wake:
            while not self._waiting and not self._stopping:
                self._wake.wait()
            if self._stopping:
                return None
            self._running = self._waiting.popleft()
            return self._running

    def _do(self, request: Request, resource: R) -> Any:
        request.token.check()
        if self._interrupt is None:
            return request.work(resource, request.token)
        interrupt = self._interrupt
        forget = request.token.on_cancel(lambda: interrupt(resource))
        try:
            return request.work(resource, request.token)
        except self._interrupted:
            request.token.check()
            # It was meant for the work before this one, which ended at that very moment.
            return request.work(resource, request.token)
        finally:
            forget()

    def _answer(self, request: Request, callback: Callable[[Any], None], value: Any) -> None:
        def deliver() -> None:
            with self._wake:
                self._done.remove(request)
            # Looked at here, in the asker's thread: it may have been given up while the answer was under way.
            if not request.token.cancelled:
                callback(value)

        with self._wake:
            self._done.append(request)
        self._mailbox.post(deliver)
