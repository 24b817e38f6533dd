"""What is not switched on is not there: no module of it is loaded by the firmware, and the pass
has nothing to do for it. On MicroPython, with the image of a board."""

import json
import os
import pathlib
import subprocess

from tools.benchmarks.everything import switch_on
from tools.size import OPTIONAL, is_optional

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETTINGS = {
    "meters": [{"name": "grid"}],
    "circuits": [{"name": "grid", "meter": "grid", "main_ma": 63000}],
    "chargers": [
        {"name": "Left", "host": "192.168.1.11"},
        {"name": "Right", "host": "192.168.1.12", "rotation": "L231"},
    ],
}
# two seconds of a site that charges, under the settings of each file in turn
SCRIPT = """
import json
import sys

from compat import ticks_add, ticks_ms

from firmware import settings
from firmware.app import App

app = App()


def run():
    now = ticks_ms()
    for k in range(24):
        now = ticks_add(now, 250)
        for point in app.site.points:
            drawn = max(0, point.setpoint_ma)
            point.sent_ms = now
            point.report(now, drawn, drawn, drawn, drawn, 4 if drawn else 2, 32000, 3)
        app.site.sample(0, now, 5000 + k, 5000, 5000, False)
        app.site.step(now)
    app._ticked()


class Slot:
    def check_in(self):
        pass


app._control_slot = Slot()
run()
print(json.dumps([list(sys.modules), len(app.site.modules)]))
for name in sys.argv[1:]:
    with open(name) as file:
        document, error = settings.validate(json.load(file))
    assert error is None, error
    error = app.apply_settings(document)
    assert error is None, error
    run()
    print(json.dumps([list(sys.modules), len(app.site.modules)]))
"""


def loaded(image, micropython, folder, *documents):
    """The modules that are loaded after the start, and after each other settings were put in
    force; and how many look at each pass."""
    (folder / "run.py").write_text(SCRIPT)
    names = ["settings.json", *(f"{i}.json" for i in range(1, len(documents)))]
    for name, document in zip(names, documents):
        (folder / name).write_text(json.dumps(document))
    done = subprocess.run(
        [micropython, "-X", "heapsize=4M", "run.py", *names[1:]],
        cwd=folder,
        env={**os.environ, "MICROPYPATH": f":.frozen:{image}/lib:{image}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[[")]
    return [(set(modules), count) for modules, count in lines]


def test_what_is_off_is_not_loaded(image, micropython, tmp_path):
    ((modules, count),) = loaded(image, micropython, tmp_path, SETTINGS)
    assert not list(filter(is_optional, modules)) and count == 0


def test_the_names_are_those_of_modules():
    for name in OPTIONAL:
        folder = "lib" if name.startswith("loadmgmt.") else ""
        path = os.path.join(ROOT, folder, *name.split(".")) + ".py"
        assert os.path.exists(path), path


def test_what_is_switched_off_again_is_unloaded(image, micropython, tmp_path):
    on = json.loads(json.dumps(SETTINGS))
    switch_on(on)
    # what needs them comes back by itself
    classes = json.loads(json.dumps(SETTINGS))
    classes["chargers"][0]["priority"] = 1
    found = loaded(image, micropython, tmp_path, SETTINGS, on, SETTINGS, on, classes, SETTINGS)
    modules = {"loadmgmt." + name for name in ("balance", "breaker", "learn", "pace", "wake")}
    off = found[0][0]
    extra = found[1][0] - off
    assert modules | {"firmware.learnt"} <= extra
    assert not [name for name in extra if not is_optional(name)]  # tools/size.py names them
    assert found[1][1] >= 3
    assert found[2] == (off, 0)
    assert found[3] == found[1]
    assert found[4][1] == 0 and found[4][0] - off <= {"loadmgmt.classes"}
    assert found[5] == (off, 0)
