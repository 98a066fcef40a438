"""Where files go, and what is said when they cannot."""

import errno
import os
import stat
from pathlib import Path

import pytest

from m360desk.system.files import put_aside, write_atomically
from m360desk.system.paths import PlaceError, find_places, place_error, prepare_folder


def test_a_profile_keeps_everything_below_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    places = find_places(Path("bench"))
    root = tmp_path / "bench"
    assert places.profile == root
    paths = [places.settings_file, places.window_file, places.cache_dir, places.log_dir, places.crash_dir]
    assert all(path.is_relative_to(root) for path in [*paths, places.runtime_dir])
    assert len({*paths, places.runtime_dir}) == 6
    assert not root.exists()


def test_without_a_profile_all_is_below_the_users_home_and_never_roams(private_home: Path) -> None:
    places = find_places()
    assert places.profile is None
    for path in (
        places.settings_file,
        places.cache_dir,
        places.log_dir,
        places.crash_dir,
        places.runtime_dir,
    ):
        assert path.is_relative_to(private_home)
        assert "Roaming" not in path.parts


def test_folders_are_made_private_and_proved_by_writing(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    folder = prepare_folder(shared / "a" / "b")
    assert list(folder.iterdir()) == []
    if os.name == "posix":
        assert [stat.S_IMODE(p.stat().st_mode) for p in (shared, folder.parent, folder)] == [
            0o755,
            0o700,
            0o700,
        ]


@pytest.mark.parametrize("below", ["", "cache", "cache/deep"])
def test_a_file_where_a_folder_is_wanted_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "profile").write_text("in the way")
    with pytest.raises(PlaceError) as caught:
        prepare_folder(tmp_path / "profile" / below)
    text = caught.value.user_text
    assert str(tmp_path / "profile") in text.happened
    assert "a file is in the way" in text.happened
    assert "--profile" in text.do
    assert (tmp_path / "profile").read_text() == "in the way"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_each_reason_has_its_words(tmp_path: Path, code: int, words: str) -> None:
    text = place_error(tmp_path, OSError(code, os.strerror(code))).user_text
    assert words in text.happened
    assert text.means
    assert text.do


def test_a_failed_write_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    write_atomically(path, b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["settings.toml"]


def test_files_put_aside_never_replace_each_other(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    for text in ("one", "two", "three"):
        path.write_text(text)
        aside = put_aside(path)
        assert aside.read_text() == text
    assert sorted(p.read_text() for p in tmp_path.iterdir()) == ["one", "three", "two"]
