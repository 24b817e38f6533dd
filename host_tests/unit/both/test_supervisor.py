"""The supervisor: feeds only while control is fresh, restarts an optional task alone."""

import asyncio

from compat import sleep_ms, ticks_add
from firmware import supervisor
from firmware.eventcodes import TASK_FAILED, TASK_RESTARTED, WATCHDOG


class Dog:
    def __init__(self):
        self.feeds = 0

    def feed(self):
        self.feeds += 1


class Bench:
    """A supervisor on a clock that is turned by hand."""

    def __init__(self):
        self.now = 1000
        self.events = []
        self.dog = Dog()
        self.sup = supervisor.Supervisor(self.dog, self.note)

    def note(self, code, subject=0, value=0):
        self.events.append((code, subject, value))

    async def later(self, ms, *fresh):
        """Let time pass in steps of a second; the tasks in `fresh` check in."""
        for _ in range(ms // 1000):
            self.now = ticks_add(self.now, 1000)
            for slot in fresh:
                slot.check_in()
            await sleep_ms(0)
            self.sup.look()
            await sleep_ms(0)
            await sleep_ms(0)


def run(scenario):
    bench = Bench()
    clock, report = supervisor.ticks_ms, supervisor.report
    supervisor.ticks_ms = lambda: bench.now
    supervisor.report = lambda error: bench.events.append(str(error))
    try:
        asyncio.run(scenario(bench))
    finally:
        supervisor.ticks_ms, supervisor.report = clock, report


async def forever():
    while True:
        await sleep_ms(1)


def test_fed_while_control_checks_in():
    async def scenario(bench):
        slot = bench.sup.watch(3000)
        await bench.later(10000, slot)
        assert bench.dog.feeds == 10
        assert bench.events == []

    run(scenario)


def test_hung_control_is_not_fed_and_told_once():
    async def scenario(bench):
        slot = bench.sup.watch(3000)
        other = bench.sup.watch(60000)
        await bench.later(20000, other)
        assert bench.dog.feeds == 3
        assert bench.events == [(WATCHDOG, 0, 4000)]
        await bench.later(2000, slot)
        assert bench.dog.feeds == 5

    run(scenario)


def test_hung_optional_task_is_restarted_alone():
    async def scenario(bench):
        starts = []

        async def web():
            starts.append(bench.now)
            await forever()

        control = bench.sup.watch(3000)
        slot = bench.sup.watch(5000, web)
        await bench.later(4000, control, slot)
        await bench.later(8000, control)
        assert bench.events == [(TASK_RESTARTED, 1, 1000)]
        assert len(starts) == 2
        assert bench.dog.feeds == 12

    run(scenario)


def test_pauses_grow_to_a_minute():
    async def scenario(bench):
        async def broken():
            raise ValueError("broken")

        bench.sup.watch(5000, broken)
        await bench.later(300000)
        pauses = [event[2] for event in bench.events if event[0] == TASK_RESTARTED]
        assert pauses[:8] == [1000, 2000, 4000, 8000, 16000, 32000, 64000, 64000], pauses
        assert "broken" in bench.events
        assert (TASK_FAILED, 0, 0) in bench.events
        assert bench.dog.feeds == 300

    run(scenario)


def test_pause_is_short_again_after_a_good_minute():
    async def scenario(bench):
        slot = bench.sup.watch(5000, forever)
        await bench.later(30000)
        assert bench.events[-1][2] > 1000
        await bench.later(130000, slot)
        await bench.later(8000)
        assert bench.events[-1] == (TASK_RESTARTED, 0, 1000), bench.events

    run(scenario)


def test_task_that_swallows_its_cancellation_is_never_there_twice():
    async def scenario(bench):
        running = []

        async def stubborn():
            running.append(1)
            swallowed = 0
            while swallowed < 3 and bench.now < 50000:
                try:
                    await forever()
                except asyncio.CancelledError:
                    swallowed += 1
            running.pop()

        slot = bench.sup.watch(2000, stubborn)
        for _ in range(60):
            await bench.later(1000)
            assert len(running) <= 1
        assert len([event for event in bench.events if event[0] == TASK_RESTARTED]) > 2
        while running:
            slot.task.cancel()
            await sleep_ms(0)

    run(scenario)


def test_exception_of_a_control_task_is_told_and_starves_the_watchdog():
    async def scenario(bench):
        async def control():
            raise RuntimeError("control is gone")

        slot = bench.sup.watch(3000)
        await slot.guard(control())
        assert bench.events == [(TASK_FAILED, 0, 0), "control is gone"]
        await bench.later(10000)
        assert bench.dog.feeds == 3

    run(scenario)


def test_exception_of_a_task_nobody_watches_is_told():
    async def scenario(bench):
        feeder = asyncio.create_task(bench.sup.run())
        await sleep_ms(5)
        asyncio.get_event_loop().call_exception_handler({"message": "", "exception": KeyError(1)})
        assert bench.events[0] == (TASK_FAILED, -1, 0)
        feeder.cancel()

    run(scenario)


def test_a_task_for_which_there_is_no_memory_is_tried_again():
    async def scenario(bench):
        starts = []

        def work():
            starts.append(bench.now)
            if len(starts) == 2:
                raise MemoryError
            return forever() if len(starts) > 2 else nothing()

        async def nothing():
            pass

        slot = bench.sup.watch(5000, work)
        await bench.later(9000)  # it ends and rests; is not started; is started
        assert len(starts) == 3 and bench.dog.feeds == 9 and not slot.task.done()

    run(scenario)
