# Fusekeeper's verbs. Each sets up what it needs: .venv with the pinned tools, the device libraries.
.DEFAULT_GOAL := help
.PHONY: help demo test lint image bench size coverage soak clean

# the first of these that is 3.11 or newer makes .venv; `make PYTHON=...` chooses another
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
RUN := .venv/bin/python

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: venv  ## a simulated site with the real firmware; prints the address of the page
	@$(RUN) tools/demo.py

test: lint image  ## lint, build the image, run all tests
	@$(RUN) tools/system_packages.py
	@$(RUN) tools/run_tests.py

lint: venv  ## check the style of all Python files
	@$(RUN) -m ruff check

image: venv  ## build build/flash, exactly what a board holds
	@$(RUN) tools/build_image.py

bench: image  ## measure reaction times, the solver and the heap
	@$(RUN) tools/bench.py

size: image  ## bytes and heap per module against the chip's budget
	@$(RUN) tools/size.py

coverage: venv  ## branches of the brain that its quick tests do not reach
	@$(RUN) tools/brain_coverage.py

soak: image  ## the long runs in host_tests/soak
	@if [ -d host_tests/soak ]; then $(RUN) -m pytest -o timeout=0 host_tests/soak; \
	else echo "there are no long runs yet"; fi

clean:  ## remove all that was built or installed here
	rm -rf build .venv .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.PHONY: venv
venv:
	@for python in $(PYTHON); do \
		if $$python -c '$(NEW_ENOUGH)' 2>/dev/null; then exec $$python tools/environment.py; fi; \
	done; echo "Fusekeeper needs Python 3.11 or newer; install it" >&2; exit 1
