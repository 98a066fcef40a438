"""Results on standard output, the rest on standard error, progress only where somebody looks."""

import io
import sys

import pytest

from m360desk.commands.console import Console
from m360desk.core.user_text import UserText


class Terminal(io.StringIO):
    """Standard error of somebody who looks."""

    def isatty(self) -> bool:
        return True


def rendered(text: str) -> list[str]:
    """What a terminal shows in the end."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_on_a_terminal_one_line_rewrites_itself_and_leaves_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, output = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(sys, "stdout", output)
    now = 0.0
    console = Console(clock=lambda: now)
    console.progress("a long line of progress")
    console.progress("too soon to be shown")
    now = 1.0
    console.progress("short")
    assert rendered(terminal.getvalue()) == ["short"]
    assert "too soon" not in terminal.getvalue()
    console.problem(UserText("It broke.", "", "Mend it."))
    assert rendered(terminal.getvalue()) == ["m360desk: It broke.", "  Mend it.", ""]
    now = 2.0
    console.progress("again")
    console.result('{"new": 1}')
    assert rendered(terminal.getvalue())[-1] == ""
    assert output.getvalue() == '{"new": 1}\n'


def test_elsewhere_progress_is_silent_or_with_verbose_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    Console().progress("unseen")
    assert errors.getvalue() == ""
    now = 0.0
    console = Console(verbose=True, clock=lambda: now)
    for tenth in range(50):
        now = tenth / 10
        console.progress(f"page {tenth}")
    assert errors.getvalue() == "m360desk: page 0\nm360desk: page 20\nm360desk: page 40\n"


def test_a_program_without_a_console_says_nothing_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setattr(sys, "stdout", None)
    console = Console(verbose=True)
    console.progress("x")
    console.note("x")
    console.result("x")
