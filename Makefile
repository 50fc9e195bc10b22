# okrbot: every target installs what it needs and the machine lacks, and says so (see .make/ensure).

GO      ?= go
ENSURE  := .make/ensure
BIN     := bin/okrbot
REVISION = $(shell git describe --always --dirty --exclude '*' 2>/dev/null || echo dev)

# The linters run at these versions straight from the module cache, so go.mod holds the product's modules only.
# golangci-lint brings gofumpt v0.12.0 and goimports v0.52.0 as its formatters.
GOLANGCI    := $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0

.DEFAULT_GOAL := help
.PHONY: help demo test steady fuzz e2e pictures cards bench bench-binary lint fmt fix build

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## run okrbot with simulated Azure DevOps and Teams, and open the Playground
	@$(ENSURE) node npm
	@exec $(BIN) demo

# vet looks at the packages as they are built for the test, so that nothing is compiled twice. The test binaries have no
# symbols for debuggers, which saves a third of their linking; traces and reports of races do not need them. Without nomsgpack
# the compiler works for 20 s on a codec that nobody uses. In the order of the source Go keeps the results of packages that no
# change touches, with what their tests read; SHUFFLE=on runs all anew in an order that is another one each time.
# Nor does the compiler make such symbols (-dwarf=false: a fifth of its work). The checks of unsafe pointers that -race brings
# (checkptr) are off: no code of okrbot has such pointers, and those of the Go library take 3 % of all tests. The detector waits a
# second at the end of each test binary for what goes on there (GORACE): a report under way is ended without it, too.
# What it knows of memory stands in large pages where the machine has them: a third of the page faults.
BUILDTEST := -race -tags nomsgpack -gcflags='all=-dwarf=false -d=checkptr=0'

test: export GORACE := atexit_sleep_ms=0 no_huge_pages_for_shadow=0 $(GORACE)

test: ## vet, and every Go test with the race detector; SHUFFLE=on: all anew, in random order
	@$(ENSURE) go cc redis nginx promtool
	$(GO) vet $(BUILDTEST) ./...
	$(GO) test $(BUILDTEST) -vet=off -ldflags='-s -w' -timeout 60m $(if $(SHUFFLE),-shuffle=$(SHUFFLE)) ./...
	@echo "test: all packages passed"

steady: ## make test SHUFFLE=on TIMES (20) times in a row beside two busy loops
	@.make/steady $(or $(TIMES),20)

fuzz: ## run every fuzz target for FUZZTIME (2000x: inputs)
	@$(ENSURE) go
	@.make/fuzz $(GO) $(or $(FUZZTIME),2000x)

e2e: build ## drive the demo in a real browser; pictures go to bin/pictures
	@$(ENSURE) node npm chromium
	node bot/e2e/run.mjs

pictures: e2e ## make e2e, and copy the pictures that the documents show to docs/images
	@for p in $$(grep -oh 'images/[a-z-]*\.png' README.md docs/*.md | sort -u); do cp "bin/pictures/$${p#images/}" "docs/$$p" || exit 1; done

cards: ## draw all cards (ONLY=goal: those named so) in light, dark, high contrast, 400 and 320 px; bin/cards
	@$(ENSURE) node npm chromium
	node bot/e2e/sheets.mjs $(if $(ONLY),--only '$(ONLY)')

bench: ## run the benchmarks
	@$(ENSURE) go redis
	$(GO) test -run '^$$' -bench . -benchmem ./...

bench-binary: ## measure okrbot as a process of its own, in a minute; wants a machine that does nothing else
	@$(ENSURE) go redis
	$(GO) test -run '^$$' -bench '^BenchmarkBinary$$' .

lint: ## formatting, linters and known vulnerabilities
	@$(ENSURE) go
	$(GOLANGCI) run ./...
	@.make/vulncheck $(GOVULNCHECK) ./...
	@echo "lint: clean"

fmt: ## format the Go code (gofumpt, goimports)
	@$(ENSURE) go
	$(GOLANGCI) fmt

fix: ## apply the rewrites that the linters are sure of, then format
	@$(ENSURE) go
	$(GOLANGCI) run --fix --enable-only modernize,testifylint,godot,misspell ./...
	$(GOLANGCI) fmt

# nomsgpack leaves out a codec of gin that nobody uses. MAXBYTES is what bin/okrbot may have at most: what makes it much
# larger is most likely one call of reflect's Method or MethodByName, which html/template makes, too (docs/performance.md).
# excelize makes it 2.3 MB larger; since its 2.9.1 it would be 15 MB, by such a call. It brings tables of all character sets.
MAXBYTES := 31000000

build: ## build bin/okrbot
	@$(ENSURE) go
	CGO_ENABLED=0 $(GO) build -trimpath -tags nomsgpack -ldflags '-s -w -X main.revision=$(REVISION)' -o $(BIN) .
	@size=$$(wc -c <$(BIN)) && [ $$size -le $(MAXBYTES) ] || { echo "build: $(BIN) has $$size bytes, more than $(MAXBYTES)" >&2; exit 1; }
