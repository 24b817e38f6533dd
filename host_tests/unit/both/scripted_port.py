"""A byte stream for RtuClient that plays a script, with a clock of its own: nothing here waits."""

import modbus.rtu
from modbus.crc import crc16


class Clock:
    """Milliseconds that pass only when somebody waits; taken in place of the real ones."""

    def __init__(self, start=(1 << 30) - 100):  # a wrap is on the way
        self.now = start

    def ticks_ms(self):
        return self.now % (1 << 30)

    def ticks_add(self, a, b):
        return (a + b) % (1 << 30)

    def ticks_diff(self, a, b):
        return (a - b + (1 << 29)) % (1 << 30) - (1 << 29)

    async def sleep_ms(self, ms):
        self.now += ms

    def install(self, *modules):
        for module in (modbus.rtu,) + modules:
            for name in ("ticks_ms", "ticks_add", "ticks_diff", "sleep_ms"):
                if hasattr(module, name):
                    setattr(module, name, getattr(self, name))


class ScriptedPort:
    """Each request is answered by the next entry of the script: a list of (delay in ms, bytes).

    An entry may also be a function that gets the request and returns such a list. What arrives
    later than the client waits stays in the line and comes up in the next wait, or is discarded
    there when its time has come before. piece: at most so many bytes per receive.
    """

    def __init__(self, clock, script=(), piece=1000):
        self.clock = clock
        self.script = list(script)
        self.piece = piece
        self.line = []  # (time, order, byte value)
        self.sent = []  # (time, request)
        self.babble = None  # byte sent for ever, one per ms

    def discard(self):
        self.line = [item for item in self.line if item[0] > self.clock.now]

    async def send(self, view):
        request = bytes(view)
        self.sent.append((self.clock.now, request))
        self.clock.now += len(request)
        step = self.script.pop(0) if self.script else []
        if callable(step):
            step = step(request)
        for delay, data in step:
            for byte in data:
                self.line.append((self.clock.now + delay, len(self.line), byte))
        self.line = sorted(self.line)

    async def receive(self, view, timeout_ms):
        assert len(view) > 0
        assert timeout_ms > 0
        if self.babble is not None:
            self.clock.now += 1
            view[0] = self.babble
            return 1
        if not self.line or self.line[0][0] > self.clock.now + timeout_ms:
            self.clock.now += timeout_ms
            return 0
        self.clock.now = max(self.clock.now, self.line[0][0])
        count = 0
        while (
            self.line and self.line[0][0] <= self.clock.now and count < min(len(view), self.piece)
        ):
            view[count] = self.line.pop(0)[2]
            count += 1
        return count


def frame(*values):
    """Return the bytes with their CRC."""
    data = bytes(values)
    crc = crc16(data, 0, len(data))
    return data + bytes((crc & 0xFF, crc >> 8))


class Bus:
    """A client on a scripted port."""

    def __init__(self, script=(), piece=1000, timeout_ms=300, retries=0):
        self.clock = Clock()
        self.clock.install()
        self.port = ScriptedPort(self.clock, script, piece)
        self.client = modbus.rtu.RtuClient(self.port, timeout_ms, retries)
