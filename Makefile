# Two commands: `make run` and `make test`. Each sets up what it needs, and does nothing twice.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= $(shell expr 2 \* $$(nproc)) # most of a test run is waiting: for servers, browsers and clocks

.PHONY: run test lint format bench soak lock clean
.DELETE_ON_ERROR:

run: $(VENV)/ready ## the demo institution and its simulator on http://127.0.0.1:$PORT
	@exec $(BIN)/python -m dashapp demo

test: $(VENV)/ready-dev browser sip lint ## everything CI runs
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/ready-dev ## the table of docs/performance.md
	$(BIN)/python -m tests.bench

soak: $(VENV)/ready-dev browser ## kills, restarts and storms, at length
	$(BIN)/python -m tests.soak
	$(BIN)/pytest -n0 -m soak

lock: $(VENV)/ready-lock ## pin what pyproject.toml asks for, with hashes
	$(VENV)-lock/bin/uv pip compile -q --generate-hashes --no-header --no-annotate -o requirements.lock pyproject.toml
	$(VENV)-lock/bin/uv pip compile -q --generate-hashes --no-header --no-annotate -c requirements.lock \
	  --group dev -o requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) $(VENV)-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A stamp is newer than its lock exactly when the lock is installed. The development lock holds all of the other.
$(VENV)/ready: requirements.lock | $(BIN)/pip
	@[ $(VENV)/ready-dev -nt requirements.lock ] || $(PIP) install -qq --require-hashes -r $<
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock | $(BIN)/pip
	$(PIP) install -qq --require-hashes -r $<
	@touch $@

$(VENV)/ready-lock: | $(BIN)/pip
	$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install -qq uv
	@touch $@

$(BIN)/pip:
	@.ci/python $(PYTHON)
	$(PYTHON) -m venv $(VENV)

.PHONY: browser sip
browser:
	@.ci/browser
sip:
	@.ci/sip
