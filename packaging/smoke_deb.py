"""Proof of the .deb on a bare system: installed, used, upgraded, removed, and what is left looked at.

    sudo python3 packaging/smoke_deb.py dist/m360desk_VERSION_ARCHITECTURE.deb [--suite bookworm]

Makes a minimal Debian with debootstrap in a temporary folder, so that a library which only this machine has
cannot help. Needs root, debootstrap, Xvfb and dpkg-deb. Pictures are left in build/smoke-deb.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from smoke import ROOT, SmokeError, prove

USER = "tester"
HOME = Path("/home") / USER
RUNTIME = f"/run/{USER}"
INSIDE = """
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
mount -t tmpfs tmpfs "$0/tmp"
mkdir -p /tmp/.X11-unix "$0/tmp/.X11-unix"
mount --bind /tmp/.X11-unix "$0/tmp/.X11-unix"
exec chroot "$@"
"""
UNLOCKED_KEYRING = (
    'printf "\\n" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$0" "$@"'
)


class System:
    """A minimal Debian in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def command(self, *command: str, user: str = "root", variables: tuple[str, ...] = ()) -> list[str]:
        """How a command is run in there; its mounts vanish with it."""
        home = HOME if user == USER else Path("/root")
        inside = [f"--userspec={user}:{user}", str(self.root), "env", f"HOME={home}", f"USER={user}"]
        inside += ["LC_ALL=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        inside += ["DEBIAN_FRONTEND=noninteractive", *variables, *command]
        return ["unshare", "--mount", "--pid", "--fork", "sh", "-euc", INSIDE, str(self.root), *inside]

    def run(self, *command: str, user: str = "root") -> str:
        """Run a command to its end; its output. Raises SmokeError when it fails."""
        done = subprocess.run(self.command(*command, user=user), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SmokeError(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def install(self, package: Path) -> str:
        """Install a package file with what it depends on, and nothing that it merely recommends."""
        (self.root / "var" / package.name).write_bytes(package.read_bytes())
        return self.run("apt-get", "install", "-qq", "--no-install-recommends", f"/var/{package.name}")


def main() -> int:
    """Prove one package."""
    parser = argparse.ArgumentParser(description="Prove the .deb in a bare Debian.")
    parser.add_argument("deb", type=Path)
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--base", type=Path, help="a minimal Debian to copy instead of making one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="m360desk-deb-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "root"
        try:
            if args.base:
                subprocess.check_call(["cp", "-a", str(args.base), str(root)])
            else:
                bootstrap = ["debootstrap", "--variant=minbase", args.suite, str(root)]
                subprocess.check_call(bootstrap, stdout=subprocess.DEVNULL)
            prove_package(System(root), args.deb, Path(folder))
        except (SmokeError, subprocess.CalledProcessError) as problem:
            print(f"FAILED: {problem}", file=sys.stderr)
            return 1
    print("All checks passed.")
    return 0


def prove_package(system: System, deb: Path, folder: Path) -> None:
    """Install the version before, use it, upgrade, prove, remove, purge."""
    root, home = system.root, system.root / HOME.relative_to("/")
    system.run("apt-get", "update", "-qq")
    system.run("useradd", "--create-home", USER)
    system.install(_as_version(deb, "0.0.1", folder))
    system.run("m360desk", "--version", user=USER)
    settings = home / ".config" / "m360desk" / "settings.toml"
    cache = home / ".local" / "share" / "m360desk" / "cache" / "own.sqlite3"
    for path, content in ((settings, "[window]\ntheme = 'dark'\n"), (cache, "kept")):
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    system.run("chown", "-R", f"{USER}:{USER}", str(HOME))

    system.install(deb)
    files = [line for line in system.run("dpkg", "-L", "m360desk").splitlines() if line.startswith("/")]
    print(f"upgraded; {len(files)} files and folders")
    check_links(system)

    pictures = ROOT / "build" / "smoke-deb"
    offscreen = system.command("/opt/m360desk/m360desk", user=USER, variables=("QT_QPA_PLATFORM=offscreen",))
    prove(offscreen, pictures=pictures / "offscreen", folder=_writable(home), seen_as=HOME)
    prove_window(system, home, pictures / "window")

    system.run("apt-get", "remove", "-qq", "m360desk")
    left = [name for name in files if (root / name.lstrip("/")).is_file()]
    if left or (root / "opt" / "m360desk").exists():
        raise SmokeError(f"removal left {left or '/opt/m360desk'}")
    said = system.run("apt-get", "purge", "-qq", "m360desk")
    if "~/.config/m360desk" not in said:
        raise SmokeError(f"purge does not say where the user's files are: {said}")
    if not settings.exists() or cache.read_text(encoding="utf-8") != "kept":
        raise SmokeError("the user's settings or cache did not survive upgrade and removal")
    print("removed and purged: nothing is left but the user's own files")


def check_links(system: System) -> None:
    """Every library of the program finds all that it needs in there."""
    script = (
        "find /opt/m360desk -name '*.so*' -type f | "
        "LD_LIBRARY_PATH=/opt/m360desk/lib xargs ldd 2>/dev/null | grep 'not found' | sort -u || true"
    )
    missing = [line for line in system.run("sh", "-c", script).splitlines() if "libpyside" not in line]
    if missing:
        raise SmokeError("libraries are missing:\n" + "\n".join(missing))


def prove_window(system: System, home: Path, pictures: Path) -> None:
    """The same with a real X display and an unlocked Secret Service."""
    system.run("apt-get", "install", "-qq", "--no-install-recommends", "gnome-keyring", "dbus-daemon")
    reading, writing = os.pipe()
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-ac"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    try:
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        system.run("install", "--directory", "--mode=700", f"--owner={USER}", f"--group={USER}", RUNTIME)
        variables = (f"DISPLAY=:{number}", "QT_QPA_PLATFORM=xcb", f"XDG_RUNTIME_DIR={RUNTIME}")
        session = ("dbus-run-session", "--", "sh", "-c", UNLOCKED_KEYRING)
        command = system.command(*session, "/opt/m360desk/m360desk", user=USER, variables=variables)
        prove(command, pictures=pictures, folder=_writable(home), seen_as=HOME, keyring=True)
    finally:
        display.terminate()
        display.wait()


def _writable(home: Path) -> Path:
    # Both this process, as root, and the user in there write to it.
    home.chmod(0o777)
    os.umask(0)
    return home


def _as_version(deb: Path, version: str, folder: Path) -> Path:
    """The same package under another version, to upgrade from."""
    unpacked = folder / "unpacked"
    subprocess.check_call(["dpkg-deb", "-R", str(deb), str(unpacked)])
    control = unpacked / "DEBIAN" / "control"
    lines = control.read_text(encoding="utf-8").splitlines()
    changed = [f"Version: {version}" if line.startswith("Version:") else line for line in lines]
    control.write_text("\n".join(changed) + "\n", encoding="utf-8")
    out = folder / f"m360desk_{version}.deb"
    subprocess.check_call(
        ["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(unpacked), str(out)],
        stdout=subprocess.DEVNULL,
    )
    return out


if __name__ == "__main__":
    sys.exit(main())
