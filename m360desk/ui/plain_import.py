"""Loads Qt quickly and leaves Python's ``import`` as it was. To be imported before anything else of Qt.

PySide puts an import hook of its own in place, for ``from __feature__ import …``, which this program does not
use. The hook reads the source of every module that is imported from then on, to see whether it uses Qt: 13 ms
of each start. And it compiles and runs modules that word errors and signatures, and write type stubs: more
than 25. Where Qt was loaded before, nothing is changed.
"""

import builtins

from m360desk.ui.kept_code import beside, kept_code

# What words errors and signatures and writes type stubs: ten milliseconds of regular expressions alone. Only
# modules that PySide's C++ reaches through Python: into ``mapping`` it looks by itself, and ends the program
# where something is missing.
_SELDOM = (
    "/signature/parser.py",
    "/signature/layout.py",
    "/signature/lib/enum_sig.py",
    "/signature/lib/pyi_generator.py",
)

_plain = builtins.__import__

with kept_code(beside(__spec__.cached), late=_SELDOM):
    import PySide6.QtCore  # noqa: F401 - loaded here for what it does to the line above

builtins.__import__ = _plain
