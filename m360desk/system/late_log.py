"""A word for the log from modules that come before it: its library (2 ms) can wait until there is one."""


def note(name: str, text: str, *values: object) -> None:
    """Log it, at the level INFO, for the module of that name."""
    import logging

    logging.getLogger(name).info(text, *values)
