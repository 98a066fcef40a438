"""What holds for every test: no unexpected log, no leaked thread, no touch of the developer's own files.

Qt's own warnings fail a test too (``qt_log_level_fail`` in pyproject.toml), and so does any Python warning.
"""

import gc
import logging
import os
import signal
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

# How long an example takes, or to make one, tells more of the machine than of the code.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts.warning=false")
# A developer's own account must never be reached from a test.
for _name in ("M360DESK_AUTH_CODE", "M360DESK_AUTH_TOKEN"):
    os.environ.pop(_name, None)

# Started in the background, by nohup or a shell's "&", tests inherit ignored signals; so would the programs
# that they start and end.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class ExpectedLogs:
    """Log messages that a test provokes on purpose; each must really come."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def expect(self, part: str) -> None:
        """Allow, and demand, a warning or error whose message contains ``part``."""
        self._parts.append(part)

    def covers(self, message: str) -> bool:
        return any(part in message for part in self._parts)

    def missing(self, messages: list[str]) -> list[str]:
        return [part for part in self._parts if not any(part in message for message in messages)]


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Reports travel between processes as UTF-8, which has no lone surrogates; some tests log just these."""
    report = yield
    report.sections = [
        (title, text.encode(errors="backslashreplace").decode()) for title, text in report.sections
    ]
    return report


@pytest.fixture(autouse=True)
def expected_logs() -> Iterator[ExpectedLogs]:
    """Fail the test on any warning or error in the log that it did not announce."""
    expected = ExpectedLogs()
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        yield expected
    finally:
        root.removeHandler(collector)
    surprising = [message for message in collector.messages if not expected.covers(message)]
    assert not surprising, f"unexpected log messages: {surprising}"
    absent = expected.missing(collector.messages)
    assert not absent, f"log messages that were expected and did not come: {absent}"


def _running_threads() -> set[threading.Thread]:
    # A QThread that ran Python code leaves a dummy entry behind for ever: _running_qthreads looks at those.
    return {t for t in threading.enumerate() if t.is_alive() and not isinstance(t, threading._DummyThread)}


def _running_qthreads() -> list[str]:
    from PySide6.QtCore import QThread

    return [repr(o) for o in gc.get_objects() if isinstance(o, QThread) and o.isRunning()]


@pytest.fixture(autouse=True)
def no_leaked_threads(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a thread behind."""
    before = _running_threads()
    yield
    leaked = []
    for thread in _running_threads() - before:
        thread.join(2)
        if thread.is_alive():
            leaked.append(thread.name)
    assert not leaked, f"threads left running: {leaked}"
    if "qtbot" in request.fixturenames:
        assert not _running_qthreads(), "a QThread was left running"


@pytest.fixture(autouse=True)
def private_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give every test a home of its own: the developer's settings, cache and keyring are never touched."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home
