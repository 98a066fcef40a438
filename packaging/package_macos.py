"""The macOS disk image, and signing and notarising where the secrets for it are given."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from dev_environment import SetupError

if TYPE_CHECKING:
    from pathlib import Path


def make_disk_image(application: Path, dist: Path, version: str) -> Path:
    """Make the .dmg with the application and a link to Applications; returns its path.

    PyInstaller has signed the application with M360DESK_SIGN_IDENTITY; with M360DESK_NOTARY_PROFILE (one
    that `notarytool store-credentials` made) the image is notarised too.
    """
    folder = application.parent / "image"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # ditto keeps links, rights and signatures.
    _call("ditto", str(application), str(folder / application.name))
    (folder / "Applications").symlink_to("/Applications")
    out = dist / f"m360desk-{version}-{os.uname().machine}.dmg"
    _call(
        "hdiutil",
        "create",
        "-volname",
        "M360 Desk",
        "-srcfolder",
        str(folder),
        "-format",
        "ULMO",
        "-ov",
        str(out),
    )
    identity = os.environ.get("M360DESK_SIGN_IDENTITY")
    if identity:
        _call("codesign", "--sign", identity, "--timestamp", str(out))
    notary = os.environ.get("M360DESK_NOTARY_PROFILE")
    if identity and notary:
        _call("xcrun", "notarytool", "submit", str(out), "--keychain-profile", notary, "--wait")
        _call("xcrun", "stapler", "staple", str(out))
    return out


def _call(*command: str) -> None:
    if subprocess.call(command) != 0:
        raise SetupError(f"{command[0]} failed; the lines above say why.")
