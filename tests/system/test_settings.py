"""Settings survive hands, damage, strangers' keys and several programs at once."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from m360desk.system.paths import PlaceError
from m360desk.system.settings import PLACES, Account, Settings, from_document, write_into
from m360desk.system.settings_file import SettingsFile, WindowFile

EVERYTHING = Settings(
    mode="live",
    api_url="http://127.0.0.1:8080/api/customer/v2",
    last_account="ab12",
    workstations=4,
    sync_on_start=False,
    sync_minutes=0,
    testing_pages=9,
    reread_days=30,
    keep_months=24,
    battery_replace_below=75,
    battery_good_from=90,
    scan_opens="list",
    scan_beep=True,
    theme="dark",
    language="de",
    accounts=(Account("ab12", "Bench „Süd“", "b223", 4.0), Account("cd34")),
)


def test_a_new_profile_is_in_testing_mode_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    loaded = SettingsFile(path).load()
    assert loaded.settings == Settings()
    assert loaded.settings.mode == "testing"
    assert loaded.notes == ()
    assert not path.exists()


def test_every_setting_comes_back(tmp_path: Path) -> None:
    saved = [name for name in Settings._fields if name != "locked"]
    assert saved == [*PLACES, "accounts"]
    assert all(getattr(EVERYTHING, name) != getattr(Settings(), name) for name in saved)
    file = SettingsFile(tmp_path / "settings.toml")
    file.change(lambda _: EVERYTHING)
    assert file.load().settings == EVERYTHING
    file.change(lambda _: Settings())
    assert file.load().settings == Settings()


def test_unknown_keys_survive_a_change(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        '\ufefffuture = 7\n[sync]\nturbo = "yes"\n[new.table]\nx = [1, 2]\n'
        '[[accounts]]\nkey = "k"\ncolour = "red"\n',
        encoding="utf-8",
    )
    SettingsFile(path).change(lambda s: s._replace(theme="dark").with_account(Account("k", name="Desk")))
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    assert document["future"] == 7
    assert document["sync"]["turbo"] == "yes"
    assert document["new"] == {"table": {"x": [1, 2]}}
    assert document["accounts"] == [{"key": "k", "colour": "red", "name": "Desk", "code_end": ""}]
    assert document["window"]["theme"] == "dark"


def test_wrong_values_become_defaults_with_a_note_each(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(
        'battery = 3\n[account]\nmode = "Live"\n[sync]\nworkstations = 1001\non_start = 1\n'
        "every_minutes = true\n"
        'testing_pages = "5"\nreread_days = 14\n[[accounts]]\nname = "no key"\n'
    )
    settings, notes = SettingsFile(path).load().settings, SettingsFile(path).load().notes
    assert settings == Settings(reread_days=14)
    assert len(notes) == 5
    assert 'account.mode must be "testing" or "live"' in notes[0]
    assert '"automatic" or a whole number from 1 to 1000' in notes[1]


def test_battery_limits_in_the_wrong_order_are_refused_in_file_and_program(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[battery]\nreplace_below = 90\ngood_from = 70\n")
    loaded = SettingsFile(path).load()
    assert loaded.settings == Settings()
    assert "battery.replace_below (90)" in loaded.notes[0]
    before = path.read_bytes()
    for wrong in (Settings(battery_replace_below=90), Settings(testing_pages=0), Settings(workstations=0)):
        with pytest.raises(ValueError, match="must"):
            SettingsFile(path).change(lambda _, wrong=wrong: wrong)  # type: ignore[misc]  # the default binds it
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"mode = [", b"\xff\xfe\x00", b"a = 1\na = 2\n", b"x = " + b"[" * 5000])
def test_a_file_that_is_no_toml_is_put_aside_and_said_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    loaded = SettingsFile(path).load()
    assert loaded.settings == Settings()
    (aside,) = tmp_path.glob("settings-damaged-*.toml")
    assert str(aside) in loaded.notes[0]
    assert aside.read_bytes() == content
    SettingsFile(path).change(lambda s: s._replace(theme="light"))
    assert SettingsFile(path).load() == SettingsFile(path).load()
    assert aside.read_bytes() == content


def test_an_unreadable_file_gives_defaults_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.mkdir()  # cannot be read as a file, whoever runs this
    loaded = SettingsFile(path).load()
    assert loaded.settings == Settings()
    assert str(path) in loaded.notes[0]
    with pytest.raises(PlaceError):
        SettingsFile(path).change(lambda s: s)
    assert path.is_dir()


def test_changes_made_at_once_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"

    def add(number: int) -> None:
        SettingsFile(path).change(lambda s: s.with_account(Account(f"key{number}")))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(24)))
    assert {a.key for a in SettingsFile(path).load().settings.accounts} == {f"key{n}" for n in range(24)}


def test_an_account_is_replaced_in_place_and_forgotten_whole() -> None:
    settings = EVERYTHING._replace(accounts=(Account("a"), Account("b")), last_account="a")
    renamed = settings.with_account(Account("a", name="Desk"))
    assert [account.name for account in renamed.accounts] == ["Desk", ""]
    assert renamed.account("a") == Account("a", name="Desk")
    forgotten = renamed.without_account("a")
    assert forgotten.accounts == (Account("b"),)
    assert forgotten.last_account == ""


_TOML = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 2000), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
_KEYS = [where.split(".") for where, _ in PLACES.values()]


# A busy machine makes up the documents slowly; that says nothing of them.
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_any_document_is_read_and_can_be_rewritten(data: st.DataObject) -> None:
    document: dict[str, object] = {}
    for table, key in _KEYS:
        section = document.setdefault(table, data.draw(st.one_of(st.just({}), _TOML)))
        if isinstance(section, dict):
            section[key] = data.draw(_TOML)
    document["accounts"] = data.draw(_TOML)
    settings, _ = from_document(document)
    write_into(document, settings)
    assert from_document(document) == (settings, [])


def test_the_windows_state_is_kept_and_damage_is_no_matter(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "window.toml"
    file = WindowFile(path)
    assert file.load() == {}
    file.save({"geometry": "AdnQywADAAA=", "columns": "time,device"})
    assert file.load() == {"geometry": "AdnQywADAAA=", "columns": "time,device"}
    path.write_text("= broken")
    assert file.load() == {}
    path.write_text("number = 3\nsplitter = 'abc'")
    assert file.load() == {"splitter": "abc"}
