"""Numbers that look thrown but are the same for the same seed, on every machine and Python version.

Only ``Random.random`` is used on what :func:`dice` returns: it is the one method whose sequence Python
promises to keep from version to version.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

_MASK = (1 << 64) - 1
_ODD = 0x9E3779B97F4A7C15


def mix(value: int) -> int:
    """Scatter a number over 64 bits (the last step of splitmix64); numbers below 2**64 stay distinct."""
    value = (value + _ODD) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def mix_all(seed: int, *parts: int) -> int:
    """One number of 64 bits out of several."""
    for part in parts:
        seed = mix((seed * 0x2545F4914F6CDD1D ^ part) & _MASK)
    return seed


def dice(seed: int, *parts: int) -> Random:
    """A generator of its own for this seed and these numbers."""
    return Random(mix_all(seed, *parts))  # noqa: S311  makes up phones, guards no secret


def pick(rng: Random, choices: Sequence[T]) -> T:
    """One of ``choices``, each as likely."""
    return choices[int(rng.random() * len(choices))]


def between(rng: Random, low: float, high: float) -> float:
    """A number from ``low`` up to ``high``."""
    return low + (high - low) * rng.random()


def whole(rng: Random, low: int, high: int) -> int:
    """A whole number, both ends included."""
    return low + int(rng.random() * (high - low + 1))
