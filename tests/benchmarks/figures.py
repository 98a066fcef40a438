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
        name: what was measured.
        value: the number.
        unit: of it.
        floor: the same with nothing of this program in the way, measured in the same run; None: none.
        floor_name: what the floor is.
        goal: what is to be reached; None: for information.
    """

    name: str
    value: float
    unit: str
    floor: float | None = None
    floor_name: str = ""
    goal: Goal | None = None

    @property
    def ratio(self) -> float | None:
        """The figure as a part of its floor."""
        return self.value / self.floor if self.floor else None

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        value = self.ratio if self.goal.of_ratio else self.value
        if value is None:
            return False
        return value >= self.goal.number if self.goal.relation == "at least" else value <= self.goal.number
