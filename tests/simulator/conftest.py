"""A simulator process for a module's tests, its faults and settings put back after each."""

from collections.abc import Iterator

import pytest

from m360desk.simulator.host import SimulatorProcess
from tests.simulator.plain_client import Api


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", "700", "--seed", "5", "--today", "2026-11-23") as process:
        yield process


@pytest.fixture
def api(simulator: SimulatorProcess) -> Iterator[Api]:
    api = Api(simulator)
    yield api
    api.control("faults", faults="")
    api.control("settings", rate=0, latency=0, accountMode="live", gzip=False)
    api.control("reset-counters")
