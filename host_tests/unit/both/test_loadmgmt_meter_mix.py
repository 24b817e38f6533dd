"""Meters of different periods in one tree, fast ones between two shares, whole amperes at rest."""

from loadmgmt.circuit import Circuit
from loadmgmt.point import ChargePoint
from loadmgmt.site import Site
from test_loadmgmt_slow_meter import SlowMeterSite
from virtual_site import VirtualSite


class TwoMeters(VirtualSite):
    """The grid's telegrams come seldom; a feeder with all wallboxes has a meter of 1 s."""

    def __init__(self, seed, telegram_ms, n=4, main_ma=40000):
        super().__init__(seed, n=n, single=False, start_ms=2000, main_ma=main_ma)
        self.circuit.update_ms = self.telegram_ms = telegram_ms
        feeder = Circuit("feeder", 0, None, [63000] * 3)
        feeder.meter(0, 1000, True, False)
        points = []
        for i, box in enumerate(self.boxes):
            box.point = ChargePoint("box %02d" % i, 1, 3, "L123")
            box.point.dead_man_ms = 30000
            box.wiring = (0, 1, 2)
            box.car.max_ma = 32000
            points.append(box.point)
        self.site = Site([self.circuit, feeder], points, 0)
        self.meter_works = False
        self.told = self.telegram = None
        self.cuts = []

    def noisy(self, values):
        return [ma + self.dice.randint(-50, 50) for ma in values]

    def step(self, elapsed_ms=20):
        before = self.setpoints()
        super().step(elapsed_ms)
        now = self.now_ms
        grid = self.grid()
        if now % self.telegram_ms == 340:
            self.telegram = self.noisy(grid)
        if now % 1000 == 0 and self.telegram:
            l1, l2, l3 = self.telegram
            self.site.sample(0, now, l1, l2, l3, self.telegram is self.told)
            self.told = self.telegram
            self.site.step(now)
        if now % 1000 == 500:
            l1, l2, l3 = self.noisy([grid[k] - self.house[k] for k in range(3)])
            self.site.sample(1, now, l1, l2, l3, False)
            self.site.step(now)
        after = self.setpoints()
        for i in range(len(after)):
            if after[i] < before[i]:
                self.boxes[i].command(now)
                self.cuts.append((now, i, before[i], after[i]))


def test_other_meters_do_not_make_an_old_overload_a_new_one():
    for telegram_ms in (10000, 30000):
        virtual = TwoMeters(1, telegram_ms)
        virtual.run(200)
        assert sum(virtual.setpoints()) >= 36000
        while virtual.now_ms % telegram_ms != 300:
            virtual.step()
        virtual.cuts = []
        virtual.house = [12000] * 3  # leaves 28 A
        virtual.run(telegram_ms // 1000 - 1)
        assert len(virtual.cuts) == 4 and len({cut[0] for cut in virtual.cuts}) == 1, virtual.cuts
        assert 26500 <= sum(virtual.setpoints()) <= 28500
        virtual.run(100)
        assert min(virtual.setpoints()) >= 6000


def test_whole_amperes_change_nothing_while_nothing_changes():
    for telegram_ms in (1000, 10000):
        for n in (1, 3):
            for house in (2000, 2300, 2500, 2700, 5450):
                for seed in (1, 2):
                    virtual = SlowMeterSite(seed, n=n, telegram_ms=telegram_ms)
                    virtual.house = [house] * 3
                    virtual.run(150)
                    assert sum(virtual.setpoints()) >= 33000 - house - 2500
                    virtual.changes = []
                    virtual.run(120)
                    assert len(virtual.changes) <= 2 * n, (telegram_ms, house, virtual.changes)


def test_a_peak_between_two_shares_holds_raises_back():
    """A meter of 200 ms, a load that is there for one of its samples every 4 s."""

    class Fast(VirtualSite):
        def step(self, elapsed_ms=20):
            super().step(elapsed_ms)
            now = self.now_ms
            self.house = [22000 if (now + 300) % 4000 < 200 and self.pulses else 2000] * 3
            if now % 200 == 0:
                l1, l2, l3 = self.grid()
                self.site.sample(0, now, l1, l2, l3, False)
                before = self.setpoints()
                self.site.step(now)
                for i, setpoint in enumerate(self.setpoints()):
                    if setpoint < before[i]:
                        self.boxes[i].command(now)

    virtual = Fast(3, n=1, single=False, start_ms=2000)
    virtual.meter_works = False
    virtual.circuit.update_ms = 200
    virtual.boxes[0].car.max_ma = 32000
    virtual.pulses = False
    virtual.run(60)
    assert virtual.setpoints() == [31000]
    virtual.pulses = True
    virtual.run(5)
    for _ in range(40):
        virtual.run(1)
        assert virtual.setpoints()[0] <= 12000
