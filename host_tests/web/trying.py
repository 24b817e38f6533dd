"""schemathesis against the running firmware: asked by the OpenAPI file, answers judged by it.

What is not asked for: paths that end the device as it is, and the endless answer. Where data that
fits its schema may still contradict other settings (`x-cross-checked`), 400 is right; what is
written to the settings then is only checked, so that the site stays as it is.
"""

import gzip
import json
import subprocess
import sys
import tomllib

from firmware.web import routes
from tools import login, openapi

LEFT_OUT = ("/api/live", "/api/factory_reset", "/api/actions/restart")
AT_LEISURE = ("/api/restore",)  # what is asked after it finds no site
_HEAD = """
[generation]
deterministic = true
database = "none"
no-shrink = true

# a request line that is too long is not looked into
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 408, 411, 413, 414, 429, 431, 503]

[auth.basic]
username = "%s"
password = "%s"
"""


def config(description, is_quick):
    """The text of schemathesis.toml."""
    table = {row[0]: row for row in routes.rows()}
    lines = [_HEAD % (login.USER, login.PASSWORD)]
    if is_quick:
        lines += ["[phases.coverage]", 'unexpected-methods = ["TRACE"]']
    for path, item in description["paths"].items():
        for _, operation in openapi.operations(item):
            named = []
            if is_quick and "x-same-as" in operation:
                named.append("enabled = false")
            if operation.get("x-cross-checked"):
                named.append("checks.positive_data_acceptance.enabled = false")
                if path.startswith("/api/settings"):
                    named.append("parameters.check = ''")
                    # thousands of values of their own
                    named.append(f"phases.coverage.enabled = {str(not is_quick).lower()}")
            if "*" in openapi.route_of(path, table)[2]:
                # the part behind it finds out which of the paths below can be written
                named.append("checks.unsupported_method.enabled = false")
                named.append("checks.allow_header_conformance.enabled = false")
            if named:
                name = operation["operationId"]
                lines += ["[[operations]]", f'include-operation-id = "{name}"', *named]
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def tried(firmware, folder, examples, is_quick=False, phases="examples,coverage,fuzzing"):
    """Run it; return (whether all is well, what it says). is_quick: PUT stands for POST where they
    do the same, few methods are tried where they are not expected, few values of the settings."""
    packed = firmware.request("GET", "/api/openapi.json")[2]
    description = json.loads(gzip.decompress(packed))
    (folder / "openapi.json").write_text(json.dumps(description))
    (folder / "schemathesis.toml").write_text(config(description, is_quick))
    command = [sys.executable, "-m", "schemathesis.cli"]
    command += ["--config-file", "schemathesis.toml", "run", "openapi.json"]
    command += ["--url", firmware.url, "--no-color", "--phases", phases]
    # that every path needs a login is a test of its own: many wrong ones here lead to 429
    command += ["--exclude-checks", "ignored_auth", "--warnings", "off"]
    command += ["--max-examples", str(examples), "--continue-on-failure"]
    for path in LEFT_OUT + AT_LEISURE if is_quick else LEFT_OUT:
        command += ["--exclude-path", path]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr
