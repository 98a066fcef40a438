"""What went wrong with the computer's own services, in words for the person at the desk."""

from m360desk.core.user_text import UserText


class SystemServiceError(Exception):
    """Base of this layer's errors; each carries a text that can be shown as it is.

    Attributes:
        user_text: what happened, what it means, what to do.
    """

    def __init__(self, user_text: UserText) -> None:
        super().__init__(user_text.one_line())
        self.user_text = user_text
