"""Pages in place of a list: what would help, steps, details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from m360desk.core.user_text import UserText
from m360desk.ui.shell_states import no_match, problem_state
from m360desk.ui.shell_sync import Problem
from m360desk.ui.way_out import WayOut, WayOutButton

if TYPE_CHECKING:
    from tests.ui.conftest import Bench
else:
    Bench = object


def ways(bench: Bench) -> list[WayOutButton]:
    found = bench.find("statePage").findChildren(WayOutButton)
    return [each for each in found if each.isVisible()]


def test_a_search_without_an_answer_says_what_to_leave_out(bench: Bench) -> None:
    bench.search("battery:>0")
    bench.search("battery:>0 cycles:<0 operator:nobody")
    assert bench.find("statePage").isVisible()
    assert bench.table.horizontalHeader().isVisible()
    top = bench.find("statePage").mapTo(bench.window, bench.find("statePage").rect().topLeft()).y()
    header = bench.table.horizontalHeader()
    assert top == header.mapTo(bench.window, header.rect().bottomLeft()).y() + 1
    assert not ways(bench), "no single part is to blame"
    bench.search("battery:>0 cycles:<0")
    bench.qtbot.waitUntil(lambda: len(ways(bench)) == 1)
    way = ways(bench)[0].way
    assert way is not None
    assert way.sessions == len(bench.expected("battery:>0"))
    assert "the battery" in " ".join(each.text() for each in bench.find("statePage").findChildren(QLabel))
    ways(bench)[0].grab()
    ways(bench)[0].click()
    bench.settle()
    assert bench.box.text() == "battery:>0"
    assert not bench.find("statePage").isVisible()
    assert bench.ids == bench.expected("battery:>0")


def test_the_last_search_that_found_something_comes_back(bench: Bench) -> None:
    bench.search("battery:>0")
    bench.search("battery:>0 cycles:<0")
    undo = bench.find("state-undo")
    assert isinstance(undo, QPushButton)
    undo.click()
    bench.settle()
    assert bench.box.text() == "battery:>0"


def test_words_say_how_many_together_match_nothing() -> None:
    assert no_match("a b", 2, None).text == "Both together match nothing."
    assert no_match("a b c d", 4, []).text.startswith("All four together match nothing. Leaving out any one")
    since, grade = WayOut("since", "Mon 16 Nov 2026", "", 0), WayOut("not grade", "D", "", 0)
    ways = [since, grade, WayOut("operator", "anna", "", 0), WayOut("", "“x” anywhere", "", 2)]
    after = "Leaving out “since Mon 16 Nov 2026”, “not grade D” or the operator does not help."
    assert no_match("a b c d", 4, ways).after == after
    assert no_match("x", 1, None).text == "Nothing on this computer answers “x”."
    assert [name for name, _ in no_match("x", 1, None).buttons] == ["clear"]


def test_what_to_try_stands_in_steps_and_details_are_folded_and_copied(bench: Bench) -> None:
    text = UserText("It was refused.", "Nothing new comes.", "Was it renewed? Enter the new one.")
    states = bench.application.shell.states
    bench.application.shell.page.show_state(states)
    states.show_state(
        problem_state(Problem(text, "ACCOUNT", "code: auth:forbidden\nHTTP status: 403"), "Live")
    )
    steps = [each.text() for each in states.findChildren(QLabel) if each.text().startswith("1.")]
    assert steps == ["1.  Was it renewed?\n2.  Enter the new one."]
    fold, copy = bench.find("stateDetails"), bench.find("copyDetails")
    assert isinstance(fold, QToolButton)
    assert isinstance(copy, QToolButton)
    told = [each for each in states.findChildren(QLabel) if each.text() == "auth:forbidden"]
    assert not told[0].isVisible()
    fold.click()
    assert told[0].isVisible()
    copy.click()
    assert QGuiApplication.clipboard().text() == (
        "Code: auth:forbidden\nRequest: HTTP 403\nMode: Live\nKind: ACCOUNT"
    )
