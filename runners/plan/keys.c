/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of a plan's keys: parsing, defaults, limits and help.  A new key takes a
 * row here and a field in its struct of plan.h; who uses it reads that field.
 */
#include "kinds.h"
#include "verify.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define IN(type, field) offsetof(struct type, field)

const char *const plan_group_names[N_GROUPS] = {
	[GROUP_PLAN] = "plan", [GROUP_MACHINE] = "machine", [GROUP_VARIANT] = "variant",
	[GROUP_DISK] = "disk", [GROUP_NET] = "net",	    [GROUP_WORKLOAD] = "workload",
};

/* clang-format off */
const struct plan_key plan_keys[] = {
	{ GROUP_PLAN, "name", KEY_TEXT, IN(plan, name), 0, 0, NULL, NULL, NULL,
	  "what the report calls it", NULL },
	{ GROUP_PLAN, "variants", KEY_LIST, IN(plan, variant_list), 0, 0, NULL, NULL, NULL,
	  "off, qemu, a strategy that QEMU was built with, or NAME of a [variant NAME]; "
	  "STRATEGY+round flushes a disk once for a round of completions; LABEL=VARIANT to list "
	  "one twice", NULL },
	{ GROUP_PLAN, "baseline", KEY_LIST, IN(plan, baseline), 0, 0, NULL, "", NULL,
	  "label of the variant to which the others are compared, and, behind it, of the one to "
	  "which those in order are; by default off and qemu", verify_baseline },
	{ GROUP_PLAN, "rings", KEY_LIST, IN(plan, rings), 0, 0, NULL, "split", NULL,
	  "split, packed", NULL },
	{ GROUP_PLAN, "blocks", KEY_INT, IN(plan, blocks), 1, 99, NULL, "6", NULL,
	  "how often each variant runs on each ring", NULL },
	{ GROUP_PLAN, "seed", KEY_INT, IN(plan, seed), 0, INT64_MAX, NULL, "0", NULL,
	  "of the order of trials and of the disks; 0: drawn, and kept in run.json", NULL },
	{ GROUP_PLAN, "only", KEY_LIST, IN(plan, only), 0, 0, NULL, "", NULL,
	  "names of the workloads that run, NAME@KEY=VALUE where axes make several; * is any", NULL },
	{ GROUP_PLAN, "skip", KEY_LIST, IN(plan, skip), 0, 0, NULL, "", NULL,
	  "names of those that do not, likewise", NULL },
	{ GROUP_PLAN, "driver", KEY_LIST, IN(plan, driver), 0, 0, NULL, "", NULL,
	  "labels of variants with which the guest's driver is counted, or none; by default "
	  "the first that is off and the first that is not", verify_driver },
	{ GROUP_PLAN, "stall_seconds", KEY_INT, IN(plan, stall_seconds), 2, 3600, NULL, "20", NULL,
	  "without progress, after which a trial counts as stalled", NULL },

	{ GROUP_MACHINE, "memory_mib", KEY_INT, IN(plan, memory_mib), 256, 65536, NULL, "512", NULL,
	  "the guest's memory", NULL },
	{ GROUP_MACHINE, "cpus", KEY_INT, IN(plan, cpus), 1, 64, NULL, "1", NULL,
	  "the guest's processors", NULL },
	{ GROUP_MACHINE, "pin", KEY_TEXT, IN(plan, pin), 0, 0, "no|auto", "no", NULL,
	  "vCPUs, QEMU's threads, servers: cores of their own", NULL },
	{ GROUP_MACHINE, "packages", KEY_LIST, IN(plan, packages), 0, 0, NULL, "", NULL,
	  "of Debian, whose files the guest gets, with those that they depend on; no script of "
	  "theirs is run", verify_packages },

	{ GROUP_VARIANT, "strategy", KEY_TEXT, IN(plan_arm, strategy), 0, 0, NULL, NULL, NULL,
	  "off, qemu or a strategy, as in variants=", verify_strategy },
	{ GROUP_VARIANT, "binary", KEY_TEXT, IN(plan_arm, binary), 0, 0, NULL, "", NULL,
	  "another QEMU, as it is: PATH, relative to the plan's folder", NULL },
	{ GROUP_VARIANT, "release", KEY_TEXT, IN(plan_arm, release), 0, 0, NULL, "", NULL,
	  "or a release that Debian serves, built with the lab's hooks: 7.2, 10.2", verify_release },
	{ GROUP_VARIANT, "source", KEY_TEXT, IN(plan_arm, source), 0, 0, NULL, "", NULL,
	  "or a QEMU source tree, built from a copy: DIR, relative to the plan's folder; with the "
	  "lab's hooks if a strategy of the lab's is asked of it", verify_source },
	{ GROUP_VARIANT, "revision", KEY_TEXT, IN(plan_arm, revision), 0, 0, NULL, "", NULL,
	  "of that git tree; without it, the tree as it is", verify_revision },
	{ GROUP_VARIANT, "props", KEY_TEXT, IN(plan_arm, props), 0, 0, NULL, "", NULL,
	  "properties of the plan's virtio devices, each given to those that have it: "
	  "event_idx=off,indirect_desc=off", verify_arm_props },

	{ GROUP_DISK, "backend", KEY_TEXT, IN(plan_disk, backend), 0, 0, "nbdkit|file", NULL, NULL,
	  "nbdkit with the lab's latency plugin, or a raw file", NULL },
	{ GROUP_DISK, "size_mib", KEY_INT, IN(plan_disk, size_mib), 1, 65536, NULL, "64", NULL,
	  "its size", NULL },
	{ GROUP_DISK, "queue_size", KEY_INT, IN(plan_disk, queue_size), 0, 1024, NULL, "0", NULL,
	  "virtqueue size, a power of two; 0: QEMU's", verify_disk_queue },
	{ GROUP_DISK, "service", KEY_TEXT, IN(plan_disk, service), 0, 0,
	  "constant|uniform|bimodal|heavy-tail", "constant", "backend=nbdkit",
	  "distribution of the service time", NULL },
	{ GROUP_DISK, "base_us", KEY_INT, IN(plan_disk, base_us), 0, 10000000, NULL, "200",
	  "backend=nbdkit", "service time of most requests", NULL },
	{ GROUP_DISK, "tail_us", KEY_INT, IN(plan_disk, tail_us), 0, 10000000, NULL, "0",
	  "backend=nbdkit", "service time in the tail", verify_tail_us },
	{ GROUP_DISK, "tail_permille", KEY_INT, IN(plan_disk, tail_permille), 0, 1000, NULL, "0",
	  "backend=nbdkit", "share of requests in the tail", verify_tail_permille },
	{ GROUP_DISK, "hang_after", KEY_INT, IN(plan_disk, hang_after), 0, INT64_MAX, NULL, "0",
	  "backend=nbdkit", "answer no request after this many; 0: answer all", NULL },
	{ GROUP_DISK, "aio", KEY_TEXT, IN(plan_disk, aio), 0, 0, "threads|native|io_uring", "threads",
	  "backend=file", "QEMU's back end; native bypasses the page cache", NULL },

	{ GROUP_DISK, "iothread", KEY_WORD, IN(plan_disk, iothread), 0, 0, NULL, "none", NULL,
	  "NAME of the thread of QEMU's that serves it; disks that name the same share it; "
	  "NAME,NAME...: its queues in turn, from QEMU 9.0 on; none: the main loop", verify_iothread },
	{ GROUP_DISK, "props", KEY_TEXT, IN(plan_disk, props), 0, 0, NULL, "", NULL,
	  "properties of virtio-blk-pci: num-queues=4,event_idx=off; those of a [variant NAME] "
	  "go before", verify_disk_props },

	{ GROUP_NET, "queue_size", KEY_INT, IN(plan_net, queue_size), 0, 1024, NULL, "0", NULL,
	  "receive and transmit virtqueue size, a power of two from 256; 0: QEMU's",
	  verify_net_queue },
	{ GROUP_NET, "queues", KEY_INT, IN(plan_net, queues), 1, 64, NULL, "1", NULL,
	  "pairs of receive and transmit virtqueues, up to a pair for each of the guest's "
	  "processors", verify_net_queues },
	{ GROUP_NET, "props", KEY_TEXT, IN(plan_net, props), 0, 0, NULL, "", NULL,
	  "properties of virtio-net-pci, likewise", verify_net_props },

	{ GROUP_WORKLOAD, "kind", KEY_TEXT, IN(plan_workload, kind), 0, 0, WORKLOAD_KINDS, NULL, NULL,
	  "the program that makes the load; ring: vqring, without a guest", NULL },
	{ GROUP_WORKLOAD, "device", KEY_TEXT, IN(plan_workload, device), 0, 0, NULL, NULL,
	  "kind=fio" ONLY_OR "kind=iperf3" ONLY_OR "kind=command",
	  "NAME of a [disk NAME] (fio) or a [net NAME] (iperf3), or either (command)", NULL },
	{ GROUP_WORKLOAD, "seconds", KEY_INT, IN(plan_workload, seconds), 1, 3600, NULL, "3",
	  "kind=fio" ONLY_OR "kind=iperf3" ONLY_OR "kind=command" ONLY_OR "measure=time",
	  "how long it runs; of a ring: with each variant, in each block; of a command: what it is "
	  "told, and may exceed by half and 10 s", NULL },
	{ GROUP_WORKLOAD, "summary", KEY_TEXT, IN(plan_workload, summary), 0, 0, NULL, "", NULL,
	  "one line for the report", NULL },
	{ GROUP_WORKLOAD, "rings", KEY_LIST, IN(plan_workload, rings), 0, 0, NULL, "", NULL,
	  "only on these of the plan's rings", verify_rings },
	{ GROUP_WORKLOAD, "blocks", KEY_INT, IN(plan_workload, blocks), 0, 99, NULL, "0",
	  "kind=fio" ONLY_OR "kind=iperf3" ONLY_OR "kind=command" ONLY_OR "measure=time",
	  "only in the first so many blocks, where one look is enough; 0: in all", NULL },
	{ GROUP_WORKLOAD, "iodepth", KEY_INT, IN(plan_workload, fio.iodepth), 0, 65536, NULL, "0",
	  "kind=fio", "instead of the job's, in each of its sections that has one; 0: the job's",
	  NULL },
	{ GROUP_WORKLOAD, "numjobs", KEY_INT, IN(plan_workload, fio.numjobs), 0, 64, NULL, "0",
	  "kind=fio", "likewise", NULL },
	{ GROUP_WORKLOAD, "bs", KEY_WORD, IN(plan_workload, fio.bs), 0, 0, NULL, "",
	  "kind=fio", "likewise: 4k", verify_bs },
	{ GROUP_WORKLOAD, "rw", KEY_WORD, IN(plan_workload, fio.rw), 0, 0,
	  "read|write|randread|randwrite|rw|randrw", "", "kind=fio", "likewise", NULL },
	{ GROUP_WORKLOAD, "job", KEY_TEXT, IN(plan_workload, job), 0, 0, NULL, "", "kind=fio",
	  "fio job file, relative to the plan's folder", verify_job },
	{ GROUP_WORKLOAD, "direction", KEY_TEXT, IN(plan_workload, iperf3.direction), 0, 0,
	  "out|in|both", "out", "kind=iperf3",
	  "out: guest to host; in: host to guest; both: at the same time", NULL },
	{ GROUP_WORKLOAD, "streams", KEY_INT, IN(plan_workload, iperf3.streams), 1, 64, NULL, "1",
	  "kind=iperf3", "connections at the same time, in each direction", NULL },
	{ GROUP_WORKLOAD, "protocol", KEY_TEXT, IN(plan_workload, iperf3.protocol), 0, 0, "tcp|udp",
	  "tcp", "kind=iperf3", "udp: datagrams of one size, at a rate", NULL },
	{ GROUP_WORKLOAD, "rate", KEY_INT, IN(plan_workload, iperf3.rate), 0, 100000, NULL, NULL,
	  "protocol=udp", "Mbit/s that each stream sends; 0: as many as it can", NULL },
	{ GROUP_WORKLOAD, "packet", KEY_INT, IN(plan_workload, iperf3.packet), 16, 1472, NULL, "1472",
	  "protocol=udp", "bytes of a datagram; with IP and UDP's headers 28 more", NULL },

	{ GROUP_WORKLOAD, "program", KEY_TEXT, IN(plan_workload, command.program), 0, 0, NULL, NULL,
	  "kind=command", "a program of your own, or a script: PATH, relative to the plan's folder; "
	  "the libraries that ldd names go into the guest with it", NULL },
	{ GROUP_WORKLOAD, "args", KEY_TEXT, IN(plan_workload, command.args), 0, 0, NULL, "",
	  "kind=command", "its arguments, quoted as for a shell; ${VQLAB_SECONDS}, of a disk "
	  "${VQLAB_DEVICE}, of a net ${VQLAB_HOST}; in its environment, too", verify_args },
	{ GROUP_WORKLOAD, "figure", KEY_TEXT, IN(plan_workload, command.figure), 0, 0, NULL, NULL,
	  "kind=command", "where in what it prints: /a/json/pointer (RFC 6901) to a number, or "
	  "regex:WORDS=([0-9.]+), of the last line that it is found in", verify_figure },
	{ GROUP_WORKLOAD, "unit", KEY_TEXT, IN(plan_workload, command.unit), 0, 0, NULL, NULL,
	  "kind=command", "of the figure", verify_unit },
	{ GROUP_WORKLOAD, "better", KEY_TEXT, IN(plan_workload, command.better), 0, 0,
	  "higher|lower", "higher", "kind=command",
	  "lower: ratios in the report are of its inverse", NULL },

	{ GROUP_WORKLOAD, "measure", KEY_TEXT, IN(plan_workload, ring.measure), 0, 0, "count|time",
	  NULL, "kind=ring", "count: instructions and ring traffic, once; time: elements/s, a boot "
	  "of all variants in each block", NULL },
	{ GROUP_WORKLOAD, "load", KEY_TEXT, IN(plan_workload, ring.load), 0, 0,
	  "read|write|randrw|tx|rx", "read", "kind=ring", "of virtio-blk, or of virtio-net", NULL },
	{ GROUP_WORKLOAD, "orders", KEY_LIST, IN(plan_workload, ring.orders), 0, 0, NULL, "natural",
	  "kind=ring", "in which the disk completes: natural, in-order, shuffle:D, reverse:D, "
	  "straggler:K; measure=time: one", verify_orders },
	{ GROUP_WORKLOAD, "size", KEY_INT, IN(plan_workload, ring.size), 0, 1024, NULL, "0",
	  "kind=ring", "descriptors of the ring; 0, here and below: vqring's choice", NULL },
	{ GROUP_WORKLOAD, "depth", KEY_INT, IN(plan_workload, ring.depth), 0, 1024, NULL, "0",
	  "kind=ring", "elements in flight in each queue", NULL },
	{ GROUP_WORKLOAD, "batch", KEY_INT, IN(plan_workload, ring.batch), 0, 1024, NULL, "0",
	  "kind=ring", "elements that are added at once; 1: each as soon as there is room", NULL },
	{ GROUP_WORKLOAD, "chain", KEY_INT, IN(plan_workload, ring.chain), 0, 1024, NULL, "0",
	  "kind=ring", "segments of an element", NULL },
	{ GROUP_WORKLOAD, "segment", KEY_INT, IN(plan_workload, ring.segment), 0, 1048576, NULL, "0",
	  "kind=ring", "bytes of a data segment, of a frame, of a receive buffer", NULL },
	{ GROUP_WORKLOAD, "queues", KEY_INT, IN(plan_workload, ring.queues), 1, 64, NULL, "1",
	  "kind=ring", "of each virtio-blk", NULL },
	{ GROUP_WORKLOAD, "indirect", KEY_TEXT, IN(plan_workload, ring.indirect), 0, 0, "on|off",
	  "off", "kind=ring", "each chain is a table of its own", NULL },
	{ GROUP_WORKLOAD, "recycle", KEY_TEXT, IN(plan_workload, ring.recycle), 0, 0, "last|first",
	  "last", "kind=ring", "buffers freed last (as Linux), or first, are used first", NULL },
	{ GROUP_WORKLOAD, "disk", KEY_TEXT, IN(plan_workload, ring.disk), 0, 0, "null|file", "null",
	  "kind=ring", "of zeroes, or in memory", NULL },
	{ GROUP_WORKLOAD, "elements", KEY_INT, IN(plan_workload, ring.elements), 0, 1048576, NULL,
	  "0", "measure=count", "that are counted in each cell", NULL },
	{ GROUP_WORKLOAD, "kick", KEY_TEXT, IN(plan_workload, ring.kick), 0, 0, "on|off", "off",
	  "measure=time", "the device sleeps and is notified; else it polls", NULL },
};
/* clang-format on */

