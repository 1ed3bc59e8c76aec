# Everything here works in a fresh clone with Go 1.26; no service has to run.
# With ORDAGO_TEST_POSTGRES (a URL) set, the tests run on PostgreSQL too.
SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO       ?= go
PKG      ?= ./...
FUZZTIME ?= 30s
BENCH    ?= .
COUNT    ?= 6
TOOL      = $(GO) tool -modfile=tools.mod

.PHONY: help build test race pure check format fix vet lint surface bench fuzz clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build bin/ordago
	$(GO) build -o bin/ordago ./cmd/ordago

test: ## Run all tests
	$(GO) test $(PKG)

race: ## Run all tests with the race detector (needs cgo)
	$(GO) test -race $(PKG)

pure: ## Run all tests without cgo, so with the SQLite engine in pure Go
	CGO_ENABLED=0 $(GO) test $(PKG)

check: format fix vet lint surface race ## Run all that a change must pass

format: ## Fail if gofmt would change a file
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "gofmt would change:"; echo "$$files"; exit 1; fi

fix: ## Fail if go fix would change a file
	@diff=$$($(GO) fix -diff $(PKG)) || true; if [ -n "$$diff" ]; then echo "$$diff"; exit 1; fi

vet: ## Run go vet
	$(GO) vet $(PKG)

lint: ## Run staticcheck
	$(TOOL) staticcheck $(PKG)

surface: ## Compare the exposed functions of the demo with their golden file
	$(GO) test -count=1 -run Surface ./examples/...

bench: ## Run benchmarks and sum them up: BENCH=regexp COUNT=6 PKG=./model
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count=$(COUNT) $(PKG) | tee bench.out
	$(TOOL) benchstat bench.out

fuzz: ## Fuzz each target for FUZZTIME (30s)
	@grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort | while IFS=: read -r file _ name; do \
		echo "$$(dirname "$$file") $${name#func }"; \
		$(GO) test -run '^$$' -fuzz "^$${name#func }$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" </dev/null; \
	done

clean: ## Remove what building and benchmarks leave behind
	rm -rf bin bench.out
