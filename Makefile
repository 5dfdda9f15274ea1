# Every target sets up what it needs first (tools/setup.sh), in a fraction of a second once done.
# GNU make 3.81, as on macOS, is enough.
SHELL := bash
BIN := .venv/bin

.PHONY: help setup video handout doctor test lint bench results gallery clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## system libraries, .venv and packages; PYTHON=python3.12 chooses the Python
	@tools/setup.sh

video: setup ## the film, trained for if need be; ARGS="backprop -q h" passes options; prints its path
	@$(BIN)/python -m scenes render $(ARGS)

handout: setup ## the handout, a PDF of all chapters; prints its path
	@$(BIN)/python -m scenes handout $(ARGS)

doctor: setup ## whether this machine can make the film
	@$(BIN)/python -m scenes doctor

test: lint ## lint, types and the whole test suite; ARGS="-k trace" passes options to pytest
	@tools/setup.sh tests
	@$(BIN)/python -m pytest $(ARGS)

lint: setup ## style (ruff) and types (mypy) only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup ## speed and size against the promises, scikit-learn beside it
	@$(BIN)/python -m tests.benchmarks

results: setup ## the accuracy of each published network, as a table
	@$(BIN)/python -m tests.benchmarks.results

gallery: setup ## docs/gallery.md: a picture of everything in the kit
	@$(BIN)/python -m tools.gallery

clean: ## remove the films and their cache (renders/, except committed pictures); traces stay
	@git clean -fdXq renders
	@echo "removed what was rendered; the recorded runs in data/traces/ are still there"
