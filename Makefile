# Every target sets up what it needs first (tools/setup.sh), in a fraction of a second once done.
# GNU make 3.81, as on macOS, is enough.
SHELL := bash
BIN := .venv/bin
FILM := renders/backprop-480p.mp4
MADE := renders/media/videos/backprop/480p15/Backprop.mp4

.PHONY: help setup video test lint bench results clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## system libraries, .venv and packages; PYTHON=python3.12 chooses the Python
	@tools/setup.sh

video: setup ## train the network of the video, film the backprop lesson; prints the film's path
	@$(BIN)/python -m network train sigmoid-online
	@rm -f $(FILM)
	@echo "filming scenes/backprop.py at 480p, which takes minutes"
	@if [ -t 2 ]; then bar=display; else bar=none; fi; \
		$(BIN)/python -m manim -ql --verbosity WARNING --progress_bar $$bar scenes/backprop.py
	@cp $(MADE) $(FILM).part && mv $(FILM).part $(FILM)
	@echo $(FILM)

test: lint ## lint, types and the whole test suite; ARGS="-k trace" passes options to pytest
	@$(BIN)/python -m pytest $(ARGS)

lint: setup ## style (ruff) and types (mypy) only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: setup ## speed and size against the promises, scikit-learn beside it
	@$(BIN)/python -m tests.benchmarks

results: setup ## the accuracy of each published network, as a table
	@$(BIN)/python -m tests.benchmarks.results

clean: ## remove the films and their cache (renders/, except committed pictures); traces stay
	@git clean -fdXq renders
	@echo "removed what was rendered; the recorded runs in data/traces/ are still there"
