"""Whole windows over a simulator in a process of its own, and a keyring made for the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import keyring.core
import pytest

from m360desk.simulator.host import SimulatorProcess
from m360desk.system.credentials import StoredCredentials
from tests.ui.settings.whole_window import SESSIONS, Window
from tests.workers.keyrings import MemoryKeyring

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
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
def backend() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    backend.gate.set()
    keyring.core._keyring_backend = None


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, simulator: SimulatorProcess, backend: MemoryKeyring
) -> Iterator[Window]:
    palette, font = qapp.palette(), qapp.font()
    window = Window(qtbot, qapp, tmp_path, simulator.url)
    yield window
    window.close()
    qapp.setPalette(palette)
    qapp.setFont(font)
