"""Loads Qt and leaves Python's ``import`` as it was.

PySide puts an import hook of its own in place, for ``from __feature__ import …``, which this program does not
use. The hook reads the source of every module that is imported from then on, to see whether it uses Qt: 13 ms
of each start. To be imported before anything else of Qt; where Qt was loaded before, nothing is changed.
"""

import builtins

_plain = builtins.__import__

import PySide6.QtCore  # noqa: E402, F401 - loaded here for what it does to the line above

builtins.__import__ = _plain
