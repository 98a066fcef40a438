"""Credentials as people paste them, and addresses that a bearer may go to."""

import pytest

from m360desk.api.credentials import Credentials, CredentialsError, parse_credentials
from m360desk.api.urls import DEFAULT_BASE_URL, check_base_url, host_of, is_safe_link

CODE = "a167b9ae-948d-490c-9995-932984fbb223"
TOKEN = "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"


def test_the_guides_example() -> None:
    credentials = parse_credentials(CODE, TOKEN)
    assert credentials.bearer() == f"Bearer {CODE}-{TOKEN}"
    assert credentials.doubt() is None
    assert repr(credentials) == "Credentials()"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"  {CODE}\r\n", f"\t{TOKEN} \n"),
        (f"{CODE}-{TOKEN}", ""),
        ("", f"Bearer {CODE}-{TOKEN}"),
        (f"Authorization: Bearer {CODE}-{TOKEN}\n", ""),
        (f"authorization:bearer {CODE}-{TOKEN}", ""),
        (TOKEN, CODE),
        (CODE, f"{CODE}-{TOKEN}"),
        (f"{CODE}-{TOKEN[:30]}\n  {TOKEN[30:]}", ""),
        (f'"{CODE}"', f"“{TOKEN}”"),
        (CODE.replace("-", "\u2013"), f"\u200b{TOKEN}\u00a0"),
    ],
)
def test_however_it_is_pasted(first: str, second: str) -> None:
    assert parse_credentials(first, second) == Credentials(CODE, TOKEN)


@pytest.mark.parametrize(
    ("first", "second", "part", "words"),
    [
        ("", "", "auth_code", "is missing"),
        (CODE, "", "auth_token", "is missing"),
        (CODE[:-1], TOKEN, "auth_code", "35 characters"),
        (CODE.replace("9", "g", 1), TOKEN, "auth_code", "Character 6"),
        (CODE.replace("-", "0", 1), TOKEN, "auth_code", "dashes"),
        ("me@example.com", TOKEN, "auth_code", "e-mail"),
        (CODE, "me@example.com", "auth_token", "login"),
        (CODE, "ab\u00e9d", "auth_token", "Character 3"),
    ],
)
def test_what_is_wrong_is_said_exactly_and_without_the_value(
    first: str, second: str, part: str, words: str
) -> None:
    with pytest.raises(CredentialsError, match=words) as caught:
        parse_credentials(first, second)
    assert caught.value.part == part
    assert TOKEN[:8] not in str(caught.value)
    assert CODE[:7] not in str(caught.value)


def test_an_unusual_token_is_doubted_but_taken() -> None:
    credentials = parse_credentials(CODE, "short")
    assert credentials.auth_token == "short"
    assert "5 characters" in (credentials.doubt() or "")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (DEFAULT_BASE_URL, "https://m360soft.com/api/customer/v2"),
        (" https://example.com:8443/api/ \n", "https://example.com:8443/api"),
        ("http://127.0.0.1:8000/api/customer/v2//", "http://127.0.0.1:8000/api/customer/v2"),
        ("http://127.9.8.7/x", "http://127.9.8.7/x"),
        ("HTTP://LocalHost/x", "HTTP://LocalHost/x"),
        ("http://[::1]:80/x", "http://[::1]:80/x"),
    ],
)
def test_addresses_that_are_taken(text: str, url: str) -> None:
    assert check_base_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m360soft.com/api",
        "ftp://m360soft.com",
        "http://m360soft.com/api",
        "http://localhost.example.com/api",
        "http://127.0.0.1.example.com/",
        "http://2130706433/",
        "http://[::ffff:8.8.8.8]/",
        "https://user:secret@m360soft.com/api",
        "https://@m360soft.com/api",
        "https://m360soft.com/api?x=1",
        "https://m360soft.com/api#x",
        "https://m360soft.com\\@example.com/api",
        "https://m360soft.com:99999/api",
        "https://m360\nsoft.com/api",
        "https:///api",
        "https://[::1/api",
    ],
)
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address") as caught:
        check_base_url(text)
    assert "secret" not in str(caught.value)


def test_links_and_hosts() -> None:
    assert is_safe_link("https://files.example.com/r.pdf?token=1")
    assert not is_safe_link("http://files.example.com/r.pdf")
    assert not is_safe_link("https://m360soft.com@example.com/r.pdf")
    assert not is_safe_link("javascript:alert(1)")
    assert host_of("https://user:pw@example.com:81/path?q") == "example.com:81"
