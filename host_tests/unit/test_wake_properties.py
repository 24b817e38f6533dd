"""Whatever happens at a site, waking leaves no wallbox paused or open, and respects its limits."""

from hall import Car, Hall
from hypothesis import given, settings
from hypothesis import strategies as st

from loadmgmt import event, takeover
from loadmgmt.point import CHARGING
from loadmgmt.wake import Waker

LONGEST_MS = 25000  # a pause, at most until the latest break has ended
ATTEMPTS = 3
WHAT = ("plug", "unplug", "block", "gone", "off", "settings", "restart", "doze", "full")
EVENTS = st.lists(
    st.tuples(st.integers(0, 180), st.integers(0, 3), st.sampled_from(WHAT)),
    min_size=5,
    max_size=40,
)
SLEEP = st.sampled_from((None, "pause", "pilot", "never"))


class Watched(Hall):
    """since_ms: when each wallbox was paused or opened; woken: attempts with this car."""

    def begin(self, takes_turns):
        n = len(self.points)
        self.since_ms = [None] * n
        self.charged_s = [0] * n
        self.tries = [0] * n
        self.seen = 0
        self.watches += [self.look, self.check_static]
        if not takes_turns:
            self.site.slot_ms = 0

    def look(self):
        for i, p in enumerate(self.points):
            if p.paused or p.is_open:
                if self.since_ms[i] is None:
                    self.since_ms[i] = self.now_ms
                assert self.now_ms - self.since_ms[i] <= LONGEST_MS, (i, p.paused, p.is_open)
                assert p.setpoint_ma <= 0 or not p.paused
            else:
                self.since_ms[i] = None
            is_on = self.state(i) == CHARGING
            self.charged_s[i] = self.charged_s[i] + 0.5 if is_on else 0
            if self.cars[i] is None or self.charged_s[i] >= 250:
                self.tries[i] = 0
        for _, code, i, _ in self.log[self.seen :]:
            if code == event.WOKEN:
                self.tries[i] += 1
                assert self.tries[i] <= ATTEMPTS
                assert self.state(i) != CHARGING and not self.gone[i] and not self.blocked[i]
        self.seen = len(self.log)

    def fresh_points(self):
        return [type(p)(p.name, 0, p.phases, p.rotation) for p in self.points]

    def strike(self, i, what, asleep):
        if what == "plug":
            self.cars[i] = self.cars[i] or Car(asleep=asleep)
        elif what == "unplug":
            self.cars[i] = None
        elif what in ("block", "gone"):
            flags = self.blocked if what == "block" else self.gone
            flags[i] = not flags[i]
        elif what == "off":
            self.site.enabled = not self.site.enabled
        elif what in ("settings", "restart"):
            old = self.site
            self.points = self.fresh_points()
            self.start()
            self.site.slot_ms = old.slot_ms
            if what == "settings":
                takeover.take_over(old, self.site, self.points, self.clock())
                assert not any(p.paused or p.is_open for p in self.points)
            else:
                self.tries = [0] * len(self.points)
        elif self.cars[i]:
            if what == "doze" and not self.cars[i].drawn_ma:
                self.cars[i].asleep = asleep
            self.cars[i].full = what == "full"


@settings(max_examples=40, deadline=None)
@given(EVENTS, SLEEP, st.sampled_from((9000, 15000, 40000)), st.booleans(), st.booleans())
def test_nobody_stays_paused_or_open(events, asleep, limit_ma, takes_turns, offers_full):
    made = Watched(4, limit_ma, wake=ATTEMPTS, offers_full=offers_full)
    made.begin(takes_turns)
    for wait_s, i, what in events:
        made.run(wait_s)
        made.strike(i, what, asleep)
    made.site.enabled = True
    made.gone = [False] * 4
    made.blocked = [False] * 4
    made.run(60)
    made.cars = [None] * 4
    made.run(30)
    waker = next(module for module in made.site.modules if isinstance(module, Waker))
    assert not any(p.paused or p.is_open for p in made.points)
    assert not any(waker.tries) and not any(waker.stage)
