"""What the services need of the program around them."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from m360desk.store.writer import CacheWriter

T = TypeVar("T")


class WriterPort(Protocol):
    """The way to the thread of the one writer of a cache."""

    def submit(self, work: Callable[[CacheWriter], T]) -> Awaitable[T]:
        """Have `work` done in the writer's thread, after all that was handed in before; now, not when
        awaited.

        Errors of opening the cache and of the work are raised where it is awaited.
        """
        ...
