"""Bringing the account's sessions into the cache.

Live history is read newest first into stretches (see `stretches`), the last days are read again, and once
in a while everything is compared. A page and the state it leads to are one transaction, so a run may end
anywhere: cancelled, off-line, killed. Testing mode has nothing to read to an end: it fetches some made-up
pages.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace

from m360desk.api.client import Client
from m360desk.api.errors import (
    ApiDisabled,
    ApiError,
    AuthRefused,
    LicenceEnded,
    ServiceRefused,
    TimedOut,
    Unreachable,
)
from m360desk.services.audit import Audit
from m360desk.services.history import History
from m360desk.services.keeping import kept_from_ms, remove_older
from m360desk.services.ledger import Ledger
from m360desk.services.ports import WriterPort
from m360desk.services.probing import Probe
from m360desk.services.refresh import fetch_samples, replace_samples
from m360desk.services.reread import Reread
from m360desk.services.sync_errors import GuardStop, NotLive, PagesSpent
from m360desk.services.sync_run import SyncRun
from m360desk.services.sync_state import AuditPlan, Plan
from m360desk.services.sync_types import StopReason, SyncOptions, SyncProgress, SyncResult, SyncStop
from m360desk.store.errors import CacheHeld, StoreError
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter

__all__ = ["StopReason", "SyncOptions", "SyncProgress", "SyncResult", "SyncStop", "run_sync"]


async def run_sync(
    client: Client,
    cache: WriterPort,
    options: SyncOptions,
    *,
    progress: Callable[[SyncProgress], None],
    now_ms: Callable[[], int],
) -> SyncResult:
    """Sync once.

    What goes wrong with the service or the cache on the way is told in the result, with what was done until
    then. Cancelling it leaves the cache as it stood after the last page.

    Raises:
        StoreError: the cache could not be opened.
    """
    started = time.perf_counter()
    before = client.stats
    ledger = await cache.submit(lambda writer: Ledger(writer, now_ms()))
    run = SyncRun(client, cache, ledger, options, progress, now_ms)
    complete, stop = False, None
    try:
        complete = await (_refresh(run) if options.mode == "testing" else _sync_live(run))
    except PagesSpent:
        pass
    except GuardStop as guard:
        stop = SyncStop(guard.reason, guard.user_text)
    except ApiError as error:
        stop = stop_for(error)
    except StoreError as error:
        stop = SyncStop(_store_reason(error), error.user_text)
    finally:
        run.reader.close()
    try:
        while stop is None and await cache.submit(lambda writer: writer.index_next()):
            pass
        sessions = await cache.submit(_wind_up if stop is None else _count)
    except StoreError as error:
        sessions, stop = 0, stop or SyncStop(_store_reason(error), error.user_text)
    if run.without_key:
        run.note(f"{run.without_key} records have no id and cannot be cached.")
    run.tell("done")
    return SyncResult(
        mode=options.mode,
        sessions=sessions,
        new=run.new,
        updated=run.updated,
        requests=client.stats.requests - before.requests,
        rate_limited=client.stats.rate_limited - before.rate_limited,
        complete=complete,
        seconds=time.perf_counter() - started,
        stopped_by=stop,
        notes=tuple(run.notes),
    )


async def _sync_live(run: SyncRun) -> bool:
    """Sync a history that is not random; whether it is complete now."""
    probe = Probe(run)
    try:
        run.tell("probing")
        await _keep_from(run)
        await probe.check()
        try:
            complete = await _read_all(run, probe)
        except PagesSpent:
            complete = False
        except GuardStop as guard:
            if not isinstance(guard, NotLive):
                with contextlib.suppress(ApiError):
                    await probe.check()  # made-up pages may be what led astray
            raise
        await probe.check()
    except NotLive:
        await run.hand_in(run.ledger.take_back)
        run.new, run.updated = probe.vouched_new, probe.vouched_updated
        raise
    removed = await remove_older(
        run.hand_in, lambda removed: run.tell("removing", f"Removing old sessions: {removed:,}")
    )
    if removed:
        run.note(f"{removed} sessions were older than what is kept and have been removed from this computer.")
    return complete


async def _keep_from(run: SyncRun) -> None:
    """Tell the cache what to keep; where that is more than before, what has gone is looked for again."""
    from_ms = kept_from_ms(run.options.keep_months, run.started_ms)
    if await run.hand_in(lambda writer: writer.keep_from(from_ms)):
        due = AuditPlan(finished_ms=0)
        await run.hand_in(lambda writer: run.ledger.change(writer, lambda plan: replace(plan, audit=due)))


async def _read_all(run: SyncRun, probe: Probe) -> bool:
    history, reread = History(run, probe), Reread(run, probe)
    first = run.ledger.state.plan.reread_from_ms is None
    if first:
        # Sessions that are open now are listed when they close: below what this run reads first.
        await run.hand_in(lambda writer: run.ledger.change(writer, lambda plan: _begun(plan, run.started_ms)))
    run.tell("newest")
    await history.read_newest()
    if not first:
        await reread.read()  # before old gaps, that may take hours: what has changed lately matters more
    await history.close_gaps()
    if first:
        await reread.read()
    with contextlib.suppress(PagesSpent):  # what the audit lacks, it does in the next run
        await Audit(run, probe).go_on()
    return history.is_whole


def _begun(plan: Plan, now_ms: int) -> Plan:
    return replace(plan, reread_from_ms=now_ms)


async def _refresh(run: SyncRun) -> bool:
    """Fetch made-up sessions; they are never complete."""
    run.tell("newest")

    def on_page(number: int) -> None:
        run.pages = number
        run.tell("newest")

    records = await fetch_samples(run.client, run.options, on_page)
    outcome = await run.hand_in(lambda writer: replace_samples(writer, records))
    run.new, run.without_key = outcome.new, outcome.without_key
    return False


def _wind_up(writer: CacheWriter) -> int:
    """In the writer's thread: see that all is in its place; how many sessions there are."""
    writer.optimize()
    writer.checkpoint()
    return _count(writer)


def _count(writer: CacheWriter) -> int:
    with CacheReader.open(writer.path) as reader:
        return reader.total()


def stop_for(error: ApiError) -> SyncStop:
    """Return what an error of the service means to a sync."""
    return SyncStop(_api_reason(error), error.user_text, error.technical())


def _api_reason(error: ApiError) -> StopReason:
    if isinstance(error, AuthRefused):
        return StopReason.CREDENTIALS
    if isinstance(error, ApiDisabled | LicenceEnded | ServiceRefused):
        return StopReason.ACCOUNT
    if isinstance(error, Unreachable) or (isinstance(error, TimedOut) and error.phase == "connect"):
        return StopReason.OFFLINE
    return StopReason.SERVICE


def _store_reason(error: StoreError) -> StopReason:
    return StopReason.CACHE_HELD if isinstance(error, CacheHeld) else StopReason.CACHE
