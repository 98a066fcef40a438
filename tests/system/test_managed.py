"""Settings that whoever looks after a computer presets or locks."""

import tomllib
from pathlib import Path

import pytest

from m360desk.system.managed import UNMANAGED, read_managed
from m360desk.system.paths import find_places
from m360desk.system.settings_file import SettingsFile

MANAGED = """
[preset.account]
mode = "live"
[preset.sync]
every_minutes = 30
[locked.battery]
good_from = 88
[locked.sync]
workstations = 5
"""


def file_with(folder: Path, text: str = MANAGED, *, own: str = "") -> SettingsFile:
    path = folder / "managed.toml"
    path.write_text(text, encoding="utf-8")
    if own:
        (folder / "settings.toml").write_text(own, encoding="utf-8")
    return SettingsFile(folder / "settings.toml", read_managed([folder / "elsewhere" / "managed.toml", path]))


def test_presets_hold_until_the_user_chooses_and_what_is_locked_always(tmp_path: Path) -> None:
    settings_file = file_with(tmp_path, own="[sync]\nworkstations = 2\nevery_minutes = 5\n")
    settings, notes = settings_file.load()
    assert not notes
    assert (settings.mode, settings.sync_minutes) == ("live", 5)
    assert (settings.battery_good_from, settings.workstations) == (88, 5)
    assert settings.locked == {"battery_good_from", "workstations"}


def test_a_change_leaves_what_is_locked_and_does_not_freeze_presets(tmp_path: Path) -> None:
    settings_file = file_with(tmp_path, own="[sync]\nworkstations = 2\n")
    changed = settings_file.change(
        lambda old: old._replace(theme="dark", workstations=9, battery_good_from=99, battery_replace_below=95)
    )
    assert (changed.theme, changed.workstations, changed.battery_good_from) == ("dark", 5, 88)
    assert changed.battery_replace_below == 88, "the limit that is not locked gives way"
    written = tomllib.loads((tmp_path / "settings.toml").read_text(encoding="utf-8"))
    assert written["sync"]["workstations"] == 2, "the user's own choice is kept for later"
    assert "every_minutes" not in written["sync"]
    assert "mode" not in written["account"]
    later = file_with(tmp_path, MANAGED.replace("30", "45").replace('"live"', '"testing"')).load().settings
    assert (later.sync_minutes, later.mode) == (45, "testing")
    own = settings_file.change(lambda old: old._replace(sync_minutes=60))
    assert own.sync_minutes == file_with(tmp_path).load().settings.sync_minutes == 60


def test_locks_that_go_give_the_users_own_choice_back(tmp_path: Path) -> None:
    file_with(tmp_path, own="[sync]\nworkstations = 2\n").change(lambda old: old._replace(theme="dark"))
    settings = SettingsFile(tmp_path / "settings.toml").load().settings
    assert (settings.workstations, settings.battery_good_from, settings.theme) == (2, 85, "dark")
    assert settings.locked == frozenset()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[locked", "could not be understood"),
        ("[lock.account]\nmode = 'live'", "'lock' is neither"),
        ("[locked.account]\nlast = 'x'", "account.last is no setting that can be managed"),
        ("[preset]\nmode = 'live'", "mode is no setting that can be managed"),
        ("[locked.account]\nmode = 'maybe'", "account.mode must be"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_and_harms_nothing(tmp_path: Path, text: str, told: str) -> None:
    settings, notes = file_with(tmp_path, text).load()
    assert told in " ".join(notes)
    assert settings.mode == "testing"
    assert settings.last_account == ""


def test_the_first_file_that_is_there_counts(tmp_path: Path) -> None:
    assert read_managed([tmp_path / "none.toml"]) is UNMANAGED
    (tmp_path / "a").write_text("[locked.account]\nmode = 'live'")
    (tmp_path / "b").write_text("[locked.account]\nmode = 'testing'")
    assert read_managed([tmp_path / "c", tmp_path / "a", tmp_path / "b"]).locked == {"account.mode": "live"}
    denied = tmp_path / "folder"
    denied.mkdir()
    assert "could not be read" in read_managed([denied]).notes[0]


def test_a_profile_brings_its_own_file(tmp_path: Path) -> None:
    assert find_places(tmp_path).managed_files == (tmp_path / "managed.toml",)
    assert all(path.name == "managed.toml" for path in find_places().managed_files)
