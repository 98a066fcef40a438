"""What the fleet knows about one phone model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phone:
    """One model as it was sold in Europe.

    ``capacity`` is the design capacity in mAh, ``storages`` are in GB, ``share`` is the model's weight in a
    shop's intake some years after its release, ``ageing`` scales how fast its battery wears (1: as the
    average).
    """

    brand: str
    name: str
    code: str
    product: str
    tac: str
    capacity: int
    storages: tuple[int, ...]
    colours: tuple[str, ...]
    released: str  # YYYY-MM
    os_first: int
    os_last: int
    share: float
    dual_sim: bool
    ageing: float = 1.0

    @property
    def is_apple(self) -> bool:
        """Whether it runs iOS."""
        return self.brand == "Apple"

    @property
    def manufacturer(self) -> str:
        """Who built it, as device properties name it."""
        return {"Apple": "Apple Inc.", "Xiaomi": "Xiaomi Communications", "Google": "Google"}.get(
            self.brand, self.brand
        )
