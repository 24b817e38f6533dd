"""Virtual time: what is due next, next."""

import heapq


class Clock:
    """Calls functions at integer ms; what is due at the same ms keeps the order of at()."""

    def __init__(self):
        self.now = 0
        self._due = []
        self._count = 0

    def at(self, t, function, *arguments):
        """Call function(*arguments) at t (never in the past)."""
        self._count += 1
        heapq.heappush(self._due, (max(t, self.now), self._count, function, arguments))

    def run(self, until):
        """Let the time come to `until`."""
        due = self._due
        pop = heapq.heappop
        while due and due[0][0] <= until:
            self.now, _, function, arguments = pop(due)
            function(*arguments)
        self.now = until
