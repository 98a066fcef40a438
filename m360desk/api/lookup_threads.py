"""Threads for what nothing can break off, such as looking up a host's name, so that no end waits for it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def use_lookup_threads() -> None:
    """Have the running loop do in such threads what asyncio gives to its default executor.

    That is each look-up of a name: the system's resolver cannot be cancelled, and may hang for as long as the
    network does. An ordinary executor has the loop's end, and the program's, wait for it.
    """
    asyncio.get_running_loop().set_default_executor(_LookupThreads())


class _LookupThreads(ThreadPoolExecutor):
    """A daemon thread for each call; asyncio takes no executor that is not a ThreadPoolExecutor."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        call = threading.Thread(
            target=_carry_out, args=(future, lambda: fn(*args, **kwargs)), name="look-up", daemon=True
        )
        call.start()
        return future


def _carry_out(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - it is the caller's, who gets it from the future
        future.set_exception(error)
    else:
        future.set_result(result)
