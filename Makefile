# What needs what: every target installs what it needs first; nothing else has to be done before.
#   make demo     an invented breach, and the whole line over it
#   make test     lint, types, layers and tests
#   make install  .venv/bin/unsealed
#   make laws     property tests on EXAMPLES (100) new examples each, in LAWS (tests)
#   make check    lint, types and layers alone
#   make bench    speed and memory beside a named peer, in one run
#   make fuzz     every reader, guided by coverage, SECONDS each (60)
#   make lock     write the locked requirements again

PYTHON ?= python3
VENV := .venv
UV := .tools/bin/uv
RUN := $(VENV)/bin
WORKERS ?= 2
SECONDS ?= 60
EXAMPLES ?= 100
LAWS ?= tests
export UV_PYTHON_DOWNLOADS = never
export UV_NO_PROGRESS = 1
# Trust what the system trusts (a company's own certificate authority, say), where it says so.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS = 1
endif

.PHONY: install demo test laws check bench fuzz lock docs translate clean

install: $(VENV)/.installed

demo: install
	$(RUN)/unsealed demo demo-case

test: check
	$(RUN)/python -m pytest tests -n $(WORKERS) --dist loadgroup

# Those tests alone that hypothesis writes the examples of: it marks them so.
laws: $(VENV)/.dev
	UNSEALED_EXAMPLES=$(EXAMPLES) $(RUN)/python -m pytest $(LAWS) -m hypothesis -n $(WORKERS) --dist loadgroup

check: $(VENV)/.dev
	$(RUN)/ruff check -q --output-format concise src tests bench docs fuzz
	$(RUN)/ruff format -q --check src bench docs fuzz
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache

bench: $(VENV)/.dev
	$(RUN)/python bench/run.py

fuzz: $(VENV)/.fuzz
	$(RUN)/python fuzz/every.py --seconds $(SECONDS)

docs: $(VENV)/.dev
	$(RUN)/python docs/generate.py

translate: $(VENV)/.dev
	$(RUN)/python docs/translate.py

lock: $(UV)
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group build pyproject.toml -o requirements.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group build --group dev pyproject.toml -o requirements-dev.txt
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --group build --group dev --group fuzz pyproject.toml -o requirements-fuzz.txt

# A bare Debian refuses `pip install` (PEP 668) and may lack venv; `--target` is not refused, and needs neither.
$(UV): requirements/uv.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "unsealed needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m pip install -q --disable-pip-version-check --no-warn-script-location --upgrade --target .tools --require-hashes -r requirements/uv.txt
	touch $@

# A stamp of its own, since bin/python is a link, and as old as what it leads to.
$(VENV)/.made: $(UV)
	$(UV) venv -q --clear --python $(PYTHON) $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.made requirements.txt pyproject.toml
	$(UV) pip install -q --compile-bytecode --python $(VENV)/bin/python --require-hashes -r requirements.txt
	$(UV) pip install -q --python $(VENV)/bin/python --no-deps --no-build-isolation -e .
	$(VENV)/bin/python -m compileall -q src/unsealed
	touch $@

$(VENV)/.dev: $(VENV)/.installed requirements-dev.txt
	$(UV) pip install -q --compile-bytecode --python $(VENV)/bin/python --require-hashes -r requirements-dev.txt
	touch $@

$(VENV)/.fuzz: $(VENV)/.dev requirements-fuzz.txt
	$(UV) pip install -q --compile-bytecode --python $(VENV)/bin/python --require-hashes -r requirements-fuzz.txt
	touch $@

clean:
	rm -rf $(VENV) .tools demo-case build dist
