"""The program as a user starts it, without arguments: says when the first rows are painted, as the empty
window does, and ends. The profile's folder is to be named ``m360desk``. After it, "whole": when all is there,
the window is closed as by a user, and nothing is said."""

import os
import sys
import time

from m360desk import cli


def painted() -> None:
    os.write(1, b"painted %d\n" % (time.process_time() * 1_000_000))
    os.read(0, 1)  # until the parent has looked at it
    os._exit(0)


def prepare_and_watch() -> None:
    prepare()
    from m360desk import app

    class Watched(app.Application):
        def start(self) -> None:
            if "whole" in sys.argv:
                self.completed.connect(self.shell.window.close)
            else:
                self.first_rows.connect(painted)
            super().start()

    app.Application = Watched  # type: ignore[misc]  # the program builds this one in its place


prepare = cli.prepare_window_start
cli.prepare_window_start = prepare_and_watch
profile = sys.argv[1]
if sys.platform == "linux":
    # The user's own folders are those that hold the profile's.
    for folder in ("CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{folder}_HOME"] = os.path.dirname(profile)  # noqa: PTH120 - one import less
    sys.exit(cli.main([]))
sys.exit(cli.main(["--profile", profile]))
