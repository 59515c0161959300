# Needs git, make and python3 with its venv module, and installs everything else.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
SQL := deploy revert verify

# make demo DATA=path.jsonl loads another file; OPTIONS="--help" shows more options.
DATA ?= demo/memories.jsonl
OPTIONS ?=
# bench and eval compare with LangChain and LlamaIndex, which have their own environment.
RIVALS := $(if $(findstring --no-rivals,$(OPTIONS)),,.venv-rivals/ready)

.PHONY: help
help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: demo
demo: .venv/demo sqitch ## Deploy, load and search on an embedded Postgres
	@$(BIN)/python demo/demo.py "$(DATA)" $(OPTIONS)

.PHONY: test
test: .venv/test sqitch ## Run the tests on PostgreSQL 18, then on 16
	$(BIN)/pytest -n logical
	$(BIN)/pytest -n logical --postgres 16 -m "not slow"

# Its user postgres must be a superuser who needs no password.
.PHONY: test-server
test-server: .venv/test sqitch ## Run the tests on the server at HOST=/var/run/postgresql
	$(BIN)/pytest -n logical --postgresql-host="$(or $(HOST),/var/run/postgresql)"

.PHONY: test-azure
test-azure: .venv/test .venv-azure/ready sqitch ## Test the Azure script (3 minutes)
	$(BIN)/pytest tests/azure -n logical --dist worksteal

# Checking for dash keeps the script close to POSIX, so that it runs on bash 3.2, which
# macOS has. Excluded is what bash 3.2 supports beyond POSIX: pipefail, read -s, printf %q
# and local.
BASH_3 := --shell=dash --exclude=SC3040,SC3043,SC3045,SC3050

.PHONY: lint
lint: .venv/test ## Check style and types of Python, SQL and shell
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar $(SQL)
	$(BIN)/shellcheck scripts/*.sh .ci/run
	$(BIN)/shellcheck $(BASH_3) scripts/provision-postgres.sh

.PHONY: client
client: .venv/test sqitch ## Write the Python client from the database
	$(BIN)/python scripts/write_client.py

.PHONY: new-function
new-function: sqitch ## Begin a public function: AREA=knowledge NAME=list_things
	@$(PYTHON) scripts/new_function.py "$(AREA)" "$(NAME)"

.PHONY: reference
reference: .venv/test sqitch ## Write docs/reference/ from the database
	$(BIN)/python scripts/write_reference.py

.PHONY: bench
bench: .venv/eval $(RIVALS) sqitch ## Compare searches side by side (10 minutes)
	@$(BIN)/python -m bench.search $(OPTIONS)

.PHONY: bench-writes
bench-writes: .venv/eval sqitch ## Time writes, and searches meanwhile (5 minutes)
	@$(BIN)/python -m bench.writes $(OPTIONS)

.PHONY: bench-growth
bench-growth: .venv/eval sqitch ## Time a search as the database grows (5 minutes)
	@$(BIN)/python -m bench.growth $(OPTIONS)

.PHONY: bench-settings
bench-settings: .venv/eval sqitch ## Time the effect of server parameters (5 minutes)
	@$(BIN)/python -m bench.settings $(OPTIONS)

.PHONY: bench-reports
bench-reports: .venv/test sqitch ## Time the reports on a large database (2 minutes)
	@$(BIN)/python -m bench.reports $(OPTIONS)

.PHONY: bench-text
bench-text: .venv/test sqitch ## Time the text arm of the search (3 minutes)
	@$(BIN)/python -m bench.text_arm $(OPTIONS)

# Two commands: OPTIONS="equal ..." and OPTIONS="cpu ..."; --help shows their options.
.PHONY: compare
compare: .venv/test .venv/eval sqitch ## Compare the search with a commit's (5 minutes)
	@$(BIN)/python -m bench.compare $(or $(OPTIONS),equal)

.PHONY: eval
eval: .venv/eval $(RIVALS) sqitch ## Measure search, joining and assessment (25 minutes)
	@$(BIN)/python -m eval.search_quality $(OPTIONS)
	@$(if $(OPTIONS),,$(BIN)/python -m eval.joining)
	@$(if $(OPTIONS),,$(BIN)/python -m eval.assessment)

.PHONY: eval-joining
eval-joining: .venv/eval sqitch ## Measure what teach_memory joins (3 minutes)
	@$(BIN)/python -m eval.joining $(OPTIONS)

.PHONY: eval-assessment
eval-assessment: .venv/eval sqitch ## Measure what assess_finding suppresses (10 minutes)
	@$(BIN)/python -m eval.assessment $(OPTIONS)

.PHONY: up
up: .venv/demo sqitch ## Start an embedded Postgres, deploy, print its DATABASE_URL
	@url=$$($(BIN)/python -m kodiai.embedded start .postgres kodiai) && \
	sqitch deploy "db:$$url" >&2 && \
	echo "export DATABASE_URL='$$url'"

.PHONY: down
down: ## Stop the embedded Postgres, and keep its data
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m kodiai.embedded stop .postgres; fi

.PHONY: clean
clean: down ## Stop it, and delete its data and the virtual environments
	rm -rf .postgres .venv .venv-rivals .venv-azure

.PHONY: sqitch
sqitch:
	@scripts/install-sqitch.sh

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	"kodiai needs Python 3.11 or later: make PYTHON=...")'
	@echo "Creating a virtual environment in .venv ..." >&2
	@$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python pyproject.toml
	@echo "Installing the packages of the demo from PyPI (about 200 MB) ..." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[demo]'
	@touch $@

.venv/test: .venv/bin/python pyproject.toml
	@echo "Installing the packages of the tests from PyPI (about 400 MB) ..." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[demo,test,lint]'
	@touch $@ .venv/demo

.venv/eval: .venv/bin/python pyproject.toml
	@echo "Installing the packages of the evaluation from PyPI (about 400 MB) ..." >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[eval]'
	@touch $@

.venv-rivals/ready: rivals/requirements.txt
.venv-rivals/ready: WHAT := LangChain and LlamaIndex from PyPI (about 350 MB)
.venv-azure/ready: tests/azure/requirements.txt
.venv-azure/ready: WHAT := az from PyPI (about 150 MB)

.venv-rivals/ready .venv-azure/ready:
	@echo "Installing $(WHAT) ..." >&2
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
