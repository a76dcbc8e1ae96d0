# The commands of the README. Each brings what it needs with it: a fresh Debian 12 or 13 machine
# needs no step before `make run` or `make test`.
#
# Everything is passed on by the environment: PORT=, RATE= and the rest of scripts/run for `run`,
# IMGUI_DIR= for set-up, JOBS= for builds.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup build dist run demo test test-long soak bench conformance screenshot
.PHONY: screenshots
.PHONY: format check-format clean sbom

export PORT RATE PRICES STATE_DIR NATS_SERVER SUBJECTS ROLES SERVICES_OPTIONS DATABASE_URL IMGUI_DIR
export DEMO_PORT JOBS WASM FUZZ_SECONDS QUICK

help:
	@echo "make run           build and start the whole system, in the foreground"
	@echo "make demo          two panes side by side, and buttons for what goes wrong in a day"
	@echo "make test          build and run every test"
	@echo "make test-long     the tests that take hours"
	@echo "make soak          load and faults for DURATION= seconds at RATE= events a second"
	@echo "make bench         side by side with the peers, under 40 minutes; QUICK=1 under 5"
	@echo "make conformance CASES=file.json   feed a file of cases to the NATS parser; WASM=1"
	@echo "make dist          the deployable page, in dist/"
	@echo "make sbom          the bill of materials with licences, CycloneDX, in sbom.json"
	@echo "make setup         install what all of these need"
	@echo "make screenshot    make the README's picture again"
	@echo "make screenshots   make docs/images/screens again: themes, sizes, states"
	@echo "make format        lay out the C++ sources;  make check-format  only check"
	@echo "make clean         remove build/ and dist/"

setup:
	@scripts/setup test

# GNU make answers 2 for a failed recipe and adds a line of its own. In question mode it hands on
# a status of 1 and stays quiet, and still runs the lines that begin with "+": so `make run` and
# `make conformance` end with the script's own words and status. `exec` lets signals reach
# scripts/run itself, and SIGINT is given back its meaning, which a shell takes from what it starts
# in the background.
ifneq ($(filter $(MAKECMDGOALS),run demo conformance),)
MAKEFLAGS += --question
endif
run:
	+@unset MAKEFLAGS MFLAGS MAKELEVEL; \
	scripts/setup run && scripts/build services && scripts/dist && \
	exec env --default-signal=INT,QUIT scripts/run || exit 1

demo:
	+@unset MAKEFLAGS MFLAGS MAKELEVEL; \
	scripts/setup run && scripts/build services && scripts/dist && \
	exec env --default-signal=INT,QUIT scripts/demo || exit 1

conformance:
	+@unset MAKEFLAGS MFLAGS MAKELEVEL; scripts/conformance $(CASES) || exit 1

dist:
	@scripts/setup run && scripts/dist

test:
	@exec scripts/test

test-long:
	@exec scripts/test-long

soak:
	@scripts/setup test && exec scripts/soak

bench:
	@scripts/setup bench && exec scripts/bench

screenshots:
	@scripts/setup test && scripts/dist && exec node scripts/screenshots.mjs

screenshot:
	@scripts/setup test && scripts/build services && scripts/dist && exec node scripts/screenshot.mjs

sbom:
	@scripts/setup test && exec node scripts/sbom.mjs sbom.json

format:
	@scripts/format

check-format:
	@scripts/format --check

clean:
	@rm -rf build dist
