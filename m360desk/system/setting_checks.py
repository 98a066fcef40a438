"""What values a setting may have: each check takes a value as TOML gave it and returns the typed one.

A check raises `WrongValueError`, whose text completes the sentence "… must be".
"""

from collections.abc import Callable

Check = Callable[[object], object]


class WrongValueError(ValueError):
    """A value isn't allowed; the text says which ones are."""


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(value: object) -> object:
        if value in allowed:
            return value
        raise WrongValueError(" or ".join(f'"{word}"' for word in allowed))

    return check


def text(longest: int) -> Check:
    """Any text of at most `longest` characters."""

    def check(value: object) -> object:
        if isinstance(value, str) and len(value) <= longest:
            return value
        raise WrongValueError(f"a text of at most {longest} characters")

    return check


def whole(least: int, most: int) -> Check:
    """A whole number from `least` to `most`."""

    def check(value: object) -> object:
        # To Python true is the number 1; to a person it is not.
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise WrongValueError(f"a whole number from {least} to {most}")

    return check


def whole_or(word: str, least: int, most: int) -> Check:
    """A whole number, or `word`, which stands for None (TOML has no null)."""
    number = whole(least, most)

    def check(value: object) -> object:
        if value == word:
            return None
        try:
            return number(value)
        except WrongValueError as error:
            raise WrongValueError(f'"{word}" or {error}') from None

    return check


def yes_or_no(value: object) -> object:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise WrongValueError("true or false")


def positive(value: object) -> object:
    """A number above zero."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e6:
        return float(value)
    raise WrongValueError("a number above 0")
