"""Temporary folders are removed by their owner, or by the next one where that was killed."""

import subprocess
import sys
from pathlib import Path

from m360desk.system.temporary import TemporaryFolder

ROOT = Path(__file__).resolve().parents[2]
HOLD = (
    "import sys; from pathlib import Path; from m360desk.system.temporary import TemporaryFolder\n"
    "folder = TemporaryFolder('mine-', Path(sys.argv[1]))\n"
    "(folder.path / 'cache').write_text('x'); print(folder.path, flush=True); input()"
)


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    other = tmp_path / "mine-being-made"
    other.mkdir()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "in-use.lock").touch()
    (tmp_path / "mine-link").symlink_to(precious)
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    held = Path(child.stdout.readline().strip())
    first = TemporaryFolder("mine-", tmp_path)
    assert (held / "cache").exists()  # its owner lives
    child.kill()
    child.communicate()
    second = TemporaryFolder("mine-", tmp_path)
    assert not held.exists()
    assert first.path.is_dir()
    first.remove()
    second.remove()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine-being-made", "mine-link", "precious"]
    assert precious.is_dir()
