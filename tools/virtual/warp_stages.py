"""A model of WARP's allocator: one run over the stages of the reference, for fixed phases.

Stage 1 takes phases away, 2 gives them to new cars, 3 evicts, 4 switches on, 6 gives minima, 7
shares, 8 gives the rest away. A wallbox of unknown rotation with one phase counts on all three.
"""

from .answer import CHARGING, NO_CAR, READY, WAITING

_HYSTERESIS_MS = 210000
_WELCOME_MS = 210000
_ROTATION_MS = 900000
_ASKED_MS = 60000
_MARGIN_MA = 3000
_LOST_MS = 32000
_ENABLE_PCT = 150
_FAR_MS = 10**9


class Charger:
    """What the manager knows of a wallbox."""

    def __init__(self, index, config):
        self.index = index
        self.config = config
        self.three = config.phases == 3
        order = None if config.rotation is None else [int(x) - 1 for x in config.rotation[1:]]
        self.on = (0, 1, 2) if self.three or order is None else (order[0],)
        self.unknown = order is None
        self.seen_ms = None
        self.state = NO_CAR
        self.reported_ma = 0
        self.supported_ma = 0
        self.drawn_ma = -1
        self.active = False  # has phases
        self.current_ma = 0
        self.plugged_ms = None
        self.charging_ms = None
        self.switched_ms = 0
        self.just_plugged_ms = None
        self.energy = 0.0
        self.short_ms = None  # since when it got less than it asked for
        self.changed_ms = 0

    def wants(self):
        return self.state in (WAITING, READY, CHARGING) and self.supported_ma > 0


class Allocator:
    """Its state between two runs."""

    def __init__(self, chargers, now):
        self.chargers = chargers
        self._switched_ms = now - _FAR_MS  # the global hysteresis
        self._rotated_ms = now
        self._ran_ms = now

    def run(self, law, now):
        """One run. True: an allocation changed."""
        raw = law.raw
        enable = _ENABLE_PCT if law.metered else 100
        before = [(one.current_ma, one.active) for one in self.chargers]
        for one in self.chargers:
            one.energy += one.current_ma * len(one.on) * (now - self._ran_ms)
        self._ran_ms = now
        self._take(now)
        if self._nobody_obeys(now):
            for one in self.chargers:
                one.active = False
        else:
            self._welcome(now)
            self._evict(raw)
            self._switch_on(law, enable, now)
            self._evict(raw)
        self._share(raw, enable, now)
        changed = False
        for one, (current, active) in zip(self.chargers, before):
            if not one.active:
                one.current_ma = 0
                one.just_plugged_ms = None
            elif not active:
                self._switched_ms = one.switched_ms = now
            if one.current_ma != current:
                one.changed_ms = now
                changed = True
        return changed

    def _take(self, now):
        for one in self.chargers:
            lost = one.seen_ms is None or now - one.seen_ms > _LOST_MS
            if lost or not one.wants():
                one.active = False
        if now - self._rotated_ms < _ROTATION_MS or now - self._switched_ms < _HYSTERESIS_MS:
            return
        self._rotated_ms = now
        for waiting in self._waiting():
            if now - waiting.plugged_ms >= _ROTATION_MS:
                for one in self.chargers:
                    if one.active and set(one.on) & set(waiting.on):
                        one.active = False

    def _waiting(self):
        return [one for one in self.chargers if one.seen_ms and one.wants() and not one.active]

    def _nobody_obeys(self, now):
        """One that stays above its allocation stops them all."""
        for one in self.chargers:
            if one.seen_ms is not None and now - one.seen_ms < _LOST_MS:
                if one.reported_ma > one.current_ma and now - one.changed_ms > _LOST_MS:
                    return True
        return False

    def _welcome(self, now):
        for one in self.chargers:
            since = one.just_plugged_ms
            if since is None:
                continue
            if now - since > _WELCOME_MS:
                one.just_plugged_ms = None
            elif one.wants():
                one.active = True

    def _minima(self):
        least = [0] * 3
        for one in self.chargers:
            if one.active:
                for k in one.on:
                    least[k] += one.config.min_ma
        return least

    def _evict(self, raw):
        for k in range(3):
            while self._minima()[k] > raw[k]:
                candidates = [one for one in self.chargers if one.active and k in one.on]
                if not candidates:
                    break
                candidates.sort(key=lambda one: (one.just_plugged_ms is not None, one.switched_ms))
                candidates[0].active = False

    def _switch_on(self, law, enable, now):
        if now - self._switched_ms < _HYSTERESIS_MS:
            return

        def power(one):
            return one.energy / max(1, now - one.plugged_ms)

        for one in sorted(self._waiting(), key=power):
            active = [other for other in self.chargers if other.active]
            minimum = one.config.min_ma
            extra = minimum * enable // 100 if active else minimum
            least = self._minima()
            need = [least[k] * enable // 100 + extra for k in range(3)]
            if any(law.low[k] < need[k] for k in one.on):
                continue
            most = [0] * 3
            for other in active:
                for k in other.on:
                    most[k] += self._asked(other, now)
            steady = all(law.spread[k] >= need[k] for k in one.on)
            if steady or any(most[k] < law.low[k] for k in one.on):
                one.active = True

    def _asked(self, one, now):
        supported = min(one.supported_ma, 32000)
        if one.short_ms is not None and now - one.short_ms < _ASKED_MS:
            return supported
        charging = one.charging_ms
        if one.state == CHARGING and now - charging >= _ASKED_MS and one.drawn_ma >= 0:
            return min(supported, max(6000, min(one.drawn_ma + _MARGIN_MA, 32000)))
        return supported

    def _share(self, raw, enable, now):
        active = [one for one in self.chargers if one.active]
        left = list(raw)
        count = [0] * 3
        for one in active:
            for k in one.on:
                count[k] += 1
        active.sort(key=lambda one: (not one.three, min(raw[k] for k in one.on)))
        for one in active:
            share = min(left[k] // count[k] for k in one.on)
            asked = self._asked(one, now)
            most = asked
            if one.state != CHARGING:
                most = min(most, one.config.min_ma * enable // 100)
            one.current_ma = max(one.config.min_ma, min(share, most))
            one.short_ms = now if one.current_ma < asked else one.short_ms
            for k in one.on:
                left[k] -= one.current_ma
                count[k] -= 1
        for charging in (True, False):
            for one in active:
                if charging and one.state != CHARGING:
                    continue
                most = self._asked(one, now) if charging else min(one.supported_ma, 32000)
                more = min(min(left[k] for k in one.on), most - one.current_ma)
                if more > 0:
                    one.current_ma += more
                    for k in one.on:
                        left[k] -= more
