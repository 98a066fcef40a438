"""The command line of the simulator: its options, and serving until stopped."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from m360desk.simulator.account import EXAMPLE_AUTH_CODE, EXAMPLE_AUTH_TOKEN, AccountMode
from m360desk.simulator.control import PREFIX, Control
from m360desk.simulator.faults import Faults, list_faults, parse_faults
from m360desk.simulator.http_server import HOST, HttpServer
from m360desk.simulator.prerender import RenderedRecords
from m360desk.simulator.service import BASE_PATH, Service
from m360desk.simulator.shop.fleet import Fleet
from m360desk.simulator.shop.timetable import utc_offset_hours

if TYPE_CHECKING:
    from types import FrameType

    from m360desk.simulator.answers import Answer
    from m360desk.simulator.service import Request

_STANDARD_INPUT = 0  # the descriptor, because a program without a console has no sys.stdin
_REPORTS = "/reports/"
_CLOSING_HOUR = 15  # with --today the history ends in the middle of that day's afternoon, local time


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the simulator's options to a parser."""
    parser.add_argument(
        "--sessions", type=_count, default=25_000, metavar="N", help="sessions (default 25000)"
    )
    parser.add_argument("--rate", type=_count, default=0, metavar="R", help="requests a second (0: no limit)")
    parser.add_argument(
        "--latency", type=_milliseconds, default=0.0, metavar="MS", help="delay of every answer"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed makes another shop")
    parser.add_argument(
        "--today", type=_day, metavar="YYYY-MM-DD", help="the day the history ends (default: now)"
    )
    parser.add_argument("--port", type=_port, default=0, metavar="P", help="port (default: any free one)")
    modes = [mode.value for mode in AccountMode]
    parser.add_argument("--account-mode", choices=modes, default="live", help="state of the account")
    parser.add_argument("--prerender", action="store_true", help="write all records before the first request")
    parser.add_argument("--gzip", action="store_true", help="compress answers for clients that accept it")
    parser.add_argument(
        "--faults", type=_faults, default=Faults(), metavar="NAME[:NUMBER],…", help="what goes wrong"
    )
    parser.add_argument("--list-faults", action="store_true", help="list all faults and exit")
    parser.add_argument("--stop-with-parent", action="store_true", help="end when standard input is closed")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGINT, SIGTERM, the control's stop or the parent's end; the exit code.

    The first line on standard output tells the URL and the credentials, once connections are accepted.
    """
    if args.list_faults:
        _print(list_faults())
        return 0
    try:
        server = HttpServer(args.port)
    except OSError as problem:
        sys.stderr.write(
            f"The simulator cannot use port {args.port}: {problem.strerror}. Choose another --port.\n"
        )
        return 2
    site = f"http://{HOST}:{server.port}"
    fleet = Fleet(args.sessions, _end(args.today), args.seed, site)
    service = Service(
        fleet, mode=AccountMode(args.account_mode), rate=args.rate, faults=args.faults, clock=time.monotonic
    )
    service.compress = args.gzip
    server.latency_s = args.latency / 1000
    server.answer = _Routes(service, Control(service, server), server).answer
    _stop_on_signals(server)
    if args.stop_with_parent:
        threading.Thread(
            target=_wait_for_parent, args=(server,), name="simulator-parent", daemon=True
        ).start()
    with contextlib.ExitStack() as rendered:
        if args.prerender:
            try:
                records = rendered.enter_context(contextlib.closing(RenderedRecords(fleet, server.stopping)))
            except OSError as problem:
                sys.stderr.write(f"The records cannot be written to a temporary file: {problem.strerror}.\n")
                return 2
            service.use_rendered(records)
        if server.stopping():
            return 0
        _print(f"{site}{BASE_PATH} authCode {EXAMPLE_AUTH_CODE} authToken {EXAMPLE_AUTH_TOKEN}")
        server.serve()
    return 0


class _Routes:
    """Sends a request to the control, the report pages or the API."""

    def __init__(self, service: Service, control: Control, server: HttpServer) -> None:
        self._service = service
        self._control = control
        self._server = server

    def answer(self, request: Request) -> Answer:
        if request.path.startswith(PREFIX):
            self._service.counters.connections = self._server.accepted
            return self._control.answer(request)
        if request.method == "GET" and request.path.startswith(_REPORTS):
            return self._service.document(request.path.removeprefix(_REPORTS))
        return self._service.answer(request)


def _end(today: date | None) -> datetime:
    if today is None:
        return datetime.now(UTC).replace(second=0, microsecond=0)
    local = datetime(today.year, today.month, today.day, _CLOSING_HOUR, tzinfo=UTC)
    return local - timedelta(hours=utc_offset_hours(today))


def _stop_on_signals(server: HttpServer) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    signal.set_wakeup_fd(server.wake_descriptor, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _wait_for_parent(server: HttpServer) -> None:
    """The parent holds the other end of standard input; it closes when the parent dies, however it dies."""
    with contextlib.suppress(OSError):  # closed altogether: no parent either
        while os.read(_STANDARD_INPUT, 1024):
            pass
    server.stop()


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _milliseconds(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1e7:
        raise argparse.ArgumentTypeError("must be a number of milliseconds from 0")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return number


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a day such as 2026-11-23") from None


def _faults(text: str) -> Faults:
    try:
        return parse_faults(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
