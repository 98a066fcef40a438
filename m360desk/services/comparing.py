"""Pages that are read again: only what the cache has not just so is read and stored.

A re-read and a re-walk meet little else than what is there already. To tell that, a record's id and digest
do, at a tenth of what reading it costs.
"""

from collections.abc import Sequence
from dataclasses import replace

from m360desk.core.records import key_in
from m360desk.services.ledger import Step
from m360desk.services.stretches import Page
from m360desk.services.sync_run import SyncRun


async def store_apart(run: SyncRun, records: Sequence[bytes]) -> Step:
    """Store records that say nothing about gaps, and count what came of them.

    Raises:
        NotLive: a record is one that testing mode made up. Nothing was stored.
        StoreError: nothing was stored.
    """
    keyed = [(key_in(record), record) for record in records]
    # Of a session that is on a page twice, the first one counts.
    first_of = {key: record for key, record in reversed(keyed) if key is not None}
    unchanged = await run.hand_in(lambda writer: writer.unchanged(first_of))
    rest = [record for key, record in keyed if key not in unchanged]
    step, times = Step(Page(())), list(unchanged.values())
    if rest:
        read = run.reader.begin(rest)
        step = await run.hand_in(lambda writer: run.ledger.store_apart(writer, read))
        times += [step.page.oldest_ms, step.page.newest_ms]
    known = [time for time in times if time is not None]
    keys = tuple(key for key, _ in keyed if key is not None)
    page = Page(keys, min(known, default=None), max(known, default=None))
    return run.counted(replace(step, page=page))
