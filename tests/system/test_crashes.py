"""What nobody caught leaves a report that helps and gives nothing away."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from m360desk.system.crashes import CrashReporter, dismiss, pending_reports
from m360desk.system.paths import PlaceError
from m360desk.system.redaction import Redactor
from m360desk.system.tracebacks import format_without_data, without_values

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"

# One child, three errors, each in another place that only a hook sees; then a clean end.
FAILING = f"""
import sys, threading
from pathlib import Path
from m360desk.system.crashes import CrashReporter
from m360desk.system.redaction import Redactor
reporter = CrashReporter(Path(sys.argv[1]), "a test's child", Redactor())
reporter.install()
def fail():
    imei = "353909104242713"
    raise KeyError(imei)
thread = threading.Thread(target=fail, name="lane")
thread.start()
thread.join()
class Odd:
    def __del__(self):
        imei = "353909104242713"
        raise RuntimeError("finaliser of device " + imei + ", Bearer {TOKEN}")
odd = Odd()
del odd
if sys.argv[2] == "fault":
    import faulthandler
    faulthandler._sigsegv()
if sys.argv[2] == "live":
    print("ready", flush=True)
    sys.stdin.read()
import atexit
atexit.register(reporter.uninstall)
1 / 0
"""


def child(folder: Path, how: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", FAILING, str(folder), how],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def reporter(tmp_path: Path) -> Iterator[CrashReporter]:
    installed = CrashReporter(tmp_path / "crashes", "tests", Redactor())
    hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    installed.install()
    try:
        yield installed
    finally:
        installed.uninstall()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == hooks


def test_errors_in_every_place_are_reported_without_data_or_secrets(tmp_path: Path) -> None:
    process = child(tmp_path, "error")
    _, printed = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "ZeroDivisionError" in printed  # Python's own hook still speaks
    reports = pending_reports(tmp_path)
    titles = [report.title.split(",")[0] for report in reports]
    assert sorted(titles) == [
        "KeyError in the thread lane",
        "RuntimeError in a finaliser",
        "ZeroDivisionError in the main thread",
    ]
    texts = "\n".join(report.text() for report in reports)
    assert "353909104242713" not in texts
    assert TOKEN not in texts
    assert "Python: 3." in texts
    assert "in fail" in texts
    assert list(tmp_path.glob("fault-*")) == []
    dismiss(reports[0].path)
    assert len(pending_reports(tmp_path)) == 2


def test_a_crash_of_the_interpreter_is_found_at_the_next_start(tmp_path: Path) -> None:
    process = child(tmp_path, "fault")
    process.communicate(timeout=20)
    assert process.returncode not in {0, 1}
    found = [report for report in pending_reports(tmp_path) if "stopped at once" in report.title]
    assert len(found) == 1
    assert "Current thread" in found[0].text()
    assert list(tmp_path.glob("fault-*")) == []


def test_a_living_process_keeps_its_file_and_a_killed_one_leaves_no_report(tmp_path: Path) -> None:
    process = child(tmp_path, "live")
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    reports = len(pending_reports(tmp_path))
    assert len(list(tmp_path.glob("fault-*"))) == 1
    process.kill()
    process.communicate(timeout=20)
    assert len(pending_reports(tmp_path)) == reports == 2
    assert list(tmp_path.glob("fault-*")) == []


def provoke(number: int) -> BaseException:
    try:
        exec(f"def f{number}(): raise ValueError('x')\nf{number}()")  # noqa: S102 – another function each time
    except ValueError as error:
        return error
    raise AssertionError


def test_repeated_errors_are_reported_once_and_a_run_ends_at_five(
    reporter: CrashReporter, expected_logs: object
) -> None:
    expected_logs.expect("unexpected ValueError")  # type: ignore[attr-defined]  # a fixture of the root conftest
    assert reporter.write(provoke(0), "a test") is not None
    assert reporter.write(provoke(0), "a test") is None
    assert sum(reporter.write(provoke(n), "a test") is not None for n in range(1, 20)) == 4


def test_old_reports_go_and_a_missing_folder_has_none(tmp_path: Path) -> None:
    assert pending_reports(tmp_path / "none") == []
    for number in range(30):
        (tmp_path / f"crash-2026-01-{number + 1:02}T000000Z-1-1.txt").write_text(f"title {number}\nrest")
    reports = pending_reports(tmp_path)
    assert [report.title for report in reports] == [f"title {n}" for n in range(29, 9, -1)]
    assert len(list(tmp_path.iterdir())) == 20


def test_a_report_that_cannot_be_written_is_logged_and_not_raised(
    tmp_path: Path, reporter: CrashReporter, expected_logs: object
) -> None:
    expected_logs.expect("no crash report could be written")  # type: ignore[attr-defined]  # as above
    reporter._folder = tmp_path / "gone"
    assert reporter.write(provoke(1), "a test") is None
    (tmp_path / "file").touch()
    with pytest.raises(PlaceError):
        CrashReporter(tmp_path / "file", "tests", Redactor()).install()


def test_tracebacks_show_the_chain_and_the_groups_but_no_values() -> None:
    imei, home = "353909104242713", f"/home/anna/{os.getpid()}"

    def inner() -> None:
        raise KeyError(imei)

    def outer() -> None:
        try:
            inner()
        except KeyError as error:
            raise OSError(2, "No such file", home) from error

    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    try:
        outer()
    except OSError as error:
        text = format_without_data(ExceptionGroup("2 of “Anna”", [error, Mute()]))
        chain = format_without_data(error)
    assert "353909104242713" not in text + chain
    assert "anna" not in (text + chain).lower()
    assert (
        chain.index("KeyError: '…'")
        < chain.index("That caused:")
        < chain.index("FileNotFoundError: [Errno 2]")
    )
    assert "in inner" in chain
    assert "its message cannot be shown" in text
    first = ValueError("round")
    first.__cause__ = TypeError("and round")
    first.__cause__.__cause__ = first
    assert "and round" in format_without_data(first)
    assert without_values("at 2026-11-23 08:15:00 or 353 909 104 242 713, line 12") == "at # or #, line 12"
    assert len(without_values("a" * 9999)) == 501
