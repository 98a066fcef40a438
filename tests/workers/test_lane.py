"""Lanes: answers come in the asking thread, the newest request wins, everything can be given up."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from m360desk.core.cancel import CancelToken
from m360desk.workers.lane import Lane


class Resource:
    """Something that can be interrupted and tells in which threads it lived."""

    def __init__(self) -> None:
        self.opened_in = threading.get_ident()
        self.closed_in: int | None = None
        self.interrupted = threading.Event()


class Answers:
    """Collects what a lane answers, and in which thread."""

    def __init__(self) -> None:
        self.results: list[Any] = []
        self.errors: list[Exception] = []
        self.threads: set[int] = set()

    def done(self, result: Any) -> None:
        self.threads.add(threading.get_ident())
        self.results.append(result)

    def failed(self, error: Exception) -> None:
        self.threads.add(threading.get_ident())
        self.errors.append(error)


@pytest.fixture
def resources() -> list[Resource]:
    return []


@pytest.fixture
def lane(qtbot: QtBot, resources: list[Resource]) -> Iterator[Lane[Resource]]:
    def open_resource() -> Resource:
        resources.append(Resource())
        return resources[-1]

    def close_resource(resource: Resource) -> None:
        resource.closed_in = threading.get_ident()

    lane = Lane("test", open_resource, close_resource, interrupt=lambda r: r.interrupted.set())
    yield lane
    lane.stop()


def blocking(gate: threading.Event, value: str) -> Callable[[Resource, CancelToken], str]:
    def work(_: Resource, token: CancelToken) -> str:
        gate.wait(10)
        token.check()
        return value

    return work


def test_answers_come_in_the_asking_thread_and_the_work_runs_in_another(
    qtbot: QtBot, lane: Lane[Resource], resources: list[Resource]
) -> None:
    answers = Answers()
    lane.request("a", lambda r, _: (r.opened_in, threading.get_ident()), answers.done, answers.failed)
    qtbot.waitUntil(lambda: bool(answers.results))
    opened_in, worked_in = answers.results[0]
    assert opened_in == worked_in != threading.get_ident()
    assert answers.threads == {threading.get_ident()}
    lane.stop()
    assert resources[0].closed_in == opened_in


def test_the_newest_request_of_a_kind_replaces_older_ones(qtbot: QtBot, lane: Lane[Resource]) -> None:
    answers, others, gate = Answers(), Answers(), threading.Event()
    lane.request("search", blocking(gate, "first"), answers.done, answers.failed)
    lane.request("search", lambda *_: "second", answers.done, answers.failed)
    lane.request("rows", lambda *_: "rows", others.done, others.failed)
    lane.request("search", lambda *_: "third", answers.done, answers.failed)
    gate.set()
    qtbot.waitUntil(lambda: answers.results == ["third"] and others.results == ["rows"])
    assert answers.errors == []


def test_a_running_request_that_is_replaced_is_interrupted(
    qtbot: QtBot, lane: Lane[Resource], resources: list[Resource]
) -> None:
    answers = Answers()
    started = threading.Event()

    def stuck(resource: Resource, _: CancelToken) -> str:
        started.set()
        assert resource.interrupted.wait(10)
        return "too late"

    lane.request("search", stuck, answers.done, answers.failed)
    assert started.wait(10)
    lane.request("search", lambda *_: "new", answers.done, answers.failed)
    qtbot.waitUntil(lambda: bool(answers.results))
    assert answers.results == ["new"]
    assert resources[0].interrupted.is_set()


def test_what_was_given_up_does_not_answer_even_when_its_answer_is_on_its_way(
    qtbot: QtBot, lane: Lane[Resource]
) -> None:
    answers, after = Answers(), Answers()
    finished = threading.Event()

    def work(*_: Any) -> str:
        finished.set()
        return "unwanted"

    request = lane.request("a", work, answers.done, answers.failed)
    assert finished.wait(10)
    request.cancel()
    lane.request("b", lambda *_: "after", after.done, after.failed)
    qtbot.waitUntil(lambda: after.results == ["after"])
    assert answers.results == []


def test_an_error_goes_to_the_one_who_asked_and_the_lane_goes_on(qtbot: QtBot, lane: Lane[Resource]) -> None:
    answers = Answers()

    def broken(*_: Any) -> str:
        raise ValueError("no such row")

    lane.request("a", broken, answers.done, answers.failed)
    lane.request("b", lambda *_: "fine", answers.done, answers.failed)
    qtbot.waitUntil(lambda: answers.results == ["fine"])
    assert [str(error) for error in answers.errors] == ["no such row"]


def test_a_resource_that_cannot_be_opened_is_tried_again_by_the_next_request(qtbot: QtBot) -> None:
    answers = Answers()
    attempts: list[int] = []

    def open_resource() -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("not there yet")
        return "resource"

    lane = Lane("test", open_resource, lambda _: None)
    lane.request("a", lambda r, _: r, answers.done, answers.failed)
    qtbot.waitUntil(lambda: bool(answers.errors))
    lane.request("a", lambda r, _: r, answers.done, answers.failed)
    qtbot.waitUntil(lambda: answers.results == ["resource"])
    lane.stop()


def test_after_an_error_that_breaks_the_resource_the_next_request_gets_another(qtbot: QtBot) -> None:
    answers = Answers()
    opened: list[int] = []
    closed: list[int] = []

    def open_resource() -> int:
        opened.append(len(opened))
        return opened[-1]

    def fail(error: Exception) -> Callable[[int, CancelToken], int]:
        def work(*_: Any) -> int:
            raise error

        return work

    lane = Lane("test", open_resource, closed.append, broken=EOFError)
    lane.request("a", fail(ValueError("harmless")), answers.done, answers.failed)
    lane.request("b", fail(EOFError("broken")), answers.done, answers.failed)
    lane.request("c", lambda r, _: r, answers.done, answers.failed)
    qtbot.waitUntil(lambda: answers.results == [1])
    assert (opened, closed) == ([0, 1], [0])
    lane.stop()
    assert closed == [0, 1]


def test_an_interruption_meant_for_the_work_before_does_no_harm(qtbot: QtBot) -> None:
    class Interrupted(Exception):
        pass

    answers = Answers()
    attempts: list[int] = []
    lane: Lane[None] = Lane(
        "test", lambda: None, lambda _: None, interrupt=lambda _: None, interrupted=Interrupted
    )

    def work(*_: Any) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise Interrupted
        return "answer"

    lane.request("a", work, answers.done, answers.failed)
    qtbot.waitUntil(lambda: answers.results == ["answer"])
    lane.stop()
    assert answers.errors == []


def test_stopping_ends_waiting_and_running_work(qtbot: QtBot, resources: list[Resource]) -> None:
    answers = Answers()
    started = threading.Event()
    lane: Lane[threading.Event] = Lane(
        "test", threading.Event, lambda _: None, interrupt=lambda event: event.set()
    )

    def stuck(event: threading.Event, _: CancelToken) -> None:
        started.set()
        assert event.wait(10)

    lane.request("a", stuck, answers.done, answers.failed)
    lane.request("b", lambda *_: "never", answers.done, answers.failed)
    assert started.wait(10)
    lane.stop()
    assert answers.results == []
    assert answers.errors == []
    assert not lane.findChildren(QThread)
