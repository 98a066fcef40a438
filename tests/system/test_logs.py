"""Logs rotate, speak UTC, hide secrets and never stop the work."""

import logging
import re
from pathlib import Path

import pytest

from m360desk.system import logs
from m360desk.system.logs import start_logging
from m360desk.system.paths import PlaceError
from m360desk.system.redaction import HIDDEN, Redactor

# The guide's own examples.
CODE = "a167b9ae-948d-490c-9995-932984fbb223"
TOKEN = "f3e1016b87d4d11d7994d39050ac5d05ef475bc422131b0916337f0c0a424be3"
SESSION = "0198e5c2-77aa-7c1e-8f3a-2f4a5b6c7d8e"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CODE}-{TOKEN}",
        f"{CODE}-{TOKEN}".upper(),
        f'{{"authCode": "{CODE}", "authToken":"{TOKEN}"}}',
        f"M360DESK_AUTH_TOKEN={TOKEN}",
        f"bearer {CODE}-short-token-of-another-kind",
        f"auth_code={CODE};auth_token='odd,token'",
    ],
)
def test_what_looks_like_a_credential_is_hidden_though_nobody_named_it(text: str) -> None:
    cleaned = Redactor().clean(text)
    assert HIDDEN in cleaned
    for secret in (CODE, TOKEN, "short-token", "odd"):
        assert secret not in cleaned.lower()


def test_known_secrets_are_hidden_anywhere_and_ids_stay_readable() -> None:
    redactor = Redactor()
    redactor.register(f" {CODE}\n")
    redactor.register("short")  # too short to hide
    redactor.register(CODE + "-and-more-of-it")
    text = redactor.clean(f"x{CODE}-and-more-of-ity {CODE.upper()} session {SESSION} short")
    assert text == f"x{HIDDEN}y {HIDDEN} session {SESSION} short"
    assert CODE not in repr(redactor)


def test_the_file_holds_utc_lines_without_secrets_even_in_tracebacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    redactor = Redactor()
    redactor.register(CODE)
    stop = start_logging(tmp_path / "logs", "sync", redactor, console=logging.INFO)
    try:
        logging.getLogger("m360desk.test").info("code %s and lone surrogate \ud800", CODE)
        error = ValueError(f"refused Bearer {CODE}-{TOKEN}")
        logging.getLogger("m360desk.test").info("it failed", exc_info=error)
        unprintable = logging.makeLogRecord({"msg": "wrong %d", "args": (CODE,), "levelno": logging.ERROR})
        for handler in logging.getLogger().handlers[-2:]:
            handler.handle(unprintable)  # logging's own way is to print what it cannot format
        logging.getLogger("httpx").info("chatter")
    finally:
        stop()
    logging.getLogger("m360desk.test").info("after the end")
    written = (tmp_path / "logs" / "sync.log").read_text(encoding="utf-8")
    for text in (written, capsys.readouterr().err):
        assert f"code {HIDDEN} and lone surrogate" in text
        assert f"ValueError: refused Bearer {HIDDEN}" in text
        assert CODE not in text
        assert TOKEN not in text
        assert "chatter" not in text
        assert "after the end" not in text
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO m360desk\.test \[MainThread\] ", written)


def test_the_log_rotates_and_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2_000)
    stop = start_logging(tmp_path, "window", Redactor())
    for number in range(400):
        logging.getLogger("m360desk.test").info("line %d", number)
    stop()
    files = sorted(tmp_path.iterdir())
    assert [f.name for f in files] == ["window.log", *(f"window.log.{n}" for n in range(1, logs.FILES))]
    assert all(f.stat().st_size <= 2_000 for f in files)
    assert files[0].read_text().endswith("line 399\n")


def test_a_log_that_cannot_be_rotated_goes_on_and_one_that_cannot_be_made_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 500)
    (tmp_path / "window.log.1" / "in the way").mkdir(parents=True)  # nothing can be renamed to this name
    stop = start_logging(tmp_path, "window", Redactor())
    for number in range(50):
        logging.getLogger("m360desk.test").info("line %d", number)
    stop()
    assert (tmp_path / "window.log").read_text().endswith("line 49\n")
    assert capsys.readouterr().err == ""
    with pytest.raises(PlaceError):
        start_logging(tmp_path / "window.log", "window", Redactor())
