"""The event log: order, bounds, restarts, torn and broken files."""

import os

import firmware
from firmware import eventlog
from firmware.eventcodes import STARTED, WATCHDOG
from loadmgmt.event import CHARGER_LOST

if isinstance(firmware.__path__, str):  # MicroPython, where it goes with the current folder
    firmware.__path__ = os.getcwd() + "/" + firmware.__path__

FOLDER = "eventlog.test"


class Scratch:
    """An empty current directory for the time of a test."""

    def __enter__(self):
        self.home = os.getcwd()
        clear(FOLDER)
        os.mkdir(FOLDER)
        os.chdir(FOLDER)

    def __exit__(self, *_):
        os.chdir(self.home)
        clear(FOLDER)


def clear(folder):
    try:
        for name in os.listdir(folder):
            os.remove(folder + "/" + name)
        os.rmdir(folder)
    except OSError:
        pass


def seqs(log, seq=0):
    return [event[0] for event in log.since(seq)]


def test_ring_keeps_the_newest():
    with Scratch():
        log = eventlog.EventLog(8)
        assert list(log.since()) == []
        for i in range(20):
            log.add(CHARGER_LOST, i, i * 1000)
        assert seqs(log) == [13, 14, 15, 16, 17, 18, 19, 20]
        assert seqs(log, 18) == [19, 20]
        assert seqs(log, 20) == [] and seqs(log, 99) == []
        event = next(iter(log.since(19)))
        assert event[2:] == (CHARGER_LOST, 19, 19000) and event[1] < 5
        assert eventlog.FILE not in os.listdir()


def test_numbers_go_on_after_a_restart():
    with Scratch():
        log = eventlog.EventLog(8)
        log.add(STARTED)
        log.add(CHARGER_LOST, 200, -(1 << 40))
        log.flush()
        log.flush()
        log = eventlog.EventLog(8)
        assert seqs(log) == [1, 2]
        assert next(iter(log.since(1)))[2:] == (CHARGER_LOST, 127, -(1 << 31))
        log.add(STARTED, 0, 2)
        assert seqs(log) == [1, 2, 3]
        log.flush()
        assert os.stat(eventlog.FILE)[6] == 3 * 14


def test_the_one_before_a_reset_is_written_at_once():
    with Scratch():
        log = eventlog.EventLog(8)
        log.add(WATCHDOG, 1, 9000)
        assert next(iter(eventlog.EventLog(8).since()))[2:] == (WATCHDOG, 1, 9000)


def test_files_stay_small():
    with Scratch():
        log = eventlog.EventLog(16)
        for i in range(3000):
            log.add(CHARGER_LOST, i % 64, i)
            if i % 10 == 0:
                log.flush()
        log.flush()
        sizes = [os.stat(name)[6] for name in os.listdir()]
        assert len(sizes) <= 2 and max(sizes) < 4096 + 16 * 14, sizes
        assert seqs(eventlog.EventLog(16)) == list(range(2985, 3001))


def test_torn_file():
    with Scratch():
        log = eventlog.EventLog(8)
        for i in range(3):
            log.add(CHARGER_LOST, i)
        log.flush()
        with open(eventlog.FILE, "rb") as file:
            data = file.read()
        with open(eventlog.FILE, "wb") as file:
            file.write(data[:-5])
        log = eventlog.EventLog(8)
        assert seqs(log) == [1, 2]
        log.add(CHARGER_LOST, 9)
        log.flush()
        assert seqs(eventlog.EventLog(8)) == [1, 2, 3]


def test_flash_that_refuses():
    with Scratch():
        os.mkdir(eventlog.FILE)
        log = eventlog.EventLog(8)
        log.add(CHARGER_LOST)
        log.flush()
        assert log.lost == 1 and seqs(log) == [1]
        os.rmdir(eventlog.FILE)


def test_uptime_survives_the_wrap_of_the_clock():
    with Scratch():
        clock = eventlog.ticks_ms
        now = [(1 << 30) - 1500]
        eventlog.ticks_ms = lambda: now[0]
        # the 64-bit port wraps much later: the difference is taken over what the chip's clock says
        difference = eventlog.ticks_diff
        eventlog.ticks_diff = lambda a, b: ((a - b + (1 << 29)) & ((1 << 30) - 1)) - (1 << 29)
        try:
            log = eventlog.EventLog(8)
            for _ in range(5):
                now[0] = (now[0] + 700) % (1 << 30)
                log.uptime_s()
            assert log.uptime_s() == 3
        finally:
            eventlog.ticks_ms, eventlog.ticks_diff = clock, difference
