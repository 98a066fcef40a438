"""Answers that may come after the window that asked is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import shiboken6

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

T = TypeVar("T")


def while_alive(owner: QObject, answer: Callable[[T], object]) -> Callable[[T], None]:
    """``answer``, as long as ``owner`` exists; then nothing."""

    def call(value: T) -> None:
        if shiboken6.isValid(owner):
            answer(value)

    return call
