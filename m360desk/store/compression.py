"""Records as they stand on disk: compressed with zstandard and dictionaries learned from the account's own.

A dictionary is never changed or removed, since the records that were compressed with it need it for ever;
every record carries its number. Records from before the first dictionary need none (number 0).
"""

import sqlite3
from collections.abc import Iterable, Sequence

import zstandard

LEVEL = 3
TRAIN_FROM = 1_000
"""So many records must be there before a dictionary is made."""
_SAMPLES = 300
_DICTIONARY_BYTES = 65_536
NO_DICTIONARY = 0


class Codec:
    """Compresses with the newest dictionary and decompresses with any; belongs to one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._decompressors = {NO_DICTIONARY: zstandard.ZstdDecompressor()}
        self._compressor: zstandard.ZstdCompressor | None = None
        self.dictionary = NO_DICTIONARY
        self._learn_from = TRAIN_FROM

    def use_newest(self) -> zstandard.ZstdCompressor:
        """Compress with the newest dictionary from now on."""
        row = self._connection.execute(
            "SELECT id, data FROM dictionaries ORDER BY id DESC LIMIT 1"
        ).fetchone()
        self.dictionary = row[0] if row else NO_DICTIONARY
        learned = zstandard.ZstdCompressionDict(row[1]) if row else None
        if learned is not None:
            learned.precompute_compress(level=LEVEL)
        self._compressor = zstandard.ZstdCompressor(level=LEVEL, dict_data=learned)
        return self._compressor

    def forget(self) -> None:
        """Look into the file again for the newest dictionary: the last one may have been rolled back."""
        self._compressor = None
        self.dictionary = NO_DICTIONARY

    def compress(self, records: Sequence[bytes]) -> list[bytes]:
        """Every record by itself, in one call: Python's lock is given up once, not once a record."""
        compressor = self._compressor or self.use_newest()
        # The call for many refuses a single record and an empty one.
        if len(records) < 2 or not all(records):
            return [compressor.compress(record) for record in records]
        buffers = compressor.multi_compress_to_buffer(list(records))
        return [buffers[at].tobytes() for at in range(len(buffers))]

    def decompress(self, dictionary: int, data: bytes) -> bytes:
        """The record as it was.

        Raises:
            sqlite3.DatabaseError: the data or its dictionary is damaged or gone.
        """
        decompressor = self._decompressors.get(dictionary) or self._load(dictionary)
        try:
            return decompressor.decompress(data)
        except zstandard.ZstdError as error:
            raise sqlite3.DatabaseError(f"a stored record cannot be decompressed ({error})") from error

    def _load(self, dictionary: int) -> zstandard.ZstdDecompressor:
        row = self._connection.execute("SELECT data FROM dictionaries WHERE id = ?", (dictionary,)).fetchone()
        if row is None:
            raise sqlite3.DatabaseError(f"dictionary {dictionary} of the stored records is gone")
        decompressor = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(row[0]))
        self._decompressors[dictionary] = decompressor
        return decompressor

    def learn(self, made_ms: int) -> bool:
        """Make the first dictionary where enough records are there; about a tenth of a second, once a cache.

        Whether one was made. Belongs into a transaction; `forget` when that is rolled back.
        """
        if self._compressor is None:
            self.use_newest()
        if self.dictionary != NO_DICTIONARY:
            return False
        highest = self._connection.execute("SELECT coalesce(max(id), 0) FROM raw").fetchone()[0]
        if highest < self._learn_from:
            return False
        self._learn_from = highest + TRAIN_FROM  # in case this time nothing comes of it
        rows = self._connection.execute(
            "SELECT dictionary, data FROM raw ORDER BY id DESC LIMIT ?", (TRAIN_FROM,)
        ).fetchall()
        step = TRAIN_FROM // _SAMPLES
        learned = _train(self.decompress(number, data) for number, data in rows[::step])
        if learned is None:
            return False
        self._connection.execute("INSERT INTO dictionaries (made_ms, data) VALUES (?, ?)", (made_ms, learned))
        self.use_newest()
        return True


def _train(samples: Iterable[bytes]) -> bytes | None:
    try:
        return zstandard.train_dictionary(_DICTIONARY_BYTES, list(samples), level=LEVEL).as_bytes()
    except zstandard.ZstdError:
        return (
            None  # records that have nothing in common, or next to nothing in them: they need no dictionary
        )
