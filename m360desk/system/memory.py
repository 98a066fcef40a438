"""How memory that is no longer needed goes back to the system."""

import sys
from typing import Any

_M_MMAP_THRESHOLD = -3
"""glibc's number for it (malloc.h)."""

_LARGE = 1_000_000


def return_large_blocks() -> None:
    """Have large blocks returned to the system as soon as they are freed, where that is for us to say.

    Columns of a million sessions are blocks of megabytes, and each search and sort needs some for a moment.
    Left to itself glibc learns to keep such blocks in its heaps, where they leave holes: after an hour's use
    40 MB. To be called before there are any, and not in the way of anything: it loads ctypes.
    """
    mallopt = _glibc("mallopt")
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE)


def return_free_blocks() -> None:
    """Return what is free by now but was kept for later: some 10 MB after searches; takes milliseconds."""
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _glibc(name: str) -> Any:
    """One of its functions; None where the C library is another one."""
    if sys.platform != "linux":
        return None
    import ctypes

    return getattr(ctypes.CDLL(None), name, None)
