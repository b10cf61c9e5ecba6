# What developers and CI run. `make` alone lists it.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO ?= go
TOOLS := $(shell $(GO) env GOPATH)/bin
LINT := $(TOOLS)/golangci-lint
LINT_VERSION := 2.15.0

# The checks that need more than Go, none of which `make check` may skip; package internal/need explains each word.
# FUSE is asked for only where the device exists. On a machine without the rest: make check READBACK_REQUIRE=
comma := ,
READBACK_REQUIRE ?= postgres,redis,tmpfs,corpus,chromium,node,python3-hl7$(if $(wildcard /dev/fuse),$(comma)fuse)

FUZZTIME ?= 30s
BENCH ?= .
PKG ?= ./...

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## serve from ./readback-data on loopback
	$(GO) run . serve

.PHONY: demo
demo: ## serve the demonstration hospital
	$(GO) run . demo

.PHONY: test
test: ## the tests that need only Go; others are skipped and say why
	$(GO) test $(PKG)

.PHONY: race
race: ## all tests under the race detector, nothing skipped
	READBACK_REQUIRE=$(READBACK_REQUIRE) $(GO) test -race -timeout 30m $(PKG)

.PHONY: lint
lint: tools lint-app ## go vet, the format, every linter of .golangci.yml, and the web app's
	$(GO) vet $(PKG)
	@wrong=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$wrong" ] || { echo "not gofmt: $$wrong"; exit 1; }
	$(LINT) fmt --diff
	$(LINT) run $(PKG)

.PHONY: lint-app
lint-app: e2e/browser/node_modules/.package-lock.json ## biome, tsc --checkJs --strict, and the libraries against the lockfile
	npm --prefix e2e/browser run --silent lint
	npm --prefix e2e/browser run --silent vendor:check

.PHONY: vendor
vendor: e2e/browser/node_modules/.package-lock.json ## copy the web app's libraries anew, as the lockfile of e2e/browser says
	npm --prefix e2e/browser run --silent vendor

e2e/browser/node_modules/.package-lock.json: e2e/browser/package-lock.json
	cd e2e/browser && npm ci --no-audit --no-fund
	@touch $@

.PHONY: fmt
fmt: tools ## format as lint wants it
	$(LINT) fmt

.PHONY: check
check: lint race ## what CI runs beyond go test ./... (at most 35 minutes on 2 cores)

.PHONY: long
long: ## all tests with their full counts, for hours; date the figures in docs/measurements.md
	READBACK_LONG=1 READBACK_REQUIRE=$(READBACK_REQUIRE) $(GO) test -timeout 0 -count=1 -v $(PKG)

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (30s) each
	@for pkg in $$($(GO) list $(PKG)); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done

.PHONY: bench
bench: ## measure the parts matching BENCH from outside, and write docs/measurements.md (at most 20 minutes)
	$(GO) run ./bench -run '$(BENCH)'

.PHONY: tools
tools: ## install the pinned golangci-lint if it is missing (some minutes)
	@$(LINT) version 2>/dev/null | grep -qF 'version $(LINT_VERSION) ' || { \
		echo "installing golangci-lint $(LINT_VERSION)"; \
		nice $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(LINT_VERSION); \
	}

.PHONY: clean
clean: ## remove what was built here; ./readback-data stays
	rm -rf bin readback coverage.* *.test *.prof *.out
	find . -path '*/testdata/rapid' -type d -prune -exec rm -rf {} +
