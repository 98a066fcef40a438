"""Crash reports: a file for each kind of unexpected error, offered to the user at the next start.

A report holds versions, the platform and a traceback without data (see `tracebacks`). It stays on this
computer until the user does something with it. Crashes of the interpreter itself are caught by
``faulthandler``, whose file belongs to one process, is locked while that process lives and removed when it
ends well.
"""

import contextlib
import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from m360desk import __version__
from m360desk.system.locks import lock_handle
from m360desk.system.paths import prepare_folder
from m360desk.system.redaction import Redactor

_log = logging.getLogger(__name__)

_REPORT = "crash-*.txt"
_FAULT = "fault-*.txt"
_MOST_KEPT = 20
_MOST_A_RUN = 5


@dataclass(frozen=True, slots=True)
class Report:
    """A crash report that waits for the user.

    Attributes:
        path: the file.
        title: its first line, such as ``ValueError in the window, 2026-11-23 08:15 UTC``.
    """

    path: Path
    title: str

    def text(self) -> str:
        """The whole report, as it would be sent."""
        return self.path.read_text(encoding="utf-8", errors="replace")


class CrashReporter:
    """Writes a report for every error that nobody caught; one for each process.

    Errors that repeat (a paint event can fail sixty times a second) are reported once a run, and a run writes
    at most five reports.
    """

    def __init__(
        self,
        folder: Path,
        program: str,
        redactor: Redactor,
        on_report: Callable[[Report], None] | None = None,
    ) -> None:
        """`program` says what ran ("the window"); `on_report` is called in the failing thread."""
        self._folder = folder
        self._program = program
        self._redactor = redactor
        self._on_report = on_report
        self._guard = threading.Lock()
        self._seen: set[str] = set()
        self._fault_file: IO[str] | None = None
        self._undo: list[Callable[[], None]] = []

    def install(self) -> None:
        """Catch what nobody catches: in all threads, in finalisers and in the interpreter itself.

        Raises:
            PlaceError: the folder cannot be written to; nothing is changed then.
        """
        prepare_folder(self._folder)
        self._undo = [self._hook_main(), self._hook_threads(), self._hook_finalisers()]
        self._start_faulthandler()

    def uninstall(self) -> None:
        """Put everything back; called when the program ends well."""
        while self._undo:
            self._undo.pop()()
        if self._fault_file is None:
            return
        faulthandler.disable()
        self._fault_file.close()
        with contextlib.suppress(OSError):
            Path(self._fault_file.name).unlink()
        self._fault_file = None

    def write(self, error: BaseException, where: str) -> Report | None:
        """Report `error`; None where it was reported in this run already, or cannot be. Never raises."""
        try:
            return self._write(error, where)
        except OSError as problem:
            _log.warning("no crash report could be written: %s", problem.strerror)
            return None

    def _write(self, error: BaseException, where: str) -> Report | None:
        from m360desk.system.tracebacks import format_without_data

        body = self._redactor.clean(format_without_data(error))
        with self._guard:
            if body in self._seen or len(self._seen) == _MOST_A_RUN:
                return None
            self._seen.add(body)
            number = len(self._seen)
        now = datetime.now(UTC)
        title = f"{type(error).__qualname__} in {where}, {now:%Y-%m-%d %H:%M} UTC"
        path = self._folder / f"crash-{now:%Y-%m-%dT%H%M%SZ}-{os.getpid()}-{number}.txt"
        path.write_text(
            f"{title}\n\n{self._facts()}\n\n{body}\n", encoding="utf-8", errors="backslashreplace"
        )
        _log.error("unexpected %s in %s; report: %s", type(error).__qualname__, where, path)
        report = Report(path, title)
        if self._on_report is not None:
            self._on_report(report)
        return report

    def _facts(self) -> str:
        import platform

        kind = "frozen" if getattr(sys, "frozen", False) else "from source or wheel"
        facts = {
            "M360 Desk": f"{__version__} ({self._program}, {kind})",
            "Python": platform.python_version(),
            "System": f"{platform.system()} {platform.release()} {platform.machine()}",
        }
        # Only what runs already is asked: a report must load nothing.
        for module, attribute in (("sqlite3", "sqlite_version"), ("PySide6", "__version__")):
            if module in sys.modules:
                facts[module] = str(getattr(sys.modules[module], attribute, "unknown"))
        return "\n".join(f"{name}: {value}" for name, value in facts.items())

    def _hook_main(self) -> Callable[[], None]:
        before = sys.excepthook

        def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            if not issubclass(kind, KeyboardInterrupt):
                self.write(error, "the main thread")
            before(kind, error, trace)

        sys.excepthook = hook
        return lambda: setattr(sys, "excepthook", before)

    def _hook_threads(self) -> Callable[[], None]:
        before = threading.excepthook

        def hook(args: threading.ExceptHookArgs) -> None:
            if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
                name = args.thread.name if args.thread else "a thread"
                self.write(args.exc_value, f"the thread {name}")
            before(args)

        threading.excepthook = hook
        return lambda: setattr(threading, "excepthook", before)

    def _hook_finalisers(self) -> Callable[[], None]:
        before = sys.unraisablehook

        def hook(args: "sys.UnraisableHookArgs") -> None:
            if args.exc_value is not None:
                self.write(args.exc_value, "a finaliser")
            before(args)

        sys.unraisablehook = hook
        return lambda: setattr(sys, "unraisablehook", before)

    def _start_faulthandler(self) -> None:
        if faulthandler.is_enabled():
            return  # whoever runs this with -X faulthandler wants to see it where they are
        file = (self._folder / f"fault-{os.getpid()}.txt").open("w", encoding="utf-8")
        with contextlib.suppress(OSError):  # a disk without locks: the file may then be collected too early
            lock_handle(file.fileno(), wait=False)
        faulthandler.enable(file)
        self._fault_file = file


def pending_reports(folder: Path) -> list[Report]:
    """Reports of earlier runs, newest first; called at the start, before `CrashReporter.install`.

    What ``faulthandler`` wrote for a process that has died becomes a report; all but the newest twenty go.
    """
    if not folder.is_dir():
        return []
    for path in folder.glob(_FAULT):
        with contextlib.suppress(OSError):  # Windows: its process lives
            _collect_fault(path)
    paths = sorted(folder.glob(_REPORT), key=lambda path: path.name, reverse=True)
    for path in paths[_MOST_KEPT:]:
        dismiss(path)
    return [Report(path, _first_line(path)) for path in paths[:_MOST_KEPT]]


def dismiss(path: Path) -> None:
    """Remove a report, when the user has seen to it; one that cannot be removed stays."""
    with contextlib.suppress(OSError):
        path.unlink()


def _collect_fault(path: Path) -> None:
    with path.open("r+", encoding="utf-8", errors="replace") as file:
        if not lock_handle(file.fileno(), wait=False):
            return
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        text = file.read()
    if text:
        title = f"The program stopped at once, {written:%Y-%m-%d %H:%M} UTC"
        report = path.with_name(f"crash-{written:%Y-%m-%dT%H%M%SZ}-{path.stem.removeprefix('fault-')}.txt")
        report.write_text(f"{title}\n\nM360 Desk: {__version__} (found at the next start)\n\n{text}", "utf-8")
    path.unlink()


def _first_line(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().strip()
