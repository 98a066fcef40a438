"""Running the simulator as a child process that ends with its parent."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

_STOP_TIMEOUT_S = 10.0


class SimulatorError(Exception):
    """The simulator did not start, or a control request could not be carried out."""


class SimulatorProcess:
    """A simulator in a process of its own; a context manager.

    ``arguments`` are those of the command line. ``url`` is the API's base, ``auth_code`` and ``auth_token``
    the credentials it accepts. Raises SimulatorError when it does not start.
    """

    def __init__(self, *arguments: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in stop()
        self._process = subprocess.Popen(  # noqa: S603  our own program with our own arguments
            [*_command(), *arguments, "--stop-with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._control: http.client.HTTPConnection | None = None
        first_line = self._process.stdout.readline() if self._process.stdout else b""
        words = first_line.decode().split()
        if len(words) != 5:
            self._process.wait()
            problem = self._error_text()
            self.stop()
            raise SimulatorError(f"The simulator did not start: {problem}")
        self.url, _, self.auth_code, _, self.auth_token = words

    @property
    def port(self) -> int:
        """The port it listens on."""
        return urlsplit(self.url).port or 0

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def control(self, action: str, **values: object) -> dict[str, Any]:
        """Carry out a control action; see :mod:`m360desk.simulator.control`. Raises SimulatorError.

        All actions of one object use the same connection, so ``listen`` can be switched off and on again.
        """
        if self._control is None:
            self._control = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self._control.request("POST", f"/control/{action}", body=json.dumps(values))
            response = self._control.getresponse()
            result = json.loads(response.read())
        except (OSError, http.client.HTTPException) as problem:
            self._control.close()
            self._control = None
            raise SimulatorError(f"The simulator does not answer: {problem}") from problem
        if response.status != 200 or not isinstance(result, dict):
            raise SimulatorError(str(result))
        return result

    def stop(self) -> int:
        """End it and wait for its end; its exit code. May be called again."""
        if self._control is not None:
            self._control.close()
            self._control = None
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            code = self._process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._errors.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _error_text(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()[-2000:]


def _command() -> Sequence[str]:
    if not getattr(sys, "frozen", False):
        return (sys.executable, "-m", "m360desk.simulator")
    # Windows gives a program without a console no standard output; its sibling with one has it.
    program = Path(sys.executable)
    console = program.with_name("m360desk" + program.suffix)
    return (str(console if console.exists() else program), "simulate")


def _environment() -> dict[str, str]:
    """The child finds this package also where it is not installed."""
    environment = dict(os.environ)
    root = str(Path(__file__).resolve().parents[2])
    before = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{root}{os.pathsep}{before}" if before else root
    return environment
