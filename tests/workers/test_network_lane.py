"""The network lane: coroutines run in its thread, answers come back, cancelling is quick."""

import asyncio
import threading
from collections.abc import Iterator
from time import perf_counter

import pytest
from pytestqt.qtbot import QtBot

from m360desk.workers.network_lane import NetworkLane


@pytest.fixture
def lane(qtbot: QtBot) -> Iterator[NetworkLane]:
    lane = NetworkLane()
    yield lane
    lane.stop()


def test_a_job_runs_elsewhere_and_answers_here(qtbot: QtBot, lane: NetworkLane) -> None:
    seen: list[tuple[int, int]] = []

    async def job() -> int:
        await asyncio.sleep(0)
        return threading.get_ident()

    lane.start(job, lambda thread: seen.append((thread, threading.get_ident())), lambda _: None)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != threading.get_ident() == seen[0][1]


def test_cancelling_answers_within_a_tenth_of_a_second(qtbot: QtBot, lane: NetworkLane) -> None:
    errors: list[BaseException] = []
    running = threading.Event()

    async def job() -> None:
        running.set()
        await asyncio.Event().wait()

    errand = lane.start(job, lambda _: None, errors.append)
    assert running.wait(5)
    began = perf_counter()
    errand.cancel()
    qtbot.waitUntil(lambda: bool(errors))
    assert perf_counter() - began < 0.1
    assert isinstance(errors[0], asyncio.CancelledError)


def test_an_abandoned_job_says_nothing(qtbot: QtBot, lane: NetworkLane) -> None:
    said: list[object] = []
    ended = threading.Event()

    async def job() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    errand = lane.start(job, said.append, said.append)
    errand.abandon()
    after: list[str] = []

    async def other() -> str:
        return "after"

    lane.start(other, after.append, said.append)
    qtbot.waitUntil(lambda: after == ["after"])
    assert said == []


def test_stopping_cancels_what_is_under_way(qtbot: QtBot) -> None:
    lane = NetworkLane()
    running, ended = threading.Event(), threading.Event()

    async def job() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    lane.start(job, lambda _: None, lambda _: None)
    assert running.wait(5)
    lane.stop()
    assert ended.is_set()
