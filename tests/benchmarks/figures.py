"""What a benchmark measures, beside the floor that it is compared with in the same run."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure, or its ratio to the floor, is to reach.

    Attributes:
        relation: "at least" or "at most".
        number: the border, itself included.
        of_ratio: whether the ratio to the floor counts, not the figure.
    """

    relation: Literal["at least", "at most"]
    number: float
    of_ratio: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        name: what was measured; the same whatever size the cache has, so that sizes stand side by side.
        value: the number.
        unit: of it.
        floor: the same with nothing of this program in the way, measured in the same run; None: none.
        floor_name: what the floor is.
        goal: what is to be reached; None: for information.
        ratio: the figure as a part of its floor; None: the one divided by the other. Where both were measured
            in turns, it is the median of the ratios of the pairs.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    goal: Goal | None = None
    ratio: float | None = None

    def __post_init__(self) -> None:
        """Fill in the ratio."""
        if self.ratio is None and self.floor:
            object.__setattr__(self, "ratio", self.value / self.floor)

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        value = self.ratio if self.goal.of_ratio else self.value
        if value is None:
            return False
        return value >= self.goal.number if self.goal.relation == "at least" else value <= self.goal.number


def percentile(values: list[float], percent: int) -> float:
    """The value that so many of a hundred do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def spread(
    name: str, times: list[float], most: float | None, *, floor: float | None = None, floor_name: str = ""
) -> list[Figure]:
    """Milliseconds as their median and their 95th percentile, which is what the goal speaks of."""
    goal = Goal("at most", most) if most is not None else None
    return [
        Figure(f"{name}: median", percentile(times, 50), "ms"),
        Figure(f"{name}: p95", percentile(times, 95), "ms", floor, floor_name, goal),
    ]
