"""The limiter in virtual time, against a service that counts a sliding second as strictly as can be."""

import asyncio
import random
from collections import deque
from collections.abc import Callable

import pytest

from m360desk.api.limiter import Limiter, Priority, Slot
from tests.api import virtual_time
from tests.api.virtual_time import now


class Service:
    """Counts every request in a sliding second when it arrives; what is over the limit is refused."""

    def __init__(self, limit: int, *, travel: Callable[[], float] = lambda: 0.0, tells: bool = True) -> None:
        self.limit = limit
        self.travel = travel
        self.tells = tells
        self.accepted: list[float] = []
        self.refused: list[float] = []
        self._window: deque[float] = deque()

    async def ask(self, limiter: Limiter, priority: Priority = Priority.SYNC) -> bool:
        slot = await limiter.acquire(priority)
        try:
            return await self._send(limiter, slot)
        finally:
            limiter.release(slot)

    async def _send(self, limiter: Limiter, slot: Slot) -> bool:
        slot.sent()
        await asyncio.sleep(self.travel())
        accepted = self._count()
        await asyncio.sleep(self.travel())
        if accepted:
            slot.answered()
            limiter.succeeded()
        else:
            limiter.refused(slot, self.limit if self.tells else None, None)
        return accepted

    def _count(self) -> bool:
        while self._window and self._window[0] <= now() - 1.0:
            self._window.popleft()
        accepted = len(self._window) < self.limit
        (self.accepted if accepted else self.refused).append(now())
        if accepted:
            self._window.append(now())
        return accepted


def make_limiter(fixed: float | None = None, learned: float | None = None, **more: object) -> Limiter:
    clock = asyncio.get_running_loop().time
    return Limiter(fixed, learned=learned, clock=clock, on_learned=more.get("on_learned"))  # type: ignore[arg-type]


async def work(service: Service, limiter: Limiter, until: float, priority: Priority = Priority.SYNC) -> int:
    done = 0
    while now() < until:
        done += await service.ask(limiter, priority)
        await asyncio.sleep(0)
    return done


@pytest.mark.parametrize("workers", [1, 3, 8])
@pytest.mark.parametrize("limit", [1, 2, 5, 20])
def test_the_limit_is_learned_from_few_refusals_and_then_used_up(limit: int, workers: int) -> None:
    async def main() -> None:
        service = Service(limit)
        learned: list[float] = []
        limiter = make_limiter(on_learned=learned.append)
        await asyncio.gather(*(work(service, limiter, 100) for _ in range(workers)))
        assert len(service.refused) <= 3
        assert max(service.refused) < 1.0
        assert learned == [limit]
        assert len(service.accepted) >= 0.95 * limit * 100

    virtual_time.run(main())


@pytest.mark.parametrize("seed", range(4))
def test_uneven_travel_times_lead_to_no_further_refusal(seed: int) -> None:
    async def main() -> None:
        dice = random.Random(seed)
        service = Service(5, travel=lambda: 0.04 + dice.random() * 0.024)
        limiter = make_limiter()
        await asyncio.gather(*(work(service, limiter, 200) for _ in range(4)))
        assert len(service.refused) <= 3
        assert len(service.accepted) >= 0.93 * 5 * 200

    virtual_time.run(main())


def test_a_slow_first_connection_counts_from_when_the_request_left() -> None:
    async def main() -> None:
        limiter = make_limiter(fixed=2)
        first = await limiter.acquire(Priority.USER)
        second = await limiter.acquire(Priority.USER)
        await asyncio.sleep(3)  # both still make their connections: the service has seen neither
        third = asyncio.ensure_future(limiter.acquire(Priority.USER))
        await asyncio.sleep(0.5)
        assert not third.done()
        first.sent()
        first.answered()
        second.sent()
        left = now()
        await third
        assert now() >= left + 1.0

    virtual_time.run(main())


def test_a_user_goes_before_sync_at_every_slot_and_each_in_turn() -> None:
    async def main() -> None:
        limiter = make_limiter(fixed=1)
        went: list[str] = []

        async def one(name: str, priority: Priority) -> None:
            slot = await limiter.acquire(priority)
            slot.sent()
            slot.answered()
            went.append(name)
            limiter.release(slot)

        await one("first", Priority.SYNC)
        tasks = [asyncio.ensure_future(one(f"sync {i}", Priority.SYNC)) for i in (1, 2, 3)]
        await asyncio.sleep(0.5)
        tasks += [asyncio.ensure_future(one(f"user {i}", Priority.USER)) for i in (1, 2)]
        gone = asyncio.ensure_future(one("user gone", Priority.USER))
        await asyncio.sleep(0.1)
        gone.cancel()
        tasks[1].cancel()
        await asyncio.gather(*tasks, gone, return_exceptions=True)
        assert went == ["first", "user 1", "user 2", "sync 1", "sync 3"]
        assert 4.0 <= now() < 4.2

    virtual_time.run(main())


def test_the_next_one_takes_over_when_the_first_in_line_is_cancelled() -> None:
    async def main() -> None:
        limiter = make_limiter(fixed=1)
        limiter.release(await limiter.acquire(Priority.USER))
        first = asyncio.ensure_future(limiter.acquire(Priority.USER))
        second = asyncio.ensure_future(limiter.acquire(Priority.USER))
        await asyncio.sleep(0.5)
        first.cancel()
        await second
        assert now() == pytest.approx(1.0, abs=0.05)

    virtual_time.run(main())


