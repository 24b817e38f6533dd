"""tools/run_firmware.py as people script against it (contract C2), with the real firmware."""

import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETTINGS = {
    "name": "Contract C2",
    "circuits": [{"name": "grid", "limit_ma": 16000}],
    "chargers": [{"name": "Left", "host": "127.0.0.2"}],
}


@pytest.fixture
def start(tmp_path):
    """Return a function that starts the tool and gives its process and first line."""
    running = []

    def starter(*options):
        command = [sys.executable, str(ROOT / "tools" / "run_firmware.py"), "--flash"]
        command += [str(tmp_path / "flash"), "--http-port", "0", *options]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        )
        running.append(process)
        line = process.stdout.readline().strip()
        if not line.startswith("ready "):
            process.terminate()
            raise AssertionError(line + process.communicate(timeout=5)[1])
        return process, line

    yield starter
    for process in running:
        process.kill()
        process.communicate()


def ask(address):
    with urllib.request.urlopen(address + "/api/status", timeout=5) as answer:
        return json.load(answer)


def test_settings_stay_and_stale_modules_go(start, tmp_path):
    flash = tmp_path / "flash"
    (flash / "firmware").mkdir(parents=True)
    (flash / "firmware" / "app.py").write_text("raise ValueError('stale')\n")
    (flash / "settings.json").write_text(json.dumps(SETTINGS))
    (flash / "mine.txt").write_text("keep me")
    address = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.1"
    process, line = start("--bind", address)
    assert line.startswith(f"ready http://{address}:")
    status = ask(line.removeprefix("ready "))
    assert status["name"] == "Contract C2"
    assert status["settings_error"] is None
    assert [charger["name"] for charger in status["chargers"]] == ["Left"]
    assert not (flash / "firmware" / "app.py").exists()
    assert (flash / "mine.txt").read_text() == "keep me"
    assert json.loads((flash / "settings.json").read_text()) == SETTINGS
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    # the same folder again
    process, line = start("--bind", address)
    assert ask(line.removeprefix("ready "))["name"] == "Contract C2"


def test_wrong_settings_are_told_and_kept(start, tmp_path):
    flash = tmp_path / "flash"
    flash.mkdir()
    wrong = '{"circuits": [{"name": "grid", "limit_ma": -5}]}'
    (flash / "settings.json").write_text(wrong)
    address = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.1"
    process, line = start("--bind", address)
    error = ask(line.removeprefix("ready "))["settings_error"]
    assert "settings.json: circuits[0].limit_ma: -5 is below 0; give 0..1000000" in error
    assert (flash / "settings.json").read_text() == wrong
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=5)
    assert process.returncode == 0
    assert "circuits[0].limit_ma" in printed


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--http-port", "99999"], "99999 is wrong; give 0..65535"),
        (["--http-port", "-1"], "-1"),
        (["--bind", "localhost"], "localhost is no IPv4 address; give one like"),
        (["--bind", "999.1.1.1"], "999.1.1.1 is no IPv4 address; give one like"),
        (["--heap", "lots"], "lots is no size; give one like 150K"),
        (["--watchdog-ms", "0"], "0 is wrong; give 2000.."),
        (["--port", "80"], "--port"),
    ],
)
def test_wrong_options_are_told(words, told, tmp_path):
    command = [sys.executable, str(ROOT / "tools" / "run_firmware.py")]
    command += ["--flash", str(tmp_path / "flash"), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "flash").exists()


def test_what_another_firmware_has_is_told(start, tmp_path):
    net = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}"
    _, line = start("--bind", f"{net}.1")
    port = line.rpartition(":")[2]
    for flash, words, told in (
        ("other", ["--bind", f"{net}.1", "--http-port", "0"], f"UDP port 34127 at {net}.1: "),
        ("flash", ["--bind", f"{net}.2", "--http-port", "0"], "a firmware runs in "),
    ):
        command = [sys.executable, str(ROOT / "tools" / "run_firmware.py")]
        command += ["--flash", str(tmp_path / flash), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert done.stdout == ""
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    with socket.socket() as taken:
        taken.bind((f"{net}.3", int(port)))
        taken.listen()
        command[-3:] = [f"{net}.3", "--http-port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert done.returncode == 1
        assert f"HTTP port {port} at {net}.3: " in done.stderr
