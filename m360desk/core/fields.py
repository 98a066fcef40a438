"""The catalogue: every field of a session, in one table.

Cache columns, list columns, query fields, export columns and the rows of the detail pane derive from it; a
new field is one line. Property names are the vendor's (endpoint page, or seen in the field).
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from m360desk.core import derive, derive_state, derive_tests
from m360desk.core.reading import Reading

Value = str | int | float | None


class Kind(Enum):
    """How a field's value is parsed, stored, compared and printed."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    TIME = auto()  # milliseconds since 1970-01-01 UTC
    FLAG = auto()  # 0 or 1
    NAMES = auto()  # ids joined by commas; "" means none, None means not known


class Field(NamedTuple):
    """One field of a session.

    ``name`` is its name in queries, the cache and exports; ``title`` is for people. ``sources`` are property
    names, the first with a usable value counts; a field without sources is computed by ``derive``. ``words``:
    bare words of a search match it. ``stored``: a column of the cache. ``listed``: may be a column of the
    list, ``shown``: is one at first. ``right``: numbers stand at the right.
    """

    name: str
    title: str
    kind: Kind
    sources: tuple[str, ...] = ()
    derive: Callable[[Reading], Value] | None = None
    unit: str = ""
    aliases: tuple[str, ...] = ()
    words: bool = False
    filterable: bool = True
    stored: bool = True
    listed: bool = False
    shown: bool = False
    exported: bool = True
    right: bool = False


def _text(name: str, title: str, *sources: str, words: bool = False, aliases: tuple[str, ...] = ()) -> Field:
    return Field(name, title, Kind.TEXT, sources, words=words, aliases=aliases, listed=True)


def _shown_text(name: str, title: str, *sources: str, words: bool, aliases: tuple[str, ...]) -> Field:
    return Field(name, title, Kind.TEXT, sources, words=words, aliases=aliases, listed=True, shown=True)


def _number(
    name: str,
    title: str,
    how: Callable[[Reading], Value],
    unit: str = "",
    *,
    kind: Kind = Kind.NUMBER,
    aliases: tuple[str, ...] = (),
    shown: bool = False,
) -> Field:
    return Field(
        name, title, kind, derive=how, unit=unit, aliases=aliases, listed=True, shown=shown, right=True
    )


def _count(name: str, title: str, how: Callable[[Reading], Value]) -> Field:
    return _number(name, title, how, kind=Kind.INTEGER)


def _derived(
    name: str,
    title: str,
    how: Callable[[Reading], Value],
    *,
    kind: Kind = Kind.TEXT,
    words: bool = False,
    aliases: tuple[str, ...] = (),
    shown: bool = False,
) -> Field:
    return Field(name, title, kind, derive=how, words=words, aliases=aliases, listed=True, shown=shown)


def _time(name: str, title: str, *sources: str, aliases: tuple[str, ...] = (), shown: bool = False) -> Field:
    return Field(name, title, Kind.TIME, sources, aliases=aliases, listed=True, shown=shown)


_N = Kind.NAMES

