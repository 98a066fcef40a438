"""Tracebacks that show where an error arose and of what kind it is, without the data it arose from.

A message such as ``KeyError: '353909104242713'`` quotes a customer's device. So what stands in quotes, and
every longer number, is left out; file names, functions, lines and the rest of the message remain.
"""

import re
import traceback

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|“[^”]*”")
_NUMBER = re.compile(r"[0-9][0-9 .:/-]{4,}[0-9]")
_LONGEST_MESSAGE = 500
_DEEPEST_GROUP = 3


def format_without_data(error: BaseException) -> str:
    """The whole chain of `error`, oldest cause first, as Python prints it but without values."""
    parts: list[str] = []
    for number, (link, linked_by) in enumerate(_chain(error)):
        if number:
            parts.append(linked_by)
        parts.append(_one(link, depth=0))
    return "\n".join(parts)


def without_values(message: str) -> str:
    """`message` with quoted texts and long numbers left out."""
    shortened = _NUMBER.sub("#", _QUOTED.sub("'…'", message))
    if len(shortened) <= _LONGEST_MESSAGE:
        return shortened
    return shortened[:_LONGEST_MESSAGE] + "…"


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    """Errors from the first to `error`, each with the words between it and the one before it."""
    links: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if current.__cause__ is not None:
            links.append((current, "\nThat caused:\n"))
            current = current.__cause__
        else:
            links.append((current, "\nWhile that was handled, this happened:\n"))
            current = None if current.__suppress_context__ else current.__context__
    return links[::-1]


def _one(error: BaseException, depth: int) -> str:
    stack = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    text = f"Traceback (most recent call last):\n{stack}{kind}: {without_values(_message(error))}"
    if not isinstance(error, BaseExceptionGroup) or depth == _DEEPEST_GROUP:
        return text
    inner = "\n".join(_one(one, depth + 1) for one in error.exceptions)
    return text + "\n" + "\n".join(f"  | {line}" for line in inner.splitlines())


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 – a report about an error must not fail on the error's own __str__
        return "(its message cannot be shown)"
