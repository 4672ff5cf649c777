# The commands of this project. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv/bin
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests models demo up test check check-infra bench clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

setup: ## make what is missing: virtual environment, npm packages, weight files
	@$(PYTHON) -m local.setup

setup-tests:
	@$(PYTHON) -m local.setup --for tests

models: ## fetch, check and convert the weight files into models/weights
	@$(PYTHON) -m models build

demo: setup ## run sample footage through the whole pattern and sum it up (ARGS="--seconds 60")
	@$(VENV)/python -m local demo $(ARGS)

up: setup ## start the whole pattern and keep it running
	@$(VENV)/python -m local up $(ARGS)

test: setup-tests ## all tests, types, style and infrastructure checks
	@$(MAKE) check
	@$(VENV)/python -m infra.check
	@$(VENV)/python -m tests.edge.on_tflite_runtime
	@$(VENV)/python -m pytest -q -n logical --dist loadfile $(ARGS)

check: setup-tests ## style and types
	@$(VENV)/ruff check --quiet .
	@$(VENV)/ruff format --check --quiet .
	@$(VENV)/mypy .

check-infra: setup-tests ## templates, manifests, Dockerfiles: all that would be deployed
	@$(VENV)/python -m infra.check

bench: setup-tests ## measure, on this machine, now
	@$(VENV)/python -m benchmarks

clean: ## remove what set-up made in this checkout (the user's cache stays)
	@rm -rf .venv .venv-* local/node_modules models/weights build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
