"""``m360desk export``: cached sessions into a file, with no credentials and no network."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from m360desk.commands.console import counted
from m360desk.commands.setting_out import (
    CACHE_UNUSABLE,
    DONE,
    UNREACHABLE,
    WRONG_USE,
    CommandError,
    Outset,
    run_command,
)
from m360desk.core.cancel import CancelToken
from m360desk.core.query import Order, Query, QueryError, parse
from m360desk.core.user_text import UserText
from m360desk.services.export import export, export_empty
from m360desk.store.errors import CacheAbsent, CacheHeld, StoreError
from m360desk.store.reader import CacheReader
from m360desk.system.local_time import LocalZone

_AROUND = 20
"""Characters on each side of a mistake; four times as many go on one line of a terminal."""
TURN_SECONDS = 0.0003
"""After so long a thread that makes cells lets the one that reads ahead have Python's lock for a moment."""
_FORMATS = {".csv": "csv", ".xlsx": "xlsx", ".jsonl": "jsonl"}


def run(args: argparse.Namespace) -> int:
    """Run the command; its exit code."""
    sys.setswitchinterval(TURN_SECONDS)
    return run_command(args, "export", lambda outset: _export(args, outset))


def _export(args: argparse.Namespace, outset: Outset) -> int:
    fmt = _format(args.out)
    query = _parse(args.query)
    try:
        rows = _write(outset, query, args.out, fmt)
    except StoreError as problem:
        code = UNREACHABLE if isinstance(problem, CacheHeld) else CACHE_UNUSABLE
        raise CommandError(code, problem.user_text) from problem
    except OSError as problem:
        raise CommandError(WRONG_USE, _unwritable(args.out, problem)) from problem
    if rows is None:
        outset.console.note(
            f"nothing is cached in {outset.mode} mode yet, so {args.out} holds no sessions. "
            "Run m360desk sync first."
        )
    else:
        outset.console.note(f"{counted(rows, 'session')} ({outset.mode}) written to {args.out}")
    return DONE


def _unwritable(out: Path, problem: OSError) -> UserText:
    return UserText(
        f"{out} cannot be written: {problem.strerror or type(problem).__name__}.",
        "Nothing was exported; a file that was there before is as it was.",
        "Check the folder, your right to write there and the space on the disk, or choose another place.",
    )


def _format(out: Path) -> str:
    try:
        return _FORMATS[out.suffix.lower()]
    except KeyError:
        raise CommandError(
            WRONG_USE,
            UserText(
                f"{out.name} has no ending that tells a format.",
                "Nothing was written.",
                "Use a name that ends in .csv, .xlsx or .jsonl.",
            ),
        ) from None


def _parse(text: str) -> Query:
    zone = LocalZone()
    try:
        return parse(text, today=datetime.now(zone).date(), zone=zone)
    except QueryError as problem:
        raise CommandError(
            WRONG_USE,
            UserText(
                f"The query is wrong at character {problem.start + 1}: {problem.message}\n"
                + _marked(text, problem),
                "Nothing was written.",
                problem.hint or _advice(text, problem),
            ),
        ) from problem


def _marked(text: str, problem: QueryError) -> str:
    """The query on one line, and under it what is wrong; of a long one what stands around the mistake."""
    first = max(0, problem.start - _AROUND) if problem.start > 2 * _AROUND else 0
    shown = "".join(each if each.isprintable() else " " for each in text[first : first + 4 * _AROUND])
    before, after = "…" * (first > 0), "…" * (first + 4 * _AROUND < len(text))
    column = len(before) + problem.start - first
    width = max(1, min(problem.end, first + len(shown)) - problem.start)
    return f"  {before}{shown}{after}\n  {' ' * column}{'^' * width}"


def _advice(text: str, problem: QueryError) -> str:
    repaired = problem.repaired(text)
    if repaired is None or not repaired.strip() or len(repaired) > 4 * _AROUND:
        return "Correct the query and try again."
    return f"This would be right: {repaired.strip()}"


def _write(outset: Outset, query: Query, out: Path, fmt: str) -> int | None:
    """Write the file; how many sessions are in it, None where there is no cache to take them from."""
    try:
        reader = CacheReader.open(outset.cache(outset.account))
    except CacheAbsent:
        export_empty(out, fmt, outset.mode)
        return None
    try:
        result = export(
            reader,
            query,
            Order(),
            out,
            fmt=fmt,
            mode=outset.mode,
            progress=lambda rows, of: outset.console.progress(f"{rows} of {of} sessions written"),
            cancel=CancelToken(),
        )
    finally:
        reader.close()
    return result.rows
