"""The command line: which part of the program answers.

Nothing heavy is imported before it is known what is asked for: ``sync`` and ``export`` never load Qt, the
window never loads what only they need.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING

from m360desk.options import Options

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None, *, console: bool = True) -> int:
    """Run the program; its exit code. ``console``: whether somebody reads standard error.

    0: done. 2: wrong use or configuration. 3: credentials refused or absent. 4: the account or licence
    refuses. 5: the service cannot be reached or fails, the cache is held by another program, or a guard
    stopped the work. 6: the cache is unusable. 130: stopped by Ctrl+C.
    """
    _serve_as_helper()
    _make_output_safe()
    try:
        return _run(list(sys.argv[1:] if argv is None else argv), console=console)
    except KeyboardInterrupt:
        _complain("m360desk: stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output went away (as in "| head"). Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def main_gui() -> int:
    """The same program for systems where a program is started without a console."""
    return main(console=False)


def _serve_as_helper() -> None:
    """In a packaged program, be the helper process of one that runs, if started as that; then never return.

    There is no bare Python to start helpers with: such a program starts itself anew. Elsewhere this does
    nothing and is not worth the import.
    """
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()


def _run(arguments: list[str], *, console: bool) -> int:
    if not arguments:
        # As nearly every start is: there is nothing to understand, and nothing is loaded to understand it.
        return _open_window(Options(console=console))
    from m360desk.commands.arguments import USAGE_ERROR, parse

    try:
        args = parse(arguments, _run_window)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE_ERROR
    args.console = console
    run: Callable[[Namespace], int] = args.run
    return run(args)


def prepare_window_start() -> None:
    """Save time before the first rows are painted; `m360desk.app` undoes what must not last.

    A start makes many objects and drops few, so the collector only costs; and Qt's import hook is not wanted.
    """
    gc.disable()
    importlib.import_module("m360desk.ui.plain_import")


def _open_window(options: Options) -> int:
    prepare_window_start()
    from m360desk.app import run

    return run(options)


def _run_window(args: Namespace) -> int:
    return _open_window(
        Options(
            profile=args.profile,
            demo=args.demo,
            mode=args.mode,
            api_url=args.api_url,
            screenshot=args.screenshot,
            page=args.page,
            console=args.console,
        )
    )


def _make_output_safe() -> None:
    """Let no character that a console lacks stop the program; it is shown by its number instead."""
    for stream in (sys.stdout, sys.stderr):
        # There are none in a program without a console, and tests put others in their place.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _complain(text: str) -> None:
    if sys.stderr is not None:
        print(text, file=sys.stderr)
