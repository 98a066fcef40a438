"""What gets into the packaged program, and what does not: rules for build.spec.

Whatever a build machine happens to have installed must never get in. So Qt's files are allowed by name, and
of the system's libraries only those that belong to Python and have no stable interface across distributions;
all others come from the system on which the program is installed.
"""

from __future__ import annotations

import re
from pathlib import PurePath

# Qt's modules that the program uses, and what they need of Qt's own.
QT_MODULES = frozenset(
    [
        "Core",
        "DBus",
        "Gui",
        "Network",
        "OpenGL",
        "OpenGLWidgets",
        "PrintSupport",
        "Svg",
        "Test",
        "Widgets",
        "WaylandClient",
        "WlShellIntegration",
        "XcbQpa",
    ]
)

# Qt's plugins, by folder; the names are those of all systems.
QT_PLUGINS = {
    "iconengines": {"qsvgicon"},
    "imageformats": {"qgif", "qico", "qjpeg", "qsvg"},
    "platforminputcontexts": {"composeplatforminputcontextplugin", "ibusplatforminputcontextplugin"},
    "platforms": {"qcocoa", "qoffscreen", "qwayland", "qwindows", "qxcb"},
    "platformthemes": {"qxdgdesktopportal"},
    "styles": {"qmacstyle", "qmodernwindowsstyle"},
    "wayland-decoration-client": {"adwaita", "bradient"},
    "wayland-shell-integration": {"xdg-shell"},
}

# Libraries of the build machine that go along. OpenSSL, zlib, Expat, libffi and the like are the system's:
# they have the same names everywhere, get its security updates, and do not clash with other libraries.
# SQLite goes along because the cache relies on what one version does, libbz2 because its name is not the
# same everywhere.
PYTHON_LIBRARIES = re.compile(r"lib(python3|sqlite3|bz2)\b")

# Never imported by the program, though a library may offer to. pyqtgraph imports `pydoc` and most of itself,
# httpx imports certifi: these must stay.
EXCLUDED_MODULES = [
    "IPython",
    "OpenGL",
    "PIL",
    "colorcet",
    "cupy",
    "curses",
    "h5py",
    "idlelib",
    "lib2to3",
    "matplotlib",
    "numba",
    "numpy.f2py",
    "pip",
    "pyqtgraph.examples",
    "pyqtgraph.jupyter",
    "pyqtgraph.opengl",
    "readline",
    "scipy",
    "setuptools",
    "tkinter",
    "zstandard._cffi",
    "zstandard.backend_cffi",
]

_NEVER = re.compile(r"(^|/)(zstandard/_cffi|pyqtgraph/(examples|icons/tests)/|tests?/)")


def belongs(destination: str, source: str, *, python_folders: tuple[str, ...], linux: bool) -> bool:
    """Whether a file that was found for the program is to be shipped.

    ``destination``: its place in the program; ``source``: where it lies on the build machine.
    ``python_folders``: where Python and its packages are installed there.
    """
    place = destination.replace("\\", "/")
    if _NEVER.search(place):
        return False
    if "/plugins/" in place and place.startswith("PySide6/"):
        return _plugin_belongs(place)
    module = re.search(r"PySide6/(?:Qt/lib/(?:lib)?)?Qt6?(\w+?)(?:\.abi3\.so|\.so\.6|\.pyd|\.dll|$)", place)
    if module and "translations" not in place:
        return module.group(1) in QT_MODULES
    if place.startswith(("PySide6/translations/", "PySide6/Qt/translations/")):
        return False
    if linux and ".so" in place and not source.startswith(python_folders):
        return bool(PYTHON_LIBRARIES.match(PurePath(place).name))
    return PurePath(place).name.lower() not in {"opengl32sw.dll", "d3dcompiler_47.dll"}


def _plugin_belongs(place: str) -> bool:
    folder, name = place.rsplit("/", 2)[-2:]
    stem = name.split(".")[0]
    return stem.removeprefix("lib") in QT_PLUGINS.get(folder, set())
