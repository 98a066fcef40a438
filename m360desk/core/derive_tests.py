"""Catalogue fields from the newest diagnostics result."""

from typing import Final

from m360desk.core.reading import Reading

FAILED: Final = "failed"
PASSED: Final = "passed"
NOT_TESTED: Final = "not tested"


def tested(reading: Reading) -> int | None:
    """When the newest result was finished."""
    return reading.tested


def result(reading: Reading) -> str:
    """What all tests say together; tests that were only skipped or not applicable prove nothing."""
    if reading.failed:
        return FAILED
    return PASSED if reading.passed else NOT_TESTED


def failed(reading: Reading) -> str | None:
    """Ids of the failed tests; None without a diagnostics result."""
    return None if reading.failed is None else ",".join(reading.failed)


def passed(reading: Reading) -> str | None:
    """Ids of the passed tests; None without a diagnostics result."""
    return None if reading.failed is None else ",".join(reading.passed)


def skipped(reading: Reading) -> str | None:
    """Ids of the skipped tests; None without a diagnostics result."""
    return None if reading.failed is None else ",".join(reading.skipped)


def failed_count(reading: Reading) -> int | None:
    """How many tests failed."""
    return None if reading.failed is None else len(reading.failed)


def passed_count(reading: Reading) -> int | None:
    """How many tests passed."""
    return None if reading.failed is None else len(reading.passed)


def skipped_count(reading: Reading) -> int | None:
    """How many tests were skipped."""
    return None if reading.failed is None else len(reading.skipped)
