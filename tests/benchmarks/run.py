"""Runs the benchmarks and prints a table: what was measured at which size of cache, its floor, its goal.

Each module ``bench_….py`` beside this file has a NAME, says by EACH_SIZE whether its figures depend on the
cache's size, and has a function ``measure`` that returns figures. Each is measured in a process of its own,
with the size in the environment (see `workshop`), so that none finds what another has loaded or left.
"""

import argparse
import importlib.util
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.benchmarks.figures import Figure, Goal  # noqa: E402 - the path had to be set first
from tests.benchmarks.processes import processor  # noqa: E402 - likewise
from tests.benchmarks.tables import table  # noqa: E402 - likewise

if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZES = (10_000, 100_000, 1_000_000)
SIZE_VARIABLE = "BENCH_SESSIONS"
_PACKAGES = ("PySide6-Essentials", "httpx", "msgspec", "zstandard", "numpy")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One module's benchmark."""

    name: str
    told: str
    each_size: bool
    measure: Callable[[], list[Figure]]


def find_benchmarks() -> list[Benchmark]:
    """All benchmarks beside this file, by name."""
    found = []
    for path in sorted(HERE.glob("bench_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        told = (module.__doc__ or "").partition("\n")[0]
        found.append(Benchmark(module.NAME, told, module.EACH_SIZE, module.measure))
    return found


def machine() -> str:
    """Where the figures were taken: they say little without it."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, {processor()}{load}\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}"
    )


def measure_apart(name: str, size: int) -> list[Figure]:
    """The figures of one benchmark at one size, measured by another process.

    Raises:
        subprocess.CalledProcessError: it failed; what it said stands on standard error.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "figures.json"
        command = [sys.executable, str(Path(__file__).resolve()), name, "--figures-to", str(out)]
        subprocess.run(command, env={**os.environ, SIZE_VARIABLE: str(size)}, check=True)
        told = json.loads(out.read_text("utf-8"))
    for figure in told:
        figure["goal"] = figure["goal"] and Goal(**figure["goal"])
    return [Figure(**figure) for figure in told]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were named, or all; 1 where a goal was missed."""
    benchmarks = find_benchmarks()
    args = _parse(arguments, [benchmark.name for benchmark in benchmarks])
    chosen = [each for each in benchmarks if not args.names or each.name in args.names]
    if args.list:
        print("\n".join(f"{each.name:<10} {each.told}" for each in benchmarks))
        return 0
    if args.figures_to is not None:
        figures = [asdict(figure) for each in chosen for figure in each.measure()]
        args.figures_to.write_text(json.dumps(figures), "utf-8")
        return 0
    print(machine(), flush=True)
    missed = False
    for benchmark in chosen:
        began = time.monotonic()
        sizes = args.sizes if benchmark.each_size else args.sizes[-1:]
        by_size = {size: measure_apart(benchmark.name, size) for size in sizes}
        print(f"\n{benchmark.name}: {benchmark.told}")
        print(table(by_size if benchmark.each_size else {None: by_size[sizes[-1]]}))
        print(f"  ({time.monotonic() - began:,.0f} s)", flush=True)
        missed = missed or any(figure.reached is False for figure in by_size[sizes[-1]])
    return 1 if missed else 0


def _parse(arguments: Sequence[str] | None, names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}; none: all")
    parser.add_argument("--list", action="store_true", help="say what each measures, and end")
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=SIZES,
        metavar="N,…",
        help="sessions in the cache; goals hold for the last",
    )
    parser.add_argument("--figures-to", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    unknown = sorted(set(args.names) - set(names))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    return args


def _sizes(text: str) -> tuple[int, ...]:
    sizes = sorted({int(part) for part in text.split(",")})
    if sizes[0] < 1:
        raise argparse.ArgumentTypeError("a cache has one session or more")
    return tuple(sizes)


if __name__ == "__main__":
    sys.exit(main())
