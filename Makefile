# newslake: `make run` sets everything up and runs the main job; `make test` passes the tests.
# Needs Python 3.11 to 3.13 and make; uses uv where it is on PATH, else venv and pip.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
MARKS ?=
UV := $(shell command -v uv 2>/dev/null)

# Asked again in the environment of a fresh machine, where `python3` may be too old or too new.
IN_RANGE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c '$(IN_RANGE)' 2>/dev/null && echo $$python && break; done)

# The folders are among them, so that a deleted file counts as a change.
SOURCES := pyproject.toml README.md \
	$(shell find flows connectors articles warehouse -name __pycache__ -prune -o -print)

# Containers often set it; without bytecode each start of Prefect costs twice the time.
unexport PYTHONDONTWRITEBYTECODE

ifdef UV
MAKE_VENV = $(UV) venv --quiet --allow-existing --no-python-downloads --python "$(PYTHON)" $(VENV)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python --no-deps --compile-bytecode
INSTALL_LOCK = $(INSTALL) --require-hashes -r
COMPILE = true
else
MAKE_VENV = $(PYTHON) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps
# pip compiles on one core; this is two thirds of its time. What can't be compiled needn't be.
COMPILE = $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
INSTALL_LOCK = $(INSTALL) --no-compile --require-hashes -r
endif

.DELETE_ON_ERROR:
.PHONY: help run test check check-all static install dev lock clean

help: ## This list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install ## Set everything up and read seeds/ into lake/ (ARGS="--lake DIR ...").
	@$(BIN)/newslake ingest $(ARGS)

test: dev ## Set everything up and run the tests (MARKS="slow", ARGS="tests/flows -n 0 --pdb").
	@$(BIN)/pytest $(if $(MARKS),-m "$(MARKS)") $(ARGS)

check: ## What CI runs: format, lint, types, imports, tests.
	@scripts/check

check-all: ## The same, with the tests marked postgres and slow.
	@scripts/check all

static: dev ## Format, lint, types and imports only.
	@scripts/check static

install: $(VENV)/.newslake ## The virtual environment, as requirements.lock says, and newslake's wheel.

dev: install $(VENV)/.dev ## The same, with the tools that tests and checks need.

$(VENV)/.made:
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(IN_RANGE)' || { \
		echo "newslake needs Python 3.11, 3.12 or 3.13, but found $$($(or $(PYTHON),python3) --version 2>&1)." >&2; \
		echo "Install one, or name it: make run PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; a minute with pip, seconds with uv) ..."
	@$(MAKE_VENV)
	@touch $@

$(VENV)/.locked: requirements.lock $(VENV)/.made
	@$(INSTALL_LOCK) requirements.lock
	@$(COMPILE)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.locked
	@$(INSTALL_LOCK) requirements-dev.lock
	@$(COMPILE)
	@touch $@

# A wheel, not an editable install: what runs and is tested is what would be shipped.
$(VENV)/.newslake: $(SOURCES) $(VENV)/.locked
	@rm -rf $(VENV)/wheel
	@$(BIN)/python -m hatchling build --target wheel --directory $(VENV)/wheel >$(VENV)/build.log 2>&1 \
		|| { cat $(VENV)/build.log >&2; exit 1; }
	@$(INSTALL) --no-index --force-reinstall $(VENV)/wheel/newslake-*.whl
	@touch $@

lock: ## Pin what pyproject.toml asks for anew (needs uv).
	@test -n "$(UV)" || { echo "make lock needs uv." >&2; exit 1; }
	@$(LOCK) --group build -o requirements.lock
	@$(LOCK) --group build --group dev -c requirements.lock -o requirements-dev.lock

LOCK = $(UV) pip compile pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --quiet

clean: ## Remove the virtual environment and caches; the lake stays.
	rm -rf $(VENV) dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
