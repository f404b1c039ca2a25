.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
ARGS ?=

.PHONY: help setup demo test check bench lock wheel

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Install everything into .venv, unless it is there already
	@echo "Ready: .venv/bin/planbridge"

demo: $(READY) ## A small district at work: nights, who sees what, a transition plan, portfolios
	@$(BIN)/planbridge demo $(ARGS)

test: $(READY) ## Run the tests; ARGS="-m stress" runs the long ones
	@$(BIN)/pytest -n 2 --dist worksteal $(ARGS)

check: $(READY) ## Style, types, storeys, generated documents
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m schemas.ilp.generate --check
	@$(BIN)/python -m mappings.generate --check
	@$(BIN)/python -m service.cli.reference --check

bench: $(READY) ## Measure against budgets; ARGS=convert, nights, access, audit, forms or portfolio
	@$(BIN)/python -m benchmarks $(ARGS)

# uv is large and needed only here, so it stays out of .venv and of the lock itself.
lock: ## Pin what pyproject.toml asks for; ARGS=--upgrade takes newer releases
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q uv; }
	@.venv-lock/bin/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --output-file requirements.lock $(ARGS)

wheel: $(READY) ## Build the wheel into dist/
	@rm -rf dist
	@$(BIN)/hatchling build -t wheel

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Planbridge needs Python 3.11 or newer: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' \
	  || { echo "This Python cannot make virtual environments; on Debian: apt install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv, which takes a minute or two ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
