"""``m360desk sync``: the account's sessions into the local cache, without a window."""

import argparse
import asyncio
import json
import logging
import time

from m360desk.api.client import Client
from m360desk.api.credentials import Credentials
from m360desk.api.lookup_threads import use_lookup_threads
from m360desk.api.retry import Waiting
from m360desk.api.urls import host_of
from m360desk.commands.console import counted
from m360desk.commands.setting_out import (
    CACHE_UNUSABLE,
    DONE,
    NO_CREDENTIALS,
    UNREACHABLE,
    CommandError,
    Outset,
    run_command,
)
from m360desk.core.user_text import UserText
from m360desk.services.account import UnusableCredentials, limiter_for, remembered, sync_options, usable
from m360desk.services.sync import run_sync
from m360desk.services.sync_types import SyncProgress, SyncResult
from m360desk.services.writer_thread import WriterThread
from m360desk.store.errors import CacheHeld, StoreError
from m360desk.store.key import account_hash
from m360desk.store.writer import CacheWriter
from m360desk.system.credentials import CredentialStore, StoredCredentials
from m360desk.system.keyring_errors import CredentialStoreError
from m360desk.system.locks import HeldByOtherError, cache_lock
from m360desk.system.paths import PlaceError
from m360desk.system.settings import Settings

INTERRUPTED = 130

_log = logging.getLogger(__name__)


def run(args: argparse.Namespace) -> int:
    """Run the command; its exit code."""
    return run_command(args, "sync", lambda outset: _sync(args, outset))


def _sync(args: argparse.Namespace, outset: Outset) -> int:
    credentials = _credentials(outset)
    memory = _Memory(outset, credentials)
    _log.info("sync in %s mode from %s", outset.mode, host_of(outset.api_url))
    try:
        result = asyncio.run(_run(outset, credentials, memory, args.max_pages))
    except StoreError as problem:
        code = UNREACHABLE if isinstance(problem, CacheHeld) else CACHE_UNUSABLE
        raise CommandError(code, problem.user_text) from problem
    except KeyboardInterrupt:
        outset.console.note("stopped. What was fetched is kept; the next sync goes on from there.")
        return INTERRUPTED
    return _tell(outset, result, as_json=args.json)


def _credentials(outset: Outset) -> Credentials:
    try:
        return usable(outset.given or _stored(outset), "environment" if outset.given else "keyring")
    except UnusableCredentials as problem:
        raise CommandError(NO_CREDENTIALS, problem.user_text) from problem


def _stored(outset: Outset) -> StoredCredentials:
    account = outset.settings.last_account
    try:
        stored = CredentialStore(outset.redactor).get(account) if account else None
    except CredentialStoreError as problem:
        raise CommandError(NO_CREDENTIALS, problem.user_text) from problem
    if stored is None:
        raise CommandError(
            NO_CREDENTIALS,
            UserText(
                "There are no credentials on this computer yet.",
                "The service answers only with an auth code and an auth token; nothing was fetched.",
                "Enter them in the window (m360desk), or set M360DESK_AUTH_CODE and M360DESK_AUTH_TOKEN.",
            ),
        )
    return stored


class _Memory:
    """Keeps in the settings what a run learns about its account."""

    def __init__(self, outset: Outset, credentials: Credentials) -> None:
        self._outset = outset
        self._account = account_hash(credentials.auth_code)
        self._code_end = credentials.auth_code[-4:]
        self._known = False

    def learned(self, requests_per_second: float) -> None:
        """The service told the account's limit."""
        self._change(requests_per_second)

    def account_answers(self) -> None:
        """The credentials are good: the account is the last one from now on. Costs something once only."""
        if not self._known:
            self._known = True
            self._change(None)

    def _change(self, requests_per_second: float | None) -> None:
        def edit(settings: Settings) -> Settings:
            return remembered(settings, self._account, self._code_end, requests_per_second)

        try:
            self._outset.settings_file.change(edit)
        except (PlaceError, HeldByOtherError) as problem:
            self._outset.console.note(f"the settings are not saved: {problem.user_text.happened}")


async def _run(
    outset: Outset, credentials: Credentials, memory: _Memory, max_pages: int | None
) -> SyncResult:
    account = account_hash(credentials.auth_code)
    settings = outset.settings
    limiter = limiter_for(settings, account, memory.learned)
    options = sync_options(settings, outset.mode, max_pages)
    loop = asyncio.get_running_loop()
    use_lookup_threads()

    def progress(news: SyncProgress) -> None:
        if news.pages:
            memory.account_answers()
        outset.console.progress(news.text)

    def waiting(news: Waiting) -> None:
        outset.console.progress(news.text)

    def open_writer() -> CacheWriter:
        path = outset.cache(account)
        writer = CacheWriter.open(
            path, outset.key(account), lock=cache_lock(path, "m360desk sync"), now_ms=_now_ms
        )
        for notice in writer.notices:
            loop.call_soon_threadsafe(outset.console.note, notice)
        return writer

    async with (
        Client(credentials, base_url=outset.api_url, limiter=limiter, on_wait=waiting) as client,
        WriterThread(open_writer) as writer,
    ):
        return await run_sync(client, writer, options, progress=progress, now_ms=_now_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _tell(outset: Outset, result: SyncResult, *, as_json: bool) -> int:
    for note in result.notes:
        outset.console.note(note)
    stop = result.stopped_by
    if stop is not None:
        outset.console.problem(stop.user_text)
    summary = {
        "mode": result.mode,
        "sessions": result.sessions,
        "new": result.new,
        "updated": result.updated,
        "requests": result.requests,
        "rate_limited": result.rate_limited,
        "complete": result.complete,
        "seconds": round(result.seconds, 3),
    }
    _log.info("sync ended: %s%s", json.dumps(summary), f", stopped: {stop.reason.value}" if stop else "")
    if as_json:
        outset.console.result(json.dumps(summary))
    else:
        whole = "whole" if result.complete else "not whole yet"
        outset.console.result(
            f"{result.new} new, {result.updated} updated; {counted(result.sessions, 'session')} in the cache "
            f"({result.mode}, history {whole}); "
            f"{counted(result.requests, 'request')} in {result.seconds:.0f} s"
        )
    return DONE if stop is None else stop.exit_code
