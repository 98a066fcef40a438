"""Accounts: credentials, caches and syncs go together, and a keyring that waits stops nothing.

The simulator runs in a process of its own, caches and settings are real files, only the keyring is made here.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC
from typing import TYPE_CHECKING, Any

import keyring
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from m360desk.core.user_text import UserText
from m360desk.services.account import AddressError
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.store.reader import CacheReader
from m360desk.store.writer import CacheWriter
from m360desk.system.credentials import CredentialStore, StoredCredentials
from m360desk.system.keyring_errors import CredentialStoreError
from m360desk.system.locks import cache_lock
from m360desk.system.redaction import Redactor
from m360desk.system.settings import Account, Settings
from m360desk.system.settings_file import SettingsFile
from m360desk.workers.accounts import Accounts
from m360desk.workers.desk import Desk
from m360desk.workers.keys import NoCredentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from m360desk.api.check import ConnectionReport
    from m360desk.services.sync import SyncResult
    from m360desk.workers.finder import Found

SESSIONS = 230
OTHER = StoredCredentials("00000000-0000-4000-8000-000000000000", "f" * 64)


class MemoryKeyring(KeyringBackend):
    """Keeps entries in memory; waits at the gate while that is closed, and fails where it is told to."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves this one out
        self.entries: dict[tuple[str, str], str] = {}
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self.error: Exception | None = None

    def _pass(self) -> None:
        self.asked.set()
        self.gate.wait()
        if self.error is not None:
            raise self.error

    def get_password(self, service: str, username: str) -> str | None:
        self._pass()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._pass()
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._pass()
        del self.entries[service, username]


class Office:
    """A desk with its accounts on one profile, and what they said."""

    def __init__(self, qtbot: QtBot, profile: Path, api_url: str | None, **options: Any) -> None:
        self.qtbot, self.profile = qtbot, profile
        self.file = SettingsFile(profile / "settings.toml")
        self.desk = Desk(
            self.file,
            self.file.load().settings,
            profile / "cache",
            lambda path, key: CacheWriter.open(path, key, lock=cache_lock(path, "a test"), now_ms=now_ms),
            now_ms,
            UTC,
        )
        self.accounts = Accounts(self.desk, Redactor(), api_url=api_url, demo_sessions=120, **options)
        self.failures: list[Exception] = []
        self.notes: list[UserText | None] = []
        self.results: list[SyncResult | None] = []
        self.accounts.failed.connect(self.failures.append)
        self.desk.sync.failed.connect(self.failures.append)
        self.accounts.noted.connect(self.notes.append)
        self.desk.sync.ended.connect(self.results.append)
        self._closed = False

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=15_000)

    def apply(self, credentials: StoredCredentials | None = None, mode: Any = None, **changes: Any) -> None:
        """Apply settings and wait until they hold."""
        done: list[bool] = []

        def edit(settings: Settings) -> Settings:
            import dataclasses

            return dataclasses.replace(settings, **changes)

        self.accounts.apply(edit, credentials, lambda: done.append(True), self.failures.append, mode=mode)
        self.until(lambda: bool(done))

    def synced(self) -> SyncResult:
        """Wait for the end of a sync that was started, and take its result."""
        self.until(lambda: bool(self.results or self.failures))
        assert not self.failures
        result = self.results.pop(0)
        assert result is not None
        return result

    def sync(self) -> SyncResult:
        self.accounts.start_sync()
        return self.synced()

    def count(self, mode: Any, url: str | None, account: str) -> int:
        with CacheReader.open(cache_file(self.profile / "cache", CacheKey(account, mode, url))) as reader:
            return reader.total()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self.accounts.stop()
            self.desk.stop()
            self.accounts.clear_away()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def running() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", str(SESSIONS), "--seed", "7") as process:
        yield process


@pytest.fixture
def simulator(running: SimulatorProcess) -> SimulatorProcess:
    running.control("settings", rate=0, latency=0, accountMode="live")
    running.control("faults", faults="")
    return running


