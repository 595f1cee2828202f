# Two commands do everything on a fresh machine: `make demo` and `make test`.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: ready prove demo test test-python test-widget test-brokers soak fuzz check fmt bench reset lock openapi

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# How many lanes of tests run side by side; every other one begins with journeys, which often wait (tests/lanes.py).
BESIDE ?= 3
# The tests start hundreds of processes: each would compile all that it imports, where compiled files were not kept.
unexport PYTHONDONTWRITEBYTECODE

demo: .venv/ready-demo
	@exec $(BIN)/python -m backend.config.launcher

# All that tests and checks need; its parts are independent: `make --jobs=2 ready`.
ready: .venv/ready-dev widget/node_modules/.ready

test: .venv/ready-dev widget/node_modules/.ready chromium
	@echo "· Python tests, and journeys in real browsers beside them"
	@$(BIN)/python -m pytest -n $(BESIDE) --dist loadfile
	@echo "· widget tests"
	@cd widget && npm test --silent

test-python: .venv/ready-dev
	@$(BIN)/python -m pytest --ignore=tests/journeys

test-widget: widget/node_modules/.ready
	@cd widget && npm test --silent

# The queue on each broker, which must run: EARMARK_TEST_BROKERS names others.
test-brokers: .venv/ready-dev
	@$(BIN)/python -m pytest tests/brokers

# Three minutes of load and failures, and whether the sum of events holds: `make soak MINUTES=30`.
soak: .venv/ready-dev
	@$(BIN)/python benchmarks/soak/run.py --minutes $(or $(MINUTES),3)

check: .venv/ready-dev widget/node_modules/.ready
	@bash .ci/check

prove: .venv/ready-dev
	@$(BIN)/python .ci/prove.py

# Apart from `make test`, as it takes minutes and needs what nothing else does: all that openapi.yaml allows, and what it does not.
fuzz: .venv/ready-fuzz
	@$(BIN)/python -m tests.fuzz.run

fmt: .venv/ready-dev
	@$(BIN)/ruff check --fix-only --quiet . && $(BIN)/ruff format .

bench: .venv/ready-dev widget/node_modules/.ready
	@for run in benchmarks/*/run.py; do echo "· $$run"; $(BIN)/python "$$run" || exit 1; done

reset:
	@for home in .earmark .earmark-test*; do [ ! -x $(BIN)/python ] || EARMARK_HOME="$$PWD/$$home" EARMARK_DATABASE_URL= EARMARK_DEBUG=1 $(BIN)/python -m backend.config.store forget || exit 1; done
	@rm -rf .earmark .earmark-test* && echo "The data of demo and tests is gone; .venv stays."

openapi: .venv/ready-dev widget/node_modules/.ready
	@$(BIN)/python -m backend.config.generate

lock: .venv/ready-dev
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra learned pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --extra fuzz -c requirements-dev.lock pyproject.toml -o requirements-fuzz.lock

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3 demo"; exit 1; }
	@echo "· making .venv with $(PYTHON)"
	@$(PYTHON) -m venv .venv

SDK := $(shell find sdk/src sdk/pyproject.toml -name "*.py" -o -name pyproject.toml)

.venv/ready-demo: requirements.lock $(SDK) | .venv/bin/python
	@echo "· installing what the demo needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall ./sdk
	@touch $@

.venv/ready-dev: requirements-dev.lock .venv/ready-demo
	@echo "· installing what tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.lock
	@touch $@

.venv/ready-fuzz: requirements-fuzz.lock .venv/ready-dev
	@echo "· installing what fuzzing needs"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements-fuzz.lock
	@touch $@

widget/node_modules/.ready: widget/package-lock.json
	@command -v npm >/dev/null || { echo "Node 20 or newer with npm is needed for the widget's tests; install it and try again."; exit 1; }
	@echo "· installing what the widget's tests need"
	@cd widget && npm ci --silent --no-audit --no-fund && touch node_modules/.ready

.PHONY: chromium
chromium: .venv/ready-dev
	@bash .ci/redis
	@bash .ci/chromium
