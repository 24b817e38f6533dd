"""Whom a WARP wallbox listens to: validation, sequence rule, its manager, two managers at once.

It reads one datagram per 100 ms. A command is accepted when header, version and sequence are good
and it comes from the manager; another address becomes the manager when the last change is more
than a minute ago, else the wallbox is blocked until one address was alone for a minute. 60 s
without a valid datagram and the manager is forgotten.
"""

from collections import deque

from . import warp_wire as wire

FORGET_S = 60.0
CONFLICT_S = 60.0
BUFFERED = 6


class Link:
    """`arrive` takes datagrams, `poll` returns what to obey; None = two managers, go to 0 A."""

    def __init__(self, config, record, index: int, read_at: float, now: float):
        self.manager = None
        self.accepted_at = now
        self._config = config
        self._record = record
        self._index = index
        self._read_at = read_at
        self._inbox = deque()
        self._last_sequence = 255
        self._heard_at = now
        self._changed_at = now - CONFLICT_S
        self._blocked_until = now

    def arrive(self, data: bytes, address) -> None:
        """A datagram is in the network interface; the seventh that waits is lost."""
        if len(self._inbox) < BUFFERED:
            self._inbox.append((bytes(data), address))

    def poll(self, now: float) -> list:
        """Read what is due on the wallbox's own 100 ms grid (all at once with a grid of 0)."""
        every = self._config.read_every_s
        read = []
        while self._inbox and not every:
            read.append(self._inbox.popleft())
        while every and self._read_at <= now:
            self._read_at += every
            if self._inbox:
                read.append(self._inbox.popleft())
        commands = []
        for data, address in read:
            if self._config.emulator:
                commands += self._read_as_emulator(data, address, now)
            else:
                commands += self._read(data, address, now)
        return commands

    def forgets(self, now: float) -> bool:
        """True at the moment when the manager is given up."""
        if self.manager is None or now - self._heard_at <= FORGET_S:
            return False
        self.manager = None
        return True

    def _read_as_emulator(self, data: bytes, address, now: float) -> list:
        """Version 2 of 12 bytes only, unchecked; whoever talks to it gets states."""
        self.manager = address
        self._heard_at = now
        if len(data) != 12 or data[6] != 2:
            return []
        self.accepted_at = now
        head = wire.pack_command(wire.Command(2, 0, 0, 0))[:8]
        return [wire.unpack_command(head + data[8:])]

    def _read(self, data: bytes, address, now: float) -> list:
        config = self._config
        try:
            if config.strict and len(data) > 6 and data[6] > config.newest_command:
                return []
            command = wire.unpack_command(data, config.newest_command)
        except wire.BadPacket:
            return []
        last = self._last_sequence
        if command.sequence <= last and last - command.sequence < 5:
            self._record("old_command", now, box=self._index, sequence=command.sequence)
            return []
        self._last_sequence = command.sequence
        self._heard_at = self.accepted_at = now
        if address != self.manager:
            alone = self.manager is None or now - self._changed_at > CONFLICT_S
            self.manager = address
            self._changed_at = now
            if not alone:
                self._blocked_until = now + CONFLICT_S
                self._record("conflict", now, box=self._index)
                return [None]
        return [] if now < self._blocked_until else [command]
