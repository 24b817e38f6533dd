"""The only meter of a site is pushed over HTTP: acted on and judged as a polled one (R2, R6)."""

import threading
import time

from host_tests.site import judge
from host_tests.site.fleet import three_phase_site
from host_tests.site.running import Running
from tools.simsite import analysis

UPDATE = "/meters/0/update"
FUSE = "/power_manager/dynamic_load_config/current_limit"
MAX_AGE_S = 6
PERIOD_S = 0.5


class Pusher:
    """Pushes what truly flows twice a second, in turns as WARP has it and in our own way."""

    def __init__(self, site):
        self.pushed = []  # (when it was sent, mA per phase, answer)
        self._site = site
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._end.wait(PERIOD_S):
            rows = self._site.record.rows(time.monotonic() - 1)
            if rows:
                total = [round(ma) for ma in rows[-1][1]]
                moment = time.monotonic()
                self.pushed.append((moment, total, self._site.put(UPDATE, self._body(total))))

    def _body(self, total):
        if len(self.pushed) % 2:
            return {"current_ma": total, "power_w": sum(total) * 230 // 1000}
        return [None] * 3 + [ma / 1000 for ma in total] + [None] * 6

    def stop(self):
        """Push no more; return when the last one was sent."""
        self._end.set()
        self._thread.join()
        assert all(answer == (200, "") for _, _, answer in self.pushed), self.pushed
        return self.pushed[-1][0]


def test_a_pushed_meter_rules_the_site_and_is_missed_when_it_falls_silent():
    meter = {"name": "grid", "model": "api", "max_age_s": MAX_AGE_S}
    with Running(three_phase_site(settings={"meters": [meter]})) as site:
        pusher = Pusher(site)
        site.wait_status(lambda s: s["meters"][0]["trust"] == "good", 10)
        site.charging(0, 1, 2)
        assert max(site.calm()) >= 28000
        target = judge.target(site)[0]
        stepped_at = site.step("oven", [10000, 10000, 10000])
        site.watch(3)
        seen_at = next(t for t, ma, _ in pusher.pushed if t > stepped_at and max(ma) > target)
        before = sum(_last_setpoint(site, box, seen_at) for box in range(3))
        after = sum(_last_setpoint(site, box, seen_at + judge.REACT_S) for box in range(3))
        assert before - after >= 9000, (before, after)
        judge.check_overload(site)
        assert site.get("/meters/0/state")["trust"] == "good"
        assert site.get("/power_manager/low_level_state")["i_meter"] == site.get(
            "/power_manager/low_level_state/i_pp"
        )

        site.calm()
        silent_at = pusher.stop()
        _lower_the_fuse(site, 2000)  # a limit does not wait for the next sample
        wrong = {"current_ma": [1000000, 0, 0]}
        assert site.put(UPDATE, wrong)[0] == 400  # nor does that keep it alive
        site.wait(lambda s: all(box.commanded_ma == 0 for box in s.boxes), 15, "all at 0 A")
        for box in range(3):
            stops = [t for t, ma in analysis.setpoints(site.record, box, silent_at) if not ma]
            late = stops[0] - silent_at
            assert MAX_AGE_S - 1 <= late <= MAX_AGE_S + 2.5, late
        site.wait_status(lambda s: s["meters"][0]["trust"] == "silent", 5)


def _lower_the_fuse(site, by_ma):
    """Write it; all of it is taken from the cars within a second."""
    before = sum(_last_setpoint(site, box, time.monotonic()) for box in range(3))
    main = site.get(FUSE)
    assert site.put(FUSE, main - by_ma) == (200, "")
    most = before - by_ma * 14 // 10 + 100
    site.wait(lambda s: sum(box.commanded_ma for box in s.boxes) <= most, 1, "lower limit")


def _last_setpoint(site, box, until):
    return judge.commands(site, box, until=until)[-1]["current_ma"]
