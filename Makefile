# vqlab: see README.md; `make help` lists the targets.
# SPDX-License-Identifier: GPL-2.0-or-later

# What a user may set -------------------------------------------------------
CONFIG   ?= configs/default.ini
RUN      ?=
QEMU     ?=
QEMU_SRC ?=
AGAINST  ?=
# Of make bisect.
GOOD     ?=
BAD      ?=
MEASURE  ?=
BISECT   := GOOD BAD MEASURE
KERNEL   ?=
# Of make soak.
SOAK_OPS ?=
SOAK_SEED ?=
SOAK_STRATEGIES ?=
SOAK     := SOAK_OPS SOAK_SEED SOAK_STRATEGIES
# Of make validate: a part of it.
ONLY     ?=
# Of make interrupt, and of what it makes first; a bench with a SEED would ignore it.
TRIES    ?=
SEED     ?=
INTERRUPT := $(if $(filter interrupt programs,$(MAKECMDGOALS)),TRIES SEED)
# Of make mail: vqmail's options.
TO       ?=
CC_TO    ?=
FROM     ?=
SUBJECT  ?=
IN_REPLY_TO ?=
THREAD   ?=
COVER    ?=
PLOTS    ?=
MAIL     := TO CC_TO FROM SUBJECT IN_REPLY_TO THREAD COVER PLOTS
# Of make install.
PREFIX   ?= /usr/local
DESTDIR  ?=
ZSHDIR   ?= $(PREFIX)/share/zsh/site-functions
INSTALL_TO := PREFIX DESTDIR ZSHDIR
# All of these, and what make and compilers go by, may stand on make's command line.
OURS     := CONFIG RUN BLOCKS BUDGET UNTIL TUNE HOSTS SLURM SSH QEMU QEMU_SRC AGAINST $(BISECT) KERNEL RELEASES VQLAB_CACHE XDG_CACHE_HOME TMPDIR V B ONLY $(SOAK) $(INTERRUPT) $(MAIL) $(INSTALL_TO)
TOOLCHAIN := CC CLANG CFLAGS CPPFLAGS LDFLAGS WARN SHELL MAKEFLAGS PATH LC_ALL PKG_CONFIG_PATH

# How long each fuzzer runs: of make test, and of make soak.
FUZZ_SECONDS ?= 20
SOAK_SECONDS ?=
# And how many tests run beside each other.
LANES    ?=
FUZZ     := FUZZ_SECONDS SOAK_SECONDS LANES
OURS     += $(FUZZ)

SHELL  := /bin/bash
# A misspelt one would be ignored without a word, and the default be run for half an hour.
GIVEN    := $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $v))),$v))
UNKNOWN  := $(filter-out $(OURS) $(TOOLCHAIN) -%,$(GIVEN))
ifneq ($(UNKNOWN),)
$(error $(shell runners/setup/unknown.sh '$(firstword $(UNKNOWN))' $(OURS)))
endif

# Recipes take them from the environment, as they are: a name may hold blanks,
# quotes, # and $.
override CONFIG   := $(value CONFIG)
override RUN      := $(value RUN)
override BLOCKS   := $(value BLOCKS)
override BUDGET   := $(value BUDGET)
override TUNE     := $(value TUNE)
override UNTIL    := $(value UNTIL)
override HOSTS    := $(value HOSTS)
override SLURM    := $(value SLURM)
override SSH      := $(value SSH)
override QEMU     := $(value QEMU)
override QEMU_SRC := $(value QEMU_SRC)
override AGAINST  := $(value AGAINST)
override KERNEL   := $(value KERNEL)
override RELEASES := $(value RELEASES)
$(foreach v,ONLY $(BISECT) $(SOAK) $(INTERRUPT) $(MAIL),$(eval override $v := $$(value $v)))
export CONFIG RUN BLOCKS BUDGET UNTIL TUNE HOSTS SLURM SSH QEMU QEMU_SRC AGAINST KERNEL RELEASES ONLY $(BISECT) $(SOAK) $(INTERRUPT) $(MAIL)
export $(INSTALL_TO)
$(foreach v,$(FUZZ),$(eval override $v := $$(value $v)))
export $(FUZZ)

# What we call prints numbers, and what we read them by expects a point in them.
override LC_ALL := C.UTF-8
export LC_ALL
unexport LANGUAGE

.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
# V=1 shows the commands.
ifndef V
.SILENT:
endif
# sbin holds bpftool and ip; Debian keeps it out of an ordinary user's PATH.
export PATH := $(PATH):/usr/sbin:/sbin

