# Dadkhah. `make help` lists what can be made. Needs make, git and Python 3.11 or newer, nothing else.
PYTHON ?= python3
VENV ?= .venv
SERVE ?= yes
BIND ?= 127.0.0.1:8000
ARGS ?=

BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install demo serve test lint bench lock format clean screenshots messages

help: ## list what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 22

install: $(VENV)/.ready $(VENV)/.words ## set up what a site in production needs, Persian words included; after an upgrade too

demo: $(VENV)/.ready $(VENV)/.words ## set everything up, run the main job on the sample case, serve it (SERVE=no: do not serve)
	@$(MANAGE) make_keys
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) demo
	@if [ "$(SERVE)" != "no" ]; then $(MANAGE) serve --bind $(BIND); fi

serve: $(VENV)/.ready $(VENV)/.words ## serve the workspace on http://127.0.0.1:8000 (BIND=address:port)
	@$(MANAGE) make_keys
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) serve --bind $(BIND)

test: $(VENV)/.ready-dev $(VENV)/.words ## set everything up and run the tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.ready-dev ## style, types and layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.ready-dev ## put the code into its house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.ready-dev ## measure speed beside its floor in the same run (ARGS="--write" keeps the figures)
	@$(BIN)/python -m bench.run $(ARGS)

screenshots: $(VENV)/.ready-dev $(VENV)/.words ## take the README's pictures of today's pages anew (needs chromium)
	@$(BIN)/python -m tools.take_screenshots

lock: $(VENV)/.ready-dev ## write the hashed lock files anew from requirements*.txt
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" requirements.txt --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
		--custom-compile-command "make lock" --constraint requirements.lock requirements-dev.txt --output-file requirements-dev.lock

messages: $(VENV)/.ready-dev ## bring the Persian catalogue up to date with the sentences in the sources (needs GNU gettext)
	@$(MANAGE) makemessages --locale fa --no-obsolete --add-location file \
		--ignore "$(VENV)" --ignore var --ignore node_modules --ignore tests --ignore bench

clean: ## remove the environment and caches; data and keys stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis staticfiles
	@find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Dadkhah needs Python 3.11 or newer. Name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "This Python cannot make a virtual environment. On Debian install python3-venv, or name another: make PYTHON=…"; rm -rf $(VENV); exit 1; }

$(VENV)/.ready: requirements.lock | $(BIN)/python
	@echo "Installing what Dadkhah needs, each file checked against its recorded hash (once, about a minute)."
	@$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock | $(BIN)/python
	@echo "Installing what the tests need, each file checked against its recorded hash (once, about a minute)."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $(VENV)/.ready $@

# Translations are compiled here, so that no compiled file needs to be kept in the repository.
$(VENV)/.words: $(wildcard locale/*/LC_MESSAGES/*.po) $(VENV)/.ready
	@if [ -d locale ]; then $(BIN)/pybabel --quiet compile --directory locale --domain django; fi
	@touch $@
