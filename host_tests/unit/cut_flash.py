"""The second half of the scripts of test_power_cut.py, for MicroPython: the flash and the cuts.

The first half has begin() (makes the old state), store() (the new one; may raise OSError) and
state(): "old" or "new", what a start finds; it raises for anything else. The start after each
EVERYth cut is cut, too.
"""

# ruff: noqa: F821 - what is not defined here is in the first half

import gc
import os

import on_demand
import vfs

BLOCKS = 48
FOR_EVER = 1 << 29
GONE = -5  # EIO, without an exception


class Flash:
    """`steps` blocks can still be programmed or erased; the next one ends as `way` says, and all
    after it fail."""

    is_gone = False

    def __init__(self, data, size, steps, way):
        self.data = data
        self.size = size
        self.steps = steps
        self.way = way
        self.is_cut = False

    def step(self, start, new):
        if self.steps == 0:
            if not self.is_cut and self.way != "before":
                half = len(new) // 2
                # flash is written from its start on; what is left half erased is anything
                if self.way == "half":
                    self.data[start : start + half] = new[:half]
                else:
                    self.data[start + half : start + len(new)] = bytes([0x5A]) * (len(new) - half)
            self.is_cut = True
            raise OSError(5)
        self.steps -= 1
        self.data[start : start + len(new)] = new

    def readblocks(self, block, buffer, offset=0):
        if self.is_gone:
            return GONE
        start = block * self.size + offset
        buffer[:] = self.data[start : start + len(buffer)]
        return 0

    def writeblocks(self, block, buffer, offset=0):
        if self.is_gone:
            return GONE
        self.step(block * self.size + offset, buffer)
        return 0

    def ioctl(self, command, argument):
        if command == 4:
            return BLOCKS
        if command == 5:
            return self.size
        if command == 6 and self.is_gone:
            return GONE
        if command == 6:
            self.step(argument * self.size, b"\xff" * self.size)
        return 0


class NoCollector:
    """A file that is open when the power goes must not be closed by the collector as long as its
    file system is there: in there the heap is locked, and a block device in Python needs it."""

    def collect(self):
        pass


gc.disable()
on_demand.gc = NoCollector()
OLD_ONES = []  # file systems that such files still belong to


def mounted(data, size, steps=FOR_EVER, way=""):
    flash = Flash(data, size, steps, way)
    system = vfs.VfsLfs2(flash, readsize=32, progsize=32, lookahead=32)
    OLD_ONES.append((system, flash))
    vfs.mount(system, "/flash")
    os.chdir("/flash")
    return flash


def unmounted():
    os.chdir("/")
    vfs.umount("/flash")
    OLD_ONES[-1][1].is_gone = True
    if len(OLD_ONES) % 16 == 0:
        gc.collect()


def tried(function):
    try:
        return function()
    except OSError:
        return None  # the power has gone


def run(size, way):
    start = bytearray(BLOCKS * size)
    vfs.VfsLfs2.mkfs(Flash(start, size, FOR_EVER, ""), readsize=32, progsize=32, lookahead=32)
    mounted(start, size)
    begin()
    assert state() == "old"
    unmounted()
    seen = {"old": 0, "new": 0}
    steps = twice = 0
    data = bytearray(start)
    second = bytearray(start)
    while True:
        data[:] = start
        flash = mounted(data, size, steps, way)
        tried(store)
        is_cut = flash.is_cut
        unmounted()
        found = None
        # the next start is cut, too, after so many blocks
        again = 0
        while is_cut and steps % EVERY == 0:
            second[:] = data
            flash = mounted(second, size, again, way)
            try:
                state()
            except (OSError, AssertionError):
                if not flash.is_cut:
                    raise
            ended = not flash.is_cut
            unmounted()
            mounted(second, size)
            was = state()
            unmounted()
            assert found in (None, was), (found, was)
            found = was
            twice += 1
            again += 1
            if ended:
                break
        mounted(data, size)
        was = state()
        assert found in (None, was) and state() == was
        seen[was] += 1
        unmounted()
        if not is_cut:
            break
        steps += 1
    print("cut", size, way, steps, seen["old"], seen["new"], twice)


for size in (512, 4096):
    for way in ("before", "half", "garbage"):
        run(size, way)
