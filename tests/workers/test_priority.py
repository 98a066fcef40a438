"""Patient threads let the window's go first."""

import os
import platform
import threading

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from m360desk.core.cancel import CancelToken
from m360desk.workers.lane import Lane
from m360desk.workers.priority import NICENESS

ON_LINUX = platform.system() == "Linux"


def _weight(_: None, __: CancelToken) -> object:
    if ON_LINUX:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    return QThread.currentThread().priority()


@pytest.mark.parametrize("patient", [False, True])
def test_only_a_patient_lane_steps_back(qtbot: QtBot, patient: bool) -> None:
    answers: list[object] = []
    lane: Lane[None] = Lane("weighed", lambda: None, lambda _: None, patient=patient)
    lane.request("weigh", _weight, answers.append, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    lane.stop()
    if ON_LINUX:
        usual = os.getpriority(os.PRIO_PROCESS, 0)
        assert answers == [min(19, max(usual, NICENESS)) if patient else usual]
    else:
        assert (answers == [QThread.Priority.LowPriority]) is patient
