"""The examples of WARP's API documentation, typed into a shell: curl, with a login beside.

Facts: WARP's API reference of charge_manager/*; what it shows is what comes, compared as JSON.
"""

import json
import os
import subprocess

import pytest

from tools import login

READ = "curl http://$HOST/charge_manager/available_current"
WRITE = """curl http://$HOST/charge_manager/available_current -d '{ "current": 16000 }'"""
SHORT = "curl http://$HOST/charge_manager/available_current -d '16000'"
READ_CONFIG = "curl http://$HOST/charge_manager/config"
CONFIG = """{
"enable_charge_manager": true,
"enable_watchdog": false,
"default_available_current": 16000,
"maximum_available_current": 32000,
"minimum_current_auto": true,
"minimum_current": 9200,
"minimum_current_1p": 6000,
"minimum_current_vehicle_type": 1,
"verbose": true,
"requested_current_threshold": 60,
"requested_current_margin": 3000,
"chargers": [
{ "host": "127.0.0.1", "name": "NAME" },
OTHER
]
}"""
# each generation of the product has its own
CHARGERS = (
    ("warp-AbCd", '{ "host": "warp2-22oH.local", "name": "warp2-22oH" }'),
    ("warp2-AbCd", '{ "host": "warp2-22oH.local", "name": "warp2-22oH" }'),
    ("warp3-AbCd", '{ "host": "warp2-22oH.local", "name": "warp2-22oH" }'),
    ("warp-AbCd", '{ "host": "192.168.178.12", "name": "warp-222i" }'),
)


@pytest.fixture(scope="module")
def shell(firmware):
    """Run a command line of the documentation; return what it prints, as JSON if it is any."""
    before = firmware.get("/api/settings")

    def run(command):
        command = command.replace("curl ", 'curl -sS --max-time 10 -u "$LOGIN" ')
        environment = dict(os.environ, HOST=firmware.url.removeprefix("http://"))
        environment["LOGIN"] = f"{login.USER}:{login.PASSWORD}"
        done = subprocess.run(
            ["sh", "-c", command], env=environment, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout) if done.stdout else None

    yield run
    status, text = firmware.asked("PUT", "/api/settings", before)
    assert status == 200, text


@pytest.mark.parametrize(("name", "other"), CHARGERS)
def test_config(shell, name, other):
    config = CONFIG.replace("NAME", name).replace("OTHER", other)
    assert shell(f"{READ_CONFIG} -d '{config}'") is None
    assert shell(READ_CONFIG) == json.loads(config)


@pytest.mark.parametrize("write", [WRITE, SHORT])
@pytest.mark.parametrize("how", ["", " -X PUT", " -X POST"])
@pytest.mark.parametrize("end", ["", "_update"])
def test_available_current(shell, write, how, end):
    assert shell(READ + " -d 7000") is None
    assert shell(READ) == {"current": 7000}
    line = write.replace("available_current", "available_current" + end) + how
    assert shell(line) is None
    assert shell(READ) == {"current": 16000}


def test_parts_of_an_answer(shell):
    assert shell(READ + "/current") == 16000
    assert shell(READ_CONFIG + "/minimum_current_1p") == 6000
    assert shell(READ_CONFIG + "/chargers/0/host") == "127.0.0.1"
    assert shell(READ_CONFIG + "/enable_watchdog") is False


def test_what_is_above_the_maximum_is_refused_in_words(firmware, shell):
    """Without a login, too."""
    address = firmware.url + "/charge_manager/available_current"
    command = ["curl", "-sS", "-w", "%{http_code}", address]
    command += ["-d", "32001"]
    user = ["-u", f"{login.USER}:{login.PASSWORD}"]
    done = subprocess.run([*command, *user], capture_output=True, text=True)
    assert done.stdout == "wrong current; right: an integer, 0..32000 mA\n400"
    assert subprocess.run(command, capture_output=True, text=True).stdout.endswith("401")
    assert shell(READ) == {"current": 16000}


def test_the_states_answer(shell):
    """Their shape is the maker's own affair, and described as WARP 2.11 has it."""
    for name in ("state", "low_level_state", "low_level_config"):
        assert isinstance(shell(f"curl http://$HOST/charge_manager/{name}"), dict), name
