# Two commands matter: `make demo` and `make test`.  Both do all set-up themselves.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8420
KERNEL := $(filter-out src/basisdesk/kernel/__init__.py,$(wildcard src/basisdesk/kernel/*.py src/basisdesk/kernel/*.pxd))
TERMINAL := src/basisdesk/web/static/terminal/index.html
TERMINAL_SOURCES := $(shell find ui/src ui/public -type f 2>/dev/null) $(wildcard ui/*.json ui/*.ts ui/*.html)

.PHONY: help demo test judges conformance lint format bench soak lock clean check setup run-demo run-test run-lint

help:
	@echo "make demo    set up, then start the desk on simulated markets at http://127.0.0.1:$(PORT)"
	@echo "make test    set up, then run every test"
	@echo "make judges  let clients that others wrote trade against the simulator"
	@echo "make conformance  run the numbered cases over every venue, write docs/conformance.md"
	@echo "make lint    formatting, lint, types, import contract"
	@echo "make bench   measure, print ratios, write docs/benchmarks.md"
	@echo "make soak    six simulated venues for ten minutes, write bench/results/soak.json"
	@echo "make format  rewrite the sources in the house format"
	@echo "make lock    resolve the dependencies again"
	@echo "make clean   remove everything that was built"

# ------------------------------------------------------------- prerequisites
# Every missing program is named in one sentence with the command that installs it.
check:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "basisdesk: Python 3.11 or newer is missing; install it with: sudo apt-get install -y python3 python3-venv python3-dev" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "basisdesk: $$($(PYTHON) --version) is too old, 3.11 or newer is needed; name another with: make PYTHON=python3.11 (sudo apt-get install -y python3.11 python3.11-venv python3.11-dev)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "basisdesk: Python's venv module is missing; install it with: sudo apt-get install -y python3-venv" >&2; exit 1; }
	@command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || command -v clang >/dev/null 2>&1 || { \
	  echo "basisdesk: a C compiler is missing; install it with: sudo apt-get install -y build-essential" >&2; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' || { \
	  echo "basisdesk: Python's C headers are missing; install them with: sudo apt-get install -y python3-dev" >&2; exit 1; }
	@command -v node >/dev/null 2>&1 || { \
	  echo "basisdesk: Node.js 20 or newer is missing; install it with: sudo apt-get install -y nodejs npm" >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { \
	  echo "basisdesk: Node.js $$(node --version) is too old, 20 or newer is needed; install it with: sudo npm install --global n && sudo n 20" >&2; exit 1; }
	@command -v npm >/dev/null 2>&1 || { \
	  echo "basisdesk: npm is missing; install it with: sudo apt-get install -y npm" >&2; exit 1; }

# ------------------------------------------------------------- set-up
$(VENV)/.locked: requirements-dev.lock | check
	@echo "basisdesk: creating the environment in $(VENV) (about a minute the first time)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.installed: pyproject.toml $(KERNEL) $(VENV)/.locked
	@echo "basisdesk: compiling the kernel"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

ui/node_modules/.installed: ui/package-lock.json ui/package.json | check
	@echo "basisdesk: installing the terminal's libraries"
	@cd ui && npm ci --silent --no-audit --no-fund
	@touch $@

$(TERMINAL): ui/node_modules/.installed $(TERMINAL_SOURCES)
	@echo "basisdesk: building the terminal"
	@cd ui && npm run --silent build
	@touch $@

setup: check $(VENV)/.installed $(TERMINAL)

# ------------------------------------------------------------- what one does
demo: setup
	@exec $(BIN)/basisdesk demo --port $(PORT)

# The kernel's tests run twice: interpreted, where every branch is measured, and compiled, as it is used.
# Tests of the whole desk in real time have the machine for themselves, and browsers share it with few others; only the
# rest makes a crowd.
test: setup
	@cd ui && npm run --silent test
	BASISDESK_KERNEL=python $(BIN)/python -m pytest tests/kernel -q -n 2 -p no:cacheprovider --cov=basisdesk.kernel --cov-config=tests/kernel/coveragerc --cov-report=term-missing:skip-covered --cov-fail-under=100
	$(BIN)/python -m pytest tests/browser -q -p no:cacheprovider -m alone
	$(BIN)/python -m pytest tests/browser -q -p no:cacheprovider -m "not alone" -n 3
	$(BIN)/python -m pytest -n 4 --dist loadgroup --ignore tests/browser --cov --cov-report=term-missing:skip-covered --cov-fail-under=90 --pure-gate

# Clients of others pin much of what they need, so they live in an environment of their own.
.venv-judges/.locked: tests/judges/requirements.lock | check
	@echo "basisdesk: creating the judges' environment in .venv-judges"
	@test -x .venv-judges/bin/python || $(PYTHON) -m venv .venv-judges
	@.venv-judges/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/judges/requirements.lock
	@touch $@

judges: setup .venv-judges/.locked
	.venv-judges/bin/python -m pytest tests/judges -q -n 2 --dist loadfile -p no:cacheprovider -W default --confcutdir=tests/judges

# Runs the numbered cases and writes docs/conformance.md from what they said.
conformance: setup
	@rm -rf build/conformance && mkdir -p build/conformance
	-BASISDESK_CONFORMANCE=build/conformance $(BIN)/python -m pytest tests/conformance -q -n 4 -p no:cacheprovider -k test_case
	PYTHONPATH=. $(BIN)/python tests/conformance/page.py build/conformance

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd ui && npm run --silent check

format: setup
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python bench/run.py

# Ten minutes at 20,000 messages a second; a shorter one: make soak SECONDS=60
SECONDS ?= 600
soak: setup
	$(BIN)/python bench/soak.py --seconds $(SECONDS)

lock: $(VENV)/.locked
	$(BIN)/uv pip compile --universal --python-version 3.11 pyproject.toml --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 pyproject.toml --group dev --group build --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements-dev.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 tests/judges/requirements.in --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file tests/judges/requirements.lock
	cd ui && npm install --package-lock-only --silent

clean:
	rm -rf $(VENV) .venv-bench .venv-judges build dist ui/node_modules ui/dist src/basisdesk/web/static/terminal .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache test-results
	rm -f src/basisdesk/kernel/*.so src/basisdesk/kernel/*.c