FIELDS: tuple[Field, ...] = (
    _time("time", "Time", "connectionTime", aliases=("connected", "date"), shown=True),
    _derived("model", "Model", derive.model, words=True, aliases=("device_name",), shown=True),
    _derived("imei", "IMEI", derive.imei, words=True),
    _derived("imei2", "IMEI 2", derive.imei2, words=True),
    _text("serial", "Serial", "serial", words=True, aliases=("sn", "serial_number")),
    _text("m360id", "M360 ID", "m360id", words=True, aliases=("m360",)),
    _shown_text("custom", "Custom ID", "customId", words=True, aliases=("customid", "custom_id")),
    _derived("session", "Session", derive.session, words=True, aliases=("sessionid", "id")),
    _text("name", "Name", "friendlyName", words=True, aliases=("friendlyname",)),
    _text("brand", "Brand", "brand", "manufacturer", words=True, aliases=("manufacturer", "make")),
    _text("code", "Model code", "modelCode", "iosRegulatoryModel", "productCode", aliases=("modelcode",)),
    _text("regulatory", "Regulatory model", "iosRegulatoryModel"),
    _text("os", "System", "osType", aliases=("ostype", "system")),
    _text("version", "System version", "osVersion", "softwareVersion", aliases=("osversion",)),
    _text("color", "Colour", "deviceColor", aliases=("colour",)),
    _number("storage", "Storage", derive.storage, "GB", aliases=("gb",)),
    _number("free", "Storage free", derive.storage_free, "GB"),
    _text("region", "Sales region", "iosSalesRegion"),
    _shown_text("operator", "Operator", "username", words=True, aliases=("user", "username")),
    _time("created", "Uploaded", "createdAt", aliases=("uploaded",)),
    Field("closed", "Closed", Kind.FLAG, ("isClosed",), listed=True),
    Field("manual", "Entered by hand", Kind.FLAG, ("isManual",), listed=True),
    _number("battery", "Battery", derive.battery, "%", aliases=("soh", "health"), shown=True),
    _derived("battery_source", "Battery figure from", derive.battery_source),
    _number("reported", "Battery reported", derive.reported, "%"),
    _number("measured", "Battery measured", derive.measured, "%"),
    _number("cycles", "Cycles", derive.cycles, kind=Kind.INTEGER, shown=True),
    _number("full_charge", "Full charge", derive.full_charge, "mAh", kind=Kind.INTEGER, aliases=("full",)),
    _number("design", "Design capacity", derive.design, "mAh", kind=Kind.INTEGER),
    _number("temperature", "Battery temperature", derive.temperature, "°C", aliases=("temp",)),
    _number("voltage", "Battery voltage", derive.voltage, "V"),
    _number("drain", "Battery drain in the test", derive.drain, "%"),
    _derived("tested", "Tested", derive_tests.tested, kind=Kind.TIME),
    _derived("result", "Result", derive_tests.result, aliases=("tests",), shown=True),
    _derived("failed", "Failed tests", derive_tests.failed, kind=_N, aliases=("fail",)),
    _derived("passed", "Passed tests", derive_tests.passed, kind=_N, aliases=("pass",)),
    _derived("skipped", "Skipped tests", derive_tests.skipped, kind=_N),
    _count("failed_count", "Tests failed", derive_tests.failed_count),
    _count("passed_count", "Tests passed", derive_tests.passed_count),
    _count("skipped_count", "Tests skipped", derive_tests.skipped_count),
    _derived("grade", "Grade", derive_state.grade, aliases=("grading",), shown=True),
    _derived("sim_lock", "SIM lock", derive_state.sim_lock, aliases=("simlock", "sim")),
    _derived("account_lock", "Account lock", derive_state.account_lock, kind=_N, aliases=("lock", "locks")),
    _derived("blacklist", "Blacklist", derive_state.blacklist),
    _derived("parts", "Parts not original", derive_state.parts, kind=_N, aliases=("oem",)),
    _derived("wipe", "Wipe", derive_state.wipe),
    _number("expense", "Expenses", derive_state.expense, aliases=("expenses", "cost")),
    _derived("has", "Operations", derive_state.operations, kind=_N),
    _count("photos", "Grading photos", derive_state.photos),
    Field("device", "Device identity", Kind.TEXT, derive=derive.device, exported=False),
    Field(
        "flags", "Flags", Kind.INTEGER, derive=derive_state.flags, filterable=False, listed=True, shown=True
    ),
)  # fmt: skip

COLUMNS: tuple[Field, ...] = tuple(field for field in FIELDS if field.stored)
INDEX: dict[str, int] = {field.name: position for position, field in enumerate(COLUMNS)}

_BY_NAME: dict[str, Field] = {name: field for field in FIELDS for name in (*field.aliases, field.name)}


def find_field(name: str) -> Field | None:
    """The field of that name or alias, upper and lower case alike; a dash stands for an underscore."""
    return _BY_NAME.get(name.lower().replace("-", "_"))
