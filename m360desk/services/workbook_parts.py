"""The small parts of an Excel workbook beside its sheets (ECMA-376)."""

from collections.abc import Iterable, Iterator
from itertools import islice

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_TEXTS_AT_ONCE = 1_000

_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


def sheet_name(number: int) -> str:
    """Where the sheet of that number, from 1, stands in the package."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_begin(date_columns: list[int]) -> str:
    """The beginning of a sheet: the header stays in view, columns of dates (from 1) are wide enough."""
    columns = "".join(f'<col min="{at}" max="{at}" width="19" customWidth="1"/>' for at in date_columns)
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{f'<cols>{columns}</cols>' if columns else ''}<sheetData>"
    )


def shared_texts(elements: Iterable[str]) -> Iterator[str]:
    """The part of the shared texts, slice by slice, from a `t` element for each."""
    yield f'{_HEAD}<sst xmlns="{_MAIN}">'
    items = (f"<si>{element}</si>" for element in elements)
    while part := "".join(islice(items, _TEXTS_AT_ONCE)):
        yield part
    yield "</sst>"


SHEET_END = "</sheetData></worksheet>"


def other_parts(title: str, sheets: int) -> dict[str, str]:
    """Everything but sheets and shared texts: name in the package, and text."""
    numbers = range(1, sheets + 1)
    titles = {n: title if n == 1 else f"{title} {n}" for n in numbers}
    listed = "".join(f'<sheet name="{titles[n]}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = [_link(n, "worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    links.append(_link(sheets + 1, "styles", "styles.xml"))
    links.append(_link(sheets + 2, "sharedStrings", "sharedStrings.xml"))
    types = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    types.append(("/xl/sharedStrings.xml", "sharedStrings"))
    types += [(f"/{sheet_name(n)}", "worksheet") for n in numbers]
    overrides = "".join(
        f'<Override PartName="{part}" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in types
    )
    workbook = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    default = f'<Default Extension="rels" ContentType="{_RELATIONSHIPS_TYPE}"/>'
    return {
        "xl/workbook.xml": _HEAD + workbook,
        "xl/_rels/workbook.xml.rels": _relationships("".join(links)),
        "xl/styles.xml": _STYLES,
        "_rels/.rels": _relationships(_link(1, "officeDocument", "xl/workbook.xml")),
        "[Content_Types].xml": (
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{default}{overrides}</Types>'
        ),
    }


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relationships(links: str) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
