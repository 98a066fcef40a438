"""What the command line understands, and what it refuses."""

import argparse
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from m360desk import __version__, cli
from m360desk.commands import arguments
from m360desk.options import Options

ROOT = Path(__file__).resolve().parents[2]


def parsed(monkeypatch: pytest.MonkeyPatch, *argv: str) -> Any:
    """The arguments that reach the command that answers; the options that reach the window."""
    reached: list[argparse.Namespace | Options] = []

    def answer(args: argparse.Namespace | Options) -> int:
        reached.append(args)
        return 0

    monkeypatch.setattr(cli, "_open_window", answer)
    for part in ("_run_sync", "_run_export"):
        monkeypatch.setattr(arguments, part, answer)
    assert cli.main(argv) == 0
    return reached[0]


@pytest.mark.parametrize(
    "argv",
    [
        ["--profile", "P", "--mode", "live", "--api-url", "http://127.0.0.1:1/v2", "sync"],
        ["sync", "--profile", "P", "--mode", "live", "--api-url", "http://127.0.0.1:1/v2/"],
        ["--profile=P", "sync", "--mode=live", "--api-url=http://127.0.0.1:1/v2"],
        ["--profile", "Q", "--mode", "testing", "--api-url", "https://x.example/v2", "sync", "--profile", "P",
         "--mode", "live", "--api-url", "http://127.0.0.1:1/v2"],
    ],
)  # fmt: skip
def test_common_options_stand_before_or_after_the_command(
    monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    args = parsed(monkeypatch, *argv)
    assert (args.profile, args.mode, args.api_url) == (Path("P"), "live", "http://127.0.0.1:1/v2")


def test_without_options_the_settings_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    for argv in ([], ["sync"], ["export", "x.csv"]):
        args = parsed(monkeypatch, *argv)
        assert (args.profile, args.mode, args.api_url) == (None, None, None)


@pytest.mark.parametrize("query", ["-has:grading", "--json", "--query", "--", "", "a b", "-", "=x"])
def test_a_query_is_the_next_argument_whatever_it_begins_with(
    monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    assert parsed(monkeypatch, "export", "--query", query, "out.csv").query == query
    args = parsed(monkeypatch, "export", "out.csv", "--query", query, "--mode", "live")
    assert (args.query, args.out, args.mode) == (query, Path("out.csv"), "live")
    assert parsed(monkeypatch, "export", "out.csv", f"--query={query}").query == query


def test_the_windows_options(monkeypatch: pytest.MonkeyPatch) -> None:
    args = parsed(monkeypatch, "--demo", "--profile", "P", "--screenshot", "x.png", "--page", "battery")
    assert (args.demo, args.screenshot, args.page) == (True, Path("x.png"), "battery")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--demo", "--mode", "live"], "--demo"),
        (["--demo", "--api-url", "https://x.example"], "--demo"),
        (["--demo", "sync"], "--demo is for the window"),
        (["--screenshot", "x.png", "export", "x.csv"], "--screenshot"),
        (["--mode", "Live"], "--mode"),
        (["--profile", ""], "--profile"),
        (["--prof", "x"], "--prof"),
        (["sync", "--max-pages", "0"], "--max-pages"),
        (["sync", "--max-pages", "many"], "--max-pages"),
        (["sync", "--auth-token", "x"], "--auth-token"),
        (["sync", "--query", "x"], "--query"),
        (["--api-url", "http://m360soft.example/v2", "sync"], "https"),
        (["--api-url", "https://user:secret@m360soft.example/v2"], "user name"),
        (["export"], "OUT"),
        (["export", "x.csv", "--query"], "--query"),
        (["export", "x.csv", "y.csv"], "y.csv"),
        (["nonsense"], "nonsense"),
        (["simulate", "--port", "99999"], "--port"),
    ],
)
def test_wrong_use_is_code_2_and_says_what_is_wrong(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "argv", [["--help"], ["sync", "--help"], ["export", "--help"], ["simulate", "--help"]]
)
def test_help_is_plain_ascii_and_code_0(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(argv) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "usage: m360desk" in said.out
    if argv[0] != "simulate":
        assert said.out.isascii()


def test_the_version_needs_nothing_else() -> None:
    program = (
        "import sys\nfrom m360desk.cli import main\ncode = main(['--version'])\n"
        "names = {'PySide6', 'httpx', 'msgspec', 'sqlite3', 'asyncio', 'm360desk.simulator'}\n"
        "heavy = names & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else code)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"M360 Desk {__version__}\n", "")


def test_a_console_that_lacks_characters_and_a_reader_that_left_stop_nothing() -> None:
    command = [sys.executable, "-m", "m360desk", "--mode", "„“"]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, env=ascii_only)
    assert done.returncode == 2
    assert b"\\u201e" in done.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "m360desk", "--help"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.wait(20) in {0, 120}
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.parametrize("program", [cli.main, cli.main_gui])
def test_a_packaged_program_that_is_started_as_a_helper_is_that_before_all_else(
    monkeypatch: pytest.MonkeyPatch, program: Callable[[], int]
) -> None:
    class Served(Exception):
        pass

    def serve() -> None:
        raise Served

    monkeypatch.setattr(multiprocessing, "freeze_support", serve)
    monkeypatch.setattr(sys, "argv", ["m360desk", "--multiprocessing-fork", "parent_pid=1"])
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(Served):
        program()
