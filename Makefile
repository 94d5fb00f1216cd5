# Daily work. Everything runs in .venv, with the versions that constraints.txt pins.
PYTHON ?= python3
N ?= 200000
VARIANTS ?= 500000
ITEMS ?= 200000
BIN := .venv/bin

.PHONY: demo test lint docs golden bench clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("pimsync needs Python 3.11 or newer; name one: make PYTHON=python3.12 …") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,lint]'
	touch $@

demo: .venv/installed  ## Build every project under examples/
	$(BIN)/python -m examples.demo

test: .venv/installed  ## The whole test suite
	$(BIN)/python -m pytest

lint: .venv/installed  ## Style, types, and generated pages that are stale
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m docs.generate --check

docs: .venv/installed  ## Write the generated pages of the manual
	$(BIN)/python -m docs.generate

golden: .venv/installed  ## Rewrite the golden feeds; review the difference like code
	$(BIN)/python -m pytest tests/golden --rewrite-golden

bench: .venv/installed  ## What the README's figures come from; N=1000000 for the large ones, VARIANTS= and ITEMS= for other catalogs
	$(BIN)/python -m benchmarks.run --products $(N)
	$(BIN)/python -m benchmarks.sources --variants $(VARIANTS) --items $(ITEMS)

clean:
	rm -rf .venv build dist .pimsync examples/*/build examples/*/.pimsync benchmarks/out
