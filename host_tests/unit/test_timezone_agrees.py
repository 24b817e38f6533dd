"""Local time agrees with CPython's zoneinfo and with the C library on the same TZ strings, 2026 to
2035."""

import io
import random
import struct
import time
import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest

from loadmgmt import posix_tz
from loadmgmt.timezone import local_s

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LAST = datetime(2036, 1, 1, tzinfo=UTC)
ZONES = (
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "GMT0BST,M3.5.0/1,M10.5.0",
    "EET-2EEST,M3.5.0/3,M10.5.0/4",
    "EST5EDT,M3.2.0,M11.1.0",
    "AEST-10AEDT,M10.1.0,M4.1.0/3",
    "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "IST-2IDT,M3.4.4/26,M10.5.0",
    "EET-2EEST,M4.5.5/0,M10.5.4/24",
    "<+0330>-3:30",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "AAA-1BBB,J60,J300/4:30",
)
# zoneinfo takes day n for the one before, and J59 for the leap day: the C library does not
DAYS = ("AAA3BBB2:30,59/2,299/1", "AAA-8BBB,J59/0,J365/23", "AAA8BBB,330/2,0/2")


def reference(text):
    """zoneinfo's own reading of a TZ string: a file that has nothing else (RFC 8536)."""
    header = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    block = header + struct.pack(">lbb", 0, 0, 0) + b"AAA\0"
    return zoneinfo.ZoneInfo.from_file(io.BytesIO(block * 2 + b"\n" + text.encode() + b"\n"))


def moments(zone):
    """Each hour of the days about a change and about New Year, and any time in between."""
    dice = random.Random(1)
    day = FIRST
    before = None
    while day < LAST:
        offset = day.astimezone(zone).utcoffset()
        if offset != before or (day.month, day.day) in ((12, 31), (1, 1)):
            for minutes in range(-48 * 60, 48 * 60, 30):
                yield day + timedelta(minutes=minutes)
                yield day + timedelta(minutes=minutes, seconds=-1)
        before = offset
        yield day + timedelta(seconds=dice.randrange(86400))
        day += timedelta(days=1)


@pytest.mark.parametrize("text", ZONES)
def test_local_time_agrees(text):
    zone = posix_tz.parse(text)
    theirs = reference(text)
    for moment in moments(theirs):
        utc_s = int(moment.timestamp())
        offset = moment.astimezone(theirs).utcoffset() // timedelta(seconds=1)
        assert local_s(zone, utc_s) - utc_s == offset, moment


@pytest.fixture
def libc(monkeypatch):
    """Set the zone of this process; the one before is back after the test."""

    def use(text):
        monkeypatch.setenv("TZ", text)
        time.tzset()

    yield use
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("text", ZONES + DAYS)
def test_local_time_agrees_with_the_c_library(libc, text):
    zone = posix_tz.parse(text)
    libc(text)
    for moment in moments(reference(text)):
        utc_s = int(moment.timestamp())
        assert local_s(zone, utc_s) - utc_s == time.localtime(utc_s).tm_gmtoff, moment
