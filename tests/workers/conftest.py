"""Offices over a simulator in a process of its own, and a keyring made for the test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keyring
import keyring.core
import pytest

from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import account_hash
from m360desk.system.credentials import StoredCredentials
from tests.workers.keyrings import MemoryKeyring
from tests.workers.office import SESSIONS, Office

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


@pytest.fixture(scope="session")
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
        office.accounts.find_last()
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
