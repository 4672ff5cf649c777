# The commands of this project. `make help` lists them.
VENV := .venv/bin
# The environment's own Python; without one 3.11, else the newest that fits (pyenv's shims may answer for none).
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for each in $(VENV)/python python3.11 python3.13 python3.12 python3; do \
	$$each -c '$(FITS)' 2>/dev/null && echo $$each && exit; done; command -v python3 || echo python3)
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests models demo up test suite test-shuffled test-pythons check style types check-infra drill chart images locks snapshots bench clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

setup: ## make what is missing: virtual environment, npm packages, weight files
	@$(PYTHON) -m local.setup

setup-tests:
	@$(PYTHON) -m local.setup --for tests

models: ## fetch, check and convert the weight files into models/weights
	@$(PYTHON) -m models build

demo: setup ## run sample footage through the whole pattern and sum it up (ARGS="--seconds 60")
	@$(VENV)/python -m command demo $(ARGS)

up: setup ## start the whole pattern and keep it running
	@$(VENV)/python -m command up $(ARGS)

# Tests wait for processes and timers too: more workers than cores.
PYTEST := $(VENV)/python -m pytest -q -n $(or $(WORKERS),$(shell expr $$(nproc 2>/dev/null || echo 2) + 1)) --dist loadfile

WITHOUT_DRILLS := $(if $(DRILLS),,-m "not drill")
ifdef ROOM
OF_ROOM := $(wildcard tests/$(ROOM) tests/$(ROOM)_*)
$(if $(OF_ROOM),,$(error no room $(ROOM): see the folders of tests/))
test: setup-tests
	@$(PYTEST) $(WITHOUT_DRILLS) $(OF_ROOM) $(ARGS)
else
test: setup-tests ## types, style and tests; ROOM=edge: that room's; DRILLS=yes: the long ones too, as CI does
	@$(MAKE) style
	@$(MAKE) --jobs=2 types suite
endif

suite: setup-tests
	@$(PYTEST) $(WITHOUT_DRILLS) $(ARGS)

ifndef SEED
SEED := $(shell echo $$RANDOM)
endif
test-shuffled: setup-tests ## tests in a random order (SEED=… for the same one again; ROOM=, DRILLS=, WORKERS=, ARGS= too)
	@echo "the order of SEED=$(SEED)"
	@$(PYTEST) $(WITHOUT_DRILLS) --random-order-bucket class --random-order-seed $(SEED) $(OF_ROOM) $(ARGS) || \
		{ echo "the order was that of SEED=$(SEED)"; exit 1; }

test-pythons: setup-tests ## a short run on each other Python of this machine that the project takes
	@$(VENV)/python -m tests.other_pythons

check: style types ## style and types

style: setup-tests
	@$(VENV)/ruff check --quiet .
	@$(VENV)/ruff format --check --quiet .

# By content, so that a fresh checkout has to look only at what is new to this user.
types: setup-tests
	@$(VENV)/mypy --cache-dir "$${XDG_CACHE_HOME:-$$HOME/.cache}/footfall/mypy" .

check-infra: setup-tests ## templates, manifests, Dockerfiles: all that would be deployed
	@$(VENV)/python -m infra.check

drill: setup-tests ## try what is deployed on the cluster that kubectl points at (ARGS="--help")
	@$(VENV)/python -m infra.drill $(ARGS)

chart: setup-tests ## write the Helm chart anew from the production overlay
	@$(VENV)/python -m infra.chart

images: setup ## build the images with docker, podman or buildah (ARGS="--help")
	@$(VENV)/python -m infra.images $(ARGS)

locks: setup-tests ## resolve anew what images install from PyPI, by hash
	@$(VENV)/python -m infra.locks

snapshots: setup-tests ## write anew what each installation in Azure comes to (needs Bicep)
	@$(VENV)/python -m infra.check.snapshots

bench: setup-tests ## measure, on this machine, now
	@$(VENV)/python -m benchmarks

clean: ## remove what set-up made in this checkout (the user's cache stays)
	@rm -rf .venv .venv-* footfall *.egg-info local/node_modules models/weights build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
