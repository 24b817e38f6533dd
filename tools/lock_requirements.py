"""Turn requirements/tools.in into requirements/tools.txt, pinned by version and hash.

pip resolves for the oldest supported Python (3.11.0); the hashes are those of every file the index
lists for a version, so that one lock file serves Linux and macOS and every supported Python.
No index address gets into the file. Run it with `.venv/bin/python tools/lock_requirements.py`.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import package_index

SOURCE = ROOT / "requirements" / "tools.in"
TARGET = ROOT / "requirements" / "tools.txt"
OLDEST_PYTHON = "3.11.0"


def resolve(source):
    """Return [(name, version)] for all that the packages of `source` need, by name."""
    with tempfile.TemporaryDirectory() as scratch:
        report = pathlib.Path(scratch, "report.json")
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run"]
        command += ["--ignore-installed", "--report", str(report), "-r", str(source)]
        command += ["--target", scratch, "--only-binary=:all:"]
        command += ["--python-version", OLDEST_PYTHON]
        subprocess.run(command, check=True)
        found = json.loads(report.read_text())["install"]
    pins = [(item["metadata"]["name"], item["metadata"]["version"]) for item in found]
    return sorted((re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in pins)


def markers(source):
    """Return {name: environment marker} of the lines of `source` that have one."""
    found = {}
    for line in source.read_text().splitlines():
        if ";" in line and not line.startswith("#"):
            requirement, marker = line.split(";", 1)
            found[re.split(r"[<>=!~ ]", requirement)[0].lower()] = marker.strip()
    return found


def hashes(index, name, version):
    """Return the sha256 of every file of this version, sorted."""
    files = [file for file in index.get_project_page(name).packages if file.version == version]
    return sorted({file.digests["sha256"] for file in files if file.digests.get("sha256")})


def main():
    only_where = markers(SOURCE)
    lines = ["# Made by tools/lock_requirements.py from tools.in; do not edit."]
    with package_index.client() as index:
        for name, version in resolve(SOURCE):
            found = hashes(index, name, version)
            if not found:
                sys.exit(f"the index has no hashes for {name} {version}")
            marker = f" ; {only_where[name]}" if name in only_where else ""
            lines.append(f"{name}=={version}{marker} \\")
            lines += [f"    --hash=sha256:{digest} \\" for digest in found]
            lines[-1] = lines[-1].removesuffix(" \\")
    TARGET.write_text("\n".join(lines) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {sum('==' in line for line in lines)} packages")


if __name__ == "__main__":
    main()
