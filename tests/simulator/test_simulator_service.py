"""Credentials, account states, rate limit, testing mode, the other endpoints, and the process itself."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from m360desk.simulator.account import RateLimit
from m360desk.simulator.host import SimulatorError, SimulatorProcess
from tests.simulator.plain_client import Api, accepted_connection

EXAMPLES = json.loads(
    (Path(__file__).parents[1] / "fixtures/guide_examples.json").read_text(encoding="utf-8")
)
SAMPLE_M360ID = "AS4MPL3S4MPL3S4MPL3S"


def test_the_guides_credentials_and_no_others(api: Api) -> None:
    simulator = api.simulator
    assert (simulator.auth_code, simulator.auth_token) == (EXAMPLES["authCode"], EXAMPLES["authToken"])
    right = EXAMPLES["authorization"]
    assert api.send("getHistory", b"{}", {"Authorization": right}).status == 200
    absent = api.send("getHistory", b"{}", {})
    assert (absent.status, absent.json) == (401, EXAMPLES["forbidden"])
    for wrong in (
        right[:-1],
        right + "0",
        right.replace("Bearer ", ""),
        right.replace("a167", "b167"),
        "Bearer -",
    ):
        refused = api.send("getHistory", b"{}", {"Authorization": wrong})
        assert (refused.status, refused.json) == (403, EXAMPLES["forbidden"])
    counted = api.control("counters")
    assert counted["statuses"] == {"200": 1, "401": 1, "403": 5}
    assert counted["last"]["getHistory"]["authorization"] == "refused"
    assert simulator.auth_token not in json.dumps(counted)


def test_what_is_no_api_request(api: Api) -> None:
    bearer = {"Authorization": api.bearer}
    assert api.send("getEverything", b"{}", bearer).status == 404
    assert api.send("getHistory", b"", bearer, method="GET").status == 405
    for body in (b"", b"[]", b"{", b'"x"', b"\xff"):
        refused = api.send("getHistory", body, bearer)
        assert (refused.status, list(refused.error["details"])) == (400, ["body"])
    assert api.send("getHistory", b"{}", bearer | {"Content-Type": "text/plain"}).status == 400


def test_empty_account_answers_as_the_guide_shows() -> None:
    with SimulatorProcess("--sessions", "0") as empty:
        answer = Api(empty).call().json
        assert answer["data"].pop("totalCount") is None
        assert answer == EXAMPLES["emptyHistory"]


@pytest.mark.parametrize("mode", ["disabled", "licence-ended"])
def test_account_that_refuses(api: Api, mode: str) -> None:
    api.control("settings", accountMode=mode)
    refused = api.call()
    assert refused.status == 403
    assert refused.error["code"] not in {"auth:forbidden", "customer_api:too_many_requests"}
    assert refused.error["details"] == []


def test_rate_limit_slides() -> None:
    now = 100.0
    limit = RateLimit(3, lambda: now)
    accepted: list[float] = []
    for step in range(400):
        now = 100 + step * 0.037
        if limit.accept():
            accepted.append(now)
    assert len(accepted) == 3 * 15
    assert all(later - first >= 1.0 for first, later in zip(accepted, accepted[3:], strict=False))


def test_over_the_rate_limit(api: Api) -> None:
    api.control("settings", rate=5)
    replies = [api.call(limit=1) for _ in range(8)]
    assert [reply.status for reply in replies[:5]] == [200] * 5
    over = [reply for reply in replies if reply.status != 200]
    assert over, "eight requests took more than a second"
    assert {reply.status for reply in over} == {EXAMPLES["tooManyRequestsStatus"]}
    assert over[0].json == EXAMPLES["tooManyRequests"]
    assert "Retry-After" not in over[0].headers
    api.control("faults", faults="retry-after:2")
    while (reply := api.call("generateReport", sessionId="0" * 36)).status != 429:
        assert reply.status == 400  # the limit counts all endpoints together
    assert reply.headers["Retry-After"] == "2"
    assert api.control("counters")["tooMany"] == len(over) + 1


@pytest.mark.parametrize("account", ["testing", "live"])
def test_testing_mode_is_random_and_endless(api: Api, account: str) -> None:
    api.control("settings", accountMode=account)
    extra: dict[str, Any] = {"testing": True} if account == "live" else {}
    first, second = (api.call(limit=100, **extra).data for _ in range(2))
    live = set(api.control("sessions")["ids"])
    ids = [{record["sessionId"] for record in data["records"]} for data in (first, second)]
    assert all(len(page) == 100 and data["hasMore"] for page, data in zip(ids, (first, second), strict=True))
    assert not ids[0] & ids[1]
    assert not (ids[0] | ids[1]) & live
    assert {record["m360id"] for record in first["records"]} == {SAMPLE_M360ID}
    oldest = [api.call(limit=1, order="id:asc", **extra).data["records"][0]["sessionId"] for _ in range(2)]
    assert oldest[0] != oldest[1]
    assert api.call(limit=1, startingAfter="f" * 36, **extra).data["hasMore"] is True
    if account == "live":
        truth = [api.call(limit=1, order="id:asc").data["records"][0]["sessionId"] for _ in range(2)]
        assert truth[0] == truth[1] in live


def test_external_reports(api: Api) -> None:
    pages: list[Any] = []
    after: dict[str, Any] = {}
    while True:
        data = api.call("getExternalReports", limit=40, **after).data
        pages += data["records"]
        if not data["hasMore"]:
            break
        after = {"startingAfter": data["records"][-1]["uid"]}
    times = [report["finishedTime"] for report in pages]
    assert len({report["uid"] for report in pages}) == len(pages) > 60
    assert times == sorted(times, reverse=True)
    before = api.call("getExternalReports", limit=7, endingBefore=pages[30]["uid"]).data["records"]
    assert before == pages[23:30]
    one = pages[50]
    assert set(one) == {"uid", "imei", "finishedTime", "friendlyName", "tests", "htmlLink"}
    assert one in api.call("getExternalReports", imei=one["imei"]).data["records"]
    assert api.get(one["htmlLink"]).body.startswith(b"<!doctype html>")


def test_reports_lead_to_documents(api: Api) -> None:
    record = api.call(limit=1, hasDiagnostics=True).data["records"][0]
    made = api.call("generateReport", sessionId=record["sessionId"], contents=["diagnostics", "wipe"]).data
    for links in (made, record["diagnosticsReports"][0]):
        pdf, page = api.get(links["pdfLink"]), api.get(links["htmlLink"])
        assert pdf.headers["Content-Type"] == "application/pdf"
        assert pdf.body.startswith(b"%PDF-1.4")
        assert pdf.body.endswith(b"%%EOF\n")
        assert b"Diagnostics report" in page.body
    assert api.call("generateReport", sessionId="0" * 36).status == 400
    assert api.call("generateReport", sessionId=record["sessionId"], contents=["gold"]).status == 400


def test_blacklist_checks_finish_later_and_cost(api: Api) -> None:
    imeis = [report["imei"] for report in api.call("getExternalReports", limit=6).data["records"]]
    batch = api.call("scheduleBlacklistCheck", imeiList=imeis).data["batchId"]
    finished: list[int] = []
    while not finished or finished[-1] < len(imeis):
        checks = api.call("getBlacklistChecksByBatchId", batchId=batch).data["records"]
        assert [check["imei"] for check in checks] == imeis
        finished.append(sum(check["isFinished"] for check in checks))
    assert finished[0] == 0
    assert len(finished) > 2
    assert finished == sorted(finished)
    assert api.control("counters")["tokensSpent"] == len(imeis)
    api.call("scheduleBlacklistCheck", imeiList=imeis, testing=True)
    assert api.control("counters")["tokensSpent"] == len(imeis)
    assert api.call("scheduleBlacklistCheck", imeiList=["123"]).status == 400
    assert api.call("getBlacklistChecksByBatchId", batchId="unknown").status == 400


def test_gzip_only_for_those_who_accept_it(api: Api) -> None:
    api.control("settings", gzip=True)
    plain = api.call(limit=3)
    assert "Content-Encoding" not in plain.headers
    packed = api.send(
        "getHistory", b'{"limit":3}', {"Authorization": api.bearer, "Accept-Encoding": "gzip, br"}
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_refused_and_cut_connections(api: Api) -> None:
    with accepted_connection(api.simulator.port) as idle:
        api.control("cut")
        assert idle.recv(1) == b""
    api.control("listen", on=False)
    with pytest.raises(ConnectionRefusedError):
        api.call()
    api.control("listen", on=True)
    assert api.call().status == 200


@pytest.mark.parametrize("how", ["control", *(["SIGINT", "SIGTERM"] if os.name == "posix" else [])])
def test_ends_cleanly_with_connections_open(how: str) -> None:
    with SimulatorProcess("--sessions", "10", "--faults", "stall") as process:
        with Api(process).raw_request() as silent:
            Api(process).wait_for_fault("stall")
            if how == "control":
                process.control("stop")
            else:
                os.kill(process.pid, signal.Signals[how])
            assert silent.recv(1) == b""
        assert process.stop() == 0


def test_ends_when_its_parent_is_killed() -> None:
    script = (
        "import sys; from m360desk.simulator.host import SimulatorProcess\n"
        "process = SimulatorProcess('--sessions', '10'); print(process.port, flush=True); sys.stdin.read()"
    )
    root = Path(__file__).parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with (
        parent,
        accepted_connection(int(parent.stdout.readline())) as connection,
    ):
        parent.kill()
        assert connection.recv(1) == b"", "the simulator lives on"


def test_command_line() -> None:
    command = [sys.executable, "-m", "m360desk.simulator"]
    root = Path(__file__).parents[2]
    listing = subprocess.run(
        [*command, "--list-faults"], cwd=root, capture_output=True, text=True, check=True
    )
    assert re.search(r"^html-502: ", listing.stdout, re.MULTILINE)
    with pytest.raises(SimulatorError, match="no fault “nonsense”"):
        SimulatorProcess("--faults", "nonsense")
    with SimulatorProcess("--sessions", "1") as first, pytest.raises(SimulatorError, match="another --port"):
        SimulatorProcess("--port", str(first.port))
    with pytest.raises(SimulatorError, match="2026-11-23"):
        SimulatorProcess("--today", "tomorrow")
