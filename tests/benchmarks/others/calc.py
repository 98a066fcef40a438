"""LibreOffice Calc with the CSV: driven by its interface for programs, watched on the screen."""

import json
import selectors
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.others.display import Area, Display
from tests.benchmarks.others.process_tree import Child, ProcessTree
from tests.benchmarks.others.program import (
    ANSWERED_WITHIN_S,
    MOST_MEMORY,
    OPENED_WITHIN_S,
    Answer,
    GivenUp,
    Opened,
    Question,
)
from tests.benchmarks.others.sessions import COLUMNS

PACKAGES = {"soffice": "libreoffice-calc"}
UNO_PACKAGE = "python3-uno"
DRIVEN = (
    "A window, driven by its interface for programs (UNO), which spares it dialogs: the CSV loaded with "
    "IMEIs as text; find in the column imei; the standard filter with its result copied to a new sheet and "
    "that one sorted (sorting in place took three times as long, and 8 GB)."
)

_HERE = Path(__file__).resolve().parent
_CELLS = Area(60, 150, 1380, 800)
"""Of the sheet, in its window as it opens."""
_PIPE = "m360desk-bench"
_TEXTS = ("imei", "imei2", "serial", "m360id", "custom")
_LOOK_EVERY_S = 0.1
_ENDED_WITHIN_S = 20.0


def version() -> str:
    """Name and version."""
    told = subprocess.run(["soffice", "--version"], capture_output=True, text=True, check=True).stdout
    return " ".join(told.split()[:2]).replace("LibreOffice", "LibreOffice Calc")


def python_with_uno() -> str | None:
    """The interpreter that LibreOffice can be driven from; None where there is none."""
    for name in ("/usr/bin/python3", shutil.which("python3")):
        if (
            name
            and not subprocess.run([name, "-c", "import uno"], capture_output=True, check=False).returncode
        ):
            return name
    return None


class Calc:
    """A window of its own."""

    def __init__(self, display: Display, text: Path, python: str, question: Question, folder: Path) -> None:
        self._display, self._text, self._python, self._folder = display, text, python, folder
        self._question, self._log = question, folder / "calc.log"
        self._child: Child | None = None
        self._hand: subprocess.Popen[str] | None = None

    def open(self) -> Opened:
        """Start it and load the CSV."""
        return Opened(self._display.measure(_CELLS, self._start, self._tree, OPENED_WITHIN_S))

    def find(self) -> Answer:
        """Find in the column imei."""
        return self._answer(do="find", column=COLUMNS.index("imei"), text=self._question.digits)

    def filter_and_sort(self) -> Answer:
        """Filter to a new sheet, sort that."""
        return self._answer(
            do="filter_and_sort",
            columns=len(COLUMNS),
            below=COLUMNS.index("battery"),
            number=80,
            by=COLUMNS.index("time"),
            shown=[COLUMNS.index(name) for name in ("time", "imei", "battery")],
        )

    def memory(self) -> int:
        """Bytes in memory."""
        return self._tree().memory()

    def picture(self, file: Path) -> None:
        """Keep what is on the screen."""
        self._display.picture(file.with_suffix(".png"))

    def close(self) -> None:
        """End it."""
        if self._hand is not None:
            self._end_gently(self._hand)
        if self._child is not None:
            self._child.end(_ENDED_WITHIN_S)

    def warm_up(self) -> None:
        """Let it set up its user's folder, which it does once."""
        subprocess.run(
            [*self._command(), "--terminate_after_init"],
            env=self._display.variables,
            capture_output=True,
            timeout=ANSWERED_WITHIN_S,
            check=False,
        )

    def _command(self) -> list[str]:
        user = (self._folder / "calc").as_uri()
        return ["soffice", f"-env:UserInstallation={user}", "--norestore", "--nologo", "--nofirststartwizard"]

    def _start(self) -> None:
        # An earlier run, ended by force, left its mark, and a question about it would be asked.
        self._text.with_name(f".~lock.{self._text.name}#").unlink(missing_ok=True)
        until = time.perf_counter() + OPENED_WITHIN_S
        command = [*self._command(), "--nodefault", f"--accept=pipe,name={_PIPE};urp;"]
        self._child = Child(command, self._display.variables, self._log)
        self._hand = subprocess.Popen(
            [self._python, str(_HERE / "calc_uno.py"), _PIPE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=self._display.variables,
        )
        texts = [COLUMNS.index(name) for name in _TEXTS]
        self._tell(until, do="open", url=self._text.as_uri(), columns=len(COLUMNS), texts=texts)

    def _end_gently(self, hand: subprocess.Popen[str]) -> None:
        """Let it close its file and its pipes, which lie in the system's folder for temporary files."""
        try:
            hand.communicate(timeout=_ENDED_WITHIN_S)
        except subprocess.TimeoutExpired:
            hand.kill()
            hand.communicate()

    def _tree(self) -> ProcessTree:
        assert self._child is not None
        return self._child.tree

    def _answer(self, **order: Any) -> Answer:
        told: list[str] = []
        until = time.perf_counter() + ANSWERED_WITHIN_S
        took = self._display.measure(_CELLS, lambda: told.append(self._tell(until, **order)), self._tree)
        return Answer(took, told[0])

    def _tell(self, until: float, **order: Any) -> str:
        """Give an order; what it shows. Raises GivenUp."""
        assert self._hand is not None
        assert self._hand.stdin is not None
        assert self._hand.stdout is not None
        self._hand.stdin.write(json.dumps(order) + "\n")
        self._hand.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self._hand.stdout, selectors.EVENT_READ)
            while not selector.select(_LOOK_EVERY_S):
                if time.perf_counter() > until or self._tree().memory() > MOST_MEMORY:
                    raise GivenUp
                if self._child is not None and not self._child.lives:
                    raise RuntimeError(f"LibreOffice Calc has ended: {self._log.read_text()}")
        line = self._hand.stdout.readline()
        if not line:
            raise RuntimeError("LibreOffice Calc was not to be driven to the end")
        return str(json.loads(line)["shown"])
