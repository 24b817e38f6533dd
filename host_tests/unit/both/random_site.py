"""A site made from a plan (random_plan.py) in virtual time, with the firmware's brain in charge.

One tick: commands arrive, wallboxes and cars move on (design section 5), answers and meter values
come in, the brain does one pass. Everything has its own dice, taken from its name, so the order of
the lists changes nothing. `judges` see every pass (random_judge.py).
"""

from compat import ticks_add
from random_box import Box
from random_plan import Dice

from loadmgmt import limits
from loadmgmt.circuit import Circuit
from loadmgmt.point import UNDECIDED, ChargePoint
from loadmgmt.site import Site


class RandomSite:
    """order: how the wallboxes stand in the list, circuits: how the circuits do."""

    def __init__(self, plan, order=None, circuits=None):
        self.plan = plan
        self.now_ms = 0
        self.now = plan["start_ms"]
        self.tick = 0
        count = len(plan["circuits"])
        self.rank = circuits or list(range(count))  # plan's circuit at each place in the list
        self.place = [self.rank.index(c) for c in range(count)]
        self.house = [list(made["house_ma"]) for made in plan["circuits"]]
        self.limits = [list(made["limit_ma"] or ()) for made in plan["circuits"]]
        self.available_ma = None
        self.faults = [None] * count  # of the meters
        self.frozen = [None] * count
        self.dice = [Dice(plan["seed"] + 104729 * c) for c in range(count)]
        self.path = []  # of each circuit: itself and those above it
        for c in range(count):
            parent = plan["circuits"][c]["parent"]
            self.path.append([c] + (self.path[parent] if parent is not None else []))
        self.boxes = [Box(made, i, plan["seed"]) for i, made in enumerate(plan["boxes"])]
        self.listed = [self.boxes[i] for i in order or range(len(self.boxes))]
        for box in self.boxes:
            box.plug(box.made["car"])
        self.events = plan["events"]
        self.next_event = 0
        self.judges = []
        self.measured = [None] * count  # house as last measured, and when
        self.unseen = [None] * count  # what may be missing in it
        self.sampled = []  # circuits whose value came in this tick
        self.last = None  # what the meters saw a tick ago
        self.told = []  # the brain's events
        self.start()

    def start(self):
        """Switch the controller on: it knows nothing."""
        made = self.plan["circuits"]
        circuits = []
        for c in self.rank:
            m = made[c]
            parent = None if m["parent"] is None else self.place[m["parent"]]
            circuit = Circuit(m["name"], parent, self.limits[c] or None, m["main_ma"])
            if m["main_ma"]:
                circuit.largest_ma = m["largest_ma"]
                circuit.margin_pct = m["margin_pct"]
                circuit.headroom_ma = (m["headroom_ma"],) * 3
                circuit.fallback_ma = (m["fallback_ma"],) * 3
                circuit.offline_ma = m["offline_ma"] and (m["offline_ma"],) * 3
                if m["offline_ma"] == 0:
                    circuit.offline_ma = (0, 0, 0)
                circuit.meter(self.now, m["period_ms"], m["includes"], m["generation"])
            circuits.append(circuit)
        points = []
        for box in self.listed:
            m = box.made
            rotation = m["rotation"] if m["known"] else None
            circuit = self.place[m["circuit"]]
            point = ChargePoint(
                m["name"], circuit, m["phases"], rotation, m["min_ma"], m["max_ma"]
            )
            for name in ("dead_man_ms", "failsafe_ma", "boot_ma", "step_ma", "priority"):
                setattr(point, name, m[name])
            if hasattr(point, "weight"):
                point.weight = m["weight"]
            box.point = point
            points.append(point)
        self.measured = [None] * len(made)
        self.site = Site(circuits, points, self.now)
        self.site.on_event = lambda code, subject, value: self.told.append((code, subject, value))
        self.limit()
        self.started_ms = self.now_ms

    def limit(self):
        """Tell the brain the static limits as they are now."""
        for c, hard in enumerate(self.limits):
            circuit = self.circuit(c)
            available = self.available_ma if circuit.parent is None else None
            limits.put(circuit, *limits.effective(hard or None, None, None, None, available))

    def circuit(self, c):
        """The brain's record of the plan's circuit c."""
        return self.site.circuits[self.place[c]]

    def strike(self, kind, which, value):
        """Let an event of the plan happen."""
        if kind == "house":
            self.house[which] = list(value)
        elif kind == "meter":
            self.faults[which] = value
        elif kind == "limit":
            self.limits[which] = self.limits[which] and [value] * 3
            self.limit()
        elif kind == "available":
            self.available_ma = value
            self.limit()
        elif kind == "restart":
            self.start()
        elif kind == "heal":
            if which:
                self.faults = [None] * len(self.faults)
            else:
                for box in self.boxes:
                    box.faults.clear()
        elif self.boxes:
            box = self.boxes[which]
            if kind == "plug":
                box.plug(value)
            elif kind == "box":
                box.faults.add(value)
            elif kind == "boot":
                box.dark_ms = self.now_ms + value
            elif kind == "block":
                box.supported_ma = value or 32000

    def grid(self):
        """Per circuit: the house and the cars on each phase, physically."""
        cars = [[0, 0, 0] for _ in self.house]
        house = [[0, 0, 0] for _ in self.house]
        for c, load in enumerate(self.house):
            for at in self.path[c]:
                for k in range(3):
                    house[at][k] += load[k]
        for box in self.boxes:
            drawn = box.drawn_ma()
            for k in range(box.car.phases) if drawn else ():
                for c in self.path[box.made["circuit"]]:
                    cars[c][box.wiring[k]] += drawn
        return house, cars

    def _measure(self, c, grid):
        """One value of the meter of circuit c reaches the brain, or does not."""
        made = self.plan["circuits"][c]
        fault = self.faults[c]
        dice = self.dice[c]
        noise = made["noise_ma"]
        grain = made["grain_ma"]
        late = made["late"] and self.last and self.plan["step_ms"] <= 500
        house, cars = self.last if late else grid
        value = []
        for k in range(3):
            mA = house[c][k] + dice.number(-noise, noise)
            if made["includes"]:
                mA += cars[c][k]
            value.append(mA // grain * grain)
        if fault == "low":
            value[0] = 300
        same = fault == "frozen" and self.frozen[c] is not None
        if same:
            value = self.frozen[c]
        self.frozen[c] = value if fault in (None, "frozen") else None
        if fault in ("silent", "nan"):
            return  # a driver hands on no value that is none
        if fault == "absurd":
            value = [5 * made["main_ma"][0], 0, 0]
        if not self.site.sample(self.place[c], self.now, value[0], value[1], value[2], same):
            assert fault == "absurd" or max(value) > 4 * min(made["main_ma"])
            return
        self.measured[c] = list(value)
        self.unseen[c] = [0, 0, 0]
        for k in range(3) if made["includes"] else ():
            self.measured[c][k] -= cars[c][k]
        self.sampled.append((c, value))
        for box in self.boxes if made["includes"] else ():
            # the newest answer of the wallbox may be older than the value: a car that let go since
            # makes the house seem smaller than it is
            unseen = box.told_drawn_ma - box.drawn_ma()
            if unseen > 0 and c in self.path[box.made["circuit"]]:
                for k in box.wiring:
                    self.unseen[c][k] += unseen

    def step(self):
        plan = self.plan
        elapsed = plan["step_ms"]
        self.tick += 1
        self.now_ms += elapsed
        self.now = ticks_add(self.now, elapsed)
        now = self.now_ms
        while self.next_event < len(self.events) and self.events[self.next_event][0] <= self.tick:
            event = self.events[self.next_event]
            self.strike(event[1], event[2], event[3])
            self.next_event += 1
        for box in self.boxes:
            if box.step(now, elapsed) or now // 1000 % 8 == box.turn:
                box.tell(self.now, now)  # to a command, and now and then unasked
        grid = self.grid()
        self.sampled = []
        for c, made in enumerate(plan["circuits"]):
            if made["main_ma"] and now % made["period_ms"] == 0:
                self._measure(c, grid)
        self.last = grid
        before = [box.point.setpoint_ma for box in self.boxes]
        for judge in self.judges:
            judge.before(self)
        self.site.step(self.now)
        rounds = 1000 // elapsed
        for i, box in enumerate(self.boxes):
            point = box.point
            due = now // elapsed % rounds == box.turn % rounds
            if point.is_silent():
                continue
            if due or point.setpoint_ma != before[i] != UNDECIDED:
                point.sent_ms = self.now
                box.coming = point.setpoint_ma
        for judge in self.judges:
            judge.after(self, before)

    def run(self):
        """Play the plan to its end; returns a sum over all setpoints, to compare runs by."""
        checksum = 0
        for _ in range(self.plan["ticks"]):
            self.step()
            for box in self.boxes:
                checksum = (checksum * 31 + box.point.setpoint_ma + 1) % 1000000007
        return checksum
