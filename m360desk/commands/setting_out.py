"""What every command needs first: folders, settings, log, and which account, mode and service it is about."""

import argparse
import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from m360desk.api.urls import DEFAULT_BASE_URL
from m360desk.commands.console import Console
from m360desk.core.user_text import UserText
from m360desk.services.account import AddressError, account_in_force, service_address
from m360desk.store.key import CacheKey, cache_file
from m360desk.system.crashes import CrashReporter
from m360desk.system.credentials import (
    EnvironmentCredentialsError,
    StoredCredentials,
    environment_credentials,
)
from m360desk.system.logs import start_logging
from m360desk.system.managed import read_managed
from m360desk.system.paths import PlaceError, Places, find_places
from m360desk.system.redaction import Redactor
from m360desk.system.settings import Mode, Settings
from m360desk.system.settings_file import SettingsFile

DONE = 0
WRONG_USE = 2
NO_CREDENTIALS = 3
UNREACHABLE = 5
CACHE_UNUSABLE = 6


class CommandError(Exception):
    """A command cannot go on.

    Attributes:
        code: the program's exit code.
        user_text: what happened, what it means, what to do.
    """

    def __init__(self, code: int, user_text: UserText) -> None:
        super().__init__(user_text.one_line())
        self.code = code
        self.user_text = user_text


@dataclass(frozen=True, slots=True)
class Outset:
    """What a command works with.

    Attributes:
        console: where it speaks.
        places: its folders.
        settings_file: for what the run learns.
        settings: as they stood at the start.
        redactor: hides secrets in the log.
        mode: testing or live; the command line's, else the settings'.
        api_url: base address of the service; the command line's, else the settings', else the vendor's.
        given: credentials from the environment, which win over stored ones.
    """

    console: Console
    places: Places
    settings_file: SettingsFile
    settings: Settings
    redactor: Redactor
    mode: Mode
    api_url: str
    given: StoredCredentials | None

    @property
    def account(self) -> str:
        """The account's hash: the one whose credentials are given, else the one used last; "" for none."""
        return account_in_force(self.given, self.settings)

    def key(self, account: str) -> CacheKey:
        """Which cache that account's sessions are in."""
        return CacheKey(account, self.mode, None if self.api_url == DEFAULT_BASE_URL else self.api_url)

    def cache(self, account: str) -> Path:
        """The file of that cache."""
        return cache_file(self.places.cache_dir, self.key(account))


def run_command(args: argparse.Namespace, program: str, work: Callable[[Outset], int]) -> int:
    """Prepare, do the work, say what went wrong; the exit code."""
    console = Console(verbose=args.verbose)
    redactor = Redactor()
    with ExitStack() as ending:
        try:
            return work(_set_out(args, program, console, redactor, ending))
        except CommandError as problem:
            console.problem(problem.user_text)
            return problem.code


def _set_out(
    args: argparse.Namespace, program: str, console: Console, redactor: Redactor, ending: ExitStack
) -> Outset:
    places = find_places(args.profile)
    _start_records(places, program, console, redactor, ending)
    settings_file = SettingsFile(places.settings_file, read_managed(places.managed_files))
    loaded = settings_file.load()
    for note in loaded.notes:
        console.note(note)
    try:
        given = environment_credentials(redactor)
    except EnvironmentCredentialsError as problem:
        raise CommandError(NO_CREDENTIALS, problem.user_text) from problem
    return Outset(
        console=console,
        places=places,
        settings_file=settings_file,
        settings=loaded.settings,
        redactor=redactor,
        mode=args.mode or loaded.settings.mode,
        api_url=args.api_url or _saved_url(loaded.settings),
        given=given,
    )


def _start_records(
    places: Places, program: str, console: Console, redactor: Redactor, ending: ExitStack
) -> None:
    """Log and report crashes where that can be; the work does not depend on it."""
    try:
        level = logging.INFO if console.verbose else None
        ending.callback(start_logging(places.log_dir, program, redactor, console=level))
        reporter = CrashReporter(places.crash_dir, f"m360desk {program}", redactor)
        reporter.install()
        ending.callback(reporter.uninstall)
    except PlaceError as problem:
        console.note(f"no log is written: {problem.user_text.happened}")


def _saved_url(settings: Settings) -> str:
    try:
        return service_address(settings.api_url) or DEFAULT_BASE_URL
    except AddressError as problem:
        raise CommandError(WRONG_USE, problem.user_text) from problem