B        := build
CC       ?= cc
CLANG    ?= clang
VERSION  := 0.1
export VERSION
CFLAGS   ?= -O2 -g
WARN     := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wno-unused-parameter
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) $(CPPFLAGS) -D_GNU_SOURCE -I. -DVQLAB_VERSION='"$(VERSION)"' -MMD -MP
# Libraries are asked for when a recipe runs: they may be installed only then.
pkg_cflags = $$(pkg-config --cflags $(1))
pkg_libs   = $$(pkg-config --libs $(1))

# The objects of all C files in folders, and those of a fuzz target's own build.
objs   = $(patsubst %.c,$(B)/%.o,$(filter-out %.bpf.c,$(wildcard $(addsuffix /*.c,$(1)))))
fuzzed = $(patsubst $(B)/%,$(B)/fuzz/%,$(1))

# Rooms add to these: programs, tests (each speaks TAP), what these run beside the programs, tests
# that nothing may run beside, each with the reason, C files to check.
TOOLS :=
TESTS :=
TESTED :=
ALONE :=
C_STYLE :=

include variants/build.mk
include probes/build.mk
include runners/build.mk
include analysis/build.mk
include runners/install/install.mk

.PHONY: help all packages doctor qemu guest bench count bisect replay report mail test check-programs format-check clean

help:
	@echo 'make bench    packages, QEMU, guest, the plan, the report: from a clone to plots'
	@echo '                CONFIG=PLAN.ini  the plan                (configs/default.ini)'
	@echo '                RUN=DIR          where; resumes if it exists  (results/DATE)'
	@echo '                BUDGET=TIME      whole blocks that fit into it: 30m, 2h'
	@echo '                UNTIL=5%         as many blocks, 40 or BLOCKS, as that takes'
	@echo '                BLOCKS=N         so many; more than RUN has extend it'
	@echo '                TUNE=1           governor performance, no turbo, until it ends'
	@echo '                HOSTS="A B"      on these, through ssh (SSH="ssh -F FILE"), as root'
	@echo '                SLURM=N          on N hosts of a Slurm cluster (configs/slurm/)'
	@echo '                QEMU_SRC=DIR     build your own QEMU tree (a copy of it), on HOSTS, too'
	@echo '                AGAINST=REV      that tree against a revision of it'
	@echo '                QEMU=BINARY      use this QEMU as it is: off and qemu only'
	@echo '                KERNEL=VMLINUZ   boot this kernel (its modules beside it)'
	@echo 'make replay   every strategy on made-up orders, and on the traces of RUN=DIR'
	@echo 'make count    what of CONFIG is counted, not timed, with its report; RUN likewise'
	@echo 'make bisect   the commit of QEMU_SRC=DIR between GOOD=REV and BAD=REV that changed a count'
	@echo '                MEASURE=LOAD/RING/ORDER/VARIANT  which, of CONFIG; a wrong one lists them'
	@echo 'make report   the report and plots of RUN=DIR again'
	@echo 'make mail     that report as a mail in RUN=DIR/report/mail.eml; sends nothing'
	@echo '                TO=ADDRESS FROM=ADDRESS CC_TO=ADDRESS SUBJECT=TEXT'
	@echo '                THREAD=MBOX IN_REPLY_TO=ID  what it answers'
	@echo '                COVER=FILE       what stands above the report'
	@echo '                PLOTS=ascii      inside the text; PLOTS=none; or names of plots'
	@echo 'make test     every test; ends in N passed, N failed, N skipped'
	@echo '                LANES=N          beside each other (processors, at most 4)'
	@echo 'make validate known effects and faults, planted: does the lab find them, and no others?'
	@echo '                RUN=DIR ONLY="PART..."  counts, noise, slowed, faults, live'
	@echo 'make matrix   old and new QEMUs and kernels, as Debian serves them: tables'
	@echo '                RELEASES="7.2 10.2" ONLY="rings guests probes vhost-user hooks"'
	@echo 'make soak     the strategies against the oracle, 10^9 operations each'
	@echo '                SOAK_OPS=N SOAK_SEED=N SOAK_STRATEGIES="NAME..."; that seed goes on'
	@echo '                behind them fuzzers and hostile guests, SOAK_SECONDS=N (3600; 0: none; make test FUZZ_SECONDS=20)'
	@echo 'make interrupt  signals to a run at random moments: what is left, lost, or another'
	@echo '                TRIES=100 SEED=N'
	@echo 'make doctor   what this host can and cannot do, and the remedy'
	@echo 'make bench-probes  what watching costs, beside bpftrace, perf and others'
	@echo 'make crosscheck    do perf and funclatency see what vqprobe sees?'
	@echo 'make install  the tools, PREFIX=/usr/local DESTDIR=;  make uninstall'
	@echo 'make dist     a tarball;  make deb  Debian packages, vqprobe in one of its own'
	@echo 'make all      the tools, into build/'
	@echo 'make packages install what configs/packages.list names and this host lacks'
	@echo 'make qemu     build QEMU into the cache;  make guest  the guest image'
	@echo 'make format-check  is the code in its room'"'"'s style?'
	@echo 'make clean    remove build/ (the cache stays)'

# Looks only: it must say what is missing, not install it.
doctor:
	@runners/setup/doctor.sh

packages:
	@runners/setup/packages.sh

# A recipe of its own make, so that pkg-config sees what packages installed.
all: packages
	@$(MAKE) --no-print-directory -q programs 2>/dev/null || { \
		echo 'vqlab: building the tools' >&2; \
		$(MAKE) --no-print-directory -j$$(nproc) programs; }

.PHONY: programs
programs: $(TOOLS)

qemu: packages
	@runners/setup/qemu.sh >/dev/null

guest: all
	@runners/setup/guest.sh >/dev/null

bench: all
	@if [ -n "$$HOSTS$$SLURM" ]; then exec runners/setup/hosts.sh; else exec runners/setup/bench.sh; fi

# The same, without what is timed; make bench RUN=DIR goes on from there.
count: all
	@runners/setup/bench.sh --counted

# Which commit changed what is counted?  git bisect asks.
bisect: all
	@exec runners/setup/bisect.sh

replay: all
	@analysis/replay/replay.sh "$$RUN"

report: all
	@test -n "$$RUN" || { echo 'make report: which run? RUN=results/NAME' >&2; exit 2; }
	$(B)/vqreport -- "$$RUN"

mail: all
	@test -n "$$RUN" || { echo 'make mail: which run? RUN=results/NAME' >&2; exit 2; }
	@options=(); give() { [ -z "$$2" ] || options+=("--$$1=$$2"); }; \
	give to "$$TO"; give cc "$$CC_TO"; give from "$$FROM"; give subject "$$SUBJECT"; \
	give thread "$$THREAD"; give in-reply-to "$$IN_REPLY_TO"; give cover "$$COVER"; \
	give plots "$$PLOTS"; $(B)/vqmail "$${options[@]}" -- "$$RUN"

test: all
	@runners/setup/qemu.sh >/dev/null
	@runners/setup/guest.sh >/dev/null
	@$(MAKE) --no-print-directory -j$$(nproc) $(filter $(B)/%,$(TESTS)) $(TESTED)
	@runners/tests/run-tests $${LANES:+--lanes="$$LANES"} --alone='$(ALONE)' $(TESTS)

format-check:
	@clang-format --dry-run --Werror $(C_STYLE) && echo 'format-check: clean'

clean:
	rm -rf $(B)

# How C becomes objects: one rule; the compiler writes the dependencies.
# A room sets CFLAGS_<object> or a target-specific EXTRA_CFLAGS.
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -c $< -o $@

# Fuzz targets, build/fuzz/fuzz-NAME: a room names its objects, $(B)/fuzz/%.o, and
# the libraries as FUZZ_PKGS; runners/tests/fuzz.sh runs it.
FUZZ_CHECK := -fsanitize=address,undefined -fno-sanitize-recover=all
$(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(ALL_CFLAGS) -O1 -fsanitize=fuzzer-no-link $(FUZZ_CHECK) $(EXTRA_CFLAGS) -c $< -o $@

$(B)/fuzz/fuzz-%:
	$(CLANG) -fsanitize=fuzzer $(FUZZ_CHECK) $^ -o $@ $(call pkg_libs,$(FUZZ_PKGS))

# Not of sources that have gone or moved since, which nobody could make.
-include $(shell find $(B) -name '*.d' 2>/dev/null | xargs -r awk ' \
	FNR == 1 { found = 0 } \
	!found { for (i = 1; i <= NF; i++) if ($$i !~ /:$$/ && $$i != "\\") { \
		found = 1; if ((getline line < $$i) >= 0) print FILENAME; close($$i); break } }')
