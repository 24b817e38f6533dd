"""The guardian with a small program under MicroPython that hangs, asks, crashes, is killed."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# the firmware in miniature, on the real board module
PROGRAM = """
import asyncio
import sys
import time

from firmware import board

dog = board.watchdog(1000)
word = {"hang": False}

async def answer(reader, writer):
    line = await reader.readline()
    while await reader.readline() != b"\\r\\n":
        pass
    body = board.reset_cause()
    writer.write("HTTP/1.0 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body))
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    if b"/hang" in line:
        while True:
            time.sleep(1)
    if b"/silent" in line:
        word["hang"] = True
    if b"/restart" in line:
        board.restart()
    if b"/crash" in line:
        asyncio.get_event_loop().stop()
        sys.exit(1)

async def main():
    await asyncio.start_server(answer, board.arguments.bind, board.arguments.port)
    while True:
        if not word["hang"]:
            dog.feed()
        await asyncio.sleep_ms(200)

asyncio.run(main())
"""

START = """
import pathlib, signal, sys
sys.path.insert(0, sys.argv[1])
from tools.guardian import Guardian, Hopeless
command = [sys.argv[2], "main.py", "--http-port", sys.argv[4], "--bind", "127.0.0.1"]
say = lambda line: print(line, flush=True)
guardian = Guardian(command, sys.argv[3], "127.0.0.1", int(sys.argv[4]), 1.5, say, sys.stderr)
signal.signal(signal.SIGTERM, guardian.stop)
signal.signal(signal.SIGINT, guardian.stop)
try:
    guardian.run()
except Hopeless as error:
    sys.exit(str(error))
"""


class Guarded:
    def __init__(self, process, port):
        self.process = process
        self.port = port

    def line(self):
        return self.process.stdout.readline().strip()

    def ask(self, path):
        url = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(url, timeout=3) as answer:
            return answer.read().decode()

    def ask_until(self, path, wanted):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self.ask(path) == wanted:
                    return
            time.sleep(0.05)
        raise AssertionError(f"{path} never answered {wanted}")

    def child(self):
        """Return the process id of the firmware."""
        children = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        return int(pathlib.Path(children).read_text().split()[0])


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def gone(pid, within=4.0):
    """Wait for a process to end (a zombie that nobody waits for has ended too)."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def folder(image, tmp_path):
    """An image folder whose main.py is the test's program."""
    flash = tmp_path / "flash"
    flash.mkdir()
    for name in ("lib", "firmware"):
        (flash / name).symlink_to(image / name)
    (flash / "main.py").write_text(PROGRAM)
    return flash


@pytest.fixture
def guarded(folder, micropython):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(ROOT), micropython, str(folder), str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield Guarded(process, port)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=5)
    process.kill()
    process.communicate()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_ready_is_said_when_the_api_answers(guarded):
    assert guarded.line() == f"ready http://127.0.0.1:{guarded.port}"
    assert guarded.ask("/api/status") == "power_on"


@pytest.mark.parametrize("how", ["/hang", "/silent", "/crash"])
def test_failure_is_a_watchdog_reset(guarded, how):
    guarded.line()
    guarded.ask(how)
    assert guarded.line() == "restarted watchdog 1"
    guarded.ask_until("/api/status", "watchdog")


def test_restart_that_was_asked_for(guarded):
    guarded.line()
    guarded.ask("/restart")
    assert guarded.line() == "restarted restart 1"
    guarded.ask_until("/api/status", "restart")


def test_killed_firmware_is_started_again_each_time(guarded):
    guarded.line()
    for count in (1, 2, 3):
        os.kill(guarded.child(), signal.SIGKILL)
        assert guarded.line() == f"restarted watchdog {count}"
        guarded.ask_until("/api/status", "watchdog")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clean_end(guarded, number):
    guarded.line()
    child = guarded.child()
    guarded.process.send_signal(number)
    guarded.process.communicate(timeout=5)
    assert guarded.process.returncode == 0
    assert gone(child)


def test_hung_firmware_does_not_survive_its_guardian(guarded):
    guarded.line()
    child = guarded.child()
    guarded.ask("/hang")
    guarded.process.kill()
    assert gone(child)


def test_closed_heartbeat_alone_ends_the_firmware(folder, micropython):
    # where the kernel does not end it with its guardian
    read_end, write_end = os.pipe()
    port = free_port()
    process = subprocess.Popen(
        [micropython, "main.py", "--http-port", str(port), "--bind", "127.0.0.1"]
        + ["--heartbeat", str(write_end)],
        cwd=folder,
        env={**os.environ, "MICROPYPATH": ":.frozen:lib"},
        pass_fds=(write_end,),
    )
    os.close(write_end)
    assert os.read(read_end, 1) == b"."
    os.close(read_end)
    assert process.wait(5) == 1


def test_firmware_that_never_starts_is_given_up(folder, guarded):
    guarded.process.send_signal(signal.SIGTERM)
    guarded.process.wait(5)
    (folder / "main.py").write_text("raise ValueError('no firmware')\n")
    arguments = guarded.process.args
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=30)
    assert result.returncode == 1
    assert "the firmware ends before its API answers" in result.stderr
    assert "no firmware" in result.stderr
