"""Runs the benchmarks and prints a table: what was measured, its floor, its goal.

Each module ``bench_….py`` beside this file has a NAME and a function ``measure`` that returns figures.
"""

import argparse
import importlib.util
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from tests.benchmarks.figures import Figure  # noqa: E402 - the path had to be set first

if sys.platform == "linux" and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PACKAGES = ("PySide6-Essentials", "httpx", "msgspec", "zstandard", "numpy")


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One module's benchmark."""

    name: str
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
        found.append(Benchmark(module.NAME, module.measure))
    return found


def machine() -> str:
    """Where the figures were taken: they say little without it."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.platform()}, {os.cpu_count()} cores{load}\n"
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}"
    )


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines."""
    lines = []
    for figure in figures:
        line = f"  {figure.name:<52} {_number(figure.value):>10} {figure.unit:<12}"
        if figure.ratio is not None and figure.floor is not None:
            line += f" {figure.ratio:6.3f} × {_number(figure.floor)} ({figure.floor_name})"
        if figure.goal is not None:
            of = " × floor" if figure.goal.of_ratio else ""
            mark = "reached" if figure.reached else "MISSED"
            line += f"  {mark}: {figure.goal.relation} {_number(figure.goal.number)}{of}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that were named, or all; 1 where a goal was missed."""
    benchmarks = find_benchmarks()
    names = [benchmark.name for benchmark in benchmarks]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}; none: all")
    chosen = parser.parse_args(arguments).names
    unknown = sorted(set(chosen) - set(names))
    if unknown:
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    print(machine())
    missed = False
    for benchmark in benchmarks:
        if chosen and benchmark.name not in chosen:
            continue
        print(f"\n{benchmark.name}", flush=True)
        figures = benchmark.measure()
        print(table(figures), flush=True)
        missed = missed or any(figure.reached is False for figure in figures)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
