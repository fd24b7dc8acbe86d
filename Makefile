# Everything happens in .venv; the system's Python only makes it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
UV_VERSION := 0.13.9
# without compiled bytecode every process recompiles pandas: a run would take three times as long
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test fuzz seeded-bugs stress check docs lock clean

help: ## this text
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -c 'import sys; sys.exit("workbench wants Python 3.11 to 3.13; try make PYTHON=python3.12") if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "installing the locked packages into $(VENV) (about a minute the first time)" >&2
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

setup: $(STAMP) ## make the environment

demo: $(STAMP) ## the whole path once: data, warehouse, dbt, notebook, flow, run, links
	@$(BIN)/workbench demo

test: $(STAMP) ## every check and every test
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -n 2 --dist worksteal

fuzz: $(STAMP) ## 20,000 generated notebooks, held equal to their flows (SEED=… for the same ones again)
	@$(BIN)/python tests/equivalence/holding.py $(if $(SEED),--seed $(SEED)) $(if $(EXAMPLES),--examples $(EXAMPLES))

seeded-bugs: $(STAMP) ## bugs put into a copy of the package, each to be found by generated notebooks
	@$(BIN)/python tests/equivalence/seeded_bugs.py

check: $(STAMP) ## ruff, mypy, import-linter
	@$(BIN)/ruff format --check --quiet src tests benchmarks docs/*.py
	@$(BIN)/ruff check --quiet src tests benchmarks docs/*.py
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo > .lint-imports.log || { cat .lint-imports.log; exit 1; }

stress: $(STAMP) ## one local warehouse, 8 processes, 10 minutes, killed each minute (PROCESSES=… MINUTES=…)
	@$(BIN)/python tests/contract/warehouse/stress/stress.py --processes $(or $(PROCESSES),8) --minutes $(or $(MINUTES),10)

docs: $(STAMP) ## docs/diagnostics.md, from the rules and their examples; docs/local-warehouse.md, from the contract's cases
	@$(BIN)/python docs/make_diagnostics.py
	@$(BIN)/python docs/make_local_warehouse.py

lock: $(STAMP) ## choose versions anew: requirements.lock holds names, versions and hashes, no addresses
	@$(BIN)/uv pip compile --quiet --upgrade pyproject.toml --all-extras --universal --python-version 3.11 \
	    --no-emit-index-url --no-annotate --generate-hashes --output-file requirements.lock

clean: ## what a fresh clone doesn't have
	-@test ! -x $(BIN)/workbench || $(BIN)/workbench warehouse stop
	rm -rf $(VENV) .workbench .metaflow dbt/target dbt/logs