@pytest.fixture
def own(simulator: SimulatorProcess) -> StoredCredentials:
    return StoredCredentials(simulator.auth_code, simulator.auth_token)


@pytest.fixture
def account(own: StoredCredentials) -> str:
    return account_hash(own.auth_code)


@pytest.fixture
def backend() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    backend.gate.set()
    keyring.core._keyring_backend = None


@pytest.fixture
def open_office(
    qtbot: QtBot, tmp_path: Path, simulator: SimulatorProcess, backend: MemoryKeyring
) -> Iterator[Callable[..., Office]]:
    offices: list[Office] = []

    def make(**options: Any) -> Office:
        office = Office(qtbot, tmp_path, options.pop("api_url", simulator.url), **options)
        offices.append(office)
        office.accounts.open_last()
        return office

    yield make
    for office in offices:
        office.close()


@pytest.fixture
def connected(open_office: Callable[..., Office], own: StoredCredentials) -> Office:
    """An office whose account is live, synced and stored."""
    office = open_office()
    office.apply(own, mode="live")
    assert office.synced().sessions == SESSIONS
    return office


def test_connecting_syncs_remembers_and_needs_nothing_the_next_time(
    connected: Office, open_office: Callable[..., Office], own: StoredCredentials, account: str
) -> None:
    assert connected.desk.key is not None
    assert (connected.desk.key.mode, connected.desk.key.account) == ("live", account)
    connected.close()
    again = open_office()
    assert again.desk.key == connected.desk.key
    assert again.desk.settings.account(account) == Account(account, code_end=own.auth_code[-4:])
    assert again.sync().new == 0
    written = "".join(path.read_text() for path in again.profile.rglob("*.toml"))
    assert account in written
    assert own.auth_token not in written
    assert own.auth_code not in written
    assert not again.failures + [note for note in again.notes if note]


def test_a_keyring_that_waits_stops_nothing(
    connected: Office, open_office: Callable[..., Office], backend: MemoryKeyring, own: StoredCredentials
) -> None:
    connected.close()
    backend.gate.clear()
    office = open_office()
    office.accounts.keys._patience.setInterval(0)
    office.accounts.start_sync()
    office.accounts.start_sync()
    office.until(lambda: bool(office.notes))
    assert "keyring has not answered" in (office.notes[0] or UserText("", "", "")).happened
    counted: list[int] = []
    office.desk.read_soon("total", lambda reader, _: reader.total(), counted.append)
    office.until(lambda: counted == [SESSIONS])
    office.accounts.cancel_sync()
    assert office.results == [None]
    office.results.clear()
    office.accounts.start_demo()
    office.until(lambda: office.accounts.mode == "demo")
    assert office.synced().sessions == 120
    office.accounts.leave_demo()
    # Entered by hand, credentials hold at once, whatever the keyring does.
    office.apply(own)
    assert office.synced().sessions == SESSIONS
    began = time.perf_counter()
    office.close()
    assert time.perf_counter() - began < 2
    assert not office.failures


def test_a_keyring_that_answers_late_starts_what_waited_once(
    connected: Office, open_office: Callable[..., Office], backend: MemoryKeyring
) -> None:
    connected.close()
    backend.gate.clear()
    office = open_office()
    for _ in range(3):
        office.accounts.start_sync()
    backend.asked.wait()
    backend.gate.set()
    assert office.synced().complete
    assert office.results == []


@pytest.mark.parametrize("error", [KeyringLocked("no"), RuntimeError("D-Bus is gone")])
def test_credentials_that_cannot_be_saved_hold_for_this_run(
    open_office: Callable[..., Office], backend: MemoryKeyring, own: StoredCredentials, error: Exception
) -> None:
    backend.error = error
    office = open_office()
    office.apply(own, mode="live")
    assert office.synced().sessions == SESSIONS
    office.until(lambda: bool(office.notes))
    note = office.notes[0]
    assert note is not None
    assert "hold until M360 Desk is closed" in note.means
    office.close()
    later = open_office()
    later.accounts.start_sync()
    later.until(lambda: bool(later.failures))
    assert isinstance(later.failures[0], CredentialStoreError)


