"""The commands end to end: a simulator in a process of its own, real caches, real files."""

import _thread
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest

from m360desk.api.limiter import Priority
from m360desk.api.retry import PATIENCE
from m360desk.cli import main
from m360desk.commands.console import Console
from m360desk.simulator.host import SimulatorProcess
from m360desk.store.key import CacheKey, account_hash, cache_file
from m360desk.system.locks import cache_lock
from m360desk.system.settings import Account
from m360desk.system.settings_file import SettingsFile

ROOT = Path(__file__).resolve().parents[2]
SESSIONS = 230


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", str(SESSIONS), "--seed", "7") as running:
        yield running


@pytest.fixture
def profile(tmp_path: Path, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new profile whose credentials come from the environment."""
    simulator.control("settings", rate=0, latency=0, accountMode="live")
    monkeypatch.setenv("M360DESK_AUTH_CODE", simulator.auth_code)
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", simulator.auth_token)
    return tmp_path / "profile"


def cache_of(profile: Path, simulator: SimulatorProcess, mode: Any = "live") -> Path:
    key = CacheKey(account_hash(simulator.auth_code), mode, simulator.url)
    return cache_file(profile / "cache", key)


class Program:
    """Runs commands in this process on one profile and one simulator."""

    def __init__(
        self, profile: Path, simulator: SimulatorProcess, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._common = ["--profile", str(profile), "--api-url", simulator.url]
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def __call__(self, *argv: str, mode: str = "live") -> int:
        code = main([*argv, *self._common, "--mode", mode])
        self.out, self.err = self._capsys.readouterr()
        return code

    def summary(self) -> dict[str, Any]:
        """The one line of ``sync --json``."""
        line, end = self.out.split("\n")
        assert end == ""
        found = json.loads(line)
        assert isinstance(found, dict)
        return found


@pytest.fixture
def program(profile: Path, simulator: SimulatorProcess, capsys: pytest.CaptureFixture[str]) -> Program:
    return Program(profile, simulator, capsys)


def test_sync_fetches_all_then_nothing_new_and_export_needs_no_credentials(
    profile: Path,
    simulator: SimulatorProcess,
    program: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert program("sync", "--json") == 0
    first = program.summary()
    assert list(first) == [
        "mode", "sessions", "new", "updated", "requests", "rate_limited", "complete", "seconds",
    ]  # fmt: skip
    assert (first["mode"], first["sessions"], first["new"], first["complete"]) == (
        "live",
        SESSIONS,
        SESSIONS,
        True,
    )
    assert program("sync", "--json") == 0
    second = program.summary()
    assert (second["sessions"], second["new"], second["complete"]) == (SESSIONS, 0, True)
    assert program("sync") == 0
    assert f"{SESSIONS} sessions" in program.out

    monkeypatch.delenv("M360DESK_AUTH_CODE")
    monkeypatch.delenv("M360DESK_AUTH_TOKEN")
    out = tmp_path / "all.jsonl"
    assert program("export", str(out)) == 0
    assert program.out == ""
    assert f"{SESSIONS} sessions (live)" in program.err
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len({record["session"] for record in records}) == SESSIONS
    some = tmp_path / "some.csv"
    assert program("export", str(some), "--query", "-battery:>=0") == 0
    unknown = sum(record["battery"] is None for record in records)
    assert 0 < unknown < SESSIONS
    assert f"{unknown} sessions" in program.err

    written = "".join(
        path.read_text(errors="replace") for path in profile.rglob("*") if path.suffix in {".log", ".toml"}
    )
    assert "sync.log" in {path.name for path in profile.rglob("*")}
    assert simulator.auth_token not in written
    assert simulator.auth_code not in written
    settings = SettingsFile(profile / "settings.toml").load().settings
    assert settings.last_account == account_hash(simulator.auth_code)
    assert settings.accounts[0].code_end == simulator.auth_code[-4:]
    assert settings.mode == "testing"  # the command line's mode held for those runs only


def test_sync_and_export_never_load_qt_and_run_by_the_console_script(
    profile: Path, simulator: SimulatorProcess, tmp_path: Path
) -> None:
    script = (
        "import sys\nfrom m360desk.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "loaded = {'PySide6', 'pyqtgraph', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'imported: {loaded}' if loaded else code)"
    )
    for argv in (["sync", "--max-pages", "1", "--json"], ["export", str(tmp_path / "x.csv")]):
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                script,
                *argv,
                "--profile",
                str(profile),
                "--mode",
                "live",
                "--api-url",
                simulator.url,
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        if argv[0] == "sync":
            assert json.loads(done.stdout.splitlines()[-1])["complete"] is False
    assert len((tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines()) == 101


def test_the_rate_limit_is_remembered_and_kept_to_from_the_start(
    profile: Path, simulator: SimulatorProcess, program: Program
) -> None:
    file = SettingsFile(profile / "settings.toml")
    known = Account(account_hash(simulator.auth_code), requests_per_second=3.0)
    file.change(lambda settings: settings.with_account(known))
    simulator.control("settings", rate=3)
    assert program("sync", "--json", "--max-pages", "2") == 0
    assert program.summary()["rate_limited"] == 0
    file.change(lambda settings: settings.without_account(known.key))
    assert program("sync", "--json", "--max-pages", "2") == 0
    assert program.summary()["rate_limited"] > 0
    assert file.load().settings.accounts[0].requests_per_second == 3.0


@pytest.mark.parametrize(
    ("account_mode", "code", "words"),
    [("disabled", 4, "API"), ("licence-ended", 4, "licence"), ("testing", 4, "does not answer live")],
)
def test_an_account_that_refuses_is_code_4(
    simulator: SimulatorProcess, program: Program, account_mode: str, code: int, words: str
) -> None:
    simulator.control("settings", accountMode=account_mode)
    assert program("sync", "--json") == code
    assert words in program.err
    assert program.summary()["sessions"] == 0


def test_a_testing_refresh_replaces_and_is_never_mixed_with_live(
    profile: Path, simulator: SimulatorProcess, program: Program
) -> None:
    assert program("sync", "--json") == 0
    for _ in range(2):
        assert program("sync", "--json", mode="testing") == 0
        assert (program.summary()["sessions"], program.summary()["complete"]) == (500, False)
    assert program("sync", "--json") == 0
    assert program.summary()["sessions"] == SESSIONS
    assert cache_of(profile, simulator) != cache_of(profile, simulator, "testing")


@pytest.mark.parametrize(
    ("code", "token", "words"),
    [
        ("00000000-0000-4000-8000-000000000000", "f" * 64, "refused"),
        ("not a code", "f" * 64, "auth code"),
        ("", "f" * 64, "M360DESK_AUTH_CODE"),
        ("", "", "no credentials on this computer"),
    ],
)
def test_credentials_refused_wrong_or_absent_are_code_3(
    program: Program, monkeypatch: pytest.MonkeyPatch, code: str, token: str, words: str
) -> None:
    monkeypatch.setenv("M360DESK_AUTH_CODE", code)
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", token)
    assert program("sync") == 3
    assert words in program.err
    assert "f" * 64 not in program.err


def test_a_missing_keyring_is_code_3_and_says_what_helps(
    profile: Path, simulator: SimulatorProcess, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program("sync", "--max-pages", "1") == 0
    monkeypatch.delenv("M360DESK_AUTH_CODE")
    monkeypatch.delenv("M360DESK_AUTH_TOKEN")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    assert program("sync") == 3
    assert "keyring" in program.err
    assert "M360DESK_AUTH_CODE" in program.err


def test_what_cannot_be_reached_or_is_held_is_code_5_and_export_still_works(
    profile: Path,
    simulator: SimulatorProcess,
    program: Program,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(PATIENCE, Priority.SYNC, 0.0)
    nobody = "http://127.0.0.1:9/api/customer/v2"  # the discard port: nothing listens there
    assert main(["sync", "--profile", str(profile), "--mode", "live", "--api-url", nobody]) == 5
    assert "No connection to the service" in capsys.readouterr().err

    assert program("sync") == 0
    with cache_lock(cache_of(profile, simulator), "the window"):
        assert program("sync") == 5
        assert f"in use by the window (process {os.getpid()}" in program.err
        assert program("export", str(tmp_path / "x.csv")) == 0
        assert f"{SESSIONS} sessions" in program.err


def test_a_cache_that_cannot_be_used_is_code_6(
    profile: Path, simulator: SimulatorProcess, program: Program, tmp_path: Path
) -> None:
    assert program("sync", "--max-pages", "1") == 0
    with sqlite3.connect(cache_of(profile, simulator)) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert program("sync") == 6
    assert "newer version" in program.err
    assert program("export", str(tmp_path / "x.csv")) == 6
    assert not (tmp_path / "x.csv").exists()
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "cache").touch()
    assert main(["sync", "--profile", str(tmp_path / "blocked"), "--api-url", simulator.url]) == 6


def test_a_profile_that_is_a_file_is_said_so(
    simulator: SimulatorProcess, profile: Path, program: Program
) -> None:
    profile.touch()
    assert program("sync") == 6
    assert "a file is in the way" in program.err
    assert "Traceback" not in program.err


def test_ctrl_c_ends_cleanly_and_keeps_what_was_fetched(
    profile: Path, simulator: SimulatorProcess, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted: list[str] = []

    def press_ctrl_c(_console: Console, text: str) -> None:
        if cache_of(profile, simulator).exists() and not interrupted:
            interrupted.append(text)
            _thread.interrupt_main()

    simulator.control("settings", latency=20)
    with monkeypatch.context() as patched:
        patched.setattr(Console, "progress", press_ctrl_c)
        assert program("sync", "--json") == 130
    assert interrupted
    assert "kept" in program.err
    assert program("sync", "--json") == 0
    assert (program.summary()["sessions"], program.summary()["complete"]) == (SESSIONS, True)


@pytest.mark.parametrize("name", ["x.csv", "x.XLSX", "x.jsonl"])
def test_an_absent_cache_exports_an_empty_file_with_a_note(
    program: Program, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("M360DESK_AUTH_CODE")
    monkeypatch.delenv("M360DESK_AUTH_TOKEN")
    assert program("export", str(tmp_path / name)) == 0
    assert (tmp_path / name).exists()
    assert "nothing is cached" in program.err
    if name == "x.csv":
        (header,) = (tmp_path / name).read_text(encoding="utf-8-sig").splitlines()
        assert header.startswith("mode,")


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("batery:<80", "x.csv", "character 1"),
        ("imei:1 (", "x.csv", "imei:1 (\n         ^\n"),
        ("a battery<80", "x.csv", "  a battery<80\n    ^^^^^^^^^^\n"),
        ("a battery<80", "x.jsonl", "This would be right: a battery:<80"),
        ("📱\tnaïve\nzzz:1", "x.csv", "at character 9: There is no field “zzz”"),
        ("word " * 90 + "batery:<80 " + "more " * 90, "x.csv", "…word word word word batery:<80 more more"),
        ("x" * 30_000, "x.xlsx", "at most 20,000 characters, this one has 30,000"),
        ("\udcff:1 (", "x.csv", "is not closed"),
        ("", "x.doc", ".xlsx"),
        ("", "no/such/folder/x.csv", "cannot be written"),
    ],
)
def test_a_wrong_query_or_file_is_code_2_and_writes_nothing(
    program: Program, tmp_path: Path, query: str, name: str, words: str
) -> None:
    out = tmp_path / "out" / name
    out.parent.parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "out").mkdir(exist_ok=True)
    assert program("export", str(out), "--query", query) == 2
    assert words in program.err
    assert list((tmp_path / "out").rglob("*.*")) == []


def test_wrong_settings_are_told_and_a_wrong_saved_address_is_code_2(
    profile: Path, simulator: SimulatorProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    profile.mkdir()
    (profile / "settings.toml").write_text(
        '[account]\nmode = "Live"\napi_url = "http://m360soft.example/v2"\n'
    )
    assert main(["sync", "--profile", str(profile)]) == 2
    said = capsys.readouterr().err
    assert 'account.mode must be "testing" or "live"' in said
    assert "account.api_url" in said


def test_a_damaged_cache_that_was_put_aside_is_told(
    program: Program, profile: Path, simulator: SimulatorProcess
) -> None:
    damaged = cache_of(profile, simulator)
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no database, but long enough to be read as one" * 100)
    assert program("sync", "--json") == 0
    assert program.summary()["sessions"] == SESSIONS
    (aside,) = damaged.parent.glob("*.damaged-*")
    assert program.err.startswith("m360desk: ")
    assert aside.name in program.err


def test_the_console_program_reads_many_records_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started as people start it: its helper loads the program's own script, which must run nothing again."""
    program = Path(sys.executable).with_name("m360desk.exe" if os.name == "nt" else "m360desk")
    with SimulatorProcess("--sessions", "9000", "--seed", "7", "--prerender") as account:
        done = subprocess.run(
            [program, "sync", "--json", "--mode", "live", "--api-url", account.url, "--profile", tmp_path],
            env={
                **os.environ,
                "M360DESK_AUTH_CODE": account.auth_code,
                "M360DESK_AUTH_TOKEN": account.auth_token,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["sessions"] == 9000
    logs = "".join(path.read_text() for path in (tmp_path / "logs").glob("*.log"))
    assert "records are read by another process" in logs
