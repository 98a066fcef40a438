"""Loads Qt quickly and leaves Python's ``import`` as it was. To be imported before anything else of Qt.

PySide puts an import hook of its own in place, for ``from __feature__ import …``, which this program does not
use. The hook reads the source of every module that is imported from then on, to see whether it uses Qt: 13 ms
of each start. And it compiles its own modules and their regular expressions each time: another 27. Where Qt
was loaded before, nothing is changed.

From here on modules are taken from one file, until ``modules`` is told to stop.
"""

import builtins
import sys

from m360desk.ui.kept_code import beside, kept_code
from m360desk.ui.kept_modules import KeptModules

modules = KeptModules(beside(__spec__.cached, "modules"))
modules.start()
# A packaged program has brought what was compiled when it was made (packaging/package.py).
_kept = beside(__spec__.cached) or (f"{__file__}.kept" if getattr(sys, "frozen", False) else None)
_plain = builtins.__import__

with kept_code(_kept):
    import PySide6.QtCore  # noqa: F401 - loaded here for what it does to the line above

    builtins.__import__ = _plain
    # Whatever is opened needs these two, for places and settings: they have regular expressions, too.
    import tomllib  # noqa: F401

    import platformdirs  # noqa: F401
