"""The tolerant reader: any JSON object in, a session out."""

from m360desk.core.detail import Detail, DiagnosticsResult, TestDetail, TestResult, read_detail
from m360desk.core.notes import Note
from m360desk.core.session import Session, StoredValue, key_in, key_of, read

__all__ = [
    "Detail",
    "DiagnosticsResult",
    "Note",
    "Session",
    "StoredValue",
    "TestDetail",
    "TestResult",
    "key_in",
    "key_of",
    "read",
    "read_detail",
]
