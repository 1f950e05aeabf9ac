# DMC Studio. `make run` on a machine with git, make and Python 3.11 (with venv) is all that is needed.

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
	$$p -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
WORKERS := --numprocesses auto --maxprocesses 4 --dist worksteal

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1

.DEFAULT_GOAL := help
.PHONY: help run test test-all lint format bench faults results screenshots clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.installed ## Install into .venv, open the window and start the demo run
	$(BIN)/dmc-studio --demo

test: lint ## Check the code and run the quick tests
	$(BIN)/python -m pytest $(WORKERS) -m "not slow"

test-all: lint ## The same with the slow tests
	$(BIN)/python -m pytest $(WORKERS)

lint: $(VENV)/.installed-dev ## Style, types and the rules of architecture
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.installed-dev ## Put the code into the form that lint asks for
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

bench: $(VENV)/.installed-dev ## Measure speed and smoothness on this machine
	$(BIN)/python -m tests.benchmarks

faults: $(VENV)/.installed-dev ## Kill runs, break disks, mangle files; write docs/reliability.md (about an hour)
	$(BIN)/python -m tests.faults

results: $(VENV)/.installed ## Train every method on the drawn world and write the table of results
	$(BIN)/python -m backend.results

screenshots: $(VENV)/.installed-dev ## Take the pictures of docs/pictures anew (trains nine demo runs once)
	$(BIN)/python -m tests.screenshots

clean: ## Remove what can be made again quickly (not .venv, not your runs)
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	find backend gui resources tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "Installing DMC Studio into $(VENV): some minutes the first time, about 6 GB with PyTorch."
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# One stamp after the other, so that `make -j` does not run pip twice at once.
$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
