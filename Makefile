# Everything a contributor does. Needs make and a Python of 3.11 or later; the rest is set up in .venv, once.
#
#   make demo         the flight story at the terminal: faults, a question, a kill -9, one booking
#   make test         all tests, three at a time
#   make check        style, types, and every branch of the core covered
#   make fuzz         changed plans through lint, run and explain, for SECONDS=600 or as long as you say
#   make worlds       every example against 100,000 invented worlds (20 minutes), or WORLDS=1000 or as many as you say
#   make chaos        the engine over its stores in invented worlds, for SECONDS=600 or as long as you say
#   make bench        the floor and Holdfast on the same work, in one run
#   make bench-peers  other engines on that work, each in an environment of its own
#   make clean        forget everything made here

SHELL      := /bin/bash
.DEFAULT_GOAL := test

VENV       := .venv
BIN        := $(VENV)/bin
READY      := $(VENV)/.ready
WORKERS    ?= 3
SECONDS    ?= 600
WORLDS     ?= 100000
# The first Python that is new enough; `make PYTHON=/path/to/python test` overrides it.
PYTHON     ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
                "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; \
              done)

.PHONY: setup demo test check style types cover fuzz chaos worlds bench bench-peers clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or later with venv found: install one, or say make PYTHON=/path/to/python" >&2; exit 2; }
	@if [ ! -x $(BIN)/python ]; then echo "== making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); fi
	@echo "== installing Holdfast and its tools (about a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,http,fast]'
	@$(BIN)/python -m compileall -q interpreter tools  # an editable install leaves that to the first import
	@touch $@

demo: $(READY)
	@$(BIN)/python plans/book-flight/demo.py

test: $(READY)
	@echo "== tests, $(WORKERS) at a time"
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

check: style types cover

style: $(READY)
	@echo "== ruff"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

types: $(READY)
	@echo "== mypy"
	@$(BIN)/mypy --no-error-summary
	@echo "== pyright"
	@$(BIN)/pyright

cover: $(READY)
	@echo "== every branch of the core"
	@$(BIN)/python -m pytest -q tests/core --cov --cov-report=term-missing --cov-fail-under=100

fuzz: $(READY)
	@$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

worlds: $(READY)
	@$(BIN)/python bench/worlds.py --worlds $(WORLDS)

chaos: $(READY)
	@$(BIN)/python -m tests.chaos --seconds $(SECONDS)

bench: $(READY)
	@$(BIN)/python bench/run.py

bench-peers: $(READY)
	@$(BIN)/python bench/peers.py

clean:
	@rm -rf $(VENV) $(VENV)-peers build dist .fuzz .holdfast .hypothesis .mypy_cache .pytest_cache .ruff_cache tests/node/node_modules .coverage* htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
