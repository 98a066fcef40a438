"""The sheet of one device: one page, black, and plain about what is not real."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPdfWriter

from m360desk.core.battery import Limits
from m360desk.core.records import read_detail
from m360desk.ui.detail.content import PaneContent, PaneContext
from m360desk.ui.detail.describe import describe, ticket_text
from m360desk.ui.detail.loading import SessionDetail
from m360desk.ui.detail.sheet import document, file_name, set_page, sheet_html, write_pdf
from m360desk.ui.printing import save_sheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from m360desk.core.user_text import UserText

_REFERENCE = json.loads((Path(__file__).parents[1] / "fixtures" / "reference_record.json").read_bytes())
_NOW = int(datetime(2026, 7, 28, 12, 0, tzinfo=UTC).timestamp() * 1000)


def _sheet(mode: str = "live", **changes: Any) -> tuple[PaneContent, PaneContext]:
    context = PaneContext(_NOW, UTC, Limits(), mode)
    return describe(
        SessionDetail(1, read_detail(json.dumps(_REFERENCE | changes).encode())), context
    ), context


def test_the_sheet_says_what_a_customer_may_know() -> None:
    text = re.sub("<[^>]+>", " ", sheet_html(*_sheet())).replace("\u00a0", " ")
    for words in (
        "iPhone 13 Pro",
        "35291811 910932 7",
        "F17V0TC46325",
        "1 test failed",
        "Battery 78 %, replace",
    ):
        assert words in text
    for secret in ("EUR", "148.14", "sessionId", "not a real device", "today", "http"):
        assert secret not in text


@pytest.mark.parametrize(("mode", "words"), [("testing", "Test data"), ("demo", "Demo data")])
def test_what_is_not_real_says_so_on_paper_and_in_the_name(mode: str, words: str) -> None:
    content, context = _sheet(mode)
    assert f"{words}: not a real device" in sheet_html(content, context)
    assert file_name(content, context).startswith(mode.upper())


def test_markup_in_a_record_is_only_text() -> None:
    content, context = _sheet(marketingName="<b>x</b><img src='http://127.0.0.1/x'>")
    assert "<img" not in sheet_html(content, context)


def test_even_a_long_sheet_is_one_page_and_black(qapp: QApplication, tmp_path: Path) -> None:
    tests = [{"testId": f"Test{number}", "result": "Failed"} for number in range(80)]
    content, context = _sheet(diagnosticsResults=[{"tests": tests}])
    out = tmp_path / "sheet.pdf"
    write_pdf(out, content, context)
    written = out.read_bytes()
    assert written.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", written)) == 1
    device = QPdfWriter(str(tmp_path / "other.pdf"))
    set_page(device)
    page = document(*_sheet(), device)
    image = QImage(page.pageSize().toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    page.drawContents(painter)
    painter.end()
    places = [(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)]
    colours = [image.pixelColor(*place) for place in places]
    assert min(colour.lightness() for colour in colours) < 60
    assert max(colour.saturation() for colour in colours if colour.lightness() < 200) < 8


def test_saving_says_where_it_is_or_why_not(qapp: QApplication, tmp_path: Path) -> None:
    said: list[UserText] = []
    content, context = _sheet()
    save_sheet(content, context, None, said.append, lambda *_: str(tmp_path / "a"))  # type: ignore[arg-type]  # no window
    assert (tmp_path / "a.pdf").stat().st_size > 1000
    save_sheet(content, context, None, said.append, lambda *_: str(tmp_path / "no" / "a.pdf"))  # type: ignore[arg-type]  # likewise
    assert "a.pdf" in said[0].happened
    assert "cannot be written" in said[1].happened


def test_a_ticket_gets_the_facts_in_a_few_lines() -> None:
    lines = ticket_text(_sheet()[0]).splitlines()
    assert lines[0] == "iPhone 13 Pro"
    assert "IMEI: 352918119109327" in lines
    assert any(line.startswith("Battery: failed") for line in lines)
    assert "Battery: Health 78 %, reported by device" in lines
    assert len(lines) < 12
