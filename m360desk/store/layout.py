"""How the catalogue's fields become columns.

Three kinds of columns:

- numbers, times and flags stand in the row as they are;
- *identities* (texts that hardly repeat: an IMEI, a serial) stand in the row as they are, too;
- every other text is a number in the row, pointing into `terms`: names, models, operators, lists of tests
  repeat thousands of times. That halves the row, keeps indexes small, and a text is matched once instead of
  once a session.
"""

from typing import NamedTuple

from m360desk.core.fields import COLUMNS, Field, Kind

READING = 2
"""To be raised when core reads records otherwise though the catalogue is the same: caches are read anew."""

_IDENTITIES = frozenset({"session", "imei", "imei2", "serial", "m360id", "custom", "device"})
_TEXTS = (Kind.TEXT, Kind.NAMES)
_SQL_TYPES = {
    Kind.INTEGER: "INTEGER",
    Kind.TIME: "INTEGER",
    Kind.FLAG: "INTEGER",
    Kind.NUMBER: "REAL",
}


def is_identity(field: Field) -> bool:
    """Whether the field's text stands in the row itself."""
    return field.name in _IDENTITIES


def is_coded(field: Field) -> bool:
    """Whether the row holds a number of `terms` instead of the text."""
    return field.kind in _TEXTS and not is_identity(field)


def column_type(field: Field) -> str:
    """The type of the field's column in SQL."""
    if is_coded(field):
        return "TERM INTEGER"  # told apart in the file from numbers; to SQLite it is the same
    return _SQL_TYPES.get(field.kind, "TEXT")


class Layout(NamedTuple):
    """The columns of a catalogue, and where in a row's values the texts stand.

    Attributes:
        fields: the stored fields, in the order of a session's values.
        coded: positions of texts that are numbers in the row.
        identities: positions of texts that stand in the row.
        searched: identities that bare words match: the columns of the trigram index.
    """

    fields: tuple[Field, ...]
    coded: tuple[int, ...]
    identities: tuple[int, ...]
    searched: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All column names, in order."""
        return tuple(field.name for field in self.fields)

    def fingerprint(self) -> str:
        """Changes when records have to be read anew: another column, kind or source, or another reading."""
        from hashlib import sha256  # brings OpenSSL (5 ms): the window starts without it

        told = [(field.name, field.kind.name, field.sources, is_coded(field)) for field in self.fields]
        return sha256(repr((READING, told)).encode()).hexdigest()[:16]


def layout_of(fields: tuple[Field, ...]) -> Layout:
    """The layout of these stored fields."""
    return Layout(
        fields,
        coded=tuple(at for at, field in enumerate(fields) if is_coded(field)),
        identities=tuple(at for at, field in enumerate(fields) if is_identity(field)),
        searched=tuple(field for field in fields if is_identity(field) and field.words),
    )


LAYOUT = layout_of(COLUMNS)
