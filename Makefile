# `make` lists the targets. Everything is set up on demand in .venv; only what changed is done again.

PYTHON ?= python3
BIN := .venv/bin
STAMPS := .venv/.stamps
LOCK := requirements/dev.txt
CORE := $(wildcard flexauth/_core.pyx flexauth/_core.pxd flexauth/_core/*.pxi flexauth/_core/*.pxd flexauth/*.pxi)
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/core ## make .venv with the locked packages and build the core

$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; sys.exit("flexauth needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/locked: $(LOCK) $(STAMPS)/venv
	$(PIP) install --require-hashes -r $(LOCK)
	@touch $@

$(STAMPS)/installed: pyproject.toml client/pyproject.toml $(STAMPS)/locked
	PYTHONWARNINGS=ignore $(PIP) install --no-build-isolation --no-deps --config-settings editable_mode=compat -e client -e .
	@touch $@

$(STAMPS)/core: setup.py $(CORE) $(STAMPS)/installed
	$(BIN)/python setup.py --quiet build_ext --inplace
	@touch $@
