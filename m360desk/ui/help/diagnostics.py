"""The facts that whoever looks into a problem asks for first: nothing that gives access to anything."""

from __future__ import annotations

import platform
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QLibraryInfo, QLocale
from PySide6.QtGui import QGuiApplication

from m360desk import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

    from m360desk.system.paths import Places
    from m360desk.ui.shell_sync import Problem
    from m360desk.ui.theme import Theme
    from m360desk.workers.desk import Desk

Fact = tuple[str, str]


def versions() -> tuple[Fact, ...]:
    """Names and versions that matter when something is reported."""
    return (
        ("Version", __version__),
        ("Qt", QLibraryInfo.version().toString()),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("System", platform.platform()),
    )


def folders(places: Places) -> tuple[Fact, ...]:
    """Where the program keeps its files."""
    return (
        ("Settings", str(places.settings_file.parent)),
        ("Caches", str(places.cache_dir)),
        ("Logs", str(places.log_dir)),
        ("Crash reports", str(places.crash_dir)),
        *(("Managed by", str(path)) for path in places.managed_files if path.exists()),
    )


def screen_facts(app: QApplication, theme: Theme) -> tuple[Fact, ...]:
    """How the window is drawn."""
    screens = ", ".join(
        f"{screen.size().width()} × {screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in app.screens()
    )
    look = f"{'dark' if theme.dark else 'light'}{', high contrast' if theme.high_contrast else ''}"
    return (
        ("Platform", f"{QGuiApplication.platformName()}, style {app.style().name()}"),
        ("Screens", screens),
        ("Look", f"{look}, text {theme.fonts.body.pixelSize()} px"),
        ("Language", QLocale.system().name()),
    )


def account_facts(desk: Desk, problem: Problem | None) -> tuple[Fact, ...]:
    """What is shown, how much of it, and what went wrong last."""
    key, stats, settings = desk.key, desk.stats, desk.settings
    facts: list[Fact] = [("Mode", key.mode if key is not None else "no account")]
    if key is not None:
        facts.append(("Service", urlsplit(key.api_url).netloc if key.api_url else "the vendor's"))
    if stats is not None:
        facts.append(("Cache", f"{stats.sessions} sessions, {stats.bytes} bytes, {stats.versions} versions"))
    every = f"every {settings.sync_minutes} min" if settings.sync_minutes else "on demand"
    facts.append(("Sync", f"{every}{', on start' if settings.sync_on_start else ''}"))
    if problem is not None:
        facts.append(("Problem", f"{problem.kind}: {problem.text.one_line()}"))
        facts += [("", line) for line in problem.technical.splitlines()]
    return tuple(facts)


def as_text(facts: Sequence[Fact], home: Path | None = None) -> str:
    """One fact a line; the user's own name in paths becomes "~"."""
    root = str(home if home is not None else Path.home())
    lines = [f"{name}: {value}" if name else f"    {value}" for name, value in facts]
    text = "\n".join(("M360 Desk", *lines))
    return text.replace(root, "~") if len(root) > 1 else text
