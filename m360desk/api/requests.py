"""What may be asked, checked before it is sent; names and borders are the endpoint page's."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Order = Literal["id:desc", "id:asc", "connectionTime:desc", "connectionTime:asc"]
ORDERS: Final[tuple[Order, ...]] = ("id:desc", "id:asc", "connectionTime:desc", "connectionTime:asc")
Identifiers = str | Sequence[str] | None

CURSOR_LENGTH = 36
MAX_LIMIT = 100
MAX_IDENTIFIERS = 10
_IMEI = re.compile(r"[0-9a-fA-F-]{3,20}")
_SERIAL = re.compile(r"[a-zA-Z0-9]{3,64}")
_M360ID = re.compile(r"[a-zA-Z0-9]{3,20}")
_CUSTOM_ID = re.compile(r".{3,50}", re.DOTALL)
_NAME = re.compile(r".{3,100}", re.DOTALL)
REPORT_CONTENTS: Final = ("diagnostics", "grading", "wipe", "oem_check", "device_expenses", "grading_photos")


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """The parameters of getHistory; what is None is not sent.

    Raises ``ValueError`` that names the parameter (as the service calls it) when one is out of its borders.
    """

    order: Order | None = None
    limit: int | None = None
    starting_after: str | None = None
    ending_before: str | None = None
    session_id: str | None = None
    imei: Identifiers = None
    serial: Identifiers = None
    m360id: Identifiers = None
    custom_id: Identifiers = None
    friendly_name: str | None = None
    username: str | None = None
    connection_time_min: datetime | str | None = None
    connection_time_max: datetime | str | None = None
    has_diagnostics: bool | None = None
    has_grading: bool | None = None
    has_wipe: bool | None = None
    has_oem_check: bool | None = None
    has_blacklist_check: bool | None = None
    include_open: bool | None = None
    testing: bool = False

    def __post_init__(self) -> None:
        _check_paging(self.order, self.limit)
        if self.starting_after is not None and self.ending_before is not None:
            raise ValueError("startingAfter and endingBefore cannot be asked at once")
        for name, value in (
            ("startingAfter", self.starting_after),
            ("endingBefore", self.ending_before),
            ("sessionId", self.session_id),
        ):
            if value is not None and len(value) != CURSOR_LENGTH:
                raise ValueError(f"{name} must have {CURSOR_LENGTH} characters, not {len(value)}")
        _check_identifiers("imei", self.imei, _IMEI, "3 to 20 hex digits or dashes")
        _check_identifiers("serial", self.serial, _SERIAL, "3 to 64 letters or digits")
        _check_identifiers("m360id", self.m360id, _M360ID, "3 to 20 letters or digits")
        _check_identifiers("customId", self.custom_id, _CUSTOM_ID, "3 to 50 characters")
        _check_text("friendlyName", self.friendly_name)
        _check_text("username", self.username)
        _check_time("connectionTimeMin", self.connection_time_min)
        _check_time("connectionTimeMax", self.connection_time_max)

    def body(self) -> dict[str, object]:
        """Return the JSON object to send."""
        values: dict[str, object] = {
            "order": self.order,
            "limit": self.limit,
            "startingAfter": self.starting_after,
            "endingBefore": self.ending_before,
            "sessionId": self.session_id,
            "imei": _one_or_list(self.imei),
            "serial": _one_or_list(self.serial),
            "m360id": _one_or_list(self.m360id),
            "customId": _one_or_list(self.custom_id),
            "friendlyName": self.friendly_name,
            "username": self.username,
            "connectionTimeMin": _as_text(self.connection_time_min),
            "connectionTimeMax": _as_text(self.connection_time_max),
            "hasDiagnostics": self.has_diagnostics,
            "hasGrading": self.has_grading,
            "hasWipe": self.has_wipe,
            "hasOemCheck": self.has_oem_check,
            "hasBlacklistCheck": self.has_blacklist_check,
            "includeOpen": self.include_open,
            "testing": self.testing or None,
        }
        return _without_none(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalReportsRequest:
    """The parameters of getExternalReports (seen in the field): results from the M360 mobile app.

    The cursors are the reports' ``uid``; how long one is, is not known. Raises ``ValueError`` like
    :class:`HistoryRequest`.
    """

    imei: Identifiers = None
    order: Order | None = None
    limit: int | None = None
    starting_after: str | None = None
    ending_before: str | None = None
    testing: bool = False

    def __post_init__(self) -> None:
        _check_paging(self.order, self.limit)
        _check_identifiers("imei", self.imei, _IMEI, "3 to 20 hex digits or dashes")

    def body(self) -> dict[str, object]:
        """Return the JSON object to send."""
        values: dict[str, object] = {
            "imei": _one_or_list(self.imei),
            "order": self.order,
            "limit": self.limit,
            "startingAfter": self.starting_after,
            "endingBefore": self.ending_before,
            "testing": self.testing or None,
        }
        return _without_none(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """The parameters of generateReport (seen in the field); what is None is left to the service."""

    session_id: str
    diagnostics_result_id: str | None = None
    contents: tuple[str, ...] | None = None
    date_time_format: str | None = None
    time_zone: str | None = None
    testing: bool = False

    def __post_init__(self) -> None:
        if len(self.session_id) != CURSOR_LENGTH:
            raise ValueError(f"sessionId must have {CURSOR_LENGTH} characters, not {len(self.session_id)}")
        unknown = sorted(set(self.contents or ()) - set(REPORT_CONTENTS))
        if unknown:
            raise ValueError(f"contents cannot be {', '.join(unknown)}")

    def body(self) -> dict[str, object]:
        """Return the JSON object to send."""
        values: dict[str, object] = {
            "sessionId": self.session_id,
            "diagnosticsResultId": self.diagnostics_result_id,
            "contents": list(self.contents) if self.contents else None,
            "dateTimeFormat": self.date_time_format,
            "timeZone": self.time_zone,
            "testing": self.testing or None,
        }
        return _without_none(values)


def imei_list(imeis: Sequence[str]) -> list[str]:
    """Check the IMEIs of a blacklist check; raises ``ValueError`` that names the wrong one."""
    if isinstance(imeis, str) or not imeis:
        raise ValueError("imeiList must hold at least one IMEI")
    for imei in imeis:
        _check_identifiers("imeiList", imei, _IMEI, "3 to 20 hex digits or dashes")
    return list(dict.fromkeys(imeis))


def _check_paging(order: str | None, limit: int | None) -> None:
    if order is not None and order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(ORDERS)}")
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit must be 1 to {MAX_LIMIT}, not {limit}")


def _check_identifiers(name: str, value: Identifiers, pattern: re.Pattern[str], meaning: str) -> None:
    if value is None:
        return
    values = [value] if isinstance(value, str) else list(value)
    if not 1 <= len(values) <= MAX_IDENTIFIERS:
        raise ValueError(f"{name} must be 1 to {MAX_IDENTIFIERS} values, not {len(values)}")
    for each in values:
        if not pattern.fullmatch(each):
            raise ValueError(f"{name} must have {meaning}, not “{each}”")


def _check_text(name: str, value: str | None) -> None:
    if value is not None and not _NAME.fullmatch(value):
        raise ValueError(f"{name} must have 3 to 100 characters, not {len(value)}")


def _check_time(name: str, value: datetime | str | None) -> None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{name} is no date and time: “{value}”") from None
    elif value is not None and value.tzinfo is None:
        raise ValueError(f"{name} needs a time zone")


def _as_text(value: datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _one_or_list(value: Identifiers) -> str | list[str] | None:
    return value if value is None or isinstance(value, str) else list(value)


def _without_none(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
