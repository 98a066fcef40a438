"""The user's settings as typed values, and which values are right."""

from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Literal, Self

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


def _at(key: str, check: Check) -> dict[str, Any]:
    """Metadata of a field: its place in the file (``table.key``) and which values are right."""
    return {"key": key, "check": check}


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was used on this computer; nothing of it gives access.

    Attributes:
        key: hash of the authCode; names the cache and the keyring entry.
        name: what the user calls it.
        code_end: last four characters of the authCode, to tell accounts apart.
        requests_per_second: the account's limit as learned from the service, None when not yet known.
    """

    key: str = field(default="", metadata=_at("key", checks.text(128)))
    name: str = field(default="", metadata=_at("name", checks.text(200)))
    code_end: str = field(default="", metadata=_at("code_end", checks.text(4)))
    requests_per_second: float | None = field(
        default=None, metadata=_at("requests_per_second", checks.positive)
    )

    @property
    def label(self) -> str:
        """What tells it from others: its name, else the end of its authCode."""
        return self.name or f"Account …{self.code_end or self.key[:4]}"


@dataclass(frozen=True, slots=True)
class Settings:
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

    mode: Mode = field(default="testing", metadata=_at("account.mode", checks.one_of("testing", "live")))
    api_url: str = field(default="", metadata=_at("account.api_url", checks.text(500)))
    last_account: str = field(default="", metadata=_at("account.last", checks.text(128)))
    workstations: int | None = field(
        default=None, metadata=_at("sync.workstations", checks.whole_or(_AUTOMATIC, 1, 1000))
    )
    sync_on_start: bool = field(default=True, metadata=_at("sync.on_start", checks.yes_or_no))
    sync_minutes: int = field(default=15, metadata=_at("sync.every_minutes", checks.whole(0, 1440)))
    testing_pages: int = field(default=5, metadata=_at("sync.testing_pages", checks.whole(1, 100)))
    reread_days: int = field(default=7, metadata=_at("sync.reread_days", checks.whole(1, 365)))
    keep_months: int = field(default=0, metadata=_at("data.keep_months", checks.whole(0, 240)))
    battery_replace_below: int = field(
        default=80, metadata=_at("battery.replace_below", checks.whole(1, 100))
    )
    battery_good_from: int = field(default=85, metadata=_at("battery.good_from", checks.whole(1, 100)))
    scan_opens: ScanOpens = field(default="card", metadata=_at("scan.opens", checks.one_of("card", "list")))
    scan_beep: bool = field(default=False, metadata=_at("scan.beep", checks.yes_or_no))
    theme: Theme = field(
        default="system", metadata=_at("window.theme", checks.one_of("system", "light", "dark"))
    )
    language: str = field(default="system", metadata=_at("window.language", checks.text(20)))
    accounts: tuple[Account, ...] = ()
    locked: frozenset[str] = frozenset()

    def account(self, key: str) -> Account | None:
        """The account of that key, or None."""
        return next((account for account in self.accounts if account.key == key), None)

    def with_account(self, account: Account) -> Self:
        """These settings with `account` added, or put in the place of the one with its key."""
        if self.account(account.key) is None:
            return replace(self, accounts=(*self.accounts, account))
        return replace(self, accounts=tuple(account if a.key == account.key else a for a in self.accounts))

    def without_account(self, key: str) -> Self:
        """These settings without the account of that key."""
        kept = tuple(account for account in self.accounts if account.key != key)
        return replace(
            self, accounts=kept, last_account="" if self.last_account == key else self.last_account
        )


def from_document(document: Mapping[str, Any], managed: Managed = UNMANAGED) -> tuple[Settings, list[str]]:
    """Read settings from decoded TOML; wrong values become defaults, with a note each."""
    notes: list[str] = _unmanageable(managed)
    values: dict[str, Any] = {}
    locked = set()
    for item in _placed_fields(Settings):
        where = item.metadata["key"]
        table, _, key = where.partition(".")
        if where in managed.locked and where not in _PERSONAL:
            values[item.name] = _checked(item, managed.locked[where], where, notes)
            locked.add(item.name)
            continue
        own = _table(document, table).get(key)
        if own is None and where not in _PERSONAL:
            own = managed.presets.get(where)
        values[item.name] = _checked(item, own, where, notes)
    _keep_apart(values, locked)
    if values["battery_replace_below"] > values["battery_good_from"]:
        notes.append(
            f"Settings: battery.replace_below ({values['battery_replace_below']}) is above battery.good_from "
            f"({values['battery_good_from']}); both are at their usual values now."
        )
        values["battery_replace_below"] = Settings().battery_replace_below
        values["battery_good_from"] = Settings().battery_good_from
    accounts = tuple(_read_accounts(document, notes))
    return Settings(**values, accounts=accounts, locked=frozenset(locked)), notes


def _unmanageable(managed: Managed) -> list[str]:
    known = {item.metadata["key"] for item in _placed_fields(Settings)} - _PERSONAL
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
        item.name: getattr(before if item.name in before.locked else wanted, item.name)
        for item in _placed_fields(Settings)
    }
    _keep_apart(values, before.locked)
    return replace(wanted, **values, locked=before.locked)


def write_into(document: dict[str, Any], settings: Settings, managed: Managed = UNMANAGED) -> None:
    """Put settings into decoded TOML; whatever else stands in there stays.

    What is locked is left as it stands, and a preset that the user has not changed is not written: it goes on
    following the file that presets it.

    Raises:
        ValueError: a value that isn't allowed; `document` may be half written then.
    """
    for item in _placed_fields(Settings):
        table, _, key = item.metadata["key"].partition(".")
        if not isinstance(document.get(table), dict):
            document[table] = {}
        written = _written(item, getattr(settings, item.name))
        preset = managed.presets.get(item.metadata["key"])
        untouched = key not in document[table] and preset is not None and written == preset
        if item.name not in settings.locked and not untouched:
            document[table][key] = written
    if settings.battery_replace_below > settings.battery_good_from:
        raise ValueError("battery_replace_below must not be above battery_good_from")
    before = {entry["key"]: entry for entry in _account_tables(document)}
    entries = [_write_account(before.get(account.key, {}), account) for account in settings.accounts]
    document.pop(_LISTED_ACCOUNTS, None)
    if entries:
        document[_LISTED_ACCOUNTS] = entries


def _placed_fields(of: type[Settings | Account]) -> list[Field[Any]]:
    return [item for item in fields(of) if "key" in item.metadata]


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name)
    return table if isinstance(table, dict) else {}


def _checked(item: Field[Any], value: object, where: str, notes: list[str]) -> object:
    if value is None:
        return item.default
    try:
        return item.metadata["check"](value)
    except WrongValueError as error:
        usual = _AUTOMATIC if item.default is None else item.default
        notes.append(f"Settings: {where} must be {error}; it is at its usual value ({usual!r}) now.")
        return item.default


def _written(item: Field[Any], value: object) -> object:
    stored = _AUTOMATIC if value is None else value
    try:
        item.metadata["check"](stored)
    except WrongValueError as error:
        raise ValueError(f"{item.name} must be {error}") from None
    return stored


def _account_tables(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = document.get(_LISTED_ACCOUNTS)
    tables = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return [entry for entry in tables if isinstance(entry.get("key"), str) and entry["key"]]


def _read_accounts(document: Mapping[str, Any], notes: list[str]) -> list[Account]:
    accounts = {}
    for entry in _account_tables(document):
        values: dict[str, Any] = {
            item.name: _checked(item, entry.get(item.name), f"accounts.{item.name}", notes)
            for item in _placed_fields(Account)
        }
        accounts[entry["key"]] = Account(**values)
    return list(accounts.values())


def _write_account(entry: dict[str, Any], account: Account) -> dict[str, Any]:
    written = dict(entry)
    for item in _placed_fields(Account):
        value = getattr(account, item.name)
        if value is None:
            written.pop(item.name, None)
        else:
            written[item.name] = _written(item, value)
    return written
