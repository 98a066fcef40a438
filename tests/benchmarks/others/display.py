"""A screen of its own: an X server without a monitor, whose pixels stand in a file that can be read.

Programs are driven by what a person has, keys and clicks, and watched by what a person sees.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tests.benchmarks.others.process_tree import ProcessTree
from tests.benchmarks.others.program import ANSWERED_WITHIN_S, MOST_MEMORY, GivenUp

WIDTH, HEIGHT = 1440, 900
PACKAGES = {"Xvfb": "xvfb", "xdotool": "xdotool"}

_LOOK_EVERY_S = 0.002
_WEIGH_EVERY_S = 0.1
_QUIET_S = 0.5
"""So long nothing is drawn and next to nothing computed before an answer counts as whole."""
_BUSY = 0.25
"""Of a processor."""
_CLIPBOARD_WITHIN_S = 10.0
_HERE = Path(__file__).resolve().parent
# Fields of the file's head, in units of four bytes (X11's XWDFile.h).
_HEAD_SIZE, _PIXEL_WIDTH, _PIXEL_HEIGHT, _LINE_BYTES, _COLOURS = 0, 4, 5, 12, 19
_HEAD_FIELDS, _COLOUR_BYTES = 25, 12


class Area(NamedTuple):
    """Part of the screen, in pixels."""

    left: int
    top: int
    right: int
    bottom: int


class Display:
    """An X server under a number that is free; ends with the block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        read, write = os.pipe()
        command = ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
        command += ["-fbdir", str(folder), "-nolisten", "tcp", "-noreset"]
        with (folder / "xvfb.log").open("wb") as said:
            self._server = subprocess.Popen(command, pass_fds=[write], stdout=said, stderr=said)
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError(f"Xvfb did not start: {(folder / 'xvfb.log').read_text()}")
        self._pixels = _mapped(folder / "Xvfb_screen0")
        home = folder / "home"
        home.mkdir()
        self.variables = _variables(home) | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        """For programs that are to be seen here: a new user's, so that nobody's settings count."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._server.terminate()
        self._server.wait()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as xdotool calls them."""
        self._do("key", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("type", text)

    def click(self, x: int, y: int) -> None:
        """Click somewhere on the screen."""
        self._do("mousemove", str(x), str(y), "click", "1")

    def activate(self, pid: int, *, size: tuple[int, int] | None = None) -> None:
        """Give the process's window the keyboard, as the window manager would, and perhaps a size."""
        search = ["search", "--onlyvisible", "--limit", "1", "--pid", str(pid)]
        window = self._do(*search).split()[0]
        if size is not None:
            self._do("windowsize", "--sync", window, *map(str, size))
        self._do("windowfocus", "--sync", window)

    def brightness(self, x: int, y: int) -> int:
        """Of a pixel, from 0 (nothing but the screen, which is black) to 765."""
        return int(self._pixels[y, x, :3].sum())

    def picture(self, file: Path) -> None:
        """Keep what is on the screen."""
        pixels = np.ascontiguousarray(self._pixels)
        line = pixels.strides[0]
        image = QImage(pixels.tobytes(), WIDTH, HEIGHT, line, QImage.Format.Format_RGB32)
        assert image.save(str(file)), file

    def measure(
        self,
        area: Area,
        act: Callable[[], object],
        tree: Callable[[], ProcessTree],
        limit: float = ANSWERED_WITHIN_S,
    ) -> float:
        """Do something; seconds until the area last changed, when then all is quiet.

        Raises:
            GivenUp: nothing changed, or there was no quiet, within the limit.
        """
        rest = _Rest(area, self._pixels)
        act()
        processes = tree()
        while not rest.has_come(processes):
            if rest.lasts > limit:
                raise GivenUp
            time.sleep(_LOOK_EVERY_S)
        return rest.changed_after

    def settle(self, tree: ProcessTree) -> None:
        """Wait until a program draws and computes nothing; raises GivenUp as `measure` does."""
        rest = _Rest(Area(0, 0, 1, 1), self._pixels, changed=True)
        while not rest.has_come(tree):
            if rest.lasts > ANSWERED_WITHIN_S:
                raise GivenUp
            time.sleep(_LOOK_EVERY_S)

    def copied(self, copy: Callable[[], object]) -> str:
        """What stands in the clipboard once it is another than before."""
        before = self._clipboard()
        copy()
        until = time.perf_counter() + _CLIPBOARD_WITHIN_S
        while (text := self._clipboard()) == before:
            if time.perf_counter() > until:
                return ""
        return text

    def _clipboard(self) -> str:
        command = [sys.executable, str(_HERE / "clipboard_text.py")]
        return subprocess.run(command, env=self.variables, capture_output=True, text=True, check=True).stdout

    def _do(self, *words: str) -> str:
        command = ["xdotool", *words]
        return subprocess.run(command, env=self.variables, capture_output=True, text=True, check=True).stdout


class _Rest:
    """Knows when an area changed last, and whether drawing and computing have come to rest."""

    def __init__(self, area: Area, pixels: NDArray[np.uint8], *, changed: bool = False) -> None:
        self._pixels = pixels[area.top : area.bottom, area.left : area.right]
        self._seen = self._pixels.copy()
        self._began = time.perf_counter()
        self._changed_at = self._began if changed else 0.0
        self._busy_at = self._weighed_at = self._began
        self._computed: float | None = None

    @property
    def lasts(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self._began

    @property
    def changed_after(self) -> float:
        """Seconds from the beginning to the last change."""
        return self._changed_at - self._began

    def has_come(self, tree: ProcessTree) -> bool:
        """Look once more."""
        now = time.perf_counter()
        if not np.array_equal(self._pixels, self._seen):
            self._seen = self._pixels.copy()
            self._changed_at = now
        if now - self._weighed_at >= _WEIGH_EVERY_S:
            self._weigh(tree, now)
        return bool(self._changed_at) and now - max(self._changed_at, self._busy_at) >= _QUIET_S

    def _weigh(self, tree: ProcessTree, now: float) -> None:
        if tree.memory() > MOST_MEMORY:
            raise GivenUp
        computed = tree.processor_seconds()
        if self._computed is None or computed - self._computed > _BUSY * (now - self._weighed_at):
            self._busy_at = now
        self._computed, self._weighed_at = computed, now


def _mapped(file: Path) -> NDArray[np.uint8]:
    """The pixels as lines of four bytes each, blue first, as the server draws them."""
    head = np.fromfile(file, dtype=">u4", count=_HEAD_FIELDS)
    start = int(head[_HEAD_SIZE] + head[_COLOURS] * _COLOUR_BYTES)
    width, height, line = (int(head[at]) for at in (_PIXEL_WIDTH, _PIXEL_HEIGHT, _LINE_BYTES))
    lines = np.memmap(file, dtype=np.uint8, mode="r", offset=start, shape=(height, line))
    return lines.reshape(height, line // 4, 4)[:, :width]


def _variables(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    return kept | {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
