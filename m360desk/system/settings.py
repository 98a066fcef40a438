"""The user's settings as typed values, and which values are right."""

from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple, Self

from m360desk.system import setting_checks as checks
from m360desk.system.managed import UNMANAGED, Managed
from m360desk.system.setting_checks import Check, WrongValueError

Mode = Literal["testing", "live"]
Theme = Literal["system", "light", "dark"]
ScanOpens = Literal["card", "list"]

_AUTOMATIC = "automatic"  # stands in the file where the value is None
_LISTED_ACCOUNTS = "accounts"
_PERSONAL = frozenset({"account.last"})
"""Nobody but the user has a say in these."""


Checks = Mapping[str, tuple[str, Check]]
"""Fields that stand in the file: where (``table.key``), and which values are right."""


class Account(NamedTuple):
    """An account that was used on this computer; nothing of it gives access.

    Attributes:
        key: hash of the authCode; names the cache and the keyring entry.
        name: what the user calls it.
        code_end: last four characters of the authCode, to tell accounts apart.
        requests_per_second: the account's limit as learned from the service, None when not yet known.
    """

    key: str = ""
    name: str = ""
    code_end: str = ""
    requests_per_second: float | None = None

    @property
    def label(self) -> str:
        """What tells it from others: its name, else the end of its authCode."""
        return self.name or f"Account …{self.code_end or self.key[:4]}"


class Settings(NamedTuple):
    """All settings; the defaults are a new profile's.

    Attributes:
        mode: "testing" (random data) or "live".
        api_url: base URL of the API; "" means the vendor's.
        last_account: `Account.key` of the account shown last, so that its cache opens without credentials.
        workstations: workstations on the licence, each worth one request a second (guide); None finds it out.
        sync_on_start: whether the window begins with a sync.
        sync_minutes: minutes between syncs while the window is open; 0 means only on demand.
        testing_pages: pages of 100 sessions that a refresh in testing mode fetches.
        reread_days: days before the start of the last re-read from which sessions are read again.
        keep_months: sessions that are older than so many months are not kept on this computer; 0 keeps all.
        battery_replace_below: batteries below this state of health (%) are to be replaced.
        battery_good_from: batteries from this state of health (%) on are good.
        scan_opens: what a barcode scanner opens: the "card" with the verdict, or the session in the "list".
        scan_beep: whether the computer beeps when the verdict on a scanned device is to stop.
        theme: "system", "light" or "dark".
        language: a language code such as "en", or "system".
        accounts: all accounts used here.
        locked: names of the settings above that only whoever looks after the computer may change.
    """

    mode: Mode = "testing"
    api_url: str = ""
    last_account: str = ""
    workstations: int | None = None
    sync_on_start: bool = True
    sync_minutes: int = 15
    testing_pages: int = 5
    reread_days: int = 7
    keep_months: int = 0
    battery_replace_below: int = 80
    battery_good_from: int = 85
    scan_opens: ScanOpens = "card"
    scan_beep: bool = False
    theme: Theme = "system"
    language: str = "system"
    accounts: tuple[Account, ...] = ()
    locked: frozenset[str] = frozenset()

    def account(self, key: str) -> Account | None:
        """The account of that key, or None."""
        return next((account for account in self.accounts if account.key == key), None)

    def with_account(self, account: Account) -> Self:
        """These settings with `account` added, or put in the place of the one with its key."""
        if self.account(account.key) is None:
            return self._replace(accounts=(*self.accounts, account))
        return self._replace(accounts=tuple(account if a.key == account.key else a for a in self.accounts))

    def without_account(self, key: str) -> Self:
        """These settings without the account of that key."""
        kept = tuple(account for account in self.accounts if account.key != key)
        return self._replace(
            accounts=kept, last_account="" if self.last_account == key else self.last_account
        )


PLACES: Checks = {
    "mode": ("account.mode", checks.one_of("testing", "live")),
    "api_url": ("account.api_url", checks.text(500)),
    "last_account": ("account.last", checks.text(128)),
    "workstations": ("sync.workstations", checks.whole_or(_AUTOMATIC, 1, 1000)),
    "sync_on_start": ("sync.on_start", checks.yes_or_no),
    "sync_minutes": ("sync.every_minutes", checks.whole(0, 1440)),
    "testing_pages": ("sync.testing_pages", checks.whole(1, 100)),
    "reread_days": ("sync.reread_days", checks.whole(1, 365)),
    "keep_months": ("data.keep_months", checks.whole(0, 240)),
    "battery_replace_below": ("battery.replace_below", checks.whole(1, 100)),
    "battery_good_from": ("battery.good_from", checks.whole(1, 100)),
    "scan_opens": ("scan.opens", checks.one_of("card", "list")),
    "scan_beep": ("scan.beep", checks.yes_or_no),
    "theme": ("window.theme", checks.one_of("system", "light", "dark")),
    "language": ("window.language", checks.text(20)),
}
"""All settings but the accounts, which have tables of their own."""
_ACCOUNT: Checks = {
    "key": ("key", checks.text(128)),
    "name": ("name", checks.text(200)),
    "code_end": ("code_end", checks.text(4)),
    "requests_per_second": ("requests_per_second", checks.positive),
}
_USUAL, _USUAL_ACCOUNT = Settings(), Account()


def from_document(document: Mapping[str, Any], managed: Managed = UNMANAGED) -> tuple[Settings, list[str]]:
    """Read settings from decoded TOML; wrong values become defaults, with a note each."""
    notes: list[str] = _unmanageable(managed)
    values: dict[str, Any] = {}
    locked = set()
    for name, (where, check) in PLACES.items():
        usual = getattr(_USUAL, name)
        table, _, key = where.partition(".")
        if where in managed.locked and where not in _PERSONAL:
            values[name] = _checked(managed.locked[where], check, usual, where, notes)
            locked.add(name)
            continue
        own = _table(document, table).get(key)
        if own is None and where not in _PERSONAL:
            own = managed.presets.get(where)
        values[name] = _checked(own, check, usual, where, notes)
    _keep_apart(values, locked)
    if values["battery_replace_below"] > values["battery_good_from"]:
        notes.append(
            f"Settings: battery.replace_below ({values['battery_replace_below']}) is above battery.good_from "
            f"({values['battery_good_from']}); both are at their usual values now."
        )
        values["battery_replace_below"] = _USUAL.battery_replace_below
        values["battery_good_from"] = _USUAL.battery_good_from
    accounts = tuple(_read_accounts(document, notes))
    return Settings(**values, accounts=accounts, locked=frozenset(locked)), notes


def _unmanageable(managed: Managed) -> list[str]:
    known = {where for where, _ in PLACES.values()} - _PERSONAL
    wrong = [where for where in (*managed.presets, *managed.locked) if where not in known]
    return [f"{managed.path}: {where} is no setting that can be managed." for where in dict.fromkeys(wrong)]


def _keep_apart(values: dict[str, Any], locked: Collection[str]) -> None:
    """Where one battery limit is locked, the user's other one gives way."""
    if values["battery_replace_below"] <= values["battery_good_from"]:
        return
    if "battery_good_from" in locked and "battery_replace_below" not in locked:
        values["battery_replace_below"] = values["battery_good_from"]
    elif "battery_replace_below" in locked and "battery_good_from" not in locked:
        values["battery_good_from"] = values["battery_replace_below"]


def as_managed(before: Settings, wanted: Settings) -> Settings:
    """What was ``wanted``, but for what is locked, which stays as it was ``before``."""
    values: dict[str, Any] = {
        name: getattr(before if name in before.locked else wanted, name) for name in PLACES
    }
    _keep_apart(values, before.locked)
    return wanted._replace(**values, locked=before.locked)


def write_into(document: dict[str, Any], settings: Settings, managed: Managed = UNMANAGED) -> None:
    """Put settings into decoded TOML; whatever else stands in there stays.

    What is locked is left as it stands, and a preset that the user has not changed is not written: it goes on
    following the file that presets it.

    Raises:
        ValueError: a value that isn't allowed; `document` may be half written then.
    """
    for name, (where, check) in PLACES.items():
        table, _, key = where.partition(".")
        if not isinstance(document.get(table), dict):
            document[table] = {}
        written = _written(name, getattr(settings, name), check)
        preset = managed.presets.get(where)
        untouched = key not in document[table] and preset is not None and written == preset
        if name not in settings.locked and not untouched:
            document[table][key] = written
    if settings.battery_replace_below > settings.battery_good_from:
        raise ValueError("battery_replace_below must not be above battery_good_from")
    before = {entry["key"]: entry for entry in _account_tables(document)}
    entries = [_write_account(before.get(account.key, {}), account) for account in settings.accounts]
    document.pop(_LISTED_ACCOUNTS, None)
    if entries:
        document[_LISTED_ACCOUNTS] = entries


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name)
    return table if isinstance(table, dict) else {}


def _checked(value: object, check: Check, usual: object, where: str, notes: list[str]) -> object:
    if value is None:
        return usual
    try:
        return check(value)
    except WrongValueError as error:
        told = _AUTOMATIC if usual is None else usual
        notes.append(f"Settings: {where} must be {error}; it is at its usual value ({told!r}) now.")
        return usual


def _written(name: str, value: object, check: Check) -> object:
    stored = _AUTOMATIC if value is None else value
    try:
        check(stored)
    except WrongValueError as error:
        raise ValueError(f"{name} must be {error}") from None
    return stored


def _account_tables(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = document.get(_LISTED_ACCOUNTS)
    tables = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return [entry for entry in tables if isinstance(entry.get("key"), str) and entry["key"]]


def _read_accounts(document: Mapping[str, Any], notes: list[str]) -> list[Account]:
    accounts = {}
    for entry in _account_tables(document):
        values: dict[str, Any] = {
            name: _checked(entry.get(key), check, getattr(_USUAL_ACCOUNT, name), f"accounts.{key}", notes)
            for name, (key, check) in _ACCOUNT.items()
        }
        accounts[entry["key"]] = Account(**values)
    return list(accounts.values())


def _write_account(entry: dict[str, Any], account: Account) -> dict[str, Any]:
    written = dict(entry)
    for name, (key, check) in _ACCOUNT.items():
        value = getattr(account, name)
        if value is None:
            written.pop(key, None)
        else:
            written[key] = _written(name, value, check)
    return written
