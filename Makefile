# `make demo` and `make test` need nothing but Python 3.11 or later and a package index.
# A target with a comment after `##` shows up in `make help`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_INDEX ?= data/index
INSTALL := PYTHON="$(PYTHON)" .ci/install $(VENV)

.PHONY: help demo test test-all test-cluster crash fuzz bench bench-full bench-vectors bench-questions lint format hooks reference clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-17s%s\n", $$1, $$2} /^## / {printf "%22s%s\n", "", substr($$0, 4)}' Makefile

$(VENV)/installed: pyproject.toml constraints.txt .ci/install
	@echo "Installing into $(VENV): about a minute; 1.4 GB with torch built for the CPU, 5.2 GB for CUDA"
	@$(INSTALL) --editable .
	@touch $@

# What tests and linters need on top, and all that the demo needs.
$(VENV)/dev-installed: pyproject.toml constraints.txt .ci/install
	@echo "Installing into $(VENV), with what tests and linters need: about a minute;"
	@echo "2.2 GB with torch built for the CPU, 6 GB for CUDA"
	@$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/installed $@

$(VENV)/bench-installed: $(VENV)/dev-installed
	@echo "Installing the engines that are compared ..."
	@$(INSTALL) --editable '.[dev,bench]'
	@touch $@

demo: $(VENV)/installed ## install, index the sample papers, ask three questions (about 2 minutes)
	@printf '\n$$ %s\n' 'nearpaper index data/papers.jsonl'
	@$(BIN)/nearpaper index data/papers.jsonl --index $(DEMO_INDEX)
	@printf '\n$$ %s\n' 'nearpaper search "translation without recurrence, using only attention" --limit 3 --table'
	@$(BIN)/nearpaper search "translation without recurrence, using only attention" --limit 3 --table --index $(DEMO_INDEX)
	@printf '\n$$ %s\n' 'nearpaper search "ripples of spacetime from colliding black holes" --limit 3 --table'
	@$(BIN)/nearpaper search "ripples of spacetime from colliding black holes" --limit 3 --table --index $(DEMO_INDEX)
	@printf '\n$$ %s\n' 'nearpaper similar 1706.03762 --limit 3 --table'
	@$(BIN)/nearpaper similar 1706.03762 --limit 3 --table --index $(DEMO_INDEX)
	@echo
	@echo "Now your own: put $(BIN) on your PATH (source $(BIN)/activate), then"
	@echo "  nearpaper index FILE...      papers as JSON Lines, CSV or TSV join those in $(DEMO_INDEX)"
	@echo "  nearpaper search QUESTION    ask in plain words"
	@echo "  nearpaper serve              a search page and an HTTP API on http://127.0.0.1:8000"

test: $(VENV)/dev-installed ## install, run the tests (ten minutes on two cores)
	$(BIN)/python -m pytest -m "not slow and not crash and not cluster"

test-all: $(VENV)/dev-installed ## run the slow tests, too, as CI does (half an hour)
	$(BIN)/python -m pytest -m "not crash and not cluster"

test-cluster: $(VENV)/dev-installed ## install, run the tests that need an OpenSearch cluster (some 10 minutes)
	@$(BIN)/python -m tests.cluster.java > /dev/null 2>&1 || $(INSTALL) --editable '.[dev,cluster]'
	NEARPAPER_REQUIRE_CLUSTER=1 $(BIN)/python -m pytest -m "cluster and not slow and not crash"

crash: $(VENV)/dev-installed ## kill the writer at every system call, change an index under load (an hour or two)
	$(BIN)/python -m pytest -m crash

fuzz: $(VENV)/dev-installed ## feed every reader files that are nearly right, ten minutes each (some hours)
## SECONDS=N for each reader
	@$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS))

bench: $(VENV)/bench-installed ## measure beside limits and other engines (15 minutes, 1 GB more)
## PAPERS=FILE takes your papers, COUNT=N so many of them
	@$(BIN)/python -m tests.bench $(if $(PAPERS),--papers $(PAPERS)) $(if $(COUNT),--count $(COUNT))

bench-full: $(VENV)/bench-installed ## measure growth to 3,000,000 papers (hours, 40 GB)
## INDEX=DIR grows from an index, LARGEST=N stops at N papers
	@$(BIN)/python -m tests.bench --full $(if $(PAPERS),--papers $(PAPERS)) \
		$(if $(INDEX),--index $(INDEX)) $(if $(LARGEST),--largest $(LARGEST))

bench-vectors: $(VENV)/dev-installed ## compare ways to keep the vectors of INDEX=DIR (half an hour)
## COUNT=N vectors, a million by default
	@$(BIN)/python -m tests.bench.layout_table $(INDEX) $(if $(COUNT),--count $(COUNT))

bench-questions: $(VENV)/dev-installed ## ask what people type of INDEX=DIR, and count what comes first
## SEED=N draws other questions
	@$(BIN)/python -m tests.bench.questions $(if $(INDEX),$(INDEX),$(DEMO_INDEX)) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/dev-installed ## install, check with ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests

format: $(VENV)/dev-installed ## let ruff fix and format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

hooks: $(VENV)/dev-installed ## install, let git run `make lint` before each commit
	$(BIN)/pre-commit install

reference: $(VENV)/dev-installed ## write docs/commands.md and docs/openapi*.json anew
	$(BIN)/python -m tests.reference

clean: ## remove the environment and all caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache
