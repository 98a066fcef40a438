"""Local times are right in summer and in winter, whatever the season of the reader."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from m360desk.system.local_time import LocalZone

# In a child, since a time zone belongs to a whole process. POSIX rules need no database of zones.
CENTRAL_EUROPE = "CET-1CEST,M3.5.0,M10.5.0/3"
PROGRAM = """
import time
from datetime import UTC, datetime, timedelta
from m360desk.system.local_time import LocalZone
if hasattr(time, "tzset"):
    time.tzset()
    zone = LocalZone()
    for text in ("2026-01-15T12", "2026-07-15T12", "2026-10-25T00:30", "2026-10-25T01:30", "0001-01-02T00"):
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        local = moment.astimezone(zone)
        print(local.isoformat(), local.tzname(), local.dst(), local.astimezone(UTC) == moment)
    print(zone.tzname(None))
"""
EXPECTED = """\
2026-01-15T13:00:00+01:00 UTC+01:00 0:00:00 True
2026-07-15T14:00:00+02:00 UTC+02:00 1:00:00 True
2026-10-25T02:30:00+02:00 UTC+02:00 1:00:00 True
2026-10-25T02:30:00+01:00 UTC+01:00 0:00:00 True
0001-01-02T01:00:00+01:00 UTC+01:00 0:00:00 True
UTC+01:00
"""


def test_summer_winter_and_the_hour_that_comes_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TZ": CENTRAL_EUROPE},
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout == (EXPECTED if os.name == "posix" else "")


@given(st.datetimes(timezones=st.just(LocalZone())))
def test_no_moment_is_too_far(moment: datetime) -> None:
    assert moment.tzname()
    try:
        there = moment.astimezone(UTC)
    except OverflowError:
        return  # before year 1 or after 9999 in UTC
    assert abs(there.astimezone(LocalZone()) - moment).total_seconds() <= 7200
