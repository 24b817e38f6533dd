"""Feeds the watchdog while control works, and restarts the optional task that does not (rule R7).

A control task has no restart: when it is stale or has ended, nothing is fed and the watchdog
resets the board. An optional task is cancelled and started again alone, after a pause that
doubles up to a minute; control never waits for it. A task cannot be caught in an endless loop
without await: that is what the watchdog is for.
"""

import asyncio
import sys

from compat import UPY, const, sleep_ms, ticks_diff, ticks_ms

from firmware.eventcodes import TASK_FAILED, TASK_RESTARTED, WATCHDOG

_LOOK_MS = const(1000)
_FIRST_PAUSE_MS = const(1000)
_LONGEST_PAUSE_MS = const(64000)
_GOOD_MS = const(60000)


def report(error):
    """Print the traceback of a mistake of ours."""
    if UPY:
        sys.print_exception(error)
    else:
        sys.excepthook(type(error), error, error.__traceback__)


class Slot:
    """One watched task. It has to call check_in() more often than every timeout_ms. Events name it
    by its number, in the order of watch()."""

    def __init__(self, number: int, timeout_ms: int, restart, event):
        self.number = number
        self.timeout_ms = timeout_ms
        self.restart = restart
        self.task = None
        self._event = event
        self._seen_ms = ticks_ms()
        self._pause_ms = _FIRST_PAUSE_MS
        self._started_ms = self._seen_ms
        self._resting = False

    def check_in(self):
        self._seen_ms = ticks_ms()

    def silence_ms(self) -> int:
        """Return how long the task has not checked in."""
        return ticks_diff(ticks_ms(), self._seen_ms)

    async def guard(self, work):
        """Await `work`; an exception that ends it is logged."""
        try:
            await work
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not vanish
            self._event(TASK_FAILED, self.number)
            report(error)

    def start(self):
        self.check_in()
        self._started_ms = self._seen_ms
        self._resting = False
        self.task = asyncio.create_task(self.guard(self.restart()))

    def look(self):
        """Restart an optional task that has ended or is silent; called about once a second."""
        if self._resting:
            if self.silence_ms() < self._pause_ms:
                return
            if self.task.done():
                self._pause_ms = min(2 * self._pause_ms, _LONGEST_PAUSE_MS)
                try:
                    self.start()
                except MemoryError:
                    self._rest()
            else:  # it has swallowed the cancellation
                self._rest()
        elif self.task.done() or self.silence_ms() > self.timeout_ms:
            self._event(TASK_RESTARTED, self.number, self._pause_ms)
            self._rest()
        elif ticks_diff(ticks_ms(), self._started_ms) > _GOOD_MS:
            self._pause_ms = _FIRST_PAUSE_MS

    def _rest(self):
        self.task.cancel()
        self.check_in()
        self._resting = True


class Supervisor:
    """`watchdog` has feed(); `event(code, subject, value)` notes what happened."""

    def __init__(self, watchdog, event):
        self._watchdog = watchdog
        self._event = event
        self._told = False
        self.slots = []

    def watch(self, timeout_ms: int, restart=None) -> Slot:
        """Watch a task. With `restart`, a coroutine function, it is optional and started here."""
        slot = Slot(len(self.slots), timeout_ms, restart, self._event)
        self.slots.append(slot)
        if restart:
            slot.start()
        return slot

    async def run(self):
        """Look after all slots every second, for ever."""
        asyncio.get_event_loop().set_exception_handler(self._lost_exception)
        while True:
            self.look()
            await sleep_ms(_LOOK_MS)

    def look(self):
        """Feed the watchdog if all of control is fresh, then restart what else hangs."""
        stale = None
        for slot in self.slots:
            if not slot.restart and slot.silence_ms() > slot.timeout_ms:
                stale = slot
        if stale is None:
            self._watchdog.feed()
            self._told = False
        elif not self._told:
            self._told = True
            self._event(WATCHDOG, stale.number, stale.silence_ms())
        for slot in self.slots:
            if slot.restart:
                slot.look()

    def _lost_exception(self, loop, context):
        self._event(TASK_FAILED, -1, 0)
        if "exception" in context:
            report(context["exception"])
