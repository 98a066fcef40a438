"""Trying credentials out: "Check connection"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from m360desk.store.key import CacheKey, account_hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.api.check import ConnectionReport
    from m360desk.system.credentials import StoredCredentials
    from m360desk.workers.desk import Desk
    from m360desk.workers.lines import Lines


def try_connection(
    desk: Desk,
    lines: Lines,
    credentials: StoredCredentials,
    api_url: str | None,
    wanted: Literal["live", "testing"],
    *,
    done: Callable[[ConnectionReport], None],
    failed: Callable[[BaseException], None],
) -> None:
    """Ask the service with these credentials and report step by step; nothing is stored of it."""
    line = lines.make_trial(CacheKey(account_hash(credentials.auth_code), wanted, api_url), credentials)

    async def job() -> ConnectionReport:
        # Loaded first: how long that takes says nothing of the service.
        import httpx  # noqa: F401
        import truststore  # noqa: F401

        from m360desk.api.check import check_connection

        try:
            return await check_connection(line.client(), wanted=wanted)
        finally:
            await line.close()

    desk.network.start(job, done, failed)
