"""Regular expressions that are compiled when they are first needed."""

import re
from functools import cached_property


class LateRegex:
    """A regular expression; to compile a dozen takes longer than to read the first rows of a cache."""

    def __init__(self, pattern: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._pattern = pattern
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, compiled once."""
        return re.compile(self._pattern, self._flags)
