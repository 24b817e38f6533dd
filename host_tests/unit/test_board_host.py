"""The PC's RS485: the firmware's own driver under MicroPython against a pty held by this test."""

import os
import pty
import select
import subprocess
import time
import tty

import pytest

SCRIPT = """
import asyncio
import sys
import time

from firmware import board

FIELDS = {"port": sys.argv[1], "baud": 9600, "parity": "E", "stop_bits": 1}

async def main():
    bus = board.open_rs485(FIELDS)
    buffer = bytearray(300)
    while True:
        bus.discard()
        await bus.send(b"ask")
        count = 0
        start = time.ticks_ms()
        while count < 256:
            some = await bus.receive(memoryview(buffer)[count:], 150)
            if not some:
                break
            count += some
        print(count, sum(buffer[:count]), time.ticks_diff(time.ticks_ms(), start))
        await asyncio.sleep_ms(50)

asyncio.run(main())
"""


class Bus:
    """The far end of the tty `path`, which is a link so that it can come back as another pty."""

    def __init__(self, path):
        self.path = path
        self.master = None

    def plug(self):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        scratch = self.path.with_suffix(".new")
        scratch.symlink_to(os.ttyname(slave))
        scratch.replace(self.path)
        self._slave = slave

    def unplug(self):
        os.close(self.master)
        os.close(self._slave)
        self.master = None

    def asked(self, within=3.0):
        """Wait for one request."""
        end = time.monotonic() + within
        data = b""
        while len(data) < 3 and time.monotonic() < end:
            if select.select([self.master], [], [], 0.05)[0]:
                data += os.read(self.master, 3 - len(data))
        return data


@pytest.fixture
def bus(tmp_path):
    bus = Bus(tmp_path / "tty")
    bus.plug()
    yield bus
    if bus.master is not None:
        bus.unplug()


@pytest.fixture
def firmware(bus, image, micropython, tmp_path):
    (tmp_path / "ask.py").write_text(SCRIPT)
    process = subprocess.Popen(
        [micropython, str(tmp_path / "ask.py"), str(bus.path)],
        cwd=image,
        env={**os.environ, "MICROPYPATH": f":.frozen:lib:{image}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def report(process):
    """Return the next line as numbers: bytes, their sum, ms."""
    line = process.stdout.readline()
    assert line, "the firmware has ended"
    return [int(word) for word in line.split()]


def test_whole_answers_arrive_byte_for_byte(bus, firmware):
    answer = bytes(range(256))
    for _ in range(5):
        assert bus.asked() == b"ask"
        os.write(bus.master, answer)
        count, total, _ = report(firmware)
        assert (count, total) == (256, sum(answer))


def test_answer_in_pieces_and_line_settings(bus, firmware):
    import termios

    assert bus.asked() == b"ask"
    cflag = termios.tcgetattr(bus._slave)[2]
    assert termios.tcgetattr(bus._slave)[4:6] == [termios.B9600, termios.B9600]
    assert cflag & termios.CSTOPB == 0
    for piece in (b"\x00", b"\x03\x11", b"\xff" * 20):
        os.write(bus.master, piece)
        time.sleep(0.03)
    count, total, _ = report(firmware)
    assert (count, total) == (23, 0x14 + 20 * 255)


def test_silence_is_a_time_out(bus, firmware):
    count, _, ms = report(firmware)
    assert count == 0
    assert 140 <= ms < 400


def test_late_answer_is_dropped_before_the_next_request(bus, firmware):
    assert bus.asked() == b"ask"
    report(firmware)
    os.write(bus.master, b"late")
    assert bus.asked() == b"ask"
    os.write(bus.master, b"\x01")
    counts = [report(firmware)[0] for _ in range(1)]
    assert counts[0] in (1, 5)  # the late one may still have come into the second request


def test_tty_that_vanishes_and_comes_back(bus, firmware):
    assert bus.asked() == b"ask"
    bus.unplug()
    for _ in range(4):
        assert report(firmware)[0] == 0
    assert firmware.poll() is None
    bus.plug()
    deadline = time.monotonic() + 5
    while not bus.asked(0.3):
        assert time.monotonic() < deadline, "not opened again"
    os.write(bus.master, b"\x07")
    counts = [report(firmware)[0] for _ in range(20) if time.monotonic() < deadline]
    assert 1 in counts
    assert firmware.poll() is None


def test_peer_that_reads_nothing_never_blocks(bus, firmware):
    for _ in range(20):
        assert report(firmware)[0] == 0
