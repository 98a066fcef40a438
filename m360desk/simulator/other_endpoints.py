"""The endpoints beside getHistory. Shapes beyond what integrations have seen are assumptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from m360desk.simulator import answers
from m360desk.simulator.answers import Answer, success
from m360desk.simulator.history import UnknownCursor
from m360desk.simulator.parameters import RefusedParameters, read_paging
from m360desk.simulator.reports import report_html, report_pdf
from m360desk.simulator.shop.diagnostics import iso, outcomes
from m360desk.simulator.shop.record import friendly_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from m360desk.simulator.blacklist import BlacklistDesk
    from m360desk.simulator.counters import Counters
    from m360desk.simulator.history import History
    from m360desk.simulator.sample_data import SampleData
    from m360desk.simulator.shop.fleet import Fleet

_CONTENTS = frozenset({"diagnostics", "grading", "wipe", "oem_check", "device_expenses", "grading_photos"})
_IMEI = re.compile(r"[0-9]{15}")
_EVERY = 9  # one session in so many has a report of the mobile app beside it
_UID_VERSION_AT = 14


class OtherEndpoints:
    """Answers all endpoints but getHistory."""

    def __init__(
        self, history: History, samples: SampleData, blacklist: BlacklistDesk, counters: Counters
    ) -> None:
        self._history = history
        self._samples = samples
        self._blacklist = blacklist
        self._counters = counters

    def answer(self, endpoint: str, body: dict[str, object], *, testing: bool) -> Answer:
        """Answer a request to that endpoint. Raises RefusedParameters."""
        match endpoint:
            case "getExternalReports":
                return self._external_reports(body, testing=testing)
            case "generateReport":
                return self._report(body, testing=testing)
            case "scheduleBlacklistCheck":
                return self._schedule(body, testing=testing)
            case _:
                return self._checks(body, testing=testing)

    def _external_reports(self, body: dict[str, object], *, testing: bool) -> Answer:
        order, limit, after, before = read_paging(body)
        imei = _text(body, "imei", r"[0-9a-fA-F-]{3,20}", needed=False)
        falling = order.endswith("desc")
        if testing:
            drawn = self._samples.numbers(self._samples.next_call(), limit, falling=falling)
            return _reports(
                [_external_report(self._samples.fleet, number) for number in drawn], has_more=True
            )
        try:
            cursor = self._number_of_uid("startingAfter", after)
            end = self._number_of_uid("endingBefore", before)
        except UnknownCursor as unknown:
            raise RefusedParameters({str(unknown): ["names no report of this account"]}) from None
        backwards = end is not None
        numbers = self._with_report(imei, falling=falling != backwards)
        edge = end if backwards else cursor
        if edge is not None:
            below = falling != backwards
            numbers = (number for number in numbers if (number < edge if below else number > edge))
        found: list[int] = []
        has_more = False
        for number in numbers:
            if len(found) == limit:
                has_more = True
                break
            found.append(number)
        if backwards:
            found.reverse()
        fleet = self._history.fleet
        return _reports([_external_report(fleet, number) for number in found], has_more=has_more)

    def _with_report(self, imei: str, *, falling: bool) -> Iterable[int]:
        history = self._history
        numbers: Iterable[int]
        if imei:
            found = history.fleet.sessions_of_imei(imei, history.total)
            numbers = reversed(found) if falling else found
        else:
            every = range(0, history.total, _EVERY)
            numbers = reversed(every) if falling else every
        return (
            number
            for number in numbers
            if number % _EVERY == 0 and history.exists(number) and history.fleet.facts(number).identified
        )

    def _number_of_uid(self, parameter: str, uid: str) -> int | None:
        if not uid:
            return None
        version = self._history.fleet.session_id(0)[_UID_VERSION_AT]
        return self._history.number_of_cursor(
            parameter, uid[:_UID_VERSION_AT] + version + uid[_UID_VERSION_AT + 1 :], deleted_too=True
        )

    def _report(self, body: dict[str, object], *, testing: bool) -> Answer:
        session_id = _text(body, "sessionId", r".{36}", needed=True)
        contents = body.get("contents")
        if contents is not None and not (
            isinstance(contents, list) and _CONTENTS.issuperset(map(str, contents))
        ):
            raise RefusedParameters({"contents": ["must be a list of " + ", ".join(sorted(_CONTENTS))]})
        history = self._history
        number = history.fleet.number_of_id(session_id)
        if not testing and (number is None or not history.exists(number)):
            raise RefusedParameters({"sessionId": ["names no session of this account"]})
        site = history.fleet.site
        return success(
            {"pdfLink": f"{site}/reports/{session_id}.pdf", "htmlLink": f"{site}/reports/{session_id}.html"}
        )

    def _schedule(self, body: dict[str, object], *, testing: bool) -> Answer:
        imeis = body.get("imeiList")
        if not isinstance(imeis, list) or not imeis or not all(_IMEI.fullmatch(str(imei)) for imei in imeis):
            raise RefusedParameters({"imeiList": ["must be a list of IMEIs of 15 digits"]})
        if not testing:
            self._counters.tokens_spent += len(imeis)
        return success({"batchId": self._blacklist.schedule([str(imei) for imei in imeis])})

    def _checks(self, body: dict[str, object], *, testing: bool) -> Answer:
        batch = _text(body, "batchId", r".{1,64}", needed=True)
        checks = self._blacklist.checks(batch)
        if checks is None and testing:
            checks = [{"imei": "000000000000000", "status": "Finished", "isFinished": True}]
        if checks is None:
            raise RefusedParameters({"batchId": ["names no batch of this account"]})
        return success({"batchId": batch, "records": checks})

    def document(self, name: str) -> Answer | None:
        """The page or PDF behind a report link, named ``{session id}.html`` or ``….pdf``."""
        session_id, _, kind = name.partition(".")
        title, lines = self._report_text(session_id)
        if kind == "html":
            return answers.page_of_html(report_html(title, lines))
        if kind == "pdf":
            return Answer(parts=[report_pdf(title, lines)], content_type="application/pdf")
        return None

    def _report_text(self, session_id: str) -> tuple[str, list[str]]:
        history = self._history
        number = history.fleet.number_of_id(session_id)
        if number is None or not history.exists(number):
            return "Sample report", ["Nothing here is real."]
        facts = history.fleet.facts(number)
        device = facts.device
        name = friendly_name(device)
        tests = [f"{test}: {result}" for test, result in outcomes(facts).items()]
        return "Diagnostics report", [name, f"IMEI {device.imei}", iso(facts.created_ms), *tests]


def _external_report(fleet: Fleet, number: int) -> dict[str, object]:
    facts = fleet.facts(number)
    device = facts.device
    session_id = fleet.session_id(number)
    uid = session_id[:_UID_VERSION_AT] + "8" + session_id[_UID_VERSION_AT + 1 :]
    return {
        "uid": uid,
        "imei": device.imei,
        "finishedTime": iso(facts.created_ms - 600_000),
        "friendlyName": friendly_name(device),
        "tests": [{"testId": test, "result": result} for test, result in outcomes(facts).items()],
        "htmlLink": f"{fleet.site}/reports/{session_id}.html",
    }


def _reports(records: list[dict[str, object]], *, has_more: bool) -> Answer:
    return success({"records": records, "hasMore": has_more, "totalCount": None})


def _text(body: dict[str, object], name: str, form: str, *, needed: bool) -> str:
    value = body.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not re.fullmatch(form, value):
        raise RefusedParameters({name: ["is missing" if value is None else "has the wrong form"]})
    return value
