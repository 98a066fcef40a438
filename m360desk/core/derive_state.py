"""Catalogue fields from locks, grading, blacklist, parts, wipe, expenses and the other operations.

The guide names these properties, not the values in them: words are matched in every common spelling
(assumption), and what is not known is shown as it came.
"""

from functools import lru_cache
from typing import Final

from m360desk.core import derive, parsing
from m360desk.core import flags as bits
from m360desk.core.reading import Reading, diagnostics_results, is_blank, once

LOCKED: Final = "locked"
UNLOCKED: Final = "unlocked"
LISTED: Final = "listed"
CLEAN: Final = "clean"
WIPED: Final = "wiped"
WIPE_FAILED: Final = "failed"
ICLOUD: Final = "iCloud"
FRP: Final = "FRP"
MDM: Final = "MDM"
BRAND_ACCOUNT: Final = "Brand account"

SIM_SOURCES: Final = ("simLock", "simLockStatus", "simLockCheckResult")
WIPE_SOURCES: Final = ("wipeResult", "wipeResults", "erasureResult", "dataWipeResult")
EXPENSE_SOURCES: Final = ("deviceExpense", "deviceExpenses")

_OFF: Final = frozenset(
    {"off", "none", "no", "false", "0", "disabled", "inactive", "unlocked", "not locked", "notlocked",
     "clean", "clear", "not found", "notfound", "not set", "notset", "absent", "removed", "not enrolled",
     "not managed", "not present"}
)  # fmt: skip
_UNKNOWN: Final = frozenset(
    {"unknown", "n/a", "na", "not checked", "notchecked", "not available", "unsupported", "not supported",
     "undefined", "error", "null", "-", "?"}
)  # fmt: skip
_SIM_LOCKED: Final = frozenset(
    {"locked", "on", "true", "yes", "1", "sim locked", "simlocked", "network locked"}
)
_SIM_UNLOCKED: Final = frozenset(
    {
        "unlocked",
        "off",
        "false",
        "no",
        "0",
        "not locked",
        "notlocked",
        "none",
        "sim free",
        "simfree",
        "sim-free",
    }
)
_CLEAN: Final = frozenset(
    {
        "clean",
        "clear",
        "not listed",
        "notlisted",
        "not blacklisted",
        "notblacklisted",
        "ok",
        "passed",
        "no",
        "false",
        "0",
    }
)
_LISTED: Final = frozenset(
    {"listed", "blacklisted", "black listed", "lost", "stolen", "lost or stolen", "lost/stolen", "blocked",
     "barred", "failed", "yes", "true", "1"}
)  # fmt: skip
_WIPED: Final = frozenset(
    {"wiped", "erased", "passed", "success", "successful", "succeeded", "completed", "complete", "done",
     "finished", "ok", "true", "yes", "1"}
)  # fmt: skip
_WIPE_FAILED: Final = frozenset(
    {"failed", "fail", "failure", "error", "unsuccessful", "false", "not wiped", "interrupted", "aborted"}
)

# Names of the telling part inside an object: assumption, the first that is there counts.
_STATE_NAMES: Final = ("status", "result", "state", "value", "name", "title")
_GRADE_NAMES: Final = ("grade", "result", "value", "name", "title", "label", "status")
_AMOUNT_NAMES: Final = ("total", "amount", "sum", "price", "value", "cost")


def word_of(value: object, names: tuple[str, ...] = _STATE_NAMES) -> str | None:
    """The telling text of a property: the value, or the first of ``names`` in it; of a list its last."""
    for _ in range(3):
        if type(value) is dict:
            inner = value.get(names[0])
            if is_blank(inner):
                inner = next((value[name] for name in names if not is_blank(value.get(name))), None)
            value = inner
        elif type(value) is list:
            value = value[-1] if value else None
        else:
            break
    return None if isinstance(value, (dict, list)) else parsing.text(value)


def grade(reading: Reading) -> str | None:
    """The grade of the cosmetic check."""
    return word_of(reading.merged.get("gradingResult"), _GRADE_NAMES)


@once
def sim_lock(reading: Reading) -> str | None:
    """ "locked", "unlocked", or the state as it came; None where nobody looked."""
    other = None
    for name in SIM_SOURCES:
        value = reading.merged.get(name)
        if value is None:
            continue
        written = _sim_word(value)
        word = written.lower() if written else ""
        if word in _SIM_LOCKED:
            return LOCKED
        if word in _SIM_UNLOCKED:
            return UNLOCKED
        if word and word not in _UNKNOWN and other is None:
            other = written
    return other


def _sim_word(value: object) -> str | None:
    if isinstance(value, dict) and (locked := parsing.flag(value.get("isLocked"))) is not None:
        return LOCKED if locked else UNLOCKED
    return word_of(value)


def is_on(value: object) -> bool | None:
    """Whether a lock is on; None where the value does not say. An account's name says that it is."""
    if type(value) is str:
        return _is_on_word(value)
    if type(value) is bool:
        return value
    if value == []:
        return False  # PHP's empty list of accounts
    if isinstance(value, list) or (isinstance(value, dict) and value and word_of(value) is None):
        return True
    return _is_on_word(word_of(value) or "")


@lru_cache(maxsize=1024)
def _is_on_word(written: str) -> bool | None:
    word = written.strip().lower()
    if not word or word in _UNKNOWN:
        return None
    return word not in _OFF


