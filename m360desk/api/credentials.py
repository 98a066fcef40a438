"""The two credentials of an account, and how people really paste them."""

import re
from dataclasses import dataclass, field
from typing import Literal

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TOKEN_OF_THE_GUIDE = re.compile(r"[0-9a-fA-F]{64}")
_NO_TOKEN_CHARACTER = re.compile(r"[^\x21-\x7e]")
_PREFIX = re.compile(r"^(authorization\s*:)?\s*(bearer\s)?\s*", re.IGNORECASE)
_CODE_LENGTH = 36
# What word processors and chat programs make of a dash, and marks that nobody sees.
_AS_PASTED = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", "")
)

Part = Literal["auth_code", "auth_token"]


class CredentialsError(ValueError):
    """A credential cannot be right; ``part`` names which. The message never holds the value."""

    def __init__(self, part: Part, message: str) -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True, slots=True)
class Credentials:
    """authCode and authToken of one account (guide: they are not the M360 login)."""

    auth_code: str = field(repr=False)
    auth_token: str = field(repr=False)

    def bearer(self) -> str:
        """Return the value of the Authorization header (guide: both joined by one dash)."""
        return f"Bearer {self.auth_code}-{self.auth_token}"

    def doubt(self) -> str | None:
        """Say what looks unusual though it may be right, or None.

        That a token is 64 hex digits is known from the guide's example only.
        """
        if _TOKEN_OF_THE_GUIDE.fullmatch(self.auth_token):
            return None
        return (
            f"The auth token has {len(self.auth_token)} characters; usually it is 64 hex digits. "
            "It is tried as it is."
        )


def split_pasted(text: str) -> tuple[str, str]:
    """Take pasted text apart into (authCode, authToken); "" for a part that is not in it.

    Blanks, line ends, quotation marks and ``Authorization: Bearer`` in front are removed. Text that is
    neither an authCode nor a whole bearer counts as a token.
    """
    text = text.translate(_AS_PASTED).strip().strip("\"'“”`").lstrip()
    text = "".join(_PREFIX.sub("", text, count=1).split())
    code = _UUID.match(text)
    if code is None:
        return "", text
    rest = text[code.end() :]
    if not rest:
        return text, ""
    if rest.startswith("-"):
        return code.group(), rest[1:]
    return "", text


def parse_credentials(auth_code: str, auth_token: str = "") -> Credentials:
    """Make credentials of what was typed or pasted into one or two fields.

    Either field may hold its own part, the other one, or the whole bearer. Raises :class:`CredentialsError`
    that says exactly what is wrong.
    """
    first_code, first_rest = split_pasted(auth_code)
    second_code, second_rest = split_pasted(auth_token)
    code = first_code or second_code
    if not code:
        raise CredentialsError("auth_code", _code_problem(first_rest))
    token = second_rest or first_rest
    if not token:
        raise CredentialsError("auth_token", "The auth token is missing: paste it below the auth code.")
    _check_token(token)
    return Credentials(code, token)


def _code_problem(text: str) -> str:
    if not text:
        return "The auth code is missing: paste it from the M360 dashboard."
    if "@" in text:
        return (
            "This looks like an e-mail address. The API has credentials of its own; "
            "the M360 login does not work here."
        )
    shape = "It has 36 characters: hex digits in five groups with dashes between them."
    if len(text) != _CODE_LENGTH:
        return f"The auth code has {len(text)} characters. {shape}"
    wrong = next((place for place, char in enumerate(text, 1) if char not in "0123456789abcdefABCDEF-"), None)
    if wrong is not None:
        return f"Character {wrong} of the auth code is no hex digit and no dash. {shape}"
    return f"The dashes of the auth code are not where they belong. {shape}"


def _check_token(token: str) -> None:
    if "@" in token:
        raise CredentialsError(
            "auth_token",
            "The auth token holds an @ sign. The M360 login does not work here; use the API's token.",
        )
    wrong = _NO_TOKEN_CHARACTER.search(token)
    if wrong is not None:
        raise CredentialsError(
            "auth_token",
            f"Character {wrong.start() + 1} of the auth token cannot be part of a token. Copy it again.",
        )
