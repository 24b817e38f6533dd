"""The history: what meters, cars and wallboxes drew, in steps of five minutes, and energy per day.

Loaded where it is switched on. Here are only the sums of the present step and the few rows that
are not in flash yet, all of fixed size: about 30 bytes for each wallbox. A step is closed by
history_slot.py, files are history_file.py, the API is web/history_api.py.

Columns of a row (16 bits each): for each meter the mean and the highest current of the phases and
the mean power; for each circuit the cars' current on the phases; the power of each wallbox.
"""

from array import array

from compat import const
from loadmgmt.point import CHARGING
from on_demand import call

STEP_S = const(300)
NULL = const(-32768)  # a column that nobody knows
ROW = const(8)  # in front of the columns: uptime and unix time of the end of the step, 0 unknown
OF_METER = const(7)  # columns
OF_CIRCUIT = const(3)
ROWS = const(8)  # kept until they are in flash, where six are written at a time
NO_DAY = const(-1)  # the clock has not been set

_AT_ONCE = const(16)  # wallboxes looked at in one go


class History:
    """One of `app.keepers`."""

    def __init__(self, app, zone):
        """zone: the settings' text, None for UTC."""
        site = app.site
        self.zone = zone and call("loadmgmt", "posix_tz", "parse", zone)
        self.points = points = site.points
        self.circuits = [circuit for circuit in site.circuits if circuit.name]
        self.meters = [meter for meter in app.meters if meter.circuit is not None]
        meters = len(self.meters)
        self.width = OF_METER * meters + OF_CIRCUIT * len(self.circuits) + len(points)
        # of the step: each wallbox's phases, in mA, and how often it was looked at
        self.drawn = array("i", bytes(12 * len(points)))
        self.looks = array("H", bytes(2 * len(points)))
        # each meter's phases, in 0.1 A, and W; the highest of the phases; samples
        self.metered = array("i", bytes(16 * meters))
        self.peaks = array("i", bytes(12 * meters))
        self.samples = array("H", bytes(2 * meters))
        self._seen = array("i", bytes(4 * meters))
        self.rows = bytearray(ROWS * (ROW + 2 * self.width))
        self.count = 0  # rows in it
        # 0.1 Wh of the day: cars, imported, exported, each wallbox
        self.energy = array("i", bytes(12 + 4 * len(points)))
        self.day = NO_DAY
        self.day_s = self.step_s = app.uptime_s()  # since when
        self.headed = {}  # files of this life: how many rows they hold
        self.is_recalled = False  # the energy of the day has been read
        self.read_s = -STEP_S  # when somebody read the files last
        self._next = 0

    def keep(self, app) -> None:
        """Look at the meters and some wallboxes; call it twice a second."""
        j = 0
        for meter in self.meters:
            circuit = meter.circuit
            if circuit.samples != self._seen[j]:
                self._seen[j] = circuit.samples
                self._take(j, circuit.meter_ma, meter.power_w)
            j += 1
        i = self._next
        points = self.points
        end = min(i + _AT_ONCE, len(points))
        while i < end:
            p = points[i]
            if p.heard:
                drawn = p.drawn
                if not p.measures and p.car == CHARGING:
                    drawn = p.estimate if p.estimated else None
                if drawn is not None:
                    sums = self.drawn
                    at = 3 * i
                    sums[at] += drawn[0]
                    sums[at + 1] += drawn[1]
                    sums[at + 2] += drawn[2]
                    self.looks[i] += 1
            i += 1
        self._next = i if i < len(points) else 0
        if app.uptime_s() - self.step_s >= STEP_S:
            call("firmware", "history_slot", "close", self, app)

    def _take(self, j: int, current_ma, power_w) -> None:
        sums = self.metered
        peaks = self.peaks
        at = 4 * j
        peak = 3 * j
        is_first = self.samples[j] == 0
        for p in range(3):
            current = (current_ma[p] + 50) // 100
            sums[at + p] += current
            if is_first or current > peaks[peak + p]:
                peaks[peak + p] = current
        sums[at + 3] += power_w[0] + power_w[1] + power_w[2]
        self.samples[j] += 1

    def go_on(self, _app, was) -> None:
        """Go on where the history of the site before stands; it stays as it is. With other
        wallboxes or circuits a new part of the files begins."""
        call("firmware", "history_file", "take_over", self, was)
