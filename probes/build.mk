# probes: vqprobe and its tests
# SPDX-License-Identifier: GPL-2.0-or-later

PROBES := $(B)/probes
TOOLS += $(B)/vqprobe
C_STYLE += $(wildcard probes/*.[ch] probes/*/*.[ch])

PROBES_PKGS := glib-2.0 json-glib-1.0 libdw libelf libzstd libbpf
# For other rooms, too: what every program does alike (tool/text.h); events to measures;
# writing and reading traces.
TOOL_OBJS := $(call objs,probes/tool)
MODEL_OBJS := $(call objs,probes/model) $(PROBES)/tool/text.o
TRACE_OBJS := $(call objs,probes/trace)
PROBES_OBJS := $(filter-out %/vqprobe.o,$(call objs,probes $(addprefix probes/,target model trace show watch))) \
	$(TOOL_OBJS)
PROBES_LIBS := $(call pkg_libs,$(PROBES_PKGS)) -lZydis -lunicorn -lm

$(PROBES)/%.o: EXTRA_CFLAGS = $(call pkg_cflags,$(PROBES_PKGS)) -I$(B)

# BPF programs, then the skeleton that embeds them in the loader.
# __u32 and friends come from the host's own architecture headers.
compile_bpf = $(CLANG) -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Wno-unused-parameter -I. \
	-I/usr/include/$$($(CC) -print-multiarch) -MMD -MP -c $< -o $@
$(PROBES)/%.bpf.o: probes/bpf/%.bpf.c
	@mkdir -p $(@D)
	$(compile_bpf)

$(PROBES)/%.skel.h: $(PROBES)/%.bpf.o
	bpftool gen skeleton $< name $*_bpf > $@

$(PROBES_OBJS): | $(addprefix $(PROBES)/,vqprobe.skel.h way.skel.h started.skel.h)

# The floor of the benchmark: vqprobe's own attaching, with empty programs.
FLOOR := $(B)/floor
$(FLOOR)/probes/vqprobe.bpf.o: probes/bench/floor.bpf.c
	@mkdir -p $(@D)
	$(compile_bpf)

$(FLOOR)/probes/vqprobe.skel.h: $(FLOOR)/probes/vqprobe.bpf.o
	bpftool gen skeleton $< name vqprobe_bpf > $@

$(FLOOR)/%.o: EXTRA_CFLAGS = $(call pkg_cflags,$(PROBES_PKGS)) -I$(FLOOR)
$(FLOOR)/sites.o: probes/target/sites.c $(FLOOR)/probes/vqprobe.skel.h
	$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -c $< -o $@

$(FLOOR)/floor.o: probes/bench/floor.c $(FLOOR)/probes/vqprobe.skel.h
	$(CC) $(ALL_CFLAGS) $(EXTRA_CFLAGS) -c $< -o $@

$(FLOOR)/floor: $(FLOOR)/floor.o $(FLOOR)/sites.o $(filter-out %/sites.o,$(PROBES_OBJS))
	$(CC) $(LDFLAGS) $^ -o $@ $(PROBES_LIBS)

.PHONY: bench-probes crosscheck
bench-probes crosscheck: all
	@probes/bench/$@.sh

$(B)/vqprobe: $(PROBES)/vqprobe.o $(PROBES_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(PROBES_LIBS)

# Tests ---------------------------------------------------------------------
TESTED += $(addprefix $(PROBES)/,victim-nop5 victim-pie victim-stripped victim-rival victim-rivals \
	probejson make-trace) $(FLOOR)/floor $(B)/fuzz/fuzz-trace $(B)/fuzz/fuzz-trace-seeds
TESTS += $(PROBES)/test-tool
$(PROBES)/test-tool: $(PROBES)/tests/test-tool.o $(TOOL_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 json-glib-1.0) -lm

TESTS += $(addprefix $(PROBES)/test-,model model-partial model-run queues oracle trace trace-damaged) \
	probes/tests/fuzz-trace.sh probes/tests/probe.sh \
	probes/tests/second-opinion.sh probes/tests/qemu.sh

TESTS += $(PROBES)/test-table probes/tests/live.sh probes/tests/check.sh probes/tests/find.sh probes/tests/output.sh probes/tests/from.sh probes/tests/command.sh
$(PROBES)/test-table: $(PROBES)/tests/test-table.o $(PROBES)/show/table.o $(PROBES)/show/units.o $(MODEL_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0) -lm

$(addprefix $(PROBES)/test-,model model-partial model-run queues oracle): $(PROBES)/test-%: $(PROBES)/tests/test-%.o $(MODEL_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0) -lm

TESTS += $(PROBES)/test-plan probes/tests/exact.sh probes/tests/beside.sh probes/tests/binary.sh
$(PROBES)/test-plan: $(PROBES)/tests/test-plan.o $(PROBES)/target/plan.o
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0) -lZydis

