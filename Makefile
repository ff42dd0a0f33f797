# Everything a person does with this checkout. `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(PYTHON) -m pip --disable-pip-version-check --python $(BIN)/python install --quiet
PROCESSES ?= 2

CHECKS := check-format check-lint check-types check-imports check-migrations check-deploy check-templates

.PHONY: conformance help run reset-demo test check $(CHECKS) format requirements messages shots bench faults openapi docs build audit clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  Also: PORT=8080, DATABASE_URL=postgres://..., CACHE_URL=redis://... behind any of them.'

run: $(VENV)/.base .env ## a site with demo data on this machine, nothing to configure
	@DEBUG=on $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=on $(BIN)/python manage.py seed_demo --port $(PORT)
	@echo "Ctrl-C stops the server. Nothing was installed outside this folder."
	@DEBUG=on exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

reset-demo: $(VENV)/.base .env ## new passwords and secrets for the demo data
	@DEBUG=on $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=on $(BIN)/python manage.py seed_demo --reset --port $(PORT)

test: $(VENV)/.test ## the whole suite (T="-k words" narrows it; COV= leaves coverage out)
	@$(BIN)/python -m pytest --numprocesses $(PROCESSES) $(COV) $(T)

COV = --cov --cov-report=term

check: $(CHECKS) ## formatting, lint, types, import rules, migrations, deployment, templates

check-format: $(VENV)/.dev
	$(BIN)/ruff format --check .

check-lint: $(VENV)/.dev
	$(BIN)/ruff check .

check-types: $(VENV)/.dev
	$(BIN)/mypy

check-imports: $(VENV)/.dev
	$(BIN)/lint-imports

check-migrations: $(VENV)/.dev
	$(BIN)/python manage.py makemigrations --check --dry-run --settings tests.settings

check-deploy: $(VENV)/.dev
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

check-templates: $(VENV)/.dev
	$(BIN)/djlint --lint --quiet templates

# A site as it would be deployed, so that `check --deploy` judges the defaults and not the demo.
PRODUCTION := ENV_FILE= DEBUG=off ISSUER=https://auth.example.org \
	SECRET_KEY=not-a-secret-only-long-enough-for-the-check-0123456789abcdefghij \
	DATABASE_URL=sqlite:///:memory: CACHE_URL=redis://127.0.0.1:6379/0 EMAIL_URL=smtp://127.0.0.1:25

conformance: $(VENV)/.test ## write docs/conformance.md anew from the marks of the tests
	@$(BIN)/python -m tests.conformance.page

format: $(VENV)/.dev ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

requirements: $(BIN)/uv ## compile requirements/ anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	$(COMPILE) --extra site --output-file requirements/base.txt
	$(COMPILE) --extra test --constraint requirements/base.txt --output-file requirements/test.txt
	$(COMPILE) --extra dev --constraint requirements/test.txt --output-file requirements/dev.txt

# One file serves every Python and platform of the matrix; where packages come from is each machine's own business.
COMPILE = $(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make requirements" $(UPGRADE)

messages: $(VENV)/.base ## collect and compile the translations (needs gettext)
	$(BIN)/python tools/messages.py

shots: $(VENV)/.test ## take the pictures of the README anew (needs Chromium)
	$(BIN)/python -m pytest -p no:randomly --quiet tests/browser/shots.py

bench: $(VENV)/.base ## these apps beside plain django-oauth-toolkit, and the times of refused passwords
	@$(BIN)/python -m benchmarks.run
	@$(BIN)/python -m benchmarks.timings

faults: $(VENV)/.base ## what happens when things break; needs PostgreSQL's server programs on this machine (about 12 minutes)
	@$(BIN)/python -m benchmarks.faults --write $(T)

openapi: $(VENV)/.base ## write docs/openapi.yaml anew from the code
	$(BIN)/python manage.py spectacular --settings tests.settings --validate --fail-on-warn --file docs/openapi.yaml

docs: $(VENV)/.base ## write docs/reference.md and docs/rooms.md anew from the code
	$(BIN)/python -m docs.build

build: $(VENV)/.dev ## the wheel and the source archive, in dist/
	$(BIN)/python -m build

audit: $(VENV)/.dev ## known vulnerabilities among the pinned versions (asks the network)
	$(BIN)/pip-audit --require-hashes --requirement requirements/base.txt

clean: ## remove what was made, but for .env and the database
	rm -rf $(VENV) build dist htmlcov staticfiles shots .coverage .coverage.* \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- what the targets stand on

# Debian ships python3 without ensurepip, and refuses a pip that is aimed at the system; pip can aim at an environment
# that has no pip of its own.
$(BIN)/python:
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "oauthsite needs Python 3.11 or later; name one with PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv --without-pip $(VENV)

# --no-deps twice over: the pinned list is complete, and the project itself brings nothing new.
$(VENV)/.base $(VENV)/.test $(VENV)/.dev: $(VENV)/.%: requirements/%.txt pyproject.toml | $(BIN)/python
	@echo "installing requirements/$*.txt into $(VENV)"
	@$(PIP) --require-hashes --no-deps --requirement requirements/$*.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(BIN)/uv: | $(VENV)/.dev
	@test -x $@

# One secret per checkout, readable by its owner only, never committed.
.env: | $(BIN)/python
	@umask 077 && $(BIN)/python -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(64))' > $@
	@echo "wrote .env with a new SECRET_KEY"
