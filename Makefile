# Everything a new machine needs is Python 3.11, make and the package registries.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
export UDBYTTE_HOME ?= $(CURDIR)/var

.PHONY: run test lint dev notebook bench docs docs-site lock clean
.DEFAULT_GOAL := run

run: .venv/runtime   ## the sample home, if there is none, and its night
	@$(BIN)/udbytte sample --if-missing
	@$(BIN)/udbytte run

test: lint .venv/development   ## everything that can be checked
	@$(BIN)/pytest

lint: .venv/development   ## rules of style, types and imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

dev: .venv/runtime   ## the Dagster UI on the same home
	@$(BIN)/udbytte sample --if-missing
	@$(BIN)/python -m pipelines.dev

notebook: .venv/development   ## a notebook for evaluators on the same home
	@$(BIN)/marimo edit docs/notebooks/evaluator.py

bench: .venv/runtime   ## seconds and memory of the night, by step
	@$(BIN)/udbytte bench

docs: .venv/runtime   ## the pages of docs/rules and docs/indicators, docs/contracts.md, docs/tables.md and the schemas of contracts, from gate profiles, SQL, indicators, their cases and the models
	@$(BIN)/python -m pipelines.reports.rule_pages
	@$(BIN)/python -m pipelines.reports.indicator_pages
	@$(BIN)/python -m pipelines.reports.schema_files
	@$(BIN)/python -m pipelines.reports.contract_page
	@$(BIN)/python -m pipelines.reports.ledger_page
	@$(BIN)/python -m pipelines.reports.table_pages

docs-site: .venv/development   ## the documentation as a site in docs/_site, from docs, code and contracts; asks no network, and a warning is an error
	@$(BIN)/python -m sphinx -q -E -a -W --keep-going -b html -d docs/_site/.trees docs docs/_site
	@echo "docs/_site/index.html"

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "udbytte needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv && touch $@

.venv/runtime: requirements.lock pyproject.toml | .venv/made
	@echo "Installing what requirements.lock names (once, about a minute)"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/development: requirements-dev.lock .venv/runtime
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

lock:   ## resolve anew; needs uv
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra sample --extra ui --group build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra sample --extra ui --extra notebook --group build --group docs --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:   ## the environment and the sample home
	rm -rf .venv var
