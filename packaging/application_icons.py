"""The application's icon in every size and format that systems want, drawn from resources/m360desk.svg.

    python packaging/application_icons.py FOLDER

Run with the packaging environment's Python: Qt draws, so nothing else has to be installed.
"""

from __future__ import annotations

import io
import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
SIZES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256, 512, 1024)
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 96, 128, 256)
# What macOS calls the sizes in an .icns; those with two names are shown at double density too.
ICNS_TYPES = {
    16: ("icp4",),
    32: ("icp5", "ic11"),
    64: ("ic12",),
    128: ("ic07",),
    256: ("ic08", "ic13"),
    512: ("ic09", "ic14"),
    1024: ("ic10",),
}
# Up to here a drawing with fewer details is used: strokes fall on whole pixels at 16.
SMALL_UP_TO = 24


def drawn(size: int) -> bytes:
    """The icon as a PNG of that many pixels."""
    name = "m360desk-small.svg" if size <= SMALL_UP_TO else "m360desk.svg"
    renderer = QSvgRenderer(str(RESOURCES / name))
    if not renderer.isValid():
        raise SystemExit(f"resources/{name} cannot be drawn")
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):  # type: ignore[call-overload] # the stub knows only bytes here
        raise SystemExit(f"the icon of {size} pixels could not be saved")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """A Windows icon file; each picture stands in it as PNG."""
    head, body = io.BytesIO(), io.BytesIO()
    head.write(struct.pack("<HHH", 0, 1, len(pictures)))
    offset = 6 + 16 * len(pictures)
    for size, png in sorted(pictures.items()):
        # 256 is written as 0.
        head.write(
            struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + body.tell())
        )
        body.write(png)
    return head.getvalue() + body.getvalue()


def icns(pictures: dict[int, bytes]) -> bytes:
    """A macOS icon file."""
    entries = b"".join(
        kind.encode() + struct.pack(">I", 8 + len(pictures[size])) + pictures[size]
        for size, kinds in ICNS_TYPES.items()
        for kind in kinds
    )
    return b"icns" + struct.pack(">I", 8 + len(entries)) + entries


def write_icons(folder: Path) -> None:
    """Write ``m360desk-SIZE.png``, ``m360desk.ico`` and ``m360desk.icns`` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = {size: drawn(size) for size in SIZES}
    for size, png in pictures.items():
        (folder / f"m360desk-{size}.png").write_bytes(png)
    (folder / "m360desk.ico").write_bytes(ico({size: pictures[size] for size in ICO_SIZES}))
    (folder / "m360desk.icns").write_bytes(icns(pictures))


if __name__ == "__main__":
    application = QGuiApplication(sys.argv[:1])
    write_icons(Path(sys.argv[1]))
