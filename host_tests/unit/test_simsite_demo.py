"""The demo: its story is repeatable, and it starts, shows and ends the firmware cleanly.

The firmware here is a stand-in script that says `ready` and waits; the real one is started by
the site tests.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import pathlib

import pytest

from tools.simsite import Site
from tools.simsite.story import BOXES, LOOP_S, Story, demo_site

ROOT = pathlib.Path(__file__).resolve().parents[2]
STAND_IN = """
import json, os, pathlib, signal, sys, time
a = dict(zip(sys.argv[1::2], sys.argv[2::2]))
flash = pathlib.Path(a["--flash"])
settings = json.loads((flash / "settings.json").read_text())
print("chargers", len(settings["chargers"]), flush=True)
if {code!r} is not None:
    sys.exit({code!r})
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("pid", os.getpid(), "flash", flash, flush=True)
print("ready http://%s:%s" % (a["--bind"], a["--http-port"]), flush=True)
while True:
    time.sleep(1)
"""
RUNNER = """
import pathlib, sys
sys.path.insert(0, {root!r})
from tools import demo
demo.ROOT = pathlib.Path({stand_in!r})
sys.exit(demo.main({options!r}))
"""


def run_story(seed, loops):
    """Play the story at once; returns the lines and whether every loop ended as it began."""
    config = demo_site(seed, "127.99.99")

    async def play():
        site = Site(config)
        story = Story(site, seed)
        lines, taken = [], []
        for n in range(1, loops + 1):
            while story.next_at() < n * LOOP_S:
                lines.append((story.next_at(), story.play()))
            taken.append([box.car is not None for box in site.boxes])
        await site.meter.line.stop()
        return lines, taken

    return asyncio.run(play())


def test_the_story_is_the_same_for_the_same_seed():
    lines, taken = run_story(3, 4)
    assert lines == run_story(3, 4)[0]
    assert lines != run_story(4, 4)[0]
    assert all(loop == [True, False, True, False, False, False] for loop in taken)
    assert not [text for _, text in lines if "nobody there" in text or "still taken" in text]


def test_much_happens_in_the_first_minute():
    texts = " ".join(text for t, text in run_story(1, 1)[0] if t < 60)
    for word in ("plugged in", "leaves", "heat pump starts", "boils water"):
        assert word in texts


def test_the_boxes_are_mixed():
    assert len(BOXES) == 6
    assert {box.phases for box in BOXES} == {1, 3}
    assert len({box.rotation for box in BOXES}) >= 3


@pytest.fixture
def start(tmp_path):
    """Start the demo with a stand-in firmware; ends what is left of it."""
    started = []
    # the tests themselves may run under nohup, and whoever they start inherits that
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)

    def begin(*options, code=None):
        (tmp_path / "tools").mkdir()
        (tmp_path / "tools" / "run_firmware.py").write_text(STAND_IN.format(code=code))
        script = RUNNER.format(root=str(ROOT), stand_in=str(tmp_path), options=list(options))
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    signal.signal(signal.SIGHUP, before)
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def read_until(process, word):
    lines = []
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def assert_nothing_left(text):
    pid, flash = re.search(r"pid (\d+) flash (\S+)", text).groups()
    assert not pathlib.Path(flash).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ends_cleanly_on_a_signal(start, number):
    process = start()
    text = read_until(process, "Open http://")
    text += read_until(process, "Ctrl-C ends")
    assert re.search(r"Open http://127\.\d+\.\d+\.1:\d+", text) and "chargers 6" in text
    process.send_signal(number)
    text += process.stdout.read()
    assert process.wait(10) == 0, text
    assert_nothing_left(text)


def test_leaves_nothing_behind_when_the_terminal_closes(start):
    process = start()
    text = read_until(process, "Ctrl-C ends")
    process.stdout.close()
    process.send_signal(signal.SIGHUP)
    process.wait(10)
    assert_nothing_left(text)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a child that its parent is gone")
def test_the_firmware_ends_when_the_demo_is_killed(start):
    process = start()
    text = read_until(process, "Ctrl-C ends")
    pid, flash = re.search(r"pid (\d+) flash (\S+)", text).groups()
    process.kill()
    process.wait(10)
    shutil.rmtree(flash)
    deadline = time.monotonic() + 10
    while pathlib.Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not pathlib.Path(f"/proc/{pid}/cmdline").exists()


def test_ends_by_itself_after_the_seconds_given(start):
    begin = time.monotonic()
    process = start("--seconds", "6.5", "--http-port", "0")
    text = process.stdout.read()
    assert process.wait(10) == 0, text
    assert time.monotonic() - begin >= 6.5
    assert "Carport right: a van, 3 x 32 A, is plugged in." in text
    assert_nothing_left(text)


def test_a_firmware_that_does_not_start_is_an_error(start):
    process = start(code=3)
    text = process.stdout.read()
    assert process.wait(10) == 1
    assert "did not start" in text
