"""Random sites as plain data: circuits, wallboxes with their cars, and what happens when.

`plan(dice)` is the generator. The same dice give the same plan on CPython and MicroPython;
hypothesis has dice of its own, so its counterexamples shrink. A plan is made of dicts, lists and
numbers only: printed, it is a test.
"""

ROTATIONS = ("L123", "L231", "L312", "L132", "L213", "L321")
TARGETS = (("main_ma", 16000, 400000), ("limit_ma", 10000, 250000))
WALLBOX_FAULTS = ("gone", "deaf", "mute", "lies", "ignores", "lossy")
METER_FAULTS = ("silent", "frozen", "nan", "low", "absurd")


class Dice:
    """Xorshift with 32 bits: the same numbers on both interpreters."""

    def __init__(self, seed):
        self.state = seed * 2654435761 % 4294967291 + 1
        for _ in range(4):
            self.number(0, 1)

    def number(self, low, high):
        """An integer from low to high, both included."""
        x = self.state
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self.state = x
        return low + (x >> 3) % (high - low + 1)

    def pick(self, choices):
        return choices[self.number(0, len(choices) - 1)]


def chance(dice, percent):
    return dice.number(0, 99) >= 100 - percent  # what shrinks to 0 is the quiet site


def plan(dice, ticks=400, most=64, events=True):
    """A site with up to `most` wallboxes for so many passes."""
    n = dice.number(1, dice.pick((3, 8, 16, 64)))
    made = {
        "start_ms": dice.pick((0, 0, 2**30 - 100000, 2**29 - 60000)),
        "step_ms": dice.pick((500, 500, 250, 1000)),
        "seed": dice.number(1, 1000000),
        "ticks": ticks,
        "circuits": _circuits(dice, n),
    }
    count = len(made["circuits"])
    made["boxes"] = [_box(dice, i, count) for i in range(min(n, most))]
    drawn = [_event(dice, made) for _ in range(dice.number(0, ticks // 10))] if events else []
    # those of one tick stay in their order, which MicroPython's sort does not keep by itself
    order = sorted([(event[0], k) for k, event in enumerate(drawn)])
    made["events"] = [drawn[k] for _, k in order]
    return made


def _circuits(dice, n):
    circuits = []
    depth = []
    for i in range(dice.pick((1, 1, 2, 3, dice.number(1, 16)))):
        parents = [None] + [j for j in range(i) if depth[j] < 4]
        parent = dice.pick(parents) if i else None
        depth.append(1 if parent is None else depth[parent] + 1)
        kind = dice.number(0, 3)  # metered, static, both, and metered again
        scale = dice.pick((1, n, n))
        circuit = {"name": "circuit %02d" % i, "parent": parent, "main_ma": None}
        circuit["house_ma"] = [dice.number(0, 12000) for _ in range(3)]
        limits = [_amperes(dice, scale)] * 3
        if chance(dice, 20):
            limits = [_amperes(dice, scale) for _ in range(3)]
        circuit["limit_ma"] = limits if kind in (1, 2) else None
        if kind != 1:
            circuit["main_ma"] = [mA + 10000 for mA in limits]
            if kind == 2 and chance(dice, 50):
                circuit["main_ma"] = [_amperes(dice, scale) + 10000 for _ in range(3)]
            circuit["includes"] = not chance(dice, 25)
            circuit["generation"] = chance(dice, 25)
            circuit["period_ms"] = dice.pick((1000, 1000, 1000, 2000, 10000))
            circuit["noise_ma"] = dice.pick((0, 50, 300))
            circuit["grain_ma"] = dice.pick((1, 1, 100, 1000))
            circuit["late"] = chance(dice, 50)  # its values are one tick old, at most 500 ms
            circuit["largest_ma"] = dice.pick((16000, 0, 5000))
            circuit["margin_pct"] = dice.pick((0, 0, 5))
            circuit["headroom_ma"] = dice.pick((0, 0, 2000))
            circuit["fallback_ma"] = dice.pick((9999000, 12000, 0))
            circuit["offline_ma"] = dice.pick((None, None, 0, 10000, 20000))
        circuits.append(circuit)
    return circuits


def _amperes(dice, scale):
    return min(400000, 10000 + dice.number(0, 16000) * scale)


def _box(dice, i, circuits):
    step_ma = dice.pick((1, 1, 100, 1000))
    min_ma = dice.pick((6000, 6000, 6000, dice.number(60, 92) * 100))
    min_ma += -min_ma % step_ma
    max_ma = dice.pick((16000, 32000, 32000, min_ma, dice.number(min_ma // 1000 + 1, 32) * 1000))
    box = {
        "name": "box %02d" % i,
        "circuit": dice.number(0, circuits - 1),
        "phases": dice.pick((3, 3, 1)),
        "rotation": dice.pick(ROTATIONS),
        "known": not chance(dice, 30),
        "measures": not chance(dice, 20),
        "min_ma": min_ma,
        "max_ma": max_ma,
        "step_ma": step_ma,
        "dead_man_ms": dice.pick((30000, 30000, 60000, None)),
        "failsafe_ma": 0,
        "boot_ma": dice.pick((0, 0, 0, min_ma)),
        "priority": dice.pick((0, 0, 0, 1, 2)),
        "weight": dice.pick((1, 1, 1, 2, 4)),
        "tells_phases": chance(dice, 50),
        "holds": chance(dice, 20),  # its PWM, for 5 s after each change
        "late": chance(dice, 30),  # its currents are one tick old
        "loss_pct": dice.pick((0, 0, 0, 5, 20)),
        "car": _car(dice) if chance(dice, 80) else None,
    }
    if box["dead_man_ms"] and chance(dice, 25):
        box["failsafe_ma"] = min_ma
    return box


def _car(dice):
    return {
        "phases": dice.pick((3, 3, 1, 2)),
        "max_ma": dice.pick((32000, 32000, 16000, 10000, 6500)),
        "short_ma": dice.pick((0, dice.number(0, 500))),
        "start_ms": dice.pick((2000, dice.number(10000, 40000))),
        "slow": chance(dice, 15),
        "full_mas": dice.pick((None, None, dice.number(100000, 3000000))),  # mA * s per phase
    }


def _event(dice, made):
    """(tick, kind, which, value); see Site.strike."""
    tick = dice.number(1, made["ticks"] - 1)
    box = dice.number(0, max(0, len(made["boxes"]) - 1))
    circuit = dice.number(0, len(made["circuits"]) - 1)
    kind = dice.pick(
        ("house", "house", "house", "plug", "plug", "box", "meter", "heal", "limit")
        + ("available", "restart", "boot", "block")
    )
    if kind == "house":
        most = dice.pick((4000, 16000, 40000))
        return (tick, kind, circuit, [dice.number(-most // 4, most) for _ in range(3)])
    if kind == "plug":
        return (tick, kind, box, _car(dice) if chance(dice, 60) else None)
    if kind == "box":
        return (tick, kind, box, dice.pick(WALLBOX_FAULTS))
    if kind == "meter":
        return (tick, kind, circuit, dice.pick(METER_FAULTS))
    if kind == "heal":
        return (tick, kind, dice.number(0, 1), None)
    if kind == "limit":
        return (tick, kind, circuit, _amperes(dice, dice.pick((1, len(made["boxes"])))))
    if kind == "available":
        return (tick, kind, 0, dice.pick((None, 0, 8000, 20000, 40000)))
    if kind == "restart":
        return (tick, "restart" if chance(dice, 40) else "house", circuit, [0, 0, 0])
    if kind == "boot":
        return (tick, kind, box, dice.pick((1000, 4000, 12000, 40000)))
    return (tick, kind, box, dice.pick((0, 0, 8000, 16000)))
