"""Cancelling long work from another thread."""

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """The work was cancelled before it was done."""


class CancelToken:
    """Carries one "stop" from any thread to the work that was given the token."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next_id = 0

    @property
    def cancelled(self) -> bool:
        """Whether the work shall stop."""
        return self._cancelled

    def cancel(self) -> None:
        """Ask the work to stop; calls the callbacks in this thread, each once. Further calls do nothing."""
        with self._lock:
            if self._cancelled:
                return
            self._cancelled = True
            callbacks = list(self._callbacks.values())
            self._callbacks.clear()
        for callback in callbacks:
            callback()

    def check(self) -> None:
        """Raise ``Cancelled`` when the work shall stop."""
        if self._cancelled:
            raise Cancelled

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called on cancelling, at once when that has happened; returns an unsubscriber.

        The callback runs in the cancelling thread and must not block.
        """
        with self._lock:
            if not self._cancelled:
                number = self._next_id
                self._next_id += 1
                self._callbacks[number] = callback
                return lambda: self._forget(number)
        callback()
        return _nothing_to_forget

    def _forget(self, number: int) -> None:
        with self._lock:
            self._callbacks.pop(number, None)


def _nothing_to_forget() -> None:
    """Unsubscribe a callback that has been called already."""
