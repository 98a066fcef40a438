"""How long and how often a read is repeated, in fake time over real sockets."""

import pytest

from m360desk.api import errors
from m360desk.api.client import Client
from m360desk.api.errors import BadAnswer, Circumstances, TimedOut
from m360desk.api.limiter import Priority
from m360desk.api.requests import HistoryRequest
from m360desk.api.retry import Backoff, Waiting
from tests.api.raw_server import GOOD, GUIDE, GUIDE_TOO_MANY, FakeTime, http, in_loop, serving

DOWN = http(b"", "503 Service Unavailable")
MANY = http(GUIDE_TOO_MANY, "429 Too Many Requests")


@pytest.mark.parametrize(("priority", "patience"), [(Priority.USER, 15), (Priority.SYNC, 60)])
@in_loop
async def test_pauses_grow_and_end_with_the_patience(priority: Priority, patience: float) -> None:
    time = FakeTime()
    waits: list[Waiting] = []
    async with (
        serving(DOWN) as server,
        Client(
            GUIDE,
            base_url=server.url,
            clock=time.clock,
            sleep=time.sleep,
            dice=lambda: 1.0,
            on_wait=waits.append,
        ) as client,
    ):
        with pytest.raises(errors.BadAnswer):
            await client.get_history(HistoryRequest(), priority=priority)
        expected = [1, 2, 4, 8, 16, 16, 16]
        assert time.slept == expected[: len(time.slept)]
        assert patience - 16 < time.now - 1000 <= patience
        assert len(server.requests) == len(waits) + 1
    assert waits[2].text == "Waiting 4 s: An empty answer came."


@in_loop
async def test_one_good_answer_is_enough_and_the_next_request_begins_afresh() -> None:
    time = FakeTime()
    script = [DOWN, DOWN, DOWN, GOOD] * 10
    async with (
        serving(*script) as server,
        Client(GUIDE, base_url=server.url, clock=time.clock, sleep=time.sleep, dice=lambda: 1.0) as client,
    ):
        for _ in range(10):
            await client.get_history(HistoryRequest(), priority=Priority.USER)
    assert time.slept == [1, 2, 4] * 10
    assert client.stats.requests == 40


@in_loop
async def test_being_refused_for_the_rate_takes_nothing_from_the_patience() -> None:
    time = FakeTime()
    script = [MANY, DOWN, MANY, MANY, DOWN, MANY, DOWN, GOOD]
    async with (
        serving(*script) as server,
        Client(GUIDE, base_url=server.url, clock=time.clock, sleep=time.sleep, dice=lambda: 1.0) as client,
    ):
        await client.get_history(HistoryRequest(), priority=Priority.USER)
        assert client.stats.rate_limited == 4
        assert time.now - 1000 > 15
        assert server.requests == server.requests[:8]


@in_loop
async def test_a_good_answer_ends_a_row_of_refusals() -> None:
    time = FakeTime()
    async with (
        serving(MANY, GOOD, MANY, GOOD) as server,
        Client(GUIDE, base_url=server.url, clock=time.clock, sleep=time.sleep) as client,
    ):
        await client.get_history(HistoryRequest())
        await client.get_history(HistoryRequest())
        assert time.now - 1000 == pytest.approx(2, abs=0.3)


def test_the_jitter_is_full_and_a_services_own_wish_is_honoured() -> None:
    throws = iter([0.0, 0.5, 0.25, 0.0])
    backoff = Backoff(Priority.SYNC, lambda: 0.0, lambda: next(throws))
    assert [backoff.after_failure(TimedOut("read")) for _ in range(3)] == [0, 1, 1]
    asked = BadAnswer("html", Circumstances(http_status=503, retry_after=30.0))
    assert backoff.after_failure(asked) == 30


def test_time_that_attempts_take_counts_too() -> None:
    now = 0.0
    backoff = Backoff(Priority.SYNC, lambda: now, lambda: 1.0)
    now = 30.0
    assert backoff.after_failure(TimedOut("read")) == 1
    now = 59.0
    assert backoff.after_failure(TimedOut("read")) is None
