# `make demo` and `make test` need nothing but Python 3.11 or later and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_INDEX ?= data/index

.PHONY: help demo test test-all crash bench bench-full lint format reference clean

help:
	@echo "make demo      install, index the sample papers, ask two questions"
	@echo "make test      install, run the tests (a few minutes)"
	@echo "make test-all  the same with the slow ones"
	@echo "make crash     kill the writer at every system call, change an index under load (an hour)"
	@echo "make bench     install, measure beside limits and other engines (15 minutes, 1 GB more);"
	@echo "               PAPERS=FILE takes your papers, COUNT=N so many of them"
	@echo "make bench-full  growth to 3,000,000 papers (hours, 40 GB); INDEX=DIR grows from an index"
	@echo "make lint      ruff and mypy"
	@echo "make format    let ruff format the code"
	@echo "make reference write docs/commands.md and docs/openapi.json anew"

$(VENV)/installed: pyproject.toml constraints.txt
	@echo "Installing into $(VENV): about a minute, 1.5 GB ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/installed
	@echo "\n$$ nearpaper index data/papers.jsonl"
	@$(BIN)/nearpaper index data/papers.jsonl --index $(DEMO_INDEX)
	@echo "\n$$ nearpaper search \"translation without recurrence, using only attention\" --limit 3 --table"
	@$(BIN)/nearpaper search "translation without recurrence, using only attention" --limit 3 --table --index $(DEMO_INDEX)
	@echo "\n$$ nearpaper search \"ripples of spacetime from colliding black holes\" --limit 3 --table"
	@$(BIN)/nearpaper search "ripples of spacetime from colliding black holes" --limit 3 --table --index $(DEMO_INDEX)
	@echo "\n$$ nearpaper similar 1706.03762 --limit 3 --table"
	@$(BIN)/nearpaper similar 1706.03762 --limit 3 --table --index $(DEMO_INDEX)
	@echo "\nNow your own: put $(BIN) on your PATH (source $(BIN)/activate), then"
	@echo "  nearpaper index FILE...      papers as JSON Lines, CSV or TSV join those in $(DEMO_INDEX)"
	@echo "  nearpaper search QUESTION    ask in plain words"
	@echo "  nearpaper serve              a search page and an HTTP API on http://127.0.0.1:8000"

test: $(VENV)/installed
	$(BIN)/python -m pytest -m "not slow and not crash"

test-all: $(VENV)/installed
	$(BIN)/python -m pytest -m "not crash"

crash: $(VENV)/installed
	$(BIN)/python -m pytest -m crash

$(VENV)/bench-installed: $(VENV)/installed
	@echo "Installing the engines that are compared ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[dev,bench]'
	@touch $@

bench: $(VENV)/bench-installed
	@$(BIN)/python -m tests.bench $(if $(PAPERS),--papers $(PAPERS)) $(if $(COUNT),--count $(COUNT))

bench-full: $(VENV)/bench-installed
	@$(BIN)/python -m tests.bench --full $(if $(PAPERS),--papers $(PAPERS)) \
		$(if $(INDEX),--index $(INDEX)) $(if $(LARGEST),--largest $(LARGEST))

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

reference: $(VENV)/installed
	$(BIN)/python -m tests.reference

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
