"""The same sessions in the programs that people would use instead, each driven as who knows it would."""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks.bench_start import users_profile
from tests.benchmarks.figures import Figure, Goal
from tests.benchmarks.others import calc, db_browser, desk, display, terminal, visidata
from tests.benchmarks.others.display import Display
from tests.benchmarks.others.program import (
    ANSWERED_WITHIN_S,
    OPENED_WITHIN_S,
    Answer,
    GivenUp,
    Program,
    Question,
)
from tests.benchmarks.others.sessions import SessionFiles, ask, session_files, warm
from tests.benchmarks.workshop import KEPT, SESSIONS, large_profile

NAME = "others"
EACH_SIZE = False
RUNS = 3
"""Of programs that open in seconds; one run before them does not count. The others run once."""

MEGABYTE = 1_000_000
FIRST_ROWS, ALL_ROWS = "first rows", "all rows there"
FOUND, SORTED = "an IMEI by its last six digits", "battery under 80, oldest first"
MEMORY = "memory then"
_LIMITS = {FIRST_ROWS: OPENED_WITHIN_S, FOUND: ANSWERED_WITHIN_S, SORTED: ANSWERED_WITHIN_S}


@dataclass(frozen=True, slots=True)
class Entry:
    """A program that takes part.

    Attributes:
        packages: of each command that it needs, the Debian package.
        version: its name and version.
        driven: how, in words.
        make: makes it ready for a run.
        runs: that count.
        warm_ups: that do not.
    """

    packages: Mapping[str, str]
    version: Callable[[], str]
    driven: str
    make: Callable[[], Program]
    runs: int = 1
    warm_ups: int = 0


@dataclass(slots=True)
class Run:
    """What one run came to, by step; a step that was given up is the last."""

    figures: dict[str, float] = field(default_factory=dict)
    given_up: str | None = None


def measure() -> list[Figure]:
    """Let every program that is there do all of it, M360 Desk first."""
    lacking = _lacking(display.PACKAGES)
    if sys.platform != "linux" or lacking:
        what = f"Debian packages {', '.join(lacking)}" if sys.platform == "linux" else "Linux"
        print(f"  nothing measured: this takes {what}")
        return []
    profile = large_profile()
    files = session_files(profile)
    question = ask(files.table)
    warm(files)
    with tempfile.TemporaryDirectory() as name, users_profile() as users, Display(Path(name)) as screen:
        runs = _let_all(_entries(screen, files, users, question, Path(name)), question)
    return _figures(runs)


def _entries(
    screen: Display, files: SessionFiles, users: Path, question: Question, folder: Path
) -> list[Entry]:
    python = calc.python_with_uno()
    uno = {} if python else {"uno": calc.UNO_PACKAGE}

    def make_calc() -> Program:
        program = calc.Calc(screen, files.text, python or "", question, folder)
        program.warm_up()
        return program

    return [
        Entry({}, desk.version, desk.DRIVEN, partial(desk.Desk, screen, users, question, folder), RUNS, 1),
        Entry(
            db_browser.PACKAGES,
            db_browser.version,
            db_browser.DRIVEN,
            partial(db_browser.DbBrowser, screen, files.table, question, folder),
            RUNS,
            1,
        ),
        Entry(
            visidata.PACKAGES | terminal.PACKAGES,
            visidata.version,
            visidata.DRIVEN,
            partial(visidata.VisiData, screen.variables, files.text, question, folder),
        ),
        Entry(calc.PACKAGES | uno, calc.version, calc.DRIVEN, make_calc),
    ]


def _let_all(entries: Sequence[Entry], question: Question) -> dict[str, list[Run]]:
    """The runs that count, by name and version."""
    pictures = KEPT / f"others-pictures-{SESSIONS}"
    pictures.mkdir(exist_ok=True)
    found = {}
    for entry in entries:
        lacking = _lacking(entry.packages)
        if lacking:
            print(f"  left out, since Debian packages are missing: {', '.join(lacking)}")
            continue
        name = entry.version()
        print(f"  {name}: {entry.driven}", flush=True)
        picture = pictures / name.replace(" ", "-").lower()
        runs = [_run(entry.make(), question, picture) for _ in range(entry.warm_ups + entry.runs)]
        found[name] = runs[entry.warm_ups :]
    print(f"  what the screens showed: {pictures}")
    return found


def _lacking(packages: Mapping[str, str]) -> list[str]:
    """The packages of commands that are not there."""
    return [package for command, package in packages.items() if shutil.which(command) is None]


def _run(program: Program, question: Question, picture: Path) -> Run:
    run = Run()
    step = FIRST_ROWS
    with closing(program):
        try:
            opened = program.open()
            run.figures[FIRST_ROWS] = opened.first_rows
            run.figures[ALL_ROWS] = opened.all_rows or opened.first_rows
            _keep(program, picture, "1-opened")
            step = FOUND
            run.figures[FOUND] = _checked(program.find(), question.imei)
            _keep(program, picture, "2-found")
            step = SORTED
            run.figures[SORTED] = _checked(program.filter_and_sort(), question.weak_first)
            _keep(program, picture, "3-sorted")
        except GivenUp:
            run.given_up = step
            run.figures[step] = _LIMITS[step]
            _keep(program, picture, "given-up")
        run.figures[MEMORY] = program.memory() / MEGABYTE
    return run


def _keep(program: Program, picture: Path, step: str) -> None:
    program.picture(picture.with_name(f"{picture.name.replace('.', '-')}-{step}"))


def _checked(answer: Answer, imei: str) -> float:
    """The seconds of an answer that is the right one."""
    if imei not in answer.shown:
        raise AssertionError(f"{imei} is the answer, but this is shown: {answer.shown!r}")
    return answer.seconds


def _figures(runs: Mapping[str, Sequence[Run]]) -> list[Figure]:
    """The medians; those of M360 Desk with the best of the others as their floor."""
    figures = []
    for step in (FIRST_ROWS, ALL_ROWS, FOUND, SORTED, MEMORY):
        by_name = {
            name: _middle(step, of) for name, of in runs.items() if any(step in run.figures for run in of)
        }
        ours, *others = by_name
        best = min(others, key=lambda name: by_name[name], default=None)
        for name, value in by_name.items():
            given_up = any(run.given_up == step for run in runs[name])
            floor = by_name[best] if best and name == ours else None
            figures.append(
                Figure(
                    f"{step}: {name}{', given up' if given_up else ''}",
                    value,
                    "MB" if step == MEMORY else "s",
                    floor,
                    best or "",
                    Goal("at most", 1, of_ratio=True)
                    if floor and step in (ALL_ROWS, FOUND, SORTED)
                    else None,
                )
            )
    return figures


def _middle(step: str, runs: Sequence[Run]) -> float:
    return statistics.median([run.figures[step] for run in runs if step in run.figures])
