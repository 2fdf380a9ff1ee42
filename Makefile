# Two commands on a machine with Python 3.11 and make: `make demo` and `make test`.
# Each makes the virtual environment .venv, installs what it needs, and runs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# One process per core; each keeps its numerical libraries to one thread, or they fight for the cores.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist worksteal

.PHONY: demo test test-fast check docs clean

demo: $(VENV)/base.stamp  ## render photographs of walls and inspect them
	$(BIN)/python examples/demo.py demo

test: $(VENV)/dev.stamp  ## run all tests
	$(PYTEST)

test-fast: $(VENV)/dev.stamp  ## the tests to run while writing: all but the marker "slow"
	$(PYTEST) -m "not slow"

check: $(VENV)/dev.stamp  ## what must be clean before a commit: lint, types, import direction, docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir site

docs: $(VENV)/dev.stamp  ## serve the documentation while writing it
	$(BIN)/python docs/make_reference.py
	$(BIN)/mkdocs serve

clean:  ## remove what these targets made
	rm -rf $(VENV) demo site examples/photographs

$(VENV)/base.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing cracklens into $(VENV) (once, half a minute; no PyTorch)"
	$(INSTALL) --editable .
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "installing cracklens with everything for development into $(VENV) (once)"
	$(INSTALL) --editable '.[train,onnxruntime,postgres,sign,web,dev,docs]'
	@touch $@

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cracklens needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
