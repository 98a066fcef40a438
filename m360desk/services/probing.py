"""Whether the account answers live: asking for the oldest record again gives the same record.

Testing mode makes random sessions up, and nothing in the answers themselves is known to say so
(assumption), but for the sample M360 ID that such sessions carry (seen in the field).
"""

import asyncio
import hashlib

from m360desk.core.records import read
from m360desk.services.ledger import page_of, refuse_samples
from m360desk.services.sync_errors import NotLive
from m360desk.services.sync_run import SyncRun

PAGES_BETWEEN = 50
"""Pages after which the account is asked again: so much may have to be taken back."""
_MOST_ASKED = 5


class Probe:
    """Asks for the oldest record at the start of a run, now and then, and at its end."""

    def __init__(self, run: SyncRun) -> None:
        self._run = run
        self._oldest: str | None = None
        self._asked = False
        self._pages = 0
        self._asking = asyncio.Lock()
        self.vouched_new = 0
        self.vouched_updated = 0

    async def check(self) -> None:
        """Vouch for all that came so far.

        Raises:
            NotLive: the account does not answer live. Nothing was taken back yet.
            ApiError: the client gave up.
        """
        run = self._run
        mark = await run.hand_in(run.ledger.mark)
        pages, new, updated = run.pages, run.new, run.updated
        if not self._asked:
            self._oldest = await self._ask()
            self._asked = True
        await self._ask_until_it_stays()
        self._pages = pages
        await run.hand_in(lambda writer: run.ledger.vouch(writer, mark))
        self.vouched_new, self.vouched_updated = new, updated

    async def _ask_until_it_stays(self) -> None:
        """See the same oldest record twice in a row.

        It may have been deleted, or an older one closed, since it was asked for last; where an account clears
        its old sessions away, that may happen between two requests. Made-up records never stay.
        """
        for _ in range(_MOST_ASKED):
            before, self._oldest = self._oldest, await self._ask()
            if self._oldest == before:
                return
        raise NotLive

    async def check_now_and_then(self) -> None:
        """`check`, where enough has come since the last time; walks that run beside wait for it."""
        if self._run.pages - self._pages < PAGES_BETWEEN:
            return
        async with self._asking:
            if self._run.pages - self._pages >= PAGES_BETWEEN:
                await self.check()

    async def _ask(self) -> str | None:
        """What tells the oldest record from any other: its key, or where it has none, all of it."""
        record = await self._run.oldest_record()
        if record is None:
            self._run.oldest_key = self._run.bottom_ms = None
            return None
        session = read(record)
        refuse_samples([session])
        self._run.oldest_key = key = session.key
        self._run.bottom_ms = page_of([session]).oldest_ms
        return key or hashlib.sha256(record).hexdigest()
