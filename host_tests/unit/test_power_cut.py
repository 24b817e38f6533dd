"""Rule R8 on the chip's own file system: littlefs on a RAM block device that loses power.

For each block that is programmed or erased during a save there is one run that ends there; the
next start has to find the old or the new settings, whole. So with what was learnt.
"""

import os
import subprocess

import pytest

SETTINGS = """
from firmware import settings

OLD = {"name": "old", "circuits": [{"name": "grid", "limit_ma": 11000}]}
NEW = {"name": "new", "circuits": [{"name": "grid", "limit_ma": 20000}], "chargers": [
    {"name": "Stellplatz %d" % i, "host": "192.168.1.%d" % (i + 1)} for i in range(20)]}
NAMES = {"old": settings.validate(OLD)[0], "new": settings.validate(NEW)[0]}


def load():
    return settings.load()


def save(document):
    return settings.save(document)
"""
LEARNT = """
from firmware import store

OLD = {"name": "old", "rotations": [["192.168.1.1", "grid", None, "L123"]]}
NEW = {"name": "new", "rotations": [["192.168.1.%d" % i, "grid", None, "L231"]
    for i in range(1, 33)]}
NAMES = {"old": OLD, "new": NEW}


def load():
    document, error, _ = store.read("learnt.json", lambda found: (found, None))
    if error and "cannot be read" in error:
        return None, None
    return document, error


def save(document):
    try:
        store.keep("learnt.json", document, ("name", "rotations"))
    except OSError as error:
        return str(error)
"""
SCRIPT = """
import os
import vfs

SIZE = 512


class Flash:
    def __init__(self, data, steps):
        self.data = data
        self.steps = steps

    def step(self):
        if self.steps == 0:
            raise OSError(5)
        self.steps -= 1

    def readblocks(self, block, buffer, offset=0):
        start = block * SIZE + offset
        buffer[:] = self.data[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        self.step()
        if offset is None:
            offset = 0
        start = block * SIZE + offset
        self.data[start : start + len(buffer)] = buffer

    def ioctl(self, command, argument):
        if command == 4:
            return 64
        if command == 5:
            return SIZE
        if command == 6:
            self.step()
            start = argument * SIZE
            for i in range(start, start + SIZE):
                self.data[i] = 0xFF
        return 0


def mounted(data, steps):
    flash = Flash(data, steps)
    vfs.mount(vfs.VfsLfs2(flash, readsize=32, progsize=32, lookahead=32), "/flash")
    os.chdir("/flash")
    return flash


def unmounted():
    os.chdir("/")
    vfs.umount("/flash")


start = bytearray(64 * SIZE)
vfs.VfsLfs2.mkfs(Flash(start, 1000000), readsize=32, progsize=32, lookahead=32)
mounted(start, 1000000)
assert load()[1] is None
assert save(OLD) is None
unmounted()

seen = {"old": 0, "new": 0}
steps = 0
while True:
    data = bytearray(start)
    flash = mounted(data, steps)
    save(NEW)
    cut = flash.steps == 0
    unmounted()
    mounted(data, 1000000)
    document, error = load()
    assert error is None, (steps, error)
    assert document == NAMES[document["name"]], steps
    seen[document["name"]] += 1
    assert load() == (document, None)
    unmounted()
    if not cut:
        break
    steps += 1
print(steps, seen["old"], seen["new"])
"""


# what is stored, and in how many runs at least the new one has to be there: settings have a copy
@pytest.mark.parametrize(
    ("kind", "least"), [(SETTINGS, 6), (LEARNT, 2)], ids=["settings", "learnt"]
)
def test_power_cut_at_every_block_leaves_old_or_new(image, micropython, tmp_path, kind, least):
    (tmp_path / "cut.py").write_text(kind + SCRIPT)
    result = subprocess.run(
        [micropython, str(tmp_path / "cut.py")],
        env={**os.environ, "MICROPYPATH": f":.frozen:{image}/lib:{image}"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    # the lines before the last: what the file system says about the flash that is gone
    steps, old, new = map(int, result.stdout.splitlines()[-1].split())
    assert steps > 15
    assert old > 5 and new >= least
