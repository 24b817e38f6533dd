"""The control loop: the one synchronous pass, and what has to happen around it.

The pass runs on every fresh meter sample, when a car comes or goes, and every 500 ms. What it
changes goes out in the same call, the first eight wallboxes at once, the rest in groups 20 ms
apart by the task that polls. No await stands between reading the site and handing out setpoints.
"""

import gc

from compat import const, sleep_ms, ticks_add, ticks_diff, ticks_ms
from on_demand import call

_PASS_MS = const(500)
_RESERVE = const(64)  # bytes for each wallbox
_GROUP_MS = const(20)  # design section 8: groups of 8, 20 ms apart


class Control:
    """Owns the site. `push(now_ms)` sends a group of changed setpoints: how many are left."""

    def __init__(self):
        self.site = None
        self._push = None
        self._pushed_ms = 0
        self.is_left = False  # changed setpoints that did not fit into the first group
        self._reserve = None  # memory that a pass gets when others have taken all

    def replace(self, site, push) -> None:
        """Go on with this site."""
        self.site = site
        self._push = push
        self._reserve = None

    def run_pass(self) -> None:
        """One pass now; what it lowered is on its way when this returns."""
        now = ticks_ms()
        is_changed = True
        try:
            if self._reserve is None:
                self._reserve = bytearray(_RESERVE * len(self.site.points))
            is_changed = self.site.step(now)
        except MemoryError:
            self._reserve = None
            gc.collect()
            self.site.step(now)  # what half a pass has done, a whole one does not do again
        except Exception as error:  # the pass goes on without what is optional (R7)
            if not self.site.modules:
                raise
            call("loadmgmt", "options", "drop_all", self.site, error)
            self.site.step(now)
        if is_changed:
            self._pushed_ms = now
            self.is_left = self._push(now) > 0

    def send_rest(self) -> int:
        """Send the next group of what is left; return in how many ms to call again."""
        if not self.is_left:
            return _PASS_MS
        now = ticks_ms()
        wait = _GROUP_MS - ticks_diff(now, self._pushed_ms)
        if 0 < wait <= _GROUP_MS:
            return wait
        self._pushed_ms = now
        self.is_left = self._push(now) > 0
        return _GROUP_MS

    async def tick(self, check_in) -> None:
        """Run the pass twice a second for ever; `check_in()` after each one feeds the watchdog."""
        due = ticks_ms()
        while True:
            self.run_pass()
            check_in()
            due = ticks_add(due, _PASS_MS)
            late = ticks_diff(ticks_ms(), due)
            if late > _PASS_MS:
                due = ticks_add(due, late)  # the loop stood still: do not make up for it
            await sleep_ms(max(0, -late))
