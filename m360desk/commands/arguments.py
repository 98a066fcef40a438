"""What the command line may say, and what it means."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from m360desk import __version__

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name

Run = Callable[[argparse.Namespace], int]

USAGE_ERROR = 2
_WINDOW_ONLY = ("demo", "screenshot", "page", "selfcheck")


def parse(arguments: Sequence[str], window: Run) -> argparse.Namespace:
    """Understand what was said; its ``run``, called with it, does what is asked for: ``window`` or a command.

    Raises ``SystemExit``, when the user has been told, where it is wrong or asks for help.
    """
    parser = _build_parser(arguments, window)
    kept, queries = _take_queries(arguments)
    args = parser.parse_args(kept)
    _check(parser, args)
    if args.command is None and args.selfcheck:
        args.run = _run_selfcheck
    if queries:
        args.query = queries[-1]
    return args


def _build_parser(arguments: Sequence[str], window: Run) -> argparse.ArgumentParser:
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
    parser.set_defaults(run=window, command=None)
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


def _add_command(commands: Commands, name: str, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + ".", allow_abbrev=False
    )
    command.set_defaults(command=name)
    return command


def _add_sync(commands: Commands, *, whole: bool) -> None:
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


def _add_export(commands: Commands, *, whole: bool) -> None:
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


def _add_simulate(commands: Commands, *, whole: bool) -> None:
    command = _add_command(commands, "simulate", "serve a made-up account on this computer, until stopped")
    if not whole:
        return  # its options come from the simulator, whose import costs more than all of this
    from m360desk.simulator import command as simulator

    simulator.add_arguments(command)
    command.set_defaults(run=simulator.run)


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


def _take_queries(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
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
