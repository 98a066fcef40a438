"""The command line: what it may say, and which part of the program answers.

Nothing heavy is imported before it is known what is asked for: ``sync`` and ``export`` never load Qt, the
window never loads what only they need.
"""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from m360desk import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

USAGE_ERROR = 2
INTERRUPTED = 130

_WINDOW_ONLY = ("demo", "screenshot", "page", "selfcheck")


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
    parser = _build_parser(arguments)
    try:
        kept, queries = _take_queries(arguments)
        args = parser.parse_args(kept)
        _check(parser, args)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE_ERROR
    if queries:
        args.query = queries[-1]
    args.console = console
    run: Callable[[argparse.Namespace], int] = args.run
    return run(args)


def _build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The options of those commands that are named: a start of the window need not wait for the others'."""
    parser = argparse.ArgumentParser(
        prog="m360desk",
        allow_abbrev=False,
        description="Every device session of your M360 account on your own computer. "
        "Without a command: the window.",
        epilog="Unofficial; not made or endorsed by the vendor of M360.",
    )
    parser.add_argument("--version", action="version", version=f"M360 Desk {__version__}")
    _add_common(parser, default=None)
    parser.add_argument("--demo", action="store_true", help="show a made-up workshop, apart from any account")
    parser.add_argument(
        "--screenshot", type=_path, metavar="FILE.png", help="draw the window, save the picture, end"
    )
    parser.add_argument("--page", choices=["sessions", "battery"], help="the page to show first")
    parser.add_argument(
        "--selfcheck", action="store_true", help="print as JSON whether all that is needed works here"
    )
    parser.set_defaults(run=_run_window, command=None)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _add_sync(commands, whole="sync" in arguments)
    _add_export(commands, whole="export" in arguments)
    _add_simulate(commands, whole="simulate" in arguments)
    return parser


def _add_common(parser: argparse.ArgumentParser, default: object) -> None:
    """Options that may stand before or after the command; `default` SUPPRESS keeps what stood before it."""
    parser.add_argument(
        "--profile", type=_path, default=default, metavar="DIR", help="keep settings, cache and logs in DIR"
    )
    parser.add_argument(
        "--mode", choices=["testing", "live"], default=default, help="for this run (default: see settings)"
    )
    parser.add_argument(
        "--api-url",
        type=_api_url,
        default=default,
        metavar="URL",
        help="whole base address of the API, version included, for this run",
    )


def _add_command(commands: "Commands", name: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(command=name)
    return command


def _add_sync(commands: "Commands", *, whole: bool) -> None:
    command = _add_command(commands, "sync", "fetch the account's sessions into the cache, without a window")
    if not whole:
        return
    _add_common(command, default=argparse.SUPPRESS)
    command.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    command.add_argument(
        "--max-pages", type=_at_least_one, metavar="N", help="end after N pages of 100 sessions"
    )
    command.add_argument("--verbose", action="store_true", help="tell what happens, on standard error")
    command.set_defaults(run=_run_sync)


def _add_export(commands: "Commands", *, whole: bool) -> None:
    command = _add_command(commands, "export", "write cached sessions to a CSV, XLSX or JSON Lines file")
    if not whole:
        return
    _add_common(command, default=argparse.SUPPRESS)
    command.add_argument("out", type=_path, metavar="OUT", help="file to write: .csv, .xlsx or .jsonl")
    command.add_argument(
        "--query", default="", metavar="Q", help="only sessions that answer this search, as in the window"
    )
    command.add_argument("--verbose", action="store_true", help="tell what happens, on standard error")
    command.set_defaults(run=_run_export)


def _add_simulate(commands: "Commands", *, whole: bool) -> None:
    command = _add_command(commands, "simulate", "serve a made-up account on this computer, until stopped")
    if not whole:
        return  # its options come from the simulator, whose import costs more than all of this
    from m360desk.simulator import command as simulator

    simulator.add_arguments(command)
    command.set_defaults(run=simulator.run)


def prepare_window_start() -> None:
    """Save time before the first rows are painted; `m360desk.app` undoes what must not last.

    A start makes many objects and drops few, so the collector only costs; and Qt's import hook is not wanted.
    """
    gc.disable()
    importlib.import_module("m360desk.ui.plain_import")


def _run_window(args: argparse.Namespace) -> int:
    if args.selfcheck:
        return _run_selfcheck(args)
    prepare_window_start()
    from m360desk.app import run
    from m360desk.options import Options

    return run(
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


def _run_selfcheck(args: argparse.Namespace) -> int:
    from m360desk.commands.selfcheck import run

    return run(args)


def _run_sync(args: argparse.Namespace) -> int:
    from m360desk.commands.sync import run

    return run(args)


def _run_export(args: argparse.Namespace) -> int:
    from m360desk.commands.export import run

    return run(args)


def _check(parser: argparse.ArgumentParser, args: argparse.Namespace) -> None:
    """Refuse options that exclude each other, wherever they stood."""
    if args.command is not None:
        for name in _WINDOW_ONLY:
            if getattr(args, name):
                parser.error(f"--{name} is for the window: it cannot stand with {args.command}")
    if args.demo and args.mode:
        parser.error("--demo has data of its own: it cannot stand with --mode")
    if args.demo and args.api_url:
        parser.error("--demo has a service of its own: it cannot stand with --api-url")


def _take_queries(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Take the values of ``--query`` out: argparse would read one that begins with a dash as an option."""
    kept: list[str] = []
    queries: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*kept, argument, *rest], queries
        name, equals, value = argument.partition("=")
        if name != "--query":
            kept.append(argument)
            continue
        found = value if equals else next(rest, None)
        if found is None:
            kept.append(argument)  # for argparse to complain about
        else:
            queries.append(found)
            kept.append("--query=taken")
    return kept, queries


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return Path(text)


def _api_url(text: str) -> str:
    from m360desk.api.urls import check_base_url

    try:
        return check_base_url(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


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
