"""Credentials go with their account: a keyring that waits stops nothing, the demo leaves nothing behind."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from keyring.errors import KeyringLocked

from m360desk.core.user_text import UserText
from m360desk.store.key import CacheKey, account_hash
from m360desk.store.reader import CacheReader
from m360desk.system.credentials import CredentialStore, StoredCredentials
from m360desk.system.keyring_errors import CredentialStoreError
from m360desk.system.redaction import Redactor
from m360desk.system.settings import Account, Settings
from m360desk.system.settings_file import SettingsFile
from m360desk.workers.keys import NoCredentials
from tests.workers.office import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from m360desk.simulator.host import SimulatorProcess
    from tests.workers.keyrings import MemoryKeyring
    from tests.workers.office import Office

OTHER = StoredCredentials("00000000-0000-4000-8000-000000000000", "f" * 64)


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


def test_forgetting_leaves_the_sessions_and_nothing_else(connected: Office, backend: MemoryKeyring) -> None:
    connected.until(lambda: bool(backend.entries))
    done: list[bool] = []
    connected.accounts.forget(
        connected.accounts.account, lambda: done.append(True), connected.failures.append
    )
    connected.until(lambda: bool(done))
    assert backend.entries == {}
    connected.accounts.start_sync()
    connected.until(lambda: bool(connected.failures))
    assert isinstance(connected.failures[0], NoCredentials)
    assert connected.desk.lanes is not None
    with CacheReader.open(connected.desk.lanes.path) as reader:
        assert reader.total() == SESSIONS
