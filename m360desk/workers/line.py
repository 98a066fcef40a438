"""The line to the service for one account: one client, so that all requests share one limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.services.account import limiter_for, usable

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.api.client import Client
    from m360desk.api.limiter import Limiter
    from m360desk.api.retry import Waiting
    from m360desk.store.key import CacheKey
    from m360desk.system.credentials import StoredCredentials
    from m360desk.system.settings import Settings


class Line:
    """Makes the client when it is first needed; belongs to the network lane, but for ``rate``.

    The client's libraries take a quarter of a second to load, which is why nothing of it is imported before.
    """

    def __init__(
        self,
        key: CacheKey,
        credentials: StoredCredentials,
        settings: Settings,
        on_learned: Callable[[float], None],
        *,
        where: str = "keyring",
        beside: Line | None = None,
    ) -> None:
        """``where`` the credentials come from is said when they cannot be any.

        ``beside`` is another line of the same account: both then keep to one limit, and whoever waits at the
        screen goes before a sync on the other. With a limit each they would refuse each other for ever.
        """
        self._key = key
        self._credentials = credentials
        self._settings = settings
        self._on_learned = on_learned
        self._where = where
        self._beside = beside
        self._client: Client | None = None
        self.on_wait: Callable[[Waiting], None] | None = None
        """Told in the network lane's thread before each pause between attempts."""
        self.rate: tuple[float, float | None] | None = None
        """Requests in the last second, and how many are allowed; readable from any thread."""

    def client(self) -> Client:
        """The client, made now if need be.

        Raises :class:`UnusableCredentials` where the credentials cannot be any.
        """
        if self._client is None:
            from m360desk.api.client import Client
            from m360desk.api.urls import DEFAULT_BASE_URL

            credentials = usable(self._credentials, self._where)
            limiter = self._beside.limiter if self._beside is not None else None
            if limiter is None:
                limiter = limiter_for(self._settings, self._key.account, self._on_learned)
            self._client = Client(
                credentials,
                base_url=self._key.api_url or DEFAULT_BASE_URL,
                limiter=limiter,
                on_wait=self._wait,
            )
        return self._client

    def serves(self, key: CacheKey) -> bool:
        """Whether the service would count requests for ``key`` together with this line's."""
        return (self._key.account, self._key.api_url) == (key.account, key.api_url)

    @property
    def limiter(self) -> Limiter | None:
        """What paces the requests; None while no client is made."""
        return self._client.limiter if self._client is not None else None

    def _wait(self, waiting: Waiting) -> None:
        if self.on_wait is not None:
            self.on_wait(waiting)

    def note_rate(self) -> None:
        """Remember how fast requests go, for whoever shows it."""
        if self._client is not None:
            self.rate = (self._client.stats.recent_rate, self._client.limiter.limit)

    async def close(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
