"""What is wrong with a query, where, and what would be right."""

from typing import Final

_LONGEST_SAID: Final = 40


class QueryError(ValueError):
    """A query that means nothing.

    ``message`` says what is wrong and, where it can, what is right. ``start`` and ``end`` are offsets in the
    query's text. ``repair``, where one is obvious, is what should stand there instead of ``text[start:end]``.
    """

    def __init__(
        self, message: str, start: int, end: int, hint: str | None = None, repair: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint
        self.repair = repair

    def repaired(self, text: str) -> str | None:
        """The whole query with the mistake mended; None where no repair is obvious."""
        return None if self.repair is None else text[: self.start] + self.repair + text[self.end :]


def said(text: str) -> str:
    """What was written, in quotation marks, for a message: the beginning of it where it is long."""
    return f"“{text if len(text) <= _LONGEST_SAID else text[: _LONGEST_SAID - 1] + '…'}”"