def test_a_user_waits_a_fifth_of_a_second_at_most_while_sync_runs() -> None:
    async def main() -> None:
        service = Service(5)
        limiter = make_limiter(learned=5)
        sync = asyncio.ensure_future(work(service, limiter, 60))
        waits = []
        for _ in range(40):
            await asyncio.sleep(0.77)
            asked = now()
            await service.ask(limiter, Priority.USER)
            waits.append(now() - asked)
        await sync
        assert max(waits) <= 0.21
        assert not service.refused

    virtual_time.run(main())


def test_programs_that_share_an_account_share_its_limit() -> None:
    async def main() -> None:
        service = Service(5, travel=lambda: 0.01)
        done = await asyncio.gather(*(work(service, make_limiter(), 600) for _ in range(2)))
        assert sum(done) >= 0.75 * 5 * 600
        assert min(done) >= 0.3 * sum(done)
        assert len(service.refused) <= 0.05 * sum(done)

    virtual_time.run(main())


def test_the_share_comes_back_when_the_others_stop() -> None:
    async def main() -> None:
        service = Service(5)
        limiter = make_limiter()
        await asyncio.gather(work(service, limiter, 60), work(service, make_limiter(), 60))
        assert limiter.share < 1
        await work(service, limiter, 160)
        assert limiter.share == 1
        before = len(service.accepted)
        await work(service, limiter, 260)
        assert len(service.accepted) - before >= 0.95 * 5 * 100

    virtual_time.run(main())


def test_one_request_that_is_late_on_its_way_costs_a_second_not_half_a_minute() -> None:
    async def main() -> None:
        late = [0.0, 0.9]
        service = Service(5, travel=lambda: late.pop() if len(late) > 1 and now() > 10 else 0.0)
        limiter = make_limiter()
        await asyncio.gather(*(work(service, limiter, 10) for _ in range(3)))
        before, taught = len(service.accepted), len(service.refused)
        assert limiter.learned == 5
        await asyncio.gather(*(work(service, limiter, 40) for _ in range(3)))
        assert len(service.refused) == taught + 1
        assert limiter.share == 1
        assert len(service.accepted) - before >= 5 * (30 - 2)

    virtual_time.run(main())


@pytest.mark.parametrize("limit", [1, 5])
def test_a_service_that_does_not_tell_its_limit(limit: int) -> None:
    async def main() -> None:
        service = Service(limit, tells=False)
        limiter = make_limiter()
        await work(service, limiter, 300)
        assert limiter.learned is None
        assert len(service.accepted) >= 0.8 * limit * 300
        assert len(service.refused) <= 0.05 * limit * 300

    virtual_time.run(main())


def test_retry_after_is_kept_and_refusals_in_a_row_wait_longer() -> None:
    async def main() -> None:
        limiter = make_limiter()
        waits = []
        for retry_after in (None, 7.0, None, None, None, None, None):
            slot = await limiter.acquire(Priority.USER)
            slot.sent()
            waits.append(round(limiter.refused(slot, 5, retry_after)))
            limiter.release(slot)
        assert waits == [1, 7, 4, 8, 16, 16, 16]
        assert limiter.holding() > 15
        slot = await limiter.acquire(Priority.USER)
        limiter.succeeded()
        slot.sent()
        assert round(limiter.refused(slot, 5, None)) == 1

    virtual_time.run(main())


@pytest.mark.parametrize("told", [None, [], {}, True, 0, -5, "many", float("nan"), 1e9])
def test_a_nonsensical_limit_is_not_learned(told: object) -> None:
    async def main() -> None:
        learned: list[float] = []
        limiter = make_limiter(on_learned=learned.append)
        slot = await limiter.acquire(Priority.USER)
        slot.sent()
        limiter.refused(slot, told, None)
        assert learned == []
        assert limiter.learned is None
        assert limiter.limit == 1

    virtual_time.run(main())


@pytest.mark.parametrize(("limit", "seconds"), [("2.5", 0.5), (0.5, 2.0)])
def test_limits_that_are_no_whole_number(limit: float | str, seconds: float) -> None:
    async def main() -> None:
        limiter = make_limiter()
        slot = await limiter.acquire(Priority.SYNC)
        slot.sent()
        limiter.refused(slot, limit, None)
        limiter.release(slot)
        started = now()
        for _ in range(20):
            slot = await limiter.acquire(Priority.SYNC)
            slot.sent()
            slot.answered()
            limiter.release(slot)
        assert now() - started >= 18 * seconds
        assert limiter.learned == float(limit)

    virtual_time.run(main())


def test_a_fixed_limit_is_never_exceeded_and_the_services_own_holds_too() -> None:
    async def main() -> None:
        generous = Service(100)
        await work(generous, make_limiter(fixed=4), 50)
        assert 0.95 * 4 * 50 <= len(generous.accepted) <= 4 * 50 + 2
        strict = Service(2)
        limiter = make_limiter(fixed=4)
        await work(strict, limiter, 100)
        assert limiter.limit == 2
        assert len(strict.refused) <= 3

    virtual_time.run(main())


def test_the_recent_rate() -> None:
    async def main() -> None:
        service = Service(5)
        limiter = make_limiter(learned=5)
        assert limiter.recent_rate() == 0
        await work(service, limiter, 10)
        assert 4 <= limiter.recent_rate() <= 5
        await asyncio.sleep(2)
        assert limiter.recent_rate() == 0

    virtual_time.run(main())
