"""A run as CSV: one row a second, with what flows, what the meters showed and all setpoints."""

import csv

PHASES = ("L1", "L2", "L3")


class Trace:
    """Writes to a text file that the caller opened."""

    def __init__(self, file):
        self._writer = csv.writer(file, lineterminator="\n")
        self._has_header = False

    def begin(self, run):
        """Write a row now and each second from now on."""
        self.write(run)
        run.clock.at(run.clock.now + 1000, self.begin, run)

    def write(self, run):
        """One row."""
        if not self._has_header:
            self._has_header = True
            self._writer.writerow(_header(run))
        now = run.clock.now
        row = [now / 1000]
        for c in range(len(run.circuits)):
            row += [round(line.now(now)) for line in run.totals[c]]
            row += [round(line.now(now)) for line in run.house[c]]
            if run.meters[c]:
                row += [*run.shown[c], run.law.trust_name(c)]
        for box in run.boxes:
            row += [
                run.law.decided_ma(box.index),
                box.applied_ma,
                round(box.car.drawn_ma()) if box.car else 0,
                run.law.reason(box.index),
            ]
        self._writer.writerow(row)


def _header(run):
    names = ["t_s"]
    for c, circuit in enumerate(run.circuits):
        names += [f"{circuit.name} {phase} mA" for phase in PHASES]
        names += [f"{circuit.name} house {phase} mA" for phase in PHASES]
        if run.meters[c]:
            names += [f"{circuit.name} meter {phase} mA" for phase in PHASES]
            names.append(f"{circuit.name} meter is")
    for box in run.boxes:
        name = box.config.name
        names += [f"{name} setpoint mA", f"{name} applied mA", f"{name} drawn mA"]
        names.append(f"{name} reason")
    return names
