# Every entry point. Works with GNU make 3.81 and with the userland of macOS.
# Nobody needs to activate anything: each target sets up what it runs on (bootstrap.py).

PYTHON ?= python3
PY = .venv/bin/python

DATA = auto
ARGS =
NAME =
DIR =

# A system upgrade can take the Python or the packages from under .venv: its stamps are then void.
$(shell $(PY) -c 'import importlib.util as u; assert u.find_spec("numpy")' 2>/dev/null || rm -f .venv/ready*)

.PHONY: help figures reproduce catalogue test rbm vae gan slip grade template ledger data lint clean

help: ## this list
	@awk -F ': .*## ' '/^[a-z]+: .*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "The first of them makes .venv, which takes a minute more and needs a network."
	@echo "DATA=mnist or DATA=digits chooses the data (figures, rbm, vae, data); DATA=auto, the"
	@echo "default, takes MNIST where it can be had, else drawn digits. ARGS='...' passes options on,"
	@echo "for example: make rbm ARGS='--help'. PYTHON=python3.12 makes .venv with that Python."

figures: .venv/ready ## train the models and draw every figure into out/figures (4 min)
	$(PY) -m figures --data $(DATA) $(ARGS)

reproduce: .venv/ready ## every result and figure of the sources, on MNIST, resumable (265 min)
	$(PY) -m experiments.reproduce $(ARGS)

catalogue: .venv/ready ## draw figures of the sources: NAME=..., or all, with what they need (30 min)
	$(PY) -m figures.catalogue $(NAME) $(ARGS)

test: .venv/ready-test ## check every equation and everything else (3 min)
	$(PY) -m pytest $(ARGS)

rbm: .venv/ready ## train one restricted Boltzmann machine (by its size, 1 to 10 min)
	$(PY) -m rbm train --data $(DATA) $(ARGS)

vae: .venv/ready ## train one variational autoencoder (by its size, 1 to 10 min)
	$(PY) -m vae train --data $(DATA) $(ARGS)

gan: .venv/ready ## train one generative adversarial network, as the source does (5 min)
	$(PY) -m gan train --data $(DATA) $(ARGS)

slip: .venv/ready ## list the usual mistakes; NAME=... shows one being caught (2 s)
	$(PY) -m grading slip $(NAME)

grade: .venv/ready ## grade the implementation in DIR=... (1 min)
	@test -n "$(DIR)" || { echo "make grade needs the folder to grade: make grade DIR=my-answers" >&2; exit 2; }
	$(PY) -m grading grade "$(DIR)" $(ARGS)

template: .venv/ready ## write the files that a student fills in to DIR=... (1 s)
	@test -n "$(DIR)" || { echo "make template needs a folder to write to: make template DIR=my-answers" >&2; exit 2; }
	$(PY) -m grading template "$(DIR)"

ledger: .venv/ready ## run all checks and slips; refresh the lines under the equations (15 s)
	$(PY) -m grading ledger

data: .venv/ready ## fetch MNIST into data/cache, or say where it was found (10 s)
	$(PY) -m data --data $(DATA) $(ARGS)

lint: .venv/ready-lint ## ruff and mypy (20 s)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

clean: ## remove .venv, out/figures and caches; keeps trained models and MNIST (1 s)
	rm -rf .venv .venv.old out/figures .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Kept: out/runs (trained models) and data/cache (MNIST). To remove those: rm -rf out data/cache"

# The stamps: bootstrap.py remakes .venv when the pins have changed, and else only dates them anew.
.venv/ready: pyproject.toml bootstrap.py
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "There is no $(PYTHON) here: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3" >&2; \
	  exit 2; }
	@"$(PYTHON)" bootstrap.py

.venv/ready-test: .venv/ready
	@$(PY) bootstrap.py test

.venv/ready-lint: .venv/ready
	@$(PY) bootstrap.py lint
