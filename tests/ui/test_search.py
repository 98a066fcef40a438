"""The search box: what is typed filters, what is wrong is said in its place, what is scanned is found."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from m360desk.core.identity import luhn_digit, read_scan
from m360desk.simulator.host import SimulatorProcess
from m360desk.ui.finding import query_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from m360desk.core.cancel import CancelToken
    from m360desk.store.reader import CacheReader
    from m360desk.ui.frame.search_box import SearchBox
    from tests.ui.conftest import Bench, OpenBench


def note(bench: Bench) -> str:
    band = bench.window.note_band
    return band.accessibleName() if band.isVisible() else ""


def test_typing_filters_and_counts_and_the_last_word_wins(bench: Bench) -> None:
    for text in ("i", "ip", "iphone", "iphone failed:battery"):
        bench.box.setText(text)
    bench.settle()
    assert bench.ids == bench.expected("iphone failed:battery")
    assert 0 < len(bench.ids) < 600
    assert bench.text("sessionCount") == f"<b>{len(bench.ids)}</b> of 600 sessions"
    bench.box.clear()
    bench.settle()
    assert len(bench.ids) == 600
    assert bench.text("sessionCount") == "<b>600</b> sessions"


def test_a_wrong_query_keeps_the_list_and_is_said_after_a_while_with_its_repair(bench: Bench) -> None:
    bench.search("iphone")
    before = bench.ids
    clean = bench.box.grab().toImage()
    patience = bench.application.shell.controller._patience
    with bench.qtbot.waitSignal(patience.timeout):
        bench.box.setText("iphone batery:<80")
        assert not bench.find("queryError").isVisible(), "nobody is corrected in the middle of a word"
        assert bench.box.accessibleDescription() == ""
    assert bench.ids == before
    assert bench.find("queryError").isVisible()
    assert "batery" in bench.text("queryError")
    assert (
        bench.box.accessibleDescription() == f"{bench.text('queryError')} {bench.text('queryHint')}".strip()
    )
    marked = bench.box.grab().toImage()
    bad = bench.application.themes.theme.bad.rgb()
    assert any(marked.pixel(x, 1) == bad for x in range(20, 60)), "framed in the colour of what is wrong"
    assert clean != marked
    QTest.mouseClick(bench.find("useRepair"), Qt.MouseButton.LeftButton)
    assert bench.box.text() == "iphone battery:<80"
    bench.settle()
    assert bench.ids == bench.expected("iphone battery:<80")
    assert not bench.find("queryError").isVisible()
    assert bench.box.accessibleDescription() == ""


def test_an_error_that_is_mended_in_time_is_never_said(bench: Bench) -> None:
    patience = bench.application.shell.controller._patience
    with bench.qtbot.assertNotEmitted(patience.timeout):
        bench.box.setText('"iphone')
        assert patience.isActive()
        bench.box.setText('"iphone"')
    assert not patience.isActive()
    bench.settle()
    assert bench.ids == bench.expected('"iphone"')


def test_where_nothing_matches_the_page_says_so_and_clears(bench: Bench) -> None:
    bench.search("operator:nobody-at-all")
    assert bench.ids == []
    assert bench.find("statePage").isVisible()
    QTest.mouseClick(bench.find("state-clear"), Qt.MouseButton.LeftButton)
    bench.settle()
    assert bench.box.text() == ""
    assert bench.table.isVisible()
    assert len(bench.ids) == 600


def test_ctrl_f_escape_down_and_f6(bench: Bench) -> None:
    detail = bench.application.shell.detail
    bench.table.setFocus()
    bench.press("Ctrl+F")
    assert bench.box.hasFocus()
    bench.press("x", "p")
    assert bench.box.text() == "xp"
    bench.press(Qt.Key.Key_Escape)
    assert bench.box.text() == ""
    bench.settle()
    bench.press(Qt.Key.Key_Down)
    assert bench.table.hasFocus()
    side_bar = bench.find("sideBar")
    panes = [detail, bench.box, *([side_bar] if side_bar.isVisible() else []), bench.table]
    for forwards in (True, False):
        met = []
        for _ in panes:
            bench.press("F6" if forwards else "Shift+F6")
            met.append(bench.window.focusWidget())
        assert met == (panes if forwards else [*reversed(panes[:-1]), panes[-1]])


def test_a_device_that_is_nowhere_is_said_to_be_nowhere_and_why(open_bench: OpenBench) -> None:
    """A pasted label is understood; in testing mode the service is not asked, and that is said."""
    bench = open_bench(mode="testing", empty=True)
    unknown = "35291811000000"
    imei = unknown + str(luhn_digit(unknown))
    bench.box.setFocus()
    bench.box.setText(f"IMEI: {imei}")
    bench.press(Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: bool(note(bench)), timeout=10_000)
    assert bench.box.text() == imei
    assert "No session of this device" in note(bench)
    assert "testing mode" in note(bench)


@pytest.mark.parametrize("text", ["imei:3529", "serial:F17", "iphone", "battery:<80"])
def test_enter_on_a_search_asks_nobody(bench: Bench, text: str) -> None:
    asked: list[str] = []
    bench.application.accounts.look_up = lambda text, **_: asked.append(text)  # type: ignore[method-assign,assignment]  # must not be called
    bench.box.setText(text)
    bench.box.setFocus()
    bench.press(Qt.Key.Key_Return)
    assert not asked
    assert bench.box.text() == text


def test_the_query_for_a_scan_lists_it_whatever_it_holds() -> None:
    assert query_for(read_scan("352918112846172")) == "352918112846172"
    assert query_for(read_scan("RMA (17), 4")) == '"RMA (17), 4"'
    assert query_for(read_scan("-12345 or")) == '"-12345 or"'
    assert query_for(read_scan('a"b:c')) == '"a b:c"'


@pytest.fixture(scope="module")
def service() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("--sessions", "200", "--seed", "11") as process:
        yield process


def test_a_device_that_only_the_service_has_is_fetched_stored_and_opened(
    open_bench: OpenBench, service: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = service.control("sessions", **{"from": 0, "count": 1})["ids"][0]
    monkeypatch.setenv("M360DESK_AUTH_CODE", service.auth_code)
    monkeypatch.setenv("M360DESK_AUTH_TOKEN", service.auth_token)
    bench = open_bench(api_url=service.url, empty=True)
    shell = bench.application.shell
    bench.qtbot.waitUntil(lambda: bench.find("statePage").isVisible())
    bench.box.setText(newest)
    bench.box.setFocus()
    bench.press(Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: len(bench.ids) == 1, timeout=15_000)
    bench.settle()
    detail = shell.detail
    assert detail is not None
    assert detail.content is not None
    assert bench.table.isVisible()
    # Read again: the same session from the service once more.
    with bench.qtbot.waitSignal(shell.desk.sync.wrote, timeout=10_000):
        QTest.mouseClick(detail.head.refresh, Qt.MouseButton.LeftButton)
    bench.settle()
    assert len(bench.ids) == 1
    assert note(bench) == ""


# A field's name on its way to the colon


def test_a_half_typed_field_name_that_finds_nothing_leaves_the_list(bench: Bench) -> None:
    """Until it is finished with Enter or by leaving the box; then it is a word like any other."""
    bench.search("iphone")
    before = bench.ids
    shown: list[int] = []
    bench.application.shell.controller.answered.connect(lambda: shown.append(len(bench.ids)))
    bench.press("Ctrl+F", Qt.Key.Key_End)
    for key in " batte":
        QTest.keyClicks(bench.box, key)
        bench.settle()
        assert bench.ids == bench.expected(bench.application.shell.controller.query.text)
        assert bench.ids
        assert bench.table.isVisible()
        assert not bench.find("queryError").isVisible()
    assert bench.ids == before
    assert bench.application.shell.controller.query.text == "iphone"
    bench.press(Qt.Key.Key_Return)
    bench.settle()
    assert bench.ids == []
    assert bench.find("statePage").isVisible()
    assert bench.box.text() == "iphone batte"
    QTest.keyClicks(bench.box, "r")
    bench.settle()
    assert bench.ids == before
    QTest.keyClicks(bench.box, "y:<85")
    bench.settle()
    assert bench.ids == bench.expected("iphone battery:<85") != before


def test_a_field_name_in_the_middle_is_left_out_and_a_word_that_is_found_is_not(bench: Bench) -> None:
    bench.search("iphone failed:battery")
    before = bench.ids
    bench.press("Ctrl+F", Qt.Key.Key_Home)
    QTest.keyClicks(bench.box, "grad ")
    bench.settle()
    assert bench.ids == [], "it is finished: a blank ends a word"
    bench.press(Qt.Key.Key_Backspace)
    bench.settle()
    assert bench.box.text() == "gradiphone failed:battery"
    bench.press("Ctrl+Z")
    bench.box.setText("")
    bench.settle()
    QTest.keyClicks(bench.box, "oper")
    bench.settle()
    assert len(bench.ids) == 600
    bench.box.setText("pro")
    bench.settle()
    assert bench.ids == bench.expected("pro") != before
    bench.box.setText("oper")
    bench.settle()
    assert bench.ids == [], "what nobody types is meant as it stands"


def test_leaving_the_box_ends_a_half_typed_name(bench: Bench) -> None:
    bench.press("Ctrl+F")
    QTest.keyClicks(bench.box, "cycl")
    bench.settle()
    assert len(bench.ids) == 600
    bench.table.setFocus()
    bench.settle()
    assert bench.ids == []
    assert bench.find("statePage").isVisible()


def _type(box: SearchBox, text: str) -> None:
    """Press keys as keyboards and input methods of any country do."""
    for character in text:
        event = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, character)
        QApplication.sendEvent(box, event)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "(((((",
            ")",
            '"',
            "''",
            "-",
            "- -",
            "<>=",
            ":::",
            ",,,",
            "or or",
            "📱 e\u0301",
            "\0",
            "a\tb",
            "%_*?[",
        ),
        *("'; DROP TABLE sessions; --", "battery:" + "9" * 60, "imei:" + "1," * 60, "not (", "is:" * 30),
        *("(" * 21 + "a", "x" * 400, " or ".join("ab" for _ in range(30)), "K26 & b && c | d", "\u202e abc"),
    ],
)
def test_whatever_is_typed_key_by_key_is_answered_or_marked(bench: Bench, text: str) -> None:
    box, controller = bench.box, bench.application.shell.controller
    bench.press("Ctrl+F")
    _type(box, text[:40])
    bench.press(Qt.Key.Key_Left, Qt.Key.Key_Backspace, Qt.Key.Key_End)
    box.insert(text[40:])
    bench.settle()
    error = bench.find("queryError")
    assert bench.ids == bench.expected(controller.query.text)
    if not error.isVisible():
        bench.press(Qt.Key.Key_Escape)
        box.setText(text)
        bench.settle()
        assert error.isVisible() or controller.query.text == text
    box.clear()
    bench.settle()
    assert len(bench.ids) == 600
    assert not error.isVisible()


def test_a_query_that_is_too_long_is_refused_and_loses_nothing(bench: Bench) -> None:
    bench.search("iphone")
    before = bench.ids
    bench.box.setText(
        "imei:" + ",".join(str(number) for number in range(356_000_000_000_000, 356_000_000_001_300))
    )
    bench.settle()
    assert "at most 20,000 characters" in bench.text("queryError")
    assert bench.ids == before
    assert bench.text("stillShowing") == f"still showing {len(before)}"


def test_the_repair_is_named_in_short_and_what_only_goes_is_removed(bench: Bench) -> None:
    bench.search("iphone")
    bench.box.setText("iphone ) battery:<80")
    bench.settle()
    assert bench.text("useRepair") == "Remove )"
    QTest.mouseClick(bench.find("useRepair"), Qt.MouseButton.LeftButton)
    assert bench.box.text() == "iphone  battery:<80"
    bench.box.setText("(" + " ".join(f"word{number}&" for number in range(60)))
    bench.settle()
    button = bench.find("useRepair")
    assert bench.text("useRepair").startswith("Use (word0&&")
    assert "…" in bench.text("useRepair")
    assert button.width() < bench.window.width() / 3
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bench.box.text().endswith("word59&)")


@pytest.mark.parametrize("kind", ["ways out", "facets"])
def test_a_new_query_does_not_wait_for_what_was_counted_for_the_one_before(bench: Bench, kind: str) -> None:
    begun, given_up = threading.Event(), threading.Event()

    def count(_: CacheReader, token: CancelToken) -> None:
        token.on_cancel(given_up.set)
        begun.set()
        given_up.wait(60)
        token.check()

    bench.search("nothing like it")
    bench.application.desk.read(kind, count, lambda _: None)
    assert begun.wait(10)
    bench.search("iphone")
    assert given_up.is_set()
    assert bench.ids == bench.expected("iphone")
