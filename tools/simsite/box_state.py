"""What is settable on a simulated WARP wallbox, and the state packet made of its inner life."""

from dataclasses import dataclass

from . import warp_wire as wire


FAULTS = (
    "vanish",  # nothing comes in, nothing goes out; box and car live on
    "deaf",  # nothing comes in, it still sends
    "mute",  # commands arrive, no state leaves
    "ignore_cuts",  # lower limits are not applied (and it says so)
    "lying",  # lower limits are not applied, but reported as applied
    "loss",  # probability 0..1 that a datagram is lost, either way
    "unmanaged",  # management switched off at the box: flag 0, the slot no longer limits
    "frozen_uptime",  # the EVSE behind the network part stands still
    "off",  # no power: no network, contactor open; boots when it ends
    "error",  # an error_state of the box, 0 = none
    "blocked",  # another limit in the box (user, key) says 0 A
)


@dataclass
class BoxConfig:
    """What is settable on a wallbox. `rotation` is how it is really wired: first digit = grid
    phase behind its L1.
    """

    name: str = ""
    phases: int = 3
    rotation: str = "L123"
    tell_rotation: bool = True
    max_ma: int = 32000
    has_meter: bool = True
    meter_every_s: float = 0.5
    pwm_hold_s: float = 0.0
    newest_command: int = 4
    strict: bool = False
    state_version: int = 5
    emulator: bool = False
    read_every_s: float = 0.1
    boot_s: float = 5.0
    by_name: bool = False  # the settings have its name in the network instead of its address
    domain: str = "local"  # or "example": that one is known to the name server
    announced: str = ""  # by mDNS, another protocol than it speaks
    is_terse: bool = False  # it tells its name first, all else when it is asked


def grid_phases(config: BoxConfig) -> tuple[int, ...]:
    """The grid phases (0..2) behind the wallbox's own phases, in its order."""
    return tuple(int(digit) - 1 for digit in config.rotation[1:])[: 1 if config.phases == 1 else 3]


def compose(box, now: float, event: bool = False) -> wire.State:
    """The state packet's fields as they are now."""
    config, car, nan = box.config, box.car, wire.NAN
    features = 0x60 | (0x0E if config.has_meter else 0)
    if event:
        features |= wire.FEATURE_URGENT | wire.FEATURE_REALLOCATE
    own = config.phases
    connected = 0x38 if own == 3 else 0x20
    active = sum(4 >> p for p in range(own)) if box.iec_state == 2 else 0
    flags = (0 if box.faults["unmanaged"] else 0x80) | (0x40 if box.cp_disconnected else 0)
    amps = box.measured_a if config.has_meter else (nan,) * 3
    volts = tuple(230.0 + 0.3 * p if p < own else 0.0 for p in range(3))
    energy = (box.energy_wh + (car.energy_wh if car else 0)) / 1000
    factor = car.config.power_factor if car else 1.0
    return wire.State(
        features=features,
        uid=0x00F0_0000 + box.index,
        uptime_ms=box.uptime_ms,
        car_stopped=1 if car and car.full else 0,
        allowed_ma=box.shown_ma,
        supported_ma=box.supported_ma,
        iec_state=box.iec_state,
        charger_state=box.charger_state,
        error_state=int(box.faults["error"]),
        state_flags=flags | connected | active,
        voltages=volts if config.has_meter else (nan,) * 3,
        currents=tuple(a if a else -0.001 for a in amps),
        power_factors=(factor,) * 3 if config.has_meter else (nan,) * 3,
        power_w=sum(a * 230.0 for a in amps) * factor,
        energy_rel_kwh=(car.energy_wh if car else 0) / 1000 if config.has_meter else nan,
        energy_abs_kwh=energy if config.has_meter else nan,
        since_change_ms=int((now - box.iec_since) * 1000),
        phases=own,
    )
