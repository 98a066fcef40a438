"""A terminal whose screen can be read as text, for programs without a window."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.others.process_tree import ProcessTree
from tests.benchmarks.others.program import ANSWERED_WITHIN_S, MOST_MEMORY, GivenUp

PACKAGES = {"tmux": "tmux"}
COLUMNS, LINES = 200, 50

_LOOK_EVERY_S = 0.01


class Terminal:
    """A tmux server of its own with one program in it."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> None:
        self._tmux = ["tmux", "-u", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self._variables = dict(variables)
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        self._do("new-session", "-d", *size, *command)
        self.tree = ProcessTree(int(self._do("display-message", "-p", "#{pane_pid}")))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as tmux calls them."""
        self._do("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("send-keys", "-l", text)

    def screen(self) -> list[str]:
        """The lines that are seen."""
        return self._do("capture-pane", "-p").splitlines()

    def wait(self, shows: Callable[[list[str]], bool], limit: float = ANSWERED_WITHIN_S) -> list[str]:
        """The screen as soon as it shows something; raises GivenUp."""
        until = time.perf_counter() + limit
        while not shows(lines := self.screen()):
            if time.perf_counter() > until or self.tree.memory() > MOST_MEMORY:
                raise GivenUp
            time.sleep(_LOOK_EVERY_S)
        return lines

    def end(self) -> None:
        """Kill the program, and the terminal with it."""
        self.tree.kill()
        subprocess.run([*self._tmux, "kill-server"], env=self._variables, capture_output=True, check=False)

    def _do(self, *words: str) -> str:
        done = subprocess.run(
            [*self._tmux, *words], env=self._variables, capture_output=True, text=True, check=True
        )
        return done.stdout
