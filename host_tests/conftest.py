"""Paths for the tests under CPython: lib/ as on the board, then the root of the repository."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lib"), str(ROOT)]
