"""Loads pyqtgraph without a copy of all of Qt. To be imported in place of it, as ``pg``.

pyqtgraph mirrors three modules of Qt by going through all their names. PySide makes a class when it is named
first, so that mirroring takes a tenth of a second and 9 MB for classes that nobody uses. The mirrors of here
look up what is asked for. Where pyqtgraph was loaded before, nothing is changed.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

from PySide6 import QtCore, QtGui, QtWidgets

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Mirror(ModuleType):
    """Has what another module has, and whatever is set in it beside."""

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name)
        self._source = source

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._source, name)
        setattr(self, name, value)
        return value


@contextmanager
def _mirrors() -> Iterator[None]:
    """Whoever goes through the names of Qt's modules meanwhile finds none."""
    told: dict[ModuleType, Any] = {}
    for module in (QtCore, QtGui, QtWidgets):
        name = f"pyqtgraph.Qt.{module.__name__.rpartition('.')[2]}"
        sys.modules[name] = _Mirror(name, module)
        told[module] = module.__dir__  # PySide's own knows the classes that are not made yet
        vars(module)["__dir__"] = list
    try:
        yield
    finally:
        for module, names in told.items():
            vars(module)["__dir__"] = names


if "pyqtgraph" in sys.modules:
    import pyqtgraph as pg
else:
    with _mirrors():
        import pyqtgraph as pg

__all__ = ["pg"]