def test_without_credentials_it_says_so_and_can_be_asked_again(
    open_office: Callable[..., Office], own: StoredCredentials, account: str, tmp_path: Path
) -> None:
    nobody = open_office()
    nobody.accounts.start_sync()
    assert nobody.desk.key is None
    assert [type(error) for error in nobody.failures] == [NoCredentials]
    SettingsFile(tmp_path / "settings.toml").change(
        lambda _: Settings(last_account=account, accounts=(Account(account),))
    )
    office = open_office()
    for _ in range(2):
        office.accounts.start_sync()
        office.until(lambda: bool(office.failures))
        assert isinstance(office.failures.pop(), NoCredentials)
    CredentialStore(Redactor()).set(account, own)
    assert office.sync().sessions == 500


def test_the_limit_is_learned_once_and_kept(
    connected: Office, open_office: Callable[..., Office], simulator: SimulatorProcess, account: str
) -> None:
    simulator.control("settings", rate=3)
    assert connected.sync().rate_limited > 0
    connected.until(lambda: _limit(connected, account) == 3.0)
    connected.close()
    simulator.control("settings", rate=0)  # nobody tells the limit any more
    again = open_office()
    assert again.sync().rate_limited == 0
    assert again.accounts.rate_text() == "0 of 3 requests/s"
    again.apply(workstations=40)
    again.sync()
    assert again.accounts.rate_text() == "0 of 40 requests/s"


def _limit(office: Office, account: str) -> float | None:
    known = office.desk.settings.account(account)
    return known.requests_per_second if known is not None else None


def test_another_mode_while_a_sync_runs_mixes_nothing(
    open_office: Callable[..., Office], simulator: SimulatorProcess, own: StoredCredentials, account: str
) -> None:
    simulator.control("settings", latency=30)
    office = open_office()
    seen: list[int] = []
    office.desk.sync.progressed.connect(lambda progress: seen.append(progress.pages))
    office.apply(own, mode="live")
    office.until(lambda: any(seen))
    office.apply(mode="testing")
    assert office.desk.key is not None
    assert office.desk.key.mode == "testing"
    assert office.synced().mode == "testing"
    office.apply(mode="live")
    assert office.synced().complete
    assert office.count("testing", simulator.url, account) == 500
    assert office.count("live", simulator.url, account) == SESSIONS


def test_another_number_of_workstations_while_a_sync_runs_takes_it_up_again(
    open_office: Callable[..., Office], simulator: SimulatorProcess, own: StoredCredentials
) -> None:
    simulator.control("settings", latency=30)
    office = open_office()
    seen: list[int] = []
    office.desk.sync.progressed.connect(lambda progress: seen.append(progress.pages))
    office.apply(own, mode="live")
    office.until(lambda: any(seen))
    office.apply(workstations=40)
    result = office.synced()
    assert (result.sessions, result.complete) == (SESSIONS, True)
    assert office.accounts.rate_text() == "0 of 40 requests/s"


def test_settings_that_the_line_does_not_need_leave_a_sync_alone(
    open_office: Callable[..., Office], simulator: SimulatorProcess, own: StoredCredentials
) -> None:
    simulator.control("settings", latency=30)
    office = open_office()
    seen: list[int] = []
    office.desk.sync.progressed.connect(lambda progress: seen.append(progress.pages))
    office.apply(own, mode="live")
    office.until(lambda: any(seen))
    line = office.accounts._lines._line
    office.apply(battery_good_from=90)
    assert office.desk.sync.running
    assert office.accounts._lines._line is line
    assert office.synced().complete


