# Every task of this repository. CI calls these and nothing else.
# `make run` and `make test` need Python 3.11+, make and, the first time, a network; they set up the rest.

VENV := .venv/bin
PY := $(VENV)/python
# Test processes side by side; more than there are cores gains nothing.
JOBS ?= 2
PYTEST := $(PY) -m pytest -n $(JOBS) --dist worksteal

# pyright runs on the node that its wheel brings: it looks for no other and asks nobody for a newer version.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_GLOBAL_NODE := 0
# The caller's shell must not change what is imported, nor switch assertions off.
unexport PYTHONPATH PYTHONHOME PYTHONOPTIMIZE VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help run test check static openapi simulate dev lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/.ok ## set up, migrate, load the scenario on first start, serve
	@$(VENV)/khabar demo

test: static ## everything that check looks at, then every test
	@echo "==> All tests, $(JOBS) at a time"
	@$(PYTEST)

check: static ## format, lint, types, imports, contract, fast tests: under a minute
	@echo "==> Fast tests"
	@$(PYTEST) tests/unit tests/repo

static: .venv/.ok
	@echo "==> Format"
	@$(PY) -m ruff format --check .
	@echo "==> Lint"
	@$(PY) -m ruff check .
	@echo "==> Types"
	@$(PY) -m pyright --pythonpath $(PY)
	@echo "==> Imports"
	@$(VENV)/lint-imports
	@echo "==> openapi.yaml is what is served"
	@$(VENV)/khabar openapi --check

openapi: .venv/.ok ## write openapi.yaml
	@$(VENV)/khabar openapi

simulate: .venv/.ok ## replay one seed of the simulation: make simulate SEED=1729
	@$(PY) -m tests.simulation --seed $(or $(SEED),$(error Say which seed: make simulate SEED=1729))

dev: .venv/.ok ## serve, and start again when a file changes
	@$(VENV)/khabar serve --reload

lock: .venv/.ok ## rewrite requirements.lock after pyproject.toml changed; UPGRADE=1 takes newer versions
	@$(PY) -m uv pip compile pyproject.toml --quiet --all-extras --universal --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate $(if $(UPGRADE),--upgrade) -o requirements.lock
	@$(MAKE) --no-print-directory .venv/.ok

clean: ## remove .venv and caches; your data in var/ stays
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ok: requirements.lock pyproject.toml scripts/setup scripts/find-python
	@sh scripts/setup
