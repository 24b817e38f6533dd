"""The real firmware, under MicroPython and its guardian, on a simulated site of its own network.

    with Running(SiteConfig(cars=[CarConfig()])) as site:
        site.wait(lambda s: s.boxes[0].car.charging, 40)
        site.step("kettle", [0, 10000, 0])
        site.status()["meters"][0]["trust"]

Tests wait for conditions; a machine under load makes them slower, not wrong. What they assert
about times comes from the record of the simulator. On failure the firmware's last words are
attached.
"""

import contextlib
import ctypes
import http.client
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from tools import login
from tools.simsite import SiteConfig, SiteThread

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_S = 60
STOP_S = 15
PR_SET_PDEATHSIG = 1

_stopping = threading.Event()  # set when the test session ends early


def stop_with(event):
    """Let all sites of this process end when the event is set."""
    global _stopping
    _stopping = event


def _die_with_parent():
    """A firmware that outlived its site would read the next one's meter: ptys are used again."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Running:
    """Simulator and firmware between `with` and its end. `sim` is the SiteThread."""

    def __init__(self, config=None, circuit=None, heap=None, settings=None, flash=None):
        """circuit: members for the circuit of the settings. settings: text for settings.json."""
        self.sim = SiteThread(config or SiteConfig())
        self.url = ""
        self.credentials = {}  # for those who write: until then everybody may read
        self.restarts = []  # reset causes, as the guardian tells them
        self.expected_restarts = 0
        self.started_at = 0.0
        self._circuit = circuit or {}
        self._heap = heap
        self._settings = settings
        self._given_flash = flash
        self._process = None
        self._said = []
        self._ready = threading.Event()
        self._end = contextlib.ExitStack()

    def __enter__(self):
        try:
            self._start_site()
            self._start()
        except BaseException as error:
            self._attach(error)
            self._end.close()
            raise
        return self

    def __exit__(self, kind, error, _traceback):
        if error is not None:
            self._attach(error)
        self._end.close()
        if error is None:
            assert self._process.returncode == 0, self._said
            assert len(self.restarts) == self.expected_restarts, self.restarts
            assert "Traceback" not in self.log(), self.log()

    def _start_site(self):
        """Start the simulator; its random network may be taken between the look and the use."""
        for attempt in range(3):
            try:
                self._end.enter_context(self.sim)
                return
            except OSError:
                if attempt == 2:
                    raise
                self.sim = SiteThread(self.sim.config)

    # --- the firmware

    def _start(self):
        folder = self._given_flash or self._end.enter_context(
            tempfile.TemporaryDirectory(prefix="fusekeeper-site-")
        )
        self.flash = pathlib.Path(folder)
        text = self._settings
        if text is None:
            document = self.sim.site.settings()
            document["circuits"][0].update(self._circuit)
            text = json.dumps(document)
        if text:
            (self.flash / "settings.json").write_text(text)
        command = [sys.executable, str(ROOT / "tools" / "run_firmware.py")]
        command += ["--flash", str(self.flash), "--http-port", "0"]
        command += ["--bind", f"{self.sim.site.network}.1", "--log", str(self._log_path)]
        if self._heap:
            command += ["--heap", self._heap]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        self._end.callback(self._stop)
        threading.Thread(target=self._listen, daemon=True).start()
        deadline = time.monotonic() + START_S
        while not self._ready.wait(0.1):
            if _stopping.is_set() or self._process.poll() is not None:
                break
            if time.monotonic() > deadline:
                break
        assert self.url, f"the firmware is not ready: {self._said}"
        self.started_at = time.monotonic()

    def _listen(self):
        for raw in self._process.stdout:
            line = raw.decode(errors="replace").strip()
            self._said.append(line)
            word, _, rest = line.partition(" ")
            if word == "ready":
                self.url = rest
                self._ready.set()
            elif word == "restarted":
                self.restarts.append(rest.split()[0])

    def _stop(self):
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()  # the firmware dies with its guardian
            self._process.wait()

    @property
    def _log_path(self):
        return self.flash / "console.log"

    def log(self):
        """What the firmware has printed so far."""
        with contextlib.suppress(OSError):
            return self._log_path.read_text(errors="replace")
        return ""

    def _attach(self, error):
        with contextlib.suppress(Exception):
            error.add_note("guardian: " + " | ".join(self._said[-8:]))
            error.add_note("firmware: " + self.log()[-3000:])
        with contextlib.suppress(Exception):
            status = self.status()
            for part in ("meters", "circuits", "chargers"):
                error.add_note("\n".join(f"{part}: {json.dumps(row)}" for row in status.pop(part)))
            error.add_note(f"status: {json.dumps(status)}")

    def pid(self):
        """The process id of MicroPython itself, None between two lives."""
        guardian = self._process.pid
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, IndexError):
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                    if int(stat[1]) == guardian and stat[0] != "Z":
                        return int(entry.name)
        return None

    def kill(self, number=signal.SIGKILL):
        """Send a signal to MicroPython, not to its guardian; return when that was."""
        pid = self.pid()
        assert pid is not None
        moment = time.monotonic()
        os.kill(pid, number)
        return moment

    # --- its API

    def get(self, path):
        """The JSON of one resource."""
        request = urllib.request.Request(self.url + path, headers=self.credentials)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def put(self, path, value, method="PUT"):
        """Write one resource, as the administrator; return (status, text)."""
        if not self.credentials:
            self.credentials = login.first_password(self.url)
        request = urllib.request.Request(
            self.url + path, json.dumps(value).encode(), self.credentials, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def post(self, path, value):
        """Let it act; return (status, text)."""
        return self.put(path, value, "POST")

    def status(self):
        """GET /api/status."""
        return self.get("/api/status")

    def wait_status(self, condition, timeout_s, what="status"):
        """Poll until condition(status) is true and return its value."""
        return self.poll(lambda: condition(self.status()), timeout_s, 0.2, what)

    # --- the site

    @property
    def record(self):
        """What physically happened."""
        return self.sim.site.record

    def wait(self, condition, timeout_s, what="site"):
        """Poll until condition(site) is true and return its value."""
        return self.poll(lambda: self.sim.call(condition), timeout_s, 0.05, what)

    def poll(self, look, timeout_s, every_s, what):
        """Call look() until what it returns is true, and return that."""
        deadline = time.monotonic() + timeout_s
        last = None
        while True:
            try:
                if last := look():
                    return last
            except (OSError, ValueError, http.client.IncompleteRead) as error:
                last = error  # between two lives of the firmware
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {timeout_s} s, last was {last!r}")
            self.watch(every_s)

    def watch(self, seconds):
        """Let time pass in which things are recorded."""
        if _stopping.wait(seconds):
            raise RuntimeError("the session ends")

    def plug(self, box, car):
        """Plug a car in; return the moment."""
        self.sim.call(lambda s: s.plug(box, car))
        return time.monotonic()

    def unplug(self, box):
        """Take the car away; return the moment."""
        self.sim.call(lambda s: s.unplug(box))
        return time.monotonic()

    def fault(self, box, name, value=True):
        """Switch a fault of a wallbox; return the moment."""
        moment = time.monotonic()
        self.sim.call(lambda s: s.box_fault(box, name, value))
        return moment

    def meter_fault(self, name, value=True):
        """Switch a fault of the meter; return the moment."""
        moment = time.monotonic()
        self.sim.call(lambda s: s.meter_fault(name, value))
        return moment

    def step(self, name, ma):
        """Switch a named load of the house; return the moment."""
        moment = time.monotonic()
        self.sim.call(lambda s: s.house_load(name, ma))
        return moment

    def charging(self, *boxes, timeout_s=45):
        """Wait until cars at these wallboxes draw current."""
        self.wait(
            lambda s: all(max(s.boxes[i].drawn_ma()) >= 5000 for i in boxes),
            timeout_s,
            f"charging at {boxes}",
        )

    def calm(self, seconds=3.0, timeout_s=45, within_ma=400):
        """Wait until no phase has moved for so long; return the totals per phase."""

        def still():
            rows = self.record.rows(time.monotonic() - seconds)
            if len(rows) < 5 or rows[-1][0] - rows[0][0] < seconds - 0.5:
                return None
            totals = [row[1] for row in rows]
            spread = max(max(t[p] for t in totals) - min(t[p] for t in totals) for p in range(3))
            return totals[-1] if spread < within_ma else None

        return self.poll(still, timeout_s, 0.2, "calm")