def test_the_demo_leaves_neither_process_nor_folder_nor_credentials(
    connected: Office, account: str, own: StoredCredentials
) -> None:
    office = connected
    key = office.desk.key
    processes = []
    for _ in range(2):
        office.accounts.start_demo()
        office.accounts.start_demo()
        office.until(lambda: office.accounts.mode == "demo")
        assert office.synced().mode == "demo"
        processes.append(office.accounts._demo._process)
        folder = office.accounts._demo.folder
        assert list(folder.glob("*-demo-*.sqlite3"))
        office.accounts.leave_demo()
        assert office.desk.key == key
        office.synced()
    office.accounts.start_demo()
    office.until(lambda: office.accounts.mode == "demo")
    processes.append(office.accounts._demo._process)
    office.close()
    assert [process is not None and process._process.returncode for process in processes] == [0, 0, 0]
    assert not folder.exists()
    assert [path.name for path in (office.profile / "cache").glob("*demo*")] == []
    # Only the user's own account is remembered.
    assert [known.key for known in office.file.load().settings.accounts] == [account]


def test_ending_while_the_demo_starts_ends_the_demo(open_office: Callable[..., Office]) -> None:
    office = open_office(demo=True)
    office.close()
    assert not any(thread.name == "demo" for thread in threading.enumerate())
    assert office.accounts._demo._process is None


def test_the_demos_credentials_are_never_the_accounts(open_office: Callable[..., Office]) -> None:
    office = open_office()
    office.accounts.start_demo()
    office.until(lambda: office.accounts.mode == "demo")
    said: list[BaseException] = []
    office.accounts.check_connection(None, lambda _: None, said.append, mode="live")
    assert [type(error) for error in said] == [NoCredentials]
    office.synced()


