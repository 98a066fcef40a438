"""Messages for people, always in the same three parts."""

from __future__ import annotations

from typing import NamedTuple


class UserText(NamedTuple):
    """A message in three parts: what happened, what it means, what to do."""

    happened: str
    means: str
    do: str

    def one_line(self) -> str:
        """All of it as one line, for a terminal or a log."""
        return " ".join(part for part in self if part)