TESTS += $(PROBES)/test-lines
$(PROBES)/tests/test-lines.o: | $(PROBES)/vqprobe.skel.h
$(PROBES)/test-lines: $(PROBES)/tests/test-lines.o $(PROBES_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(PROBES_LIBS)

$(PROBES)/test-trace $(PROBES)/test-trace-damaged: $(PROBES)/test-%: $(PROBES)/tests/test-%.o $(TRACE_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 libzstd)

$(PROBES)/make-trace: $(PROBES)/tests/make-trace.o $(TRACE_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 libzstd)

$(B)/fuzz/fuzz-trace: FUZZ_PKGS = glib-2.0 libzstd
$(B)/fuzz/fuzz-trace: EXTRA_CFLAGS = $(call pkg_cflags,glib-2.0 libzstd)
$(B)/fuzz/fuzz-trace: $(B)/fuzz/probes/tests/fuzz-trace.o $(call fuzzed,$(MODEL_OBJS) $(TRACE_OBJS))

$(B)/fuzz/fuzz-trace-seeds: $(PROBES)/tests/fuzz-trace-seeds.o $(TRACE_OBJS)
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,glib-2.0 libzstd)

# What the shell tests watch: built as QEMU's virtio.c is, as others are, and as
# distributions ship it: stripped, with what modules need in .dynsym.
VICTIM_CFLAGS := -std=gnu11 -O2 -g -D_GNU_SOURCE -pthread
# Linked without -pg: the profiler's start-up code would leave a gmon.out.
VICTIM_SRC := $(addprefix probes/tests/,victim.c victim-qemu.c victim-stacks.c)
$(PROBES)/victim-nop5: $(VICTIM_SRC) probes/tests/victim.h
	@mkdir -p $(@D)
	for f in $(VICTIM_SRC:probes/tests/%.c=%); do \
		$(CC) $(VICTIM_CFLAGS) -pg -mfentry -mnop-mcount -fno-pie \
			-c probes/tests/$$f.c -o $@.$$f.o; done
	$(CC) -pthread -no-pie $(VICTIM_SRC:probes/tests/%.c=$@.%.o) -o $@

$(PROBES)/victim-pie: $(VICTIM_SRC) probes/tests/victim.h
	@mkdir -p $(@D)
	$(CC) $(VICTIM_CFLAGS) -fPIE -pie -rdynamic $(VICTIM_SRC) -o $@

# Functions begin with an instruction that traps under a probe and is emulated: a
# call to nothing.
$(PROBES)/victim-trap: $(VICTIM_SRC) probes/tests/victim.h
	@mkdir -p $(@D)
	for f in $(VICTIM_SRC:probes/tests/%.c=%); do \
		$(CC) $(VICTIM_CFLAGS) -pg -mfentry -fno-pie -c probes/tests/$$f.c -o $@.$$f.o; done
	echo '.globl __fentry__; __fentry__: ret; .section .note.GNU-stack' | \
		$(CC) -c -x assembler - -o $@.fentry.o
	$(CC) -pthread -no-pie -rdynamic $(VICTIM_SRC:probes/tests/%.c=$@.%.o) $@.fentry.o -o $@
	strip $@

# Another file has a function of its own of that name, which nobody calls; and one in
# which both are static, as link-time optimisation makes them: it cannot be told which.
$(PROBES)/victim-rival: $(PROBES)/victim-nop5
	echo 'static __attribute__((used)) void *virtqueue_pop(void *q) { return q; }' | \
		$(CC) -c -O2 -g -fno-pie -x c - -o $@.a.o
	$(CC) -pthread -no-pie $@.a.o $(VICTIM_SRC:probes/tests/%.c=$<.%.o) -o $@

$(PROBES)/victim-rivals: $(PROBES)/victim-rival
	objcopy --localize-symbol=virtqueue_pop $< $@

$(PROBES)/victim-stripped: $(PROBES)/victim-pie
	strip -o $@ $<

$(PROBES)/probejson: $(PROBES)/tests/probejson.o
	$(CC) $(LDFLAGS) $^ -o $@ $(call pkg_libs,json-glib-1.0)