const size_t n_plan_keys = G_N_ELEMENTS(plan_keys);

void plan_print_keys(void)
{
	int last = -1;
	size_t i;

	for (i = 0; i < n_plan_keys; i++) {
		const struct plan_key *k = &plan_keys[i];

		if ((int)k->group != last)
			printf("%s[%s%s]\n", last < 0 ? "" : "\n", plan_group_names[k->group],
			       k->group >= GROUP_VARIANT ? " NAME" : "");
		last = k->group;
		printf("  %-14s %s\n", k->key, k->help);
		if (k->type == KEY_INT && k->max == INT64_MAX)
			printf("%17s%" PRId64 " or more", "", k->min);
		else if (k->type == KEY_INT)
			printf("%17s%" PRId64 " to %" PRId64, "", k->min, k->max);
		else
			printf("%17s%s", "",
			       k->choices	     ? k->choices
			       : k->type == KEY_LIST ? "a list, separated by ;"
						     : "text");
		if (!k->preset)
			printf("; must be given");
		else if (*k->preset)
			printf("; default %s", k->preset);
		printf("%s%s\n", k->only ? "; only with " : "", k->only ? k->only : "");
	}
	printf("\nAxes: a number of a workload, its bs= or rw=, a number of its disk or net, a "
	       "disk's "
	       "iothread=, and\n"
	       "a value in their props=, may be a list, iodepth=1;16;64.  Each combination is a "
	       "workload,\n"
	       "NAME@iodepth=16; vqbench plan PLAN.ini shows them.\n");
}
