"""How many names the firmware has made MicroPython keep, after its start and as its API is used.

They are kept for ever, in tables of which each is twice as long as the one before: 10, 20, .. 640
entries are 1270 names. The next one costs a table of 1280 entries, 14 KB in one piece on the
64-bit unix port, which a heap in use does not have.
"""

import json
import pathlib
import re
import subprocess
import tempfile

from tools import interpreter

# steps and what they load; `change.apply` is the one that loads most of its own
CORE = {
    "status": "request access routes answering static status status_meters status_circuits "
    "status_chargers status_alarms state paths words strict_json",
    "live updates": "live live_round live_stream",
    "login": "login verify hello logins accounts",
    "settings": "settings_api",
    "configuration": "config available operator_limits",
}
MOST = {
    "most of the API": "events history_api energy_api backup restore devices actions users tokens "
    "external warp_state warp_low_state discovery_api",
}
# what those load when they are used
BESIDE = {
    "login": "stretch users_file",
    "settings": "secrets",
    "configuration": "warp_config warp_apply",
    "most of the API": "actions history history_file discovery",
}
_SCRIPT = """
import sys
sys.path[:] = ["", ".frozen"]
import json, micropython, os
folder = sys.argv[1]
with open(folder + "/steps.json") as file:
    steps = json.load(file)
image = os.getcwd()
os.chdir(folder)
sys.path[:] = [image, ".frozen", image + "/lib"]
import firmware.app, firmware.web.server, firmware.web.connection
app = firmware.app.App()
print("after the start")
micropython.qstr_info()
for step, modules in steps:
    for name in modules:
        __import__(name)
    if step == "settings":
        from firmware import change
        document = app.document()
        document["name"] = "x"
        wrong = change.apply(app, document)
        if wrong:
            raise ValueError(wrong)
        document = None
    print(step)
    micropython.qstr_info()
"""


def counts(image):
    """Return [(step, names so far)], and how many of the steps are core use."""
    steps = [
        (
            step,
            [f"firmware.web.{name}" for name in names.split()]
            + [f"firmware.{name}" for name in BESIDE.get(step, "").split()],
        )
        for step, names in (CORE | MOST).items()
    ]
    settings = {
        "meters": [{"name": "grid"}],
        "circuits": [{"name": "grid", "meter": "grid", "main_ma": 63000}],
        "chargers": [{"name": f"Box {i}", "host": f"127.0.1.{i + 2}"} for i in range(4)],
    }
    with tempfile.TemporaryDirectory(prefix="fusekeeper-names-") as folder:
        pathlib.Path(folder, "settings.json").write_text(json.dumps(settings))
        pathlib.Path(folder, "steps.json").write_text(json.dumps(steps))
        script = pathlib.Path(folder, "count.py")
        script.write_text(_SCRIPT)
        command = [interpreter.micropython(), "-X", "heapsize=2M", script]
        done = subprocess.run(
            [*command, folder],
            cwd=image,
            capture_output=True,
            text=True,
            timeout=60,
        )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    found = re.findall(r"^(.+)\nqstr pool:.*n_qstr=(\d+)", done.stdout, re.MULTILINE)
    return [(step, int(count)) for step, count in found], 1 + len(CORE)
