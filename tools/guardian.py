"""The watchdog and the reset button of a firmware that runs on a PC.

Starts `micropython main.py` in the image folder and reads its heartbeat from a pipe. Silence for
longer than the watchdog time, or the end of the process, is a reset: kill, pause, start again
with the cause. It never outlives its guardian: the heartbeat fails without a reader, and on Linux
the kernel kills it.
"""

import contextlib
import ctypes
import http.client
import os
import select
import signal
import subprocess
import sys
import time

RESTART = 3  # the firmware's exit code when it asks for a restart (firmware/board/host_seldom.py)
START_S = 30  # until the first heartbeat
STEADY_S = 60  # a run of this length makes the next pause short again
PAUSES_S = (0.1, 0.5, 1, 2, 5)
HOPELESS = 5  # ends before it was ever ready
PR_SET_PDEATHSIG = 1


class Hopeless(RuntimeError):
    """The firmware ends again and again before its API has ever answered."""


class Guardian:
    """Keeps one firmware running; `say(line)` is told, `output` takes what it prints."""

    def __init__(self, command, folder, address, port, watchdog_s=8.0, say=print, output=None):
        self.command = [str(word) for word in command]
        self.folder = folder
        self.address = address
        self.port = port
        self.watchdog_s = watchdog_s
        self.say = say
        self.output = output
        self.restarts = 0
        self.process = None
        self._heartbeat = None
        self._stopping = False
        self._ready = False

    def run(self):
        """Run until stop() is called, by a signal handler for example."""
        cause = "power_on"
        short_runs = 0
        try:
            while not self._stopping:
                started = time.monotonic()
                self._start(cause)
                cause = self._watch()
                self._end()
                if self._stopping:
                    break
                steady = time.monotonic() - started > STEADY_S
                short_runs = 0 if steady else short_runs + 1
                if not self._ready and short_runs >= HOPELESS:
                    raise Hopeless("the firmware ends before its API answers")
                self.restarts += 1
                self._sleep(PAUSES_S[min(short_runs, len(PAUSES_S) - 1)])
                if not self._stopping:
                    self.say(f"restarted {cause} {self.restarts}")
        finally:
            self._end()

    def stop(self, *_):
        """End run() soon; fit to be a signal handler."""
        self._stopping = True

    def _start(self, cause):
        self._heartbeat, inherited = os.pipe()
        os.set_blocking(self._heartbeat, False)
        command = [*self.command, "--heartbeat", str(inherited), "--reset-cause", cause]
        try:
            # an own process group keeps Ctrl-C away; not an own session, whose leader would take
            # the bus for its terminal and end when it hangs up
            self.process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=self.output,
                stderr=subprocess.STDOUT if self.output else None,
                pass_fds=(inherited,),
                process_group=0,
                preexec_fn=ending_with_parent(signal.SIGKILL),
            )
        finally:
            os.close(inherited)

    def _watch(self):
        """Return the reset cause when the firmware has ended or has been silent for too long."""
        heard = time.monotonic()
        limit = max(START_S, self.watchdog_s)
        while not self._stopping:
            select.select([self._heartbeat], [], [], 0.1)
            with contextlib.suppress(BlockingIOError):
                if os.read(self._heartbeat, 65536):
                    heard = time.monotonic()
                    limit = self.watchdog_s
                else:  # it has closed the pipe: it ends
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self.process.wait(1)
            if self.process.poll() is not None:
                return "restart" if self.process.returncode == RESTART else "watchdog"
            if time.monotonic() - heard > limit:
                return "watchdog"
            if not self._ready and self._answers():
                self._ready = True
                self.say(f"ready http://{self.address}:{self.port}")
        return "restart"

    def _answers(self):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=1)
        try:
            connection.request("GET", "/api/hello")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _end(self):
        """End the process at once: what it stores is made for a power cut at any moment, and a
        Ctrl-C that arrives within the garbage collector ends in tracebacks."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait()
        if self._heartbeat is not None:
            os.close(self._heartbeat)
        self.process = self._heartbeat = None

    def _sleep(self, seconds):
        end = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < end:
            time.sleep(0.05)


def ending_with_parent(number):
    """Return a preexec_fn: on Linux the child gets this signal when its parent is gone."""
    parent = os.getpid()

    def ask_the_kernel():
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)
            if os.getppid() != parent:
                os._exit(1)

    return ask_the_kernel


def environment():
    """Return the variables under which MicroPython looks for modules as a board does."""
    return {**os.environ, "MICROPYPATH": ":.frozen:lib"}
