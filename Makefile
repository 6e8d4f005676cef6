# Two commands set everything up by themselves:
#   make start    opens the course in JupyterLab   (ARGS="--no-browser --port 8890" is passed on)
#   make test     passes every test
# Paths are relative throughout, so that the course may live under a folder with a space in it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
ARGS ?=
# JupyterLab asks for this where everything runs as root, as in a container.
ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

# nbgrader and JupyterLab look for their helper programs on the PATH.
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The checks in the lessons are no one's progress.
test build: export WARMUP_HOME := $(CURDIR)/$(VENV)/home

.PHONY: start test build tables bench clean

start: $(VENV)/classroom
	$(BIN)/python -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/lessons/00_start_here.ipynb $(ROOT) $(ARGS)

test: $(VENV)/dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	@echo "Rebuilding what is built from the bank and from the lessons' texts, and comparing ..."
	$(BIN)/python -m warmup_lib.builder check
	$(BIN)/python -m pytest -q -n 2 --dist loadfile
	@echo "Running every cell of every lesson again, and comparing what it prints ..."
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -o addopts= -o filterwarnings= -ra \
	  --nbval --nbval-current-env lessons

build: $(VENV)/dev
	$(BIN)/python -m warmup_lib.builder

# The slow experiments over many seeds, into the small file that lessons 5 and 6 read.
tables: $(VENV)/dev
	$(BIN)/python -m warmup_lib.experiments

bench: $(VENV)/dev
	$(BIN)/python benchmarks/scheduler_step.py
	$(BIN)/python benchmarks/explorer.py
	$(BIN)/python benchmarks/trace_overhead.py
	$(BIN)/python benchmarks/doctor.py
	$(BIN)/python benchmarks/grading.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("warmup_lib needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another with: make start PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/classroom: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the course (the first time takes a few minutes) ..."
	$(PIP) --editable '.[classroom]'
	@touch $@

$(VENV)/dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing the course with its tests (the first time takes a few minutes) ..."
	$(PIP) --editable '.[classroom,dev]'
	@touch $@ $(VENV)/classroom
