"""VisiData with the CSV, in a terminal, driven by keys."""

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.benchmarks.others.program import ANSWERED_WITHIN_S, OPENED_WITHIN_S, Answer, Opened, Question
from tests.benchmarks.others.terminal import LINES, Terminal
from tests.benchmarks.workshop import SESSIONS

PACKAGES = {"vd": "visidata, or from PyPI"}
DRIVEN = (
    "vd on the CSV, 200 × 50 characters in tmux; / with the digits in the column imei, to the first hit; "
    "| with a pattern for numbers under 80 in battery (an expression, z|, takes many times as long), "
    '" to open what is selected, [ in time.'
)

_UNDER_80 = r"^[0-7]?\d(\.|$)"


def version() -> str:
    """Name and version."""
    told = subprocess.run(["vd", "--version"], capture_output=True, text=True, check=True).stdout
    return f"VisiData {told.strip().rpartition(' v')[2]}"


class VisiData:
    """A terminal of its own."""

    def __init__(self, variables: Mapping[str, str], text: Path, question: Question, folder: Path) -> None:
        self._variables, self._text, self._folder = variables, text, folder
        self._question = question
        self._terminal: Terminal | None = None

    def open(self) -> Opened:
        """Start it; the first rows can be read long before the last have been."""
        began = time.perf_counter()
        self._terminal = Terminal(["vd", str(self._text)], self._variables, self._folder)
        self._terminal.wait(
            lambda lines: any(self._question.first in line for line in lines), OPENED_WITHIN_S
        )
        first = time.perf_counter() - began
        self._terminal.wait(
            lambda lines: _is_done(lines) and f" {SESSIONS} rows" in lines[-1], OPENED_WITHIN_S
        )
        return Opened(first, time.perf_counter() - began)

    def find(self) -> Answer:
        """Search the column imei."""
        self._go_to("imei")
        took = self._enter(
            "/", self._question.digits, lambda lines: any(self._question.imei in line for line in lines)
        )
        return Answer(took, self._shown())

    def filter_and_sort(self) -> Answer:
        """Select by battery, open the selection, sort it by time."""
        self._go_to("battery")
        selected = self._enter("|", _UNDER_80, lambda lines: f"•{self._question.weak} " in lines[-1])
        opened = self._press('"', lambda lines: f" {self._question.weak} rows" in lines[-1])
        self._go_to("time")
        ordered = self._press("[", lambda lines: self._question.weak_first in "".join(lines[: LINES // 4]))
        return Answer(selected + opened + ordered, self._shown())

    def memory(self) -> int:
        """Bytes in memory."""
        return self._running().tree.memory()

    def picture(self, file: Path) -> None:
        """Keep what is on the screen, as text."""
        file.with_suffix(".txt").write_text(self._shown())

    def close(self) -> None:
        """End it."""
        if self._terminal is not None:
            self._terminal.end()

    def _shown(self) -> str:
        return "\n".join(self._running().screen())

    def _running(self) -> Terminal:
        assert self._terminal is not None
        return self._terminal

    def _go_to(self, column: str) -> None:
        self._enter("c", column, lambda _: True)

    def _enter(self, key: str, text: str, shows: Callable[[list[str]], bool]) -> float:
        """Press a key that asks for a text; seconds from its end to what it shows."""
        terminal = self._running()
        terminal.press(key)
        terminal.wait(_asks, ANSWERED_WITHIN_S)
        terminal.type(text)
        return self._press("Enter", shows)

    def _press(self, key: str, shows: Callable[[list[str]], bool]) -> float:
        terminal = self._running()
        began = time.perf_counter()
        terminal.press(key)
        terminal.wait(lambda lines: not _asks(lines) and _is_done(lines) and shows(lines))
        return time.perf_counter() - began


def _asks(lines: list[str]) -> bool:
    """Whether the last line asks for a text; else it begins with number and name of the sheet."""
    return "›" not in lines[-1]


def _is_done(lines: list[str]) -> bool:
    """Whether nothing is computed behind the screen, which the last line would tell in percent."""
    return "% " not in lines[-1]
