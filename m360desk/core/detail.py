"""One session in full: every test with its details, the battery with its sources, and reading notes."""

from collections.abc import Iterable
from dataclasses import dataclass

from m360desk.core import derive, diagnostics, jsontext, notes, parsing, units
from m360desk.core.battery import BatteryReading, figures_disagree
from m360desk.core.diagnostics import Verdict
from m360desk.core.large_records import LARGE, readable_part
from m360desk.core.notes import Note
from m360desk.core.reading import Reading, diagnostics_results
from m360desk.core.session import Session, read
from m360desk.core.titles import detail_title, title_of


@dataclass(frozen=True, slots=True)
class TestDetail:
    """One figure or remark of a test: ``text`` as it came; ``number`` and ``unit`` where it is a quantity."""

    __test__ = False  # pytest would take the class for tests

    context_id: str
    title: str
    text: str
    number: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test: its id as v2 writes it, its title for people, its result as it came and what that means."""

    __test__ = False  # pytest would take the class for tests

    test_id: str
    title: str
    result: str
    verdict: Verdict
    details: tuple[TestDetail, ...]


@dataclass(frozen=True, slots=True)
class DiagnosticsResult:
    """One run of tests; ``finished_ms`` is None where the record does not say when."""

    finished_ms: int | None
    tests: tuple[TestResult, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """A session in full.

    ``tests`` are those of the current diagnostics result, ``results`` all of them with the current one first.
    ``record`` is the record decoded; empty where the raw record is no JSON object. ``left_out`` names the
    properties of a very large record that were too large to be read here, with their sizes in bytes.
    """

    session: Session
    tests: tuple[TestResult, ...]
    results: tuple[DiagnosticsResult, ...]
    battery: BatteryReading
    notes: tuple[Note, ...]
    record: dict[str, object]
    left_out: tuple[tuple[str, int], ...] = ()


def read_detail(raw: bytes, known: Session | None = None) -> Detail:
    """Read one record with all its parts. Never raises on what a record can hold.

    ``known`` are the values of the same record as they were read before: a very large one is read only in
    part, and its values are taken from there.
    """
    if len(raw) >= LARGE and (part := readable_part(raw)) is not None:
        record, left_out = part
        return _read(record, known or read(raw), left_out)
    try:
        decoded = jsontext.decode(raw)
    except jsontext.NotJson as error:
        return _unreadable(raw, error.reason)
    if not isinstance(decoded, dict):
        return _unreadable(raw, "it is no object")
    return _read(decoded, read(raw), ())


def _read(decoded: dict[str, object], session: Session, left_out: tuple[tuple[str, int], ...]) -> Detail:
    reading = Reading(decoded)
    results = _results(reading)
    tests = results[0].tests if results else ()
    battery = _battery(reading)
    found = (*_too_large(left_out), *_notes(reading, session, tests, battery))
    return Detail(session, tests, results, battery, found, decoded, left_out)


def _too_large(left_out: tuple[tuple[str, int], ...]) -> Iterable[Note]:
    for name, size in left_out:
        came = f"{size / 1_000_000:.1f} MB"
        yield Note(name, came, "too large to be laid out here; the raw record has it")


def _unreadable(raw: bytes, reason: str) -> Detail:
    note = Note("record", "", f"not readable: {reason}. It is kept as it came.")
    return Detail(read(raw), (), (), _battery(Reading({})), (note,), {})


def _results(reading: Reading) -> tuple[DiagnosticsResult, ...]:
    found = diagnostics_results(reading.merged)
    current = diagnostics.newest(found)
    # Newest first; those without a time keep their order behind, the last that came before the others.
    timed = [(parsing.time_ms(result.get("finishedTime")), result) for result in found]
    rest = [(ms, result) for ms, result in reversed(timed) if result is not current]
    rest.sort(key=lambda pair: (pair[0] is None, -(pair[0] or 0)))
    ordered = [(ms, result) for ms, result in timed if result is current][:1] + rest
    return tuple(DiagnosticsResult(ms, tuple(_tests(result))) for ms, result in ordered)


def _tests(result: dict[str, object]) -> Iterable[TestResult]:
    for test_id, outcome, raw_details in diagnostics.tests_of(result):
        details = tuple(
            _detail(test_id, context, value, unit)
            for context, value, unit in diagnostics.details_of(test_id, raw_details)
            if value is not None
        )
        yield TestResult(test_id, title_of(test_id), outcome, diagnostics.verdict(outcome), details)


def _detail(test_id: str, context: str, value: object, unit: object) -> TestDetail:
    written = parsing.text(value)
    text = written if written is not None else notes.as_it_came(value)
    quantity = None if isinstance(value, bool) else parsing.quantity_of(value, unit)
    title = detail_title(context, test_id)
    if quantity is None:
        return TestDetail(context, title, text, None, unit if isinstance(unit, str) else "")
    return TestDetail(context, title, text, quantity[0], _written_unit(text, unit))


def _written_unit(text: str, unit: object) -> str:
    """The unit as it was written: the parsed one is in lower case."""
    if isinstance(unit, str) and unit.strip():
        return unit.strip()
    return text.lstrip("~≈+-−0123456789.,'’ \u00a0\u202f\u2009").strip().partition(" ")[0]


def _battery(reading: Reading) -> BatteryReading:
    technology = reading.contexts.get("BatteryTechnology")
    full_charge, design = derive.full_charge(reading), derive.design(reading)
    return BatteryReading(
        percent=derive.battery(reading),
        source=derive.battery_source(reading),
        reported=derive.reported(reading),
        measured=units.health_of_capacities(full_charge, design),
        cycles=derive.cycles(reading),
        full_charge=full_charge,
        design=design,
        temperature=derive.temperature(reading),
        voltage=derive.voltage(reading),
        drain=derive.drain(reading),
        technology=parsing.text(technology[0]) if technology else None,
    )


def _notes(
    reading: Reading, session: Session, tests: tuple[TestResult, ...], battery: BatteryReading
) -> Iterable[Note]:
    if session.key is None:
        yield Note(
            "sessionId", "", "there is no id of 36 characters, so the session cannot be kept in the cache"
        )
    for result in diagnostics_results(reading.merged):
        yield from notes.time_note("finishedTime", result.get("finishedTime"))
    for test in tests:
        yield from notes.result_notes(test.title, test.result)
    doubt = figures_disagree(battery)
    if doubt is not None:
        yield Note("Battery", "", doubt)
    yield from notes.notes_on(reading)
