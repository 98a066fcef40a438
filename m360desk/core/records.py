"""The tolerant reader: any JSON object in, a session out."""

from m360desk.core.session import Session, StoredValue, key_of, read

__all__ = ["Session", "StoredValue", "key_of", "read"]
