"""Rows in slices of columns: the same values as the rows themselves, whatever stands in them."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from m360desk.core.cancel import Cancelled, CancelToken
from m360desk.core.fields import COLUMNS
from m360desk.core.query import EVERYTHING, Order
from m360desk.core.records import Session, read
from m360desk.core.session import StoredValue
from m360desk.store import terms
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from tests.store.conftest import MakeRecord, OpenWriter, session_id


def sliced(
    reader: CacheReader, ids: Sequence[int], size: int = 7, cancel: CancelToken | None = None
) -> Iterator[tuple[int, tuple[StoredValue, ...], bytes | None]]:
    """Number, values and record of rows, put together from slices."""
    with reader.at_one_moment():
        slices = reader.slices(COLUMNS, records=True, cancel=cancel)
        values = [slices.value(field) for field in COLUMNS]
        with closing(slices.of(ids, size)) as parts:
            for part in parts:
                columns = [list(map(value, raws)) for value, raws in zip(values, part.columns, strict=True)]
                yield from zip(part.ids, zip(*columns, strict=True), part.records, strict=True)


def store(writer: CacheWriter, sessions: Sequence[Session], batch: int = 1) -> None:
    writer.store_page(list(sessions), stretch=None, batch=batch, state=None)


@pytest.fixture
def odd(record: MakeRecord) -> list[Session]:
    """Sessions with what JSON does not carry, between plain ones."""
    plain = [record(number) for number in range(40)]
    odd = {
        3: record(3, customId="\ud800x"),
        5: record(5, customId='a"b\\c\n\u0000d\ue000'),
        11: record(11, customId="", username="\udfff", deviceColor="é 🔋"),
        17: record(17, expenses=[{"amount": 1234567890123.25}]),
        18: record(18, expenses=[{"amount": 12345678901234567}]),
        23: record(23, connectionTime=None, batteryHealthPercent=None),
        31: b'{"sessionId": "%s", "internalStorageFree": "0.07 GB"}' % session_id(31).encode(),
    }
    return [read(odd.get(number, record)) for number, record in enumerate(plain)]


@pytest.mark.parametrize("few", [0, 1_000])
def test_slices_say_what_the_rows_say(
    writer: CacheWriter, path: Path, odd: list[Session], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terms, "_FEW", few)
    store(writer, odd)
    with CacheReader.open(path) as reader:
        asked = [40, *range(5, 30), 999, 3, 1, 2, 4, *range(31, 40)]
        rows = [row for row in reader.rows(asked) if row is not None]
        records = [raw for raw in reader.raws(asked) if raw is not None]
        found = list(sliced(reader, asked))
        assert [number for number, _, _ in found] == [number for number in asked if number != 999]
        assert [values for _, values, _ in found] == [row.values for row in rows]
        assert [raw for _, _, raw in found] == records
        assert list(sliced(reader, [])) == []
        assert any(isinstance(value, bytes) for _, values, _ in found for value in values)


@pytest.mark.parametrize(
    "figure", [0.0, -0.0, 0.001, -5.3, 1 / 3, 1e15, -1e22, 1e300, 4.35, 1.0005, 2**53 + 2.0, 5e-324]
)
def test_figures_come_exactly(writer: CacheWriter, path: Path, odd: list[Session], figure: float) -> None:
    store(writer, odd)
    # As another version of the program, with other rules for figures, may have stored it.
    writer._connection.execute("UPDATE sessions SET temperature = ? WHERE id % 3 = 0", (figure,))
    with CacheReader.open(path) as reader:
        at = [field.name for field in COLUMNS].index("temperature")
        found = [values[at] for _, values, _ in sliced(reader, range(1, 41))]
        assert found == [row.get("temperature") for row in reader.rows(range(1, 41)) if row]
        assert found[2] == figure


def test_a_picture_is_of_one_moment(
    writer: CacheWriter, path: Path, sessions: Callable[[int, int], list[Session]], record: MakeRecord
) -> None:
    store(writer, sessions(0, 40))
    with CacheReader.open(path) as reader:
        before = reader.rows(range(1, 41))
        with reader.at_one_moment():
            ids = reader.ids(EVERYTHING, Order())
            slices = reader.slices(COLUMNS)
            with closing(slices.of(ids, 10)) as parts:
                found = list(next(parts).ids)
                store(writer, [read(record(number, username="new")) for number in range(20, 60)], batch=2)
                writer._connection.execute("DELETE FROM sessions WHERE id = 40")
                operators = set()
                at = [field.name for field in COLUMNS].index("operator")
                for part in parts:
                    found += part.ids
                    operators |= set(map(slices.value(COLUMNS[at]), part.columns[at]))
            assert found == list(ids)
            assert operators == {"anna", "marek", "yuki"}
            assert reader.rows(range(1, 41)) == before
        assert reader.total() == 59


def test_a_reading_is_cancelled_from_another_thread(
    writer: CacheWriter, path: Path, sessions: Callable[[int, int], list[Session]]
) -> None:
    store(writer, sessions(0, 400))
    token = CancelToken()

    def read_on(reader: CacheReader) -> None:
        for number, _, _ in sliced(reader, range(1, 401), 1, token):
            if number == 5:
                other = threading.Thread(target=token.cancel)
                other.start()
                other.join()

    with CacheReader.open(path) as reader:
        with pytest.raises(Cancelled):
            read_on(reader)
        assert reader.total() == 400
    assert "row slices" not in {thread.name for thread in threading.enumerate()}


def test_a_cache_of_an_older_catalogue_lacks_columns(
    open_writer: OpenWriter, path: Path, sessions: Callable[[int, int], list[Session]]
) -> None:
    writer = open_writer()
    store(writer, sessions(0, 5))
    writer._connection.execute("ALTER TABLE sessions RENAME COLUMN voltage TO of_another_version")
    with CacheReader.open(path) as reader:
        at = [field.name for field in COLUMNS].index("voltage")
        assert [values[at] for _, values, _ in sliced(reader, range(1, 6))] == [None] * 5


def test_a_lost_record_does_not_take_its_row_with_it(
    writer: CacheWriter, path: Path, sessions: Callable[[int, int], list[Session]]
) -> None:
    store(writer, sessions(0, 3))
    writer._connection.execute("DELETE FROM raw WHERE id = 2")
    with CacheReader.open(path) as reader:
        records = [raw for _, _, raw in sliced(reader, range(1, 4))]
    assert records[1] is None
    assert json.loads(records[2] or b"")["sessionId"] == session_id(2)
