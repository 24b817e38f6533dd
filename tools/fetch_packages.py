"""Fetch the third-party libraries of the device, pinned by version and hash in packages.json.

Downloads are kept in build/cache/packages, named by their hash: a second run asks nobody. An
archive is taken only if its sha256 is the pinned one, whoever served it.
"""

import hashlib
import io
import json
import os
import pathlib
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / "build" / "cache" / "packages"
PINS = ROOT / "tools" / "packages.json"
sys.path.insert(0, str(ROOT))


def sources():
    """Return {path on the device: source text} of all that is taken from the pinned packages."""
    found = {}
    for package in pins():
        if not package["take"]:
            continue
        members = _members(package["file"], archive(package))
        for member, target in package["take"].items():
            found[target] = members[member]
    return found


def pins():
    """Return the pinned packages; one that `take`s nothing is known but not on the device."""
    return json.loads(PINS.read_text())


def archive(package):
    """Return the bytes of one pinned archive, from the cache or the package index."""
    cached = CACHE / package["sha256"]
    if not cached.exists():
        content = _download(package)
        digest = hashlib.sha256(content).hexdigest()
        if digest != package["sha256"]:
            raise ValueError(f"{package['file']} has sha256 {digest}, not the pinned one")
        CACHE.mkdir(parents=True, exist_ok=True)
        scratch = cached.with_suffix(f".{os.getpid()}")
        scratch.write_bytes(content)
        scratch.replace(cached)
    return cached.read_bytes()


def _download(package):
    from tools import package_index

    print(f"fetching {package['file']}", flush=True)
    with package_index.client() as index:
        for file in index.get_project_page(package["name"]).packages:
            if file.filename == package["file"]:
                answer = index.s.get(file.url, timeout=60)
                answer.raise_for_status()
                return answer.content
    raise LookupError(f"the package index does not have {package['file']}")


def _members(name, content):
    """Return {path: bytes} of an archive; an sdist's top folder is left off."""
    if name.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            return {member: wheel.read(member) for member in wheel.namelist()}
    found = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as sdist:
        for member in sdist.getmembers():
            if member.isfile():
                found[member.name.partition("/")[2]] = sdist.extractfile(member).read()
    return found


if __name__ == "__main__":
    for path, text in sources().items():
        print(f"{len(text):7} {path}")