def account_locks(reading: Reading) -> dict[str, bool]:
    """Which accounts are known to hold the device, and which are known not to."""
    get = reading.merged.get
    locks: dict[str, bool] = {}
    for name, lock in (
        ("associatedAccount", ICLOUD if _is_apple(reading) else FRP),
        ("frpState", FRP),
        ("MDMState", MDM),
        ("brandAccounts", BRAND_ACCOUNT),
    ):
        value = get(name)
        on = is_on(value) if value is not None else None
        if on is not None:
            locks[lock] = on or locks.get(lock, False)
    return locks


def _is_apple(reading: Reading) -> bool:
    get = reading.merged.get
    system = parsing.text(get("osType"))
    if system:
        return system.lower() in {"ios", "ipados", "iphone os", "watchos"}
    maker = parsing.text(get("brand")) or parsing.text(get("manufacturer")) or ""
    return maker.lower().startswith("apple")


@once
def account_lock(reading: Reading) -> str | None:
    """The accounts that hold the device; "" where all that is known is off, None where nothing is known."""
    locks = account_locks(reading)
    return ",".join([lock for lock, on in locks.items() if on]) if locks else None


@once
def blacklist(reading: Reading) -> str | None:
    """ "listed", "clean", or the answer as it came; None where it was not checked."""
    value = reading.merged.get("blacklistCheckResult")
    if is_blank(value):
        return None
    if isinstance(value, list):
        value = value[-1]
    if isinstance(value, dict):
        for name in ("isBlacklisted", "blacklisted"):
            listed = parsing.flag(value.get(name))
            if listed is not None:
                return LISTED if listed else CLEAN
    written = word_of(value, ("status", "result", "blacklistStatus", "value", "state"))
    if written is None:
        return None
    word = written.lower()
    if word in _CLEAN:
        return CLEAN
    return LISTED if word in _LISTED else written


def part_states(value: object) -> dict[str, int | None]:
    """The parts of an OEM check: 1 original, 0 not, None where it does not say."""
    if isinstance(value, list):
        named = {
            word_of(item, ("part", "name", "partName", "id")): item
            for item in value
            if isinstance(item, dict)
        }
        return {name: _original(item) for name, item in named.items() if name}
    if not isinstance(value, dict):
        return {}
    return {name: _original(item) for name, item in value.items() if isinstance(item, (dict, bool))}


def _original(item: object) -> int | None:
    if isinstance(item, bool):
        return int(item)
    return parsing.flag(item.get("isOriginal")) if isinstance(item, dict) else None


@once
def parts(reading: Reading) -> str | None:
    """The parts that are not original; "" where all are, None where nobody looked."""
    value = reading.merged.get("oemCheckResult")
    if not value:
        return None
    states = part_states(value)
    if not states:
        return None
    return ",".join([name.replace(",", " ") for name, original in states.items() if original == 0])


def wipe(reading: Reading) -> str | None:
    """ "wiped", "failed", or the state as it came; None without a wipe."""
    written = word_of(reading.first(*WIPE_SOURCES))
    if written is None:
        return None
    word = written.lower()
    if word in _WIPED:
        return WIPED
    return WIPE_FAILED if word in _WIPE_FAILED else written


def expense(reading: Reading) -> float | None:
    """What the device has cost, all together, in the account's currency."""
    return _amount(reading.first(*EXPENSE_SOURCES))


def _amount(value: object) -> float | None:
    if isinstance(value, list):
        amounts = [
            amount for item in value if not isinstance(item, list) and (amount := _amount(item)) is not None
        ]
        return round(sum(amounts), 2) if amounts else None
    if isinstance(value, dict):
        named = {name.lower(): inner for name, inner in value.items()}
        for name in _AMOUNT_NAMES:
            amount = parsing.money(named.get(name))
            if amount is not None:
                return amount
        return None
    return parsing.money(value)


def operations(reading: Reading) -> str:
    """Which operations the session has."""
    get = reading.merged.get
    found = []
    if reading.failed is not None or diagnostics_results(reading.merged):
        found.append("diagnostics")
    if get("gradingResult"):
        found.append("grading")
    if get("gradingPhotos"):
        found.append("photos")
    if reading.first(*WIPE_SOURCES) is not None:
        found.append("wipe")
    if get("oemCheckResult"):
        found.append("oem")
    if get("blacklistCheckResult"):
        found.append("blacklist")
    if reading.first(*EXPENSE_SOURCES) is not None:
        found.append("expenses")
    if get("diagnosticsReports"):
        found.append("reports")
    return ",".join(found)


def photos(reading: Reading) -> int | None:
    """How many photos the grading has."""
    value = reading.merged.get("gradingPhotos")
    if isinstance(value, (dict, list)):
        return len(value)
    return None if value is None else parsing.integer(value)


def flags(reading: Reading) -> int:
    """What stands against selling the device, as bits of ``core.flags``."""
    get = reading.merged.get
    found = 0
    if account_lock(reading):
        found |= bits.ACCOUNT_LOCK
    if sim_lock(reading) == LOCKED:
        found |= bits.SIM_LOCK
    if blacklist(reading) == LISTED:
        found |= bits.BLACKLISTED
    if parts(reading):
        found |= bits.PARTS
    if any(value is not None and is_on(value) for value in (get("rooted"), get("iosJailbreak"))):
        found |= bits.ROOTED
    return found if derive.device(reading) is not None else found | bits.UNIDENTIFIED
