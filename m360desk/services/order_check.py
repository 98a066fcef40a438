"""Whether ids tell the order of time.

That they do is an assumption. Where it is wrong, new sessions turn up anywhere in a list that is ordered by
id, and a gap between two stretches would say nothing about time.
"""

from collections.abc import Sequence

from m360desk.core.fields import INDEX
from m360desk.core.records import Session

_CREATED = INDEX["created"]
_FEWEST = 20  # of fewer records, chance alone could look like disorder
_ENOUGH_IN_ORDER = 0.75


def ids_are_disorderly(sessions: Sequence[Session]) -> bool:
    """Whether the ids of a page descend or ascend as text, while the times of upload follow no order.

    A few uploads out of turn are nothing; so each time is compared with the one half a page further on. In
    an order by time almost all of these pairs agree, in none about half of them do.
    """
    pairs = [
        (session.key, created)
        for session in sessions
        if session.key is not None and isinstance(created := session.values[_CREATED], int)
    ]
    if len(pairs) < _FEWEST:
        return False
    keys = [key for key, _ in pairs]
    descending = keys == sorted(keys, reverse=True)
    if not descending and keys != sorted(keys):
        return False
    times = [created for _, created in pairs]
    half = len(times) // 2
    ordered = sum(
        (first >= second) if descending else (first <= second)
        for first, second in zip(times[:half], times[-half:], strict=True)
    )
    return ordered < _ENOUGH_IN_ORDER * half
