"""The day's profiles of the circuits, by the clock. Loaded only where the settings have one."""

from loadmgmt import schedule
from loadmgmt.timezone import local_s

from firmware import board

_NEVER = -2
_DAY_S = 86400


class Profiles:
    """All profiles; while the clock is not set, each has its strictest row."""

    def __init__(self, circuits: list, zone: tuple):
        """zone: see loadmgmt.timezone."""
        self._zone = zone
        self._profiles = [(c.index, c.sources[4]) for c in circuits if c.sources[4]]
        self._from_s = self._to_s = 0  # the local minute that was looked at last, in unix time
        self._rows = [_NEVER] * len(self._profiles)  # the rows that hold
        self._taken = self._rows  # those that the limits reckon with

    def changed(self) -> bool:
        """True when the limits reckon with another row than the one that holds now."""
        utc_s = board.utc_s()
        minute = schedule.UNKNOWN
        if utc_s is not None:
            if self._from_s <= utc_s < self._to_s:
                return self._rows != self._taken
            second = local_s(self._zone, utc_s) % _DAY_S
            minute = second // 60
            self._from_s = utc_s - second % 60
            self._to_s = self._from_s + 60
        self._rows = [schedule.row_at(rows, minute) for _, rows in self._profiles]
        return self._rows != self._taken

    def take(self) -> None:
        """The limits reckon with the rows that hold now."""
        self.changed()
        self._taken = self._rows

    def current_ma(self, index: int) -> list:
        """The three mA that the profile of a circuit allows now."""
        for (circuit, rows), row in zip(self._profiles, self._taken):
            if circuit == index:
                return schedule.current_ma(rows, row)
        raise ValueError("no profile")
