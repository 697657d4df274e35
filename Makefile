# `make` lists the targets. Everything is set up on demand in .venv; only what changed is done again.

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/.stamps
LOCK := requirements/dev.txt
CORE := $(wildcard flexauth/*.pyx flexauth/*.pxd flexauth/*.pxi flexauth/*/*.pxi flexauth/*/*.pxd)
PIP := $(BIN)/pip --disable-pip-version-check --quiet
RUN := $(BIN)/python -m
BUILD_CORE := $(BIN)/python setup.py --quiet build_ext --inplace
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup serve demo test lint types format proto docs bench mutants \
	faults-kill faults-power faults-disk faults-clock faults-io laws coverage dist lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/core ## make .venv with the locked packages and build the native core

serve: setup ## run an authority with the published rates and a sample team
	$(BIN)/flexauth serve --sample

demo: setup ## live a working month of a generated company in a minute
	$(BIN)/flexauth demo

test: setup ## lint, types and every suite, with the seconds of each
	$(BIN)/python tests/run_suites.py

lint: setup ## ruff, cython-lint, buf
	$(BIN)/python tests/run_suites.py lint

types: setup ## mypy --strict, and the core's stub against the built core
	$(BIN)/python tests/run_suites.py types

format: setup ## let ruff and buf lay out the sources
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/buf format --write

proto: setup ## generate the wire types from proto/
	$(BIN)/buf lint
	$(BIN)/buf format --diff --exit-code
	$(BIN)/python proto/generate.py

docs: setup ## generate docs/access.md, docs/api.md and docs/cli.md
	$(BIN)/python docs/generate.py

bench: setup ## measure the core, the store and the service (PART=core measures one part)
	$(RUN) benchmarks.run $(PART)

mutants: setup ## seeded bugs; each must turn a named test red
	$(RUN) tests.faults.mutants

faults-kill: setup ## kill -9 a serving authority at 200 random moments
	$(RUN) tests.faults.kill

faults-power: setup ## replay 5,000 power cuts on a file system that loses unsynced writes
	$(RUN) tests.faults.power

faults-disk: setup ## fill the small disk of a serving authority and give it back (mounts a tmpfs: root)
	$(RUN) tests.faults.disk_full

faults-clock: setup ## set clocks and time zones wrong under 300 authorities
	$(RUN) tests.faults.clock

faults-io: setup ## fail the k-th write, sync or open, 500 times
	$(RUN) tests.faults.io

laws: setup ## millions of random steps: core against reference, and the laws of the ledger
	$(RUN) tests.laws.run

coverage: setup ## line coverage of Python and core (rebuilds the core traced, then plain again)
	rm -f flexauth/_core.c
	FLEXAUTH_CYTHON_COVERAGE=1 $(BUILD_CORE) --force
	-$(RUN) coverage run -m pytest tests
	-$(RUN) coverage report
	rm -f flexauth/_core.c
	$(BUILD_CORE) --force

dist: setup ## build the wheels and source archives of both distributions into dist/
	$(RUN) build --no-isolation --outdir dist client
	$(RUN) build --no-isolation --outdir dist .

# uv resolves; the locks name neither an index nor a path. `make lock UPGRADE=--upgrade` takes newer versions.
COMPILE = build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-package flexauth-client --custom-compile-command 'make lock'

lock: ## resolve the dependencies anew into requirements/
	$(PYTHON) -m venv build/uv
	build/uv/bin/pip --disable-pip-version-check --quiet install uv
	$(COMPILE) $(UPGRADE) pyproject.toml client/pyproject.toml --group dev -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt pyproject.toml client/pyproject.toml -o requirements/server.txt
	$(COMPILE) -c requirements/dev.txt client/pyproject.toml -o requirements/client.txt

clean: ## remove everything that can be made again (not data/)
	rm -rf .venv build dist client/build .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .coverage htmlcov
	rm -f flexauth/_core.c flexauth/_core*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf *.egg-info client/src/*.egg-info

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit("flexauth needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/locked: $(LOCK) $(STAMPS)/venv
	$(PIP) install --require-hashes -r $(LOCK)
	@touch $@

# The two distributions share the namespace `flexauth`: plain .pth entries (the compat mode) let it merge.
$(STAMPS)/installed: pyproject.toml client/pyproject.toml $(STAMPS)/locked
	PYTHONWARNINGS=ignore $(PIP) install --no-build-isolation --no-deps --config-settings editable_mode=compat -e client -e .
	@touch $@

$(STAMPS)/core: setup.py $(CORE) $(STAMPS)/installed
	$(if $(filter setup.py,$?),rm -f flexauth/_core.c)
	$(BUILD_CORE)
	@touch $@
