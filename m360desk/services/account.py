"""Which account a run is about and what is remembered of it, for the window and the command line alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from m360desk.core.user_text import UserText
from m360desk.store.key import account_hash
from m360desk.system.problems import SystemServiceError
from m360desk.system.settings import Account

if TYPE_CHECKING:
    from collections.abc import Callable

    from m360desk.api.credentials import Credentials
    from m360desk.api.limiter import Limiter
    from m360desk.services.sync_types import SyncMode, SyncOptions
    from m360desk.system.credentials import StoredCredentials
    from m360desk.system.settings import Settings

# What belongs to the client is imported where it is needed: the window shows its first rows without it.


class AddressError(SystemServiceError):
    """The API address in the settings cannot be used."""


class UnusableCredentials(SystemServiceError):
    """Credentials that were stored or given cannot be any."""


def account_in_force(given: StoredCredentials | None, settings: Settings) -> str:
    """The account's hash: the one whose credentials are given, else the one used last; "" for none."""
    return account_hash(given.auth_code) if given is not None else settings.last_account


def service_address(saved: str) -> str | None:
    """The API's base as caches are named by it; None where it is the vendor's own.

    Raises:
        AddressError: what the settings hold is no address that credentials may go to.
    """
    if not saved:
        return None
    from m360desk.api.urls import DEFAULT_BASE_URL, check_base_url

    try:
        url = check_base_url(saved)
    except ValueError as problem:
        raise AddressError(
            UserText(
                f"The API address in the settings cannot be used: {problem}",
                "Nothing was fetched.",
                "Correct account.api_url in settings.toml, or give --api-url.",
            )
        ) from problem
    return None if url == DEFAULT_BASE_URL else url


def usable(stored: StoredCredentials, where: str) -> Credentials:
    """Credentials as the client takes them. ``where`` they came from stands in the message.

    Raises:
        UnusableCredentials: they cannot be any, so that asking the service would be in vain.
    """
    from m360desk.api.credentials import CredentialsError, parse_credentials

    try:
        return parse_credentials(stored.auth_code, stored.auth_token)
    except CredentialsError as problem:
        raise UnusableCredentials(
            UserText(
                f"The credentials in the {where} cannot be right. {problem}",
                "Nothing was fetched.",
                "Copy both from the M360 dashboard again.",
            )
        ) from problem


def remembered(settings: Settings, account: str, code_end: str, limit: float | None = None) -> Settings:
    """The settings with that account as the one used last, its learned limit (requests a second) kept."""
    known = settings.account(account) or Account(account)
    known = known._replace(code_end=code_end, requests_per_second=limit or known.requests_per_second)
    return settings.with_account(known)._replace(last_account=account)


def with_learned_limit(settings: Settings, account: str, limit: float) -> Settings:
    """The settings with the limit of an account that they know; of others nothing is kept."""
    known = settings.account(account)
    if known is None:
        return settings
    return settings.with_account(known._replace(requests_per_second=limit))


def limiter_for(settings: Settings, account: str, on_learned: Callable[[float], None]) -> Limiter:
    """The account's limiter: paced by the user's number of workstations, else by what was learned before."""
    from m360desk.api.limiter import Limiter

    if settings.workstations is not None:
        return Limiter(fixed=float(settings.workstations), on_learned=on_learned)
    known = settings.account(account)
    return Limiter(learned=known.requests_per_second if known is not None else None, on_learned=on_learned)


def sync_options(settings: Settings, mode: SyncMode, max_pages: int | None = None) -> SyncOptions:
    """How to sync, by the settings."""
    from m360desk.services.sync_types import SyncOptions

    return SyncOptions(
        mode=mode,
        testing_pages=settings.testing_pages,
        reread_days=settings.reread_days,
        keep_months=settings.keep_months,
        max_pages=max_pages,
    )
