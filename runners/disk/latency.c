// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * latency - nbdkit plugin: a read-only disk with a chosen service time.
 *
 * It makes reorder depth an independent variable: requests are served in
 * parallel, each after its own seeded time (service.h), so how far out of
 * order they complete follows from the distribution and the iodepth.
 *
 * Every 8-byte word holds, little-endian, the byte offset of the 4096-byte
 * block that it lies in.  That is what fio's verify=pattern with
 * verify_pattern=%o expects of 4k reads, so a read that returns another
 * block's data, or too little, is noticed in the guest.
 *
 * Start nbdkit with as many threads (-t) as the deepest iodepth, or requests
 * wait for a thread and not for their service time.  Make the disk larger than
 * what a phase can read (gigabytes: it takes no space), for fio ends a
 * verified read after one pass over the disk, whatever time_based says.
 */
#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "service.h"

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL
#define BLOCK 4096u

static int64_t size;
static struct service service;
static int have_service, have_base;
static uint64_t hang_after; /* 0: never */
static atomic_uint_fast64_t requests;

static int config(const char *key, const char *value)
{
	int kind;

	if (!strcmp(key, "size")) {
		size = nbdkit_parse_size(value);
		return size < 0 ? -1 : 0;
	}
	if (!strcmp(key, "service")) {
		kind = service_kind(value);
		if (kind < 0) {
			nbdkit_error("service=%s: must be constant, uniform, bimodal or heavy-tail",
				     value);
			return -1;
		}
		service.kind = kind;
		have_service = 1;
		return 0;
	}
	if (!strcmp(key, "base_us")) {
		have_base = 1;
		return nbdkit_parse_uint32_t(key, value, &service.base_us);
	}
	if (!strcmp(key, "tail_us"))
		return nbdkit_parse_uint32_t(key, value, &service.tail_us);
	if (!strcmp(key, "tail_permille"))
		return nbdkit_parse_uint32_t(key, value, &service.tail_permille);
	if (!strcmp(key, "seed"))
		return nbdkit_parse_uint64_t(key, value, &service.seed);
	if (!strcmp(key, "hang_after"))
		return nbdkit_parse_uint64_t(key, value, &hang_after);
	nbdkit_error("unknown parameter '%s': see nbdkit --help with this plugin", key);
	return -1;
}

static int config_complete(void)
{
	const char *wrong, *key;

	if (size <= 0 || size % BLOCK) {
		nbdkit_error("size=: needed, above 0 and a multiple of %u", BLOCK);
		return -1;
	}
	if (!have_service || !have_base) {
		nbdkit_error("%s=: needed", have_service ? "base_us" : "service");
		return -1;
	}
	wrong = service_check(&service, &key);
	if (wrong) {
		nbdkit_error("%s: %s", key, wrong);
		return -1;
	}
	return 0;
}

static void *open_disk(int readonly)
{
	return NBDKIT_HANDLE_NOT_NEEDED;
}

static int64_t get_size(void *handle)
{
	return size;
}

static int can_multi_conn(void *handle)
{
	return 1;
}

/* serve: be as slow as this request must be.  -1 when the server quits. */
static int serve(void)
{
	static __thread int sharp;
	uint64_t n = atomic_fetch_add(&requests, 1), ns = service_ns(&service, n);

	if (!sharp) {
		/* The default of 50 us would be a quarter of a 200 us request. */
		prctl(PR_SET_TIMERSLACK, 1);
		sharp = 1;
	}
	while (hang_after && n >= hang_after) {
		if (nbdkit_nanosleep(3600, 0))
			return -1;
	}
	return ns ? nbdkit_nanosleep(ns / 1000000000, ns % 1000000000) : 0;
}

static int pread_disk(void *handle, void *buf, uint32_t count, uint64_t offset, uint32_t flags)
{
	uint8_t *p = buf;

	for (uint64_t at = offset; at < offset + count;) {
		uint64_t word = htole64(at & ~(uint64_t)(BLOCK - 1));
		uint32_t skip = at % 8, n = 8 - skip;

		if (n > offset + count - at)
			n = offset + count - at;
		memcpy(p, (uint8_t *)&word + skip, n);
		p += n;
		at += n;
	}
	if (serve()) {
		nbdkit_set_error(ESHUTDOWN);
		return -1;
	}
	return 0;
}

/* clang-format off */
static struct nbdkit_plugin plugin = {
	.name = "latency",
	.version = VQLAB_VERSION,
	.longname = "vqlab disk with chosen service times",
	.description = "A read-only disk whose requests take a seeded random time",
	.config = config,
	.config_complete = config_complete,
	.config_help = "size=SIZE          (required) of the disk, a multiple of 4096\n"
		       "service=KIND       (required) constant, uniform, bimodal, heavy-tail\n"
		       "base_us=N          (required) microseconds of an ordinary request\n"
		       "tail_us=N          of a slow one; uniform: the upper end\n"
		       "tail_permille=N    how many of a thousand are slow\n"
		       "seed=N             of the random numbers (default 0)\n"
		       "hang_after=N       serve N requests, then never answer (default 0: off)",
	.open = open_disk,
	.get_size = get_size,
	.can_multi_conn = can_multi_conn,
	.pread = pread_disk,
};
/* clang-format on */

NBDKIT_REGISTER_PLUGIN(plugin)
