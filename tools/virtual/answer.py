"""What a simulated wallbox tells the manager: its limit, its car, what its own meter shows."""

NO_CAR, BLOCKED, WAITING, READY, CHARGING, FULL = range(6)
_MEASURED_MA = 20  # noise of its own meter


class Answer:
    """The telling half of a Box."""

    def shown_ma(self):
        """The limit that it reports as applied."""
        return self.reported_ma if "lying" in self.faults else self.applied_ma

    def state(self):
        """The car as the manager is told of it."""
        car = self.car
        if car is None:
            return NO_CAR
        if car.charging:
            return CHARGING
        if "blocked" in self.faults:
            return BLOCKED
        if car.full:
            return FULL
        is_offered = self.applied_ma >= max(car.config.min_ma, 1) and not self.pilot_broken
        return READY if is_offered else WAITING

    def readings_ma(self):
        """What its own meter shows on its phases, -1 each: it has none."""
        if not self.config.measures:
            return [-1, -1, -1]
        ma = 0.0
        if self.car:
            ma = self.measured_ma if self.config.measured_every_ms else self.car.drawn_ma()
        phases = self.car.phases if self.car else 0
        noise = self.dice.randint
        return [
            max(0, round(ma) + noise(-_MEASURED_MA, _MEASURED_MA)) if k < phases and ma else 0
            for k in range(3)
        ]

    def supported_ma(self):
        """What other limits in it allow."""
        return 0 if "blocked" in self.faults else self.config.max_ma
