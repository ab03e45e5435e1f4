# Everything one does here. `make demo` brings up a running federation, `make test` checks everything.

.DEFAULT_GOAL := help
.PHONY: help setup dev demo clean-demo test soak lint docs pictures bench audit
SHELL := /bin/sh
BIN := .venv/bin

# A stamp's name carries the checksum of what it was made from (and of where it stands).
sum = $(shell (pwd; cat $(1)) 2>/dev/null | cksum | tr ' ' -)
RUN := .venv/run-$(call sum,requirements/run.txt pyproject.toml)
DEV := .venv/dev-$(call sum,requirements/dev.txt)
FRONT := .venv/front-$(call sum,package-lock.json src/gonghui/project/frontend.py)
CATALOGUES := $(shell find src -name '*.po' | sort)
WORDS := .venv/words-$(call sum,$(CATALOGUES))
BESIDE := -n 2 --dist loadfile --no-loadscope-reorder
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup: $(RUN) $(FRONT) $(WORDS) ## .venv from the locks, front-end files, translations
dev: setup $(DEV)

.venv/bin/python:
	@python=$$(sh .ci/find-python) && echo "Python: $$python" && "$$python" -m venv .venv

$(RUN): | .venv/bin/python
	@echo "Installing what the platform runs on (requirements/run.txt)"
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@rm -f .venv/run-* && touch $@

$(DEV): | $(RUN)
	@echo "Installing what tests and checks need (requirements/dev.txt)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@rm -f .venv/dev-* && touch $@

$(FRONT): | $(RUN)
	@echo "Copying front-end files"
	@$(BIN)/python -m gonghui.project.frontend
	@rm -f .venv/front-* && touch $@

$(WORDS): | $(RUN)
	@echo "Compiling translations"
	@$(BIN)/gonghui messages --compile
	@rm -f .venv/words-* && touch $@

demo: setup ## the demo federation at http://localhost:PORT (PORT, SCALE, DATABASE_URL)
	@exec $(BIN)/gonghui demo

clean-demo: ## the demo's database and files are gone
	@if [ -x $(BIN)/gonghui ]; then $(BIN)/gonghui clean-demo; fi

test: dev ## all tests, on the embedded PostgreSQL; in Chromium where it is found
	@$(BIN)/pytest $(BESIDE)

soak: dev ## storms and fuzz, at most 20 minutes
	@$(BIN)/pytest -m soak $(BESIDE)

lint: dev ## ruff, mypy, rings, migrations, translations, generated pages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@GONGHUI_PROFILE=test $(BIN)/gonghui manage makemigrations --check --dry-run
	@$(BIN)/gonghui messages --check
	@$(BIN)/gonghui docs --check

docs: setup ## the generated pages of docs/
	@$(BIN)/gonghui docs

pictures: dev ## the README's pictures, from a running demo at PORT
	@$(BIN)/python docs/pictures/take.py

bench: dev ## measurements beside their limits, in a database of its own
	@$(BIN)/python -m tests.bench

audit: setup ## recount the tables and roll-ups from the journal
	@$(BIN)/gonghui audit
