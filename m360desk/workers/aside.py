"""Calls that may wait for a person, such as the keyring's, in threads that no exit waits for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject

from m360desk.workers.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Aside(QObject):
    """Does one call after another beside everything else.

    A keyring may ask the user to unlock it and wait for minutes. Neither the window nor the end of the
    program may wait with it: the thread is a daemon.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mailbox = Mailbox(self)
        self._turn = threading.Lock()

    def ask(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do ``work``; then ``done(result)`` or ``failed(error)`` is called in this object's thread."""

        def call() -> None:
            with self._turn:
                try:
                    result = work()
                except Exception as error:  # noqa: BLE001 - whatever went wrong belongs to the one who asked
                    self._answer(failed, error)
                else:
                    self._answer(done, result)

        threading.Thread(target=call, name="aside", daemon=True).start()

    def stop(self) -> None:
        """Want no more answers."""
        self._mailbox.close()

    def _answer(self, callback: Callable[[Any], None], value: Any) -> None:
        self._mailbox.post(lambda: callback(value))