def test_the_environment_wins_and_is_remembered_once_it_is_good(
    open_office: Callable[..., Office],
    simulator: SimulatorProcess,
    own: StoredCredentials,
    account: str,
    backend: MemoryKeyring,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    other = account_hash(OTHER.auth_code)
    SettingsFile(tmp_path / "settings.toml").change(
        lambda _: Settings(mode="live", last_account=other, accounts=(Account(other),))
    )
    monkeypatch.setenv("M360DESK_AUTH_CODE", own.auth_code)
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", own.auth_token)
    office = open_office()
    assert office.desk.key == CacheKey(account, "live", simulator.url)
    office.apply(battery_good_from=90)
    assert office.desk.key == CacheKey(account, "live", simulator.url)
    assert office.sync().sessions == SESSIONS
    office.until(lambda: office.desk.settings.last_account == account)
    assert backend.entries == {}
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", "a b@c")
    wrong = open_office()
    wrong.accounts.start_sync()
    wrong.until(lambda: bool(wrong.failures))
    assert "in the environment cannot be right" in str(wrong.failures[0])
    monkeypatch.delenv("M360DESK_AUTH_TOKEN")
    assert "M360DESK_AUTH_TOKEN is not" in str(open_office().failures[0])


def test_syncs_come_by_themselves_in_live_mode_alone(connected: Office) -> None:
    office = connected
    timer = office.accounts._again
    assert (timer.isActive(), timer.interval()) == (True, 15 * 60_000)
    timer.timeout.emit()
    assert office.synced().complete
    office.apply(sync_minutes=5)
    assert timer.interval() == 5 * 60_000
    office.apply(sync_minutes=0)
    assert not timer.isActive()
    office.apply(sync_on_start=False)
    office.accounts.sync_on_start()
    assert not office.desk.sync.running
    office.apply(sync_minutes=5, mode="testing")
    assert not timer.isActive()
    assert not office.desk.sync.running


def test_forgetting_leaves_the_sessions_and_nothing_else(connected: Office, backend: MemoryKeyring) -> None:
    connected.until(lambda: bool(backend.entries))
    done: list[bool] = []
    connected.accounts.forget(lambda: done.append(True), connected.failures.append)
    connected.until(lambda: bool(done))
    assert backend.entries == {}
    connected.accounts.start_sync()
    connected.until(lambda: bool(connected.failures))
    assert isinstance(connected.failures[0], NoCredentials)
    assert connected.desk.lanes is not None
    with CacheReader.open(connected.desk.lanes.path) as reader:
        assert reader.total() == SESSIONS


def test_a_cache_is_deleted_also_while_it_is_written_and_read(
    connected: Office, simulator: SimulatorProcess
) -> None:
    office, key = connected, connected.desk.key
    assert office.desk.lanes is not None
    path = office.desk.lanes.path
    simulator.control("settings", latency=30)
    office.accounts.start_sync()
    office.until(lambda: office.desk.sync.running)
    done: list[bool] = []
    office.accounts.delete_cache(lambda: done.append(True), office.failures.append)
    office.until(lambda: bool(done or office.failures))
    assert not office.failures
    assert not path.exists()
    assert not list(path.parent.glob(path.name + "-*"))
    assert office.desk.key == key
    assert office.sync().new == SESSIONS


def test_a_cache_that_another_program_writes_to_is_not_deleted(connected: Office) -> None:
    office = connected
    assert office.desk.lanes is not None
    path = office.desk.lanes.path
    office.apply(mode="testing")
    office.synced()
    with cache_lock(path, "another"):
        office.apply(mode="live", sync_on_start=False)
        said: list[Exception] = []
        office.accounts.delete_cache(lambda: None, said.append)
        office.until(lambda: bool(said))
    assert "in use by another" in str(said[0])
    assert path.exists()


def test_a_look_up_asks_the_service_for_what_is_not_here(
    connected: Office, simulator: SimulatorProcess
) -> None:
    office = connected
    simulator.control("add", count=1)
    (new,) = simulator.control("sessions", count=1)["ids"]
    found: list[Found] = []
    asked = simulator.control("counters")["requests"]

    def look_up(text: str) -> Found:
        office.accounts.look_up(text, found.append, lambda error: office.failures.append(error))  # type: ignore[arg-type]  # a BaseException fails the test as well
        office.until(lambda: bool(found or office.failures))
        assert not office.failures
        return found.pop()

    first = look_up(new)
    assert first.source == "service"
    assert len(first.row_ids) == 1
    again = look_up(f"  {new} ")
    assert (again.source, again.row_ids) == ("cache", first.row_ids)
    nothing = look_up("NOSUCHSERIAL1")
    assert (nothing.row_ids, nothing.source) == ((), None)
    assert nothing.problem is not None
    assert "No session of this device" in nothing.problem.happened
    assert simulator.control("counters")["requests"] != asked
    simulator.control("delete", id=new)


def test_an_address_that_credentials_may_not_go_to_opens_nothing(
    open_office: Callable[..., Office], account: str, tmp_path: Path, own: StoredCredentials
) -> None:
    SettingsFile(tmp_path / "settings.toml").change(
        lambda _: Settings(api_url="http://example.org/api", last_account=account)
    )
    office = open_office(api_url=None)
    assert office.desk.key is None
    assert [type(error) for error in office.failures] == [AddressError]
    said: list[BaseException] = []
    office.accounts.check_connection(own, lambda _: None, said.append, mode="live")
    assert isinstance(said[0], AddressError)


@pytest.mark.parametrize("wanted", ["live", "testing"])
def test_a_check_needs_no_account_and_changes_nothing(
    open_office: Callable[..., Office], own: StoredCredentials, wanted: str
) -> None:
    office = open_office()
    reports: list[ConnectionReport] = []
    office.accounts.check_connection(own, reports.append, lambda _: None, mode=wanted)
    office.until(lambda: bool(reports))
    assert (reports[0].ok, reports[0].mode) == (True, "live")
    assert office.desk.key is None
    assert not (office.profile / "settings.toml").exists()
