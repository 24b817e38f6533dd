"""A sampled mutation run over the brain: which small mistakes in lib/loadmgmt would go unnoticed?

`.venv/bin/python tools/mutate.py [--sample N] [--seed S] [--minutes M] [--jobs J] [--state FILE]`

Each mutant (mutants.py) is put into a copy of lib, in which the quick unit tests of the brain run
until one fails. Prints each survivor with file and line, and the sum. FILE remembers what was
found, so a run that was ended goes on: a mutant is run again only when its source, or a test, is
another. Nothing is written to the working tree but FILE (build/mutants.json).
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import queue
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import environment

if __name__ == "__main__":
    environment.rerun()

from tools import mutants

BRAIN = ROOT / "lib" / "loadmgmt"
BOTH = ROOT / "host_tests" / "unit" / "both"
SPARED = {"__init__.py", "event.py", "reason.py"}  # numbers and words
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"


def suite():
    """The quick tests of the brain: those of unit/both that import it, themselves or by way of the
    virtual and random sites."""
    files = []
    for path in sorted(BOTH.glob("test_*.py")):
        named = re.findall(r"^(?:from|import) ([a-z_]+)", path.read_text(), re.MULTILINE)
        brainy = [name for name in named if re.match("loadmgmt|virtual_site|random_", name)]
        if brainy and "firmware" not in named:
            files.append(path)
    return files


def population(files):
    """Return [(file name, number, line, kind)] of all mutants."""
    found = []
    for path in sorted(files):
        for number, (line, kind) in enumerate(mutants.mutants(path.read_text())):
            found.append((path.name, number, line, kind))
    return found


class Workshop:
    """A copy of lib and of the tests, for one mutant at a time."""

    def __init__(self, folder, tests):
        self.folder = pathlib.Path(folder)
        self.lib = self.folder / "lib"
        shutil.copytree(ROOT / "lib", self.lib, ignore=shutil.ignore_patterns("__pycache__"))
        self.both = self.folder / "both"
        shutil.copytree(BOTH, self.both, ignore=shutil.ignore_patterns("__pycache__"))
        self.tests = [self.both / path.name for path in tests]

    def order(self):
        """Put the quick test files first; return how long all take in seconds, or None when one
        fails."""
        took_s = {}
        for path in self.tests:
            began = time.monotonic()
            if self.run([path], 600) != SURVIVED:
                return None
            took_s[path] = time.monotonic() - began
        self.tests.sort(key=lambda path: took_s[path])
        return sum(took_s.values())

    def run(self, tests, timeout_s):
        """Run tests until one fails; return KILLED, SURVIVED or TIMED_OUT."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-c", os.devnull]
        command += ["--rootdir", str(self.folder), "-p", "no:cacheprovider", *map(str, tests)]
        paths = os.pathsep.join([str(self.lib), str(self.both), str(ROOT)])
        known = dict(os.environ, PYTHONPATH=paths, PYTHONDONTWRITEBYTECODE="1")
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=known, capture_output=True, timeout=timeout_s
            )
        except subprocess.TimeoutExpired:
            return TIMED_OUT
        return KILLED if done.returncode else SURVIVED

    def judge(self, name, number, timeout_s):
        path = self.lib / "loadmgmt" / name
        source = path.read_text()
        path.write_text(mutants.mutant(source, number))
        # the tests that are named after what was changed are the likeliest to notice
        tests = sorted(self.tests, key=lambda test: path.stem not in test.stem)
        try:
            return self.run(tests, timeout_s)
        finally:
            path.write_text(source)


def fingerprint(tests):
    """What a verdict depends on, but for the mutated file itself."""
    digest = hashlib.sha256()
    for path in [*sorted(BRAIN.glob("*.py")), *tests, *sorted(BOTH.glob("random_*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load(path, key):
    try:
        state = json.loads(path.read_text())
    except (OSError, ValueError):
        state = {}
    return state if state.get("key") == key else {"key": key, "verdicts": {}}


def run(sample, seed, minutes, jobs, state_path):
    """Return {mutant: verdict}; mutants are (file, number, line, kind)."""
    end = time.monotonic() + 60 * minutes
    tests = suite()
    files = [path for path in BRAIN.glob("*.py") if path.name not in SPARED]
    everyone = population(files)
    chosen = random.Random(seed).sample(everyone, min(sample, len(everyone)))
    state = load(state_path, fingerprint(tests))
    verdicts = state["verdicts"]
    with tempfile.TemporaryDirectory(prefix="fusekeeper-mutate-") as scratch:
        shops = queue.Queue()
        made = [Workshop(pathlib.Path(scratch, str(job)), tests) for job in range(jobs)]
        quick_s = made[0].order()
        if quick_s is None:
            sys.exit("the tests fail without any mutant")
        order = [path.name for path in made[0].tests]
        for shop in made:
            shop.tests.sort(key=lambda path: order.index(path.name))
            shops.put(shop)
        print(
            f"{len(everyone)} mutants, {len(chosen)} of them by seed {seed}; tests {quick_s:.1f} s"
        )

        def one(who):
            if time.monotonic() > end:
                return None
            shop = shops.get()
            try:
                return shop.judge(who[0], who[1], 10 + 2 * quick_s)
            finally:
                shops.put(shop)

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            left = [who for who in chosen if name_of(who) not in verdicts]
            for count, (who, verdict) in enumerate(zip(left, pool.map(one, left)), 1):
                if verdict is None:
                    continue
                verdicts[name_of(who)] = verdict
                state_path.parent.mkdir(parents=True, exist_ok=True)
                state_path.write_text(json.dumps(state, indent=1))
                if verdict == SURVIVED:
                    print(words_of(who), flush=True)
                if count % 20 == 0:
                    print(f"{count} of {len(left)}", flush=True)
    return {who: verdicts[name_of(who)] for who in chosen if name_of(who) in verdicts}


def name_of(who):
    return f"{who[0]}:{who[1]}"


def words_of(who):
    return f"lib/loadmgmt/{who[0]}:{who[2]}: {who[3]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--state", type=pathlib.Path, default=ROOT / "build" / "mutants.json")
    asked = parser.parse_args()
    found = run(asked.sample, asked.seed, asked.minutes, asked.jobs, asked.state)
    survivors = sorted(
        (who for who in found if found[who] == SURVIVED), key=lambda w: (w[0], w[2])
    )
    print("survivors:")
    for who in survivors:
        print("  " + words_of(who))
    noticed = len(found) - len(survivors)
    print(f"{noticed} of {len(found)} noticed, {100 * noticed // max(1, len(found))} %")


if __name__ == "__main__":
    main()
