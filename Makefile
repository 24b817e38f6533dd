# Fusekeeper's verbs. Each sets up what it needs: .venv with the pinned tools, the device libraries.
.DEFAULT_GOAL := help
.PHONY: help demo test lint image bench size soak clean

PYTHON ?= python3
RUN := .venv/bin/python

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: venv  ## a simulated site with the real firmware; prints the address of the page
	@$(RUN) tools/demo.py

test: lint image  ## lint, build the image, run all tests
	@$(RUN) tools/system_packages.py >build/chromium
	@$(RUN) -m pytest

lint: venv  ## check the style of all Python files
	@$(RUN) -m ruff check

image: venv  ## build build/flash, exactly what a board holds
	@$(RUN) tools/build_image.py

bench: image  ## measure reaction times, the solver and the heap
	@$(RUN) tools/bench.py

size: image  ## bytes and heap per module against the chip's budget
	@$(RUN) tools/size.py

soak: image  ## the long runs in host_tests/soak
	@$(RUN) -m pytest -o norecursedirs= -o timeout=0 host_tests/soak

clean:  ## remove all that was built or installed here
	rm -rf build .venv .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: venv
venv:
	@$(PYTHON) tools/environment.py
