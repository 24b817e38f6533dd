"""What the history does to the flash: on littlefs over a RAM block device that counts, and that
loses power at every block of a write."""

import os
import subprocess

import pytest

SCRIPT = """
import gc
import os
import struct
import sys
import vfs
from array import array

import on_demand
from firmware import history_file

SIZE = 4096
BLOCKS = 96
FOR_EVER = 1 << 29


class NoCollector:  # see cut_flash.py
    def collect(self):
        pass


on_demand.gc = NoCollector()
gc.disable()
KEPT = []


class Flash:
    def __init__(self, data, steps):
        self.data = data
        self.steps = steps
        self.erased = array("I", bytes(4 * BLOCKS))

    def step(self):
        if self.steps == 0:
            raise OSError(5)
        self.steps -= 1

    def readblocks(self, block, buffer, offset=0):
        start = block * SIZE + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * SIZE + offset
        if self.steps == 0:
            half = len(buffer) // 2
            self.data[start : start + half] = buffer[:half]
        self.step()
        self.data[start : start + len(buffer)] = buffer

    def ioctl(self, command, argument):
        if command == 4:
            return BLOCKS
        if command == 5:
            return SIZE
        if command == 6:
            self.step()
            self.erased[argument] += 1
        return 0


def mounted(data, steps=FOR_EVER):
    flash = Flash(data, steps)
    system = vfs.VfsLfs2(flash, readsize=32, progsize=32, lookahead=32)
    KEPT.append((system, flash))
    vfs.mount(system, "/flash")
    os.chdir("/flash")
    return flash


def unmounted():
    os.chdir("/")
    vfs.umount("/flash")


class Place:
    def __init__(self, name):
        self.name = self.host = name


class History:
    def __init__(self, wallboxes):
        grid = Place("grid")
        grid.circuit = grid
        self.meters = [grid]
        self.circuits = [grid, Place("carport")]
        self.points = [Place("Stellplatz %d" % i) for i in range(wallboxes)]
        self.width = 7 + 6 + wallboxes
        self.rows = bytearray(8 * (8 + 2 * self.width))
        self.count = 0
        self.energy = array("i", bytes(12 + 4 * wallboxes))
        self.day = 20777
        self.headed = {}
        self.at = 0

    def half_an_hour(self):
        for i in range(6):
            self.at += 300
            struct.pack_into("<II", self.rows, i * (8 + 2 * self.width), self.at, self.at)
        self.energy[0] = self.at
        self.count = 6
        history_file.flush(self)


def found():
    rows = []
    for name in ("history.old", "history"):
        try:
            with open(name, "rb") as file:
                for kind, content in history_file.frames(file):
                    if kind == 3:
                        rows.append(struct.unpack_from("<I", content)[0])
        except OSError:
            pass
    with open("energy.now", "rb") as file:
        frames = [bytes(content) for _, content in history_file.frames(file)]
    return rows, struct.unpack_from("<i", frames[0], 8)[0]


wallboxes = int(sys.argv[1])
start = bytearray(BLOCKS * SIZE)
vfs.VfsLfs2.mkfs(Flash(start, FOR_EVER), readsize=32, progsize=32, lookahead=32)
flash = mounted(start)
history = History(wallboxes)
for day in range(4):
    for _ in range(48):
        history.half_an_hour()
        assert history.count == 0
    history_file.end_day(history)
    if day == 1:
        flash.erased = array("I", bytes(4 * BLOCKS))
sizes = [os.stat(name)[6] for name in ("history.old", "energy")]
print("erased", sum(flash.erased) // 2, max(flash.erased), *sizes)
for _ in range(40):
    history.half_an_hour()
before, energy = found()
assert len(before) in range(288, 577) and energy == history.at
last = history.at
unmounted()

cuts = 0
data = bytearray(start)
while True:
    data[:] = start
    flash = mounted(data, cuts)
    later = History(wallboxes)
    later.at = last
    later.half_an_hour()
    is_cut = flash.steps == 0
    unmounted()
    mounted(data)
    rows, energy = found()
    # each file is as before or as afterwards; a row is never half there
    assert rows == before or rows == before + [last + 300 * (i + 1) for i in range(6)], cuts
    assert energy in (last, later.at) and (energy == last or rows != before)
    later = History(wallboxes)
    later.at = last
    later.half_an_hour()
    assert found()[0][-6:] == [last + 300 * (i + 1) for i in range(6)]
    unmounted()
    if not is_cut:
        break
    cuts += 1
print("cuts", cuts)
"""


@pytest.mark.parametrize("wallboxes", [16, 64])
def test_it_is_written_rarely_and_bears_power_cuts(image, micropython, tmp_path, wallboxes):
    (tmp_path / "flash.py").write_text(SCRIPT)
    result = subprocess.run(
        [micropython, "-X", "heapsize=64M", str(tmp_path / "flash.py"), str(wallboxes)],
        env={**os.environ, "MICROPYPATH": f":.frozen:{image}/lib:{image}"},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    # the lines before: what the file system says about the flash that is gone
    lines = [line.split() for line in result.stdout.splitlines()]
    found = {line[0]: [*map(int, line[1:])] for line in lines if line[0] in ("erased", "cuts")}
    erased, most, day, days = found["erased"]
    assert erased < 2 * wallboxes + 40  # blocks of 4 KiB a day
    assert most <= 5  # the busiest of 96 in two days
    assert day < 900 * wallboxes + 10000 and days < 3000
    assert found["cuts"][0] > 15
