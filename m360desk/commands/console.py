"""What a command says: results on standard output, everything else on standard error."""

import sys
from collections.abc import Callable
from time import monotonic

from m360desk.core.user_text import UserText

_PROGRESS_SECONDS = 0.1
_VERBOSE_SECONDS = 2.0


def counted(number: int, word: str) -> str:
    """``1 session``, ``2 sessions``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


class Console:
    """Speaks to a terminal, a file or nobody.

    Progress is one line that rewrites itself on a terminal; elsewhere it is silent, or with `verbose` a line
    every few seconds.
    """

    def __init__(self, *, verbose: bool = False, clock: Callable[[], float] = monotonic) -> None:
        """`clock` counts seconds."""
        self._verbose = verbose
        self._clock = clock
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._shown = ""
        self._last = float("-inf")

    @property
    def verbose(self) -> bool:
        """Whether more than the necessary is wanted."""
        return self._verbose

    def result(self, text: str) -> None:
        """Something that was asked for, on standard output."""
        self._clear()
        if sys.stdout is not None:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def note(self, text: str) -> None:
        """Something worth knowing, on standard error."""
        self._clear()
        self._error_line(f"m360desk: {text}")

    def problem(self, text: UserText) -> None:
        """What happened, what it means, what to do: a line each, on standard error."""
        self._clear()
        self._error_line(f"m360desk: {text.happened}")
        for line in (text.means, text.do):
            if line:
                self._error_line(f"  {line}")

    def progress(self, text: str) -> None:
        """How far the work is; most calls show nothing, so call it as often as you like."""
        if not self._terminal and not self._verbose:
            return
        now = self._clock()
        if now - self._last < (_PROGRESS_SECONDS if self._terminal else _VERBOSE_SECONDS):
            return
        self._last = now
        if not self._terminal:
            self._error_line(f"m360desk: {text}")
            return
        padding = " " * (len(self._shown) - len(text))
        self._write(f"\r{text}{padding}")
        self._shown = text

    def _clear(self) -> None:
        if self._shown:
            self._write("\r" + " " * len(self._shown) + "\r")
            self._shown = ""

    def _error_line(self, text: str) -> None:
        self._write(text + "\n")

    def _write(self, text: str) -> None:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
