"""Loading numpy late, and by one thread at a time."""

import threading
from importlib import import_module

_loading = threading.Lock()


def load_numpy() -> None:
    """Have numpy loaded; belongs before every late import of a module that needs it, in any thread.

    Parts of numpy need each other. To two threads that load it at the same time, from two sides, Python gives
    out what is only half there rather than have both wait for ever.
    """
    with _loading:
        import_module("numpy.typing")
