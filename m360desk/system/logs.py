"""The log: one file for each program, rotated, in UTC, without secrets."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from m360desk.system.paths import place_error, prepare_folder
from m360desk.system.redaction import Redactor

FILE_BYTES = 1_000_000
FILES = 5

# These speak at INFO of every request, with URLs and headers' names, and at DEBUG of much more.
_CHATTY = ("httpx", "httpcore", "asyncio", "keyring", "urllib3")


class RedactingFormatter(logging.Formatter):
    """One line a message: UTC time in ISO 8601, level, logger, text; tracebacks below. Secrets are hidden.

    The whole formatted text is cleaned, since secrets can stand in arguments and in tracebacks too.
    """

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"

    def __init__(self, redactor: Redactor, style: str) -> None:
        super().__init__(style, datefmt=None)
        self.default_time_format = "%Y-%m-%dT%H:%M:%S"
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, without secrets; half surrogate pairs, which no encoding takes, are escaped."""
        text = self._redactor.clean(super().format(record))
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


class _Console(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 – logging's name
        """Say nothing: logging would print the message and its arguments as they are, secrets included."""
        del record


def start_logging(
    folder: Path, program: str, redactor: Redactor, *, level: int = logging.INFO, console: int | None = None
) -> Callable[[], None]:
    """Log to ``folder/program.log``, and from the level `console` on to standard error.

    Each program (``window``, ``sync`` …) has a file of its own: Windows cannot rotate a file that another
    process has open.

    Returns:
        A function that ends logging and closes the file.

    Raises:
        PlaceError: the folder or file cannot be written to; nothing is changed then.
    """
    prepare_folder(folder)
    path = folder / f"{program}.log"
    try:
        to_file = _open_file(path)
    except OSError as error:
        raise place_error(path, error) from error
    to_file.setFormatter(
        RedactingFormatter(redactor, "%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s")
    )
    to_file.setLevel(level)
    handlers: list[logging.Handler] = [to_file]
    if console is not None:
        to_console = _Console()
        to_console.setFormatter(RedactingFormatter(redactor, "%(levelname)s %(name)s: %(message)s"))
        to_console.setLevel(console)
        handlers.append(to_console)
    return _attach(handlers)


def _open_file(path: Path) -> logging.Handler:
    # Costs as much as all of this layer together, and most of it is for sending logs over a network.
    from logging.handlers import RotatingFileHandler

    class LogFile(RotatingFileHandler):
        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 – logging's name
            """A log that cannot be written (full disk) must not stop the work nor show secrets."""
            del record

        def doRollover(self) -> None:  # noqa: N802 – logging's name
            """A file that cannot be renamed (Windows, open elsewhere) grows on."""
            try:
                super().doRollover()
            except OSError:
                if self.stream is None:
                    self.stream = self._open()

    return LogFile(
        path, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8", errors="backslashreplace"
    )


def _attach(handlers: list[logging.Handler]) -> Callable[[], None]:
    root = logging.getLogger()
    level_before = root.level
    root.setLevel(min(handler.level for handler in handlers))
    quietened = [logger for logger in map(logging.getLogger, _CHATTY) if logger.level == logging.NOTSET]
    for logger in quietened:
        logger.setLevel(logging.WARNING)
    for handler in handlers:
        root.addHandler(handler)

    def stop() -> None:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        for logger in quietened:
            logger.setLevel(logging.NOTSET)
        root.setLevel(level_before)

    return stop
