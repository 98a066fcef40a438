"""Accounts: caches, modes, limits and syncs go together, over a real service and real files."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from m360desk.core.scanning import read_code
from m360desk.services.account import AddressError
from m360desk.system.locks import cache_lock
from m360desk.system.settings import Account, Settings
from m360desk.system.settings_file import SettingsFile
from tests.workers.office import SESSIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from m360desk.api.check import ConnectionReport
    from m360desk.simulator.host import SimulatorProcess
    from m360desk.system.credentials import StoredCredentials
    from m360desk.workers.finder import Found
    from tests.workers.office import Office


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


def test_syncs_come_by_themselves_in_live_mode_alone(connected: Office) -> None:
    office = connected
    timer = office.accounts._syncing._again
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
        office.accounts.look_up(read_code(text), done=found.append, failed=office.failures.append)  # type: ignore[arg-type]  # a BaseException fails the test as well
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


def test_a_check_during_a_sync_keeps_to_the_same_limit_and_goes_first(
    open_office: Callable[..., Office], simulator: SimulatorProcess, own: StoredCredentials, account: str
) -> None:
    """With a limit each, the two would refuse each other: a check took as long as the sync."""
    simulator.control("settings", rate=2)
    office = open_office()
    office.apply(own, mode="live")
    office.until(lambda: _limit(office, account) == 2.0)
    simulator.control("reset-counters")
    reports: list[ConnectionReport] = []
    office.accounts.check_connection(own, reports.append, lambda _: None, mode="live")
    office.until(lambda: bool(reports))
    assert (reports[0].ok, reports[0].limit) == (True, 2.0)
    assert office.desk.sync.running
    assert "429" not in simulator.control("counters")["statuses"]


def test_a_name_that_is_looked_up_for_ever_holds_up_no_end(
    open_office: Callable[..., Office], own: StoredCredentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, release = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        asked.set()
        release.wait()
        raise socket.gaierror("the network is back, and does not know the name")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    office = open_office(api_url="https://hangs.example/api/customer/v2")
    try:
        office.apply(own, mode="live")
        office.until(asked.is_set)
        began = time.monotonic()
        office.close()
        assert time.monotonic() - began < 1
        assert any(thread.name == "look-up" for thread in threading.enumerate())
    finally:
        release.set()
