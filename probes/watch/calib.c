// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a probe costs, on this host, in this run.
 *
 * The targets below are what virtqueue_pop, _fill and _flush would be if they
 * did nothing: only the first instruction, which decides the cost, is as at the
 * site in the QEMU that is watched.  They work on a VirtQueue made of zeroes with what the
 * programs read filled in, so that these run to their end and send their event.
 */
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "calib.h"
#include "lines.h"
#include "probes/vqprobe.skel.h"

#define BATCH 50u	   /* calls between two looks at the clock; their events fit a page */
#define BATCHES 200u	   /* for sites that trap once or not at all */
#define BATCHES_STEPPED 20 /* which cost some 25 us a call */
#define WARM_UP 4u	   /* batches not counted; the first hits optimise the site */

typedef uint64_t (*target_fn)(void *vq, void *elem, uint64_t arg);

#define TARGET(name, first, body, last)                                                            \
	uint64_t name(void *vq, void *elem, uint64_t arg);                                         \
	asm(".pushsection .text\n.balign 64\n.globl " #name "\n.type " #name ", @function\n" #name \
	    ":\n" first "\n" body "\n" last "\nret\n.size " #name ", .-" #name "\n.popsection")
#define TARGETS(name, body)                                                                        \
	TARGET(vq_calib_##name##_nop5, ".byte 0x0f, 0x1f, 0x44, 0, 0", body, "");                  \
	TARGET(vq_calib_##name##_push, "push %rbp", body, "pop %rbp");                             \
	TARGET(vq_calib_##name##_jcc, "jne 1f\n1:", body, "");                                     \
	TARGET(vq_calib_##name##_other, "mov %rdi, %r11", body, "")

TARGETS(pop, "mov %rdx, %rax"); /* returns the element */
TARGETS(fill, "");
TARGETS(flush, "incw (%rdx)"); /* moves the used index */

enum kind { NOP5, PUSH, JCC, OTHER, KINDS };
#define KINDS_OF(name)                                                                             \
	{                                                                                          \
		vq_calib_##name##_nop5, vq_calib_##name##_push, vq_calib_##name##_jcc,             \
			vq_calib_##name##_other                                                    \
	}
static const target_fn targets[VQ_RETURNS][KINDS] = {
	[VQ_FN_POP] = KINDS_OF(pop),
	[VQ_FN_FILL] = KINDS_OF(fill),
	[VQ_FN_FLUSH] = KINDS_OF(flush),
};
_Static_assert(VQ_RETURNS == 3, "each function with a return has its targets");
static const char *const first_instruction[KINDS] = {"nop5", "push", "jcc", "other"};

/* Which of ours is like @site: what is emulated, but not here, costs as jcc does. */
static enum kind kind_of(const struct vq_site *site)
{
	for (int k = 0; k < OTHER; k++)
		if (site->emulated && !strcmp(site->instruction, first_instruction[k]))
			return k;
	return site->emulated ? JCC : OTHER;
}

/* The pretended queue; each part has more room than QEMU's struct needs. */
#define PART 16384u
#define RING 256u
struct fake {
	char vq[PART], caches[PART], vdev[PART], elem[PART], ring[PART];
};

/* Durations as they come from the ring. */
struct sink {
	unsigned n, max;
	uint32_t *dur;
};

static void take(void *data, const struct vq_head *h)
{
	struct sink *s = data;

	if (s->n < s->max)
		s->dur[s->n++] = h->dur_ns;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static bool fake_queue(struct fake *f, const struct vq_layout *l)
{
	char *vq = f->vq + l->vq_start;
	void *p;

	for (size_t i = 0; i < sizeof(*l) / sizeof(__u32); i++)
		if (((const __u32 *)l)[i] > PART - 8)
			return false;
	*(uint32_t *)(vq + l->vq_num) = RING;
	p = f->caches;
	memcpy(vq + l->vq_caches, &p, sizeof(p));
	p = f->vdev;
	memcpy(vq + l->vq_vdev, &p, sizeof(p));
	p = f->ring;
	memcpy(f->caches + l->caches_used_ptr, &p, sizeof(p));
	memcpy(f->caches + l->caches_desc_ptr, &p, sizeof(p));
	return true;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank; sorts @v. */
static struct vq_spread spread(double *v, unsigned n)
{
	if (!n)
		return (struct vq_spread){0};
	qsort(v, n, sizeof(*v), by_value);
	return (struct vq_spread){v[n / 20], v[n / 2], v[n - 1 - n / 20]};
}

/* Times @batches batches of @fn into @out, ns for one call. */
static void run(target_fn fn, struct fake *f, void *second, uint64_t arg, unsigned batches,
		double *out, struct vq_lines *lines, struct sink *sink)
{
	for (unsigned b = 0; b < batches; b++) {
		uint64_t t = now();

		for (unsigned i = 0; i < BATCH; i++)
			fn(f->vq, second, arg);
		out[b] = (double)(now() - t) / BATCH;
		vq_lines_take(lines, take, sink);
	}
}

static bool calibrate_one(struct vqprobe_bpf *skel, enum vq_way way, const struct vq_layout *l,
			  struct fake *f, const struct vq_site *like, struct vq_calibration *c,
			  GError **error)
{
	enum kind kind = kind_of(like);
	unsigned batches = kind == OTHER ? BATCHES_STEPPED : BATCHES;
	target_fn fn = targets[like->fn][kind];
	struct vq_site *site = &c->site;
	struct sink sink = {.max = batches * BATCH};
	g_autofree uint32_t *dur = g_new(uint32_t, sink.max);
	g_autofree double *v = g_new(double, sink.max);
	uint64_t arg = (uintptr_t)f->elem;
	void *second = f->elem;
	struct vq_lines *lines;
	double base;

	if (like->fn == VQ_FN_FLUSH) {
		second = (void *)1; /* one element */
		arg = (uintptr_t)(f->vq + l->vq_start + l->vq_used_idx);
	}
	*site = (struct vq_site){
		.fn = like->fn,
		.instruction = first_instruction[kind],
		.emulated = kind != OTHER,
	};
	sink.dur = dur;
	lines = vq_lines_open(skel, error);
	if (!lines)
		return false;
	if (!vq_own_offset(fn, &site->offset)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED, "calibration: cannot set up");
		vq_lines_close(lines);
		return false;
	}
	run(fn, f, second, arg, batches, v, lines, &sink);
	base = spread(v, batches).median;
	if (!vq_site_attach(site, skel, way, getpid(), "/proc/self/exe", error)) {
		vq_lines_close(lines);
		return false;
	}
	run(fn, f, second, arg, WARM_UP, v, lines, &sink);
	sink.n = 0;
	run(fn, f, second, arg, batches, v, lines, &sink);
	c->fn = like->fn;
	c->mode = vq_site_mode(site, *(volatile uint8_t *)(uintptr_t)fn);
	vq_lines_close(lines);
	c->cost = spread(v, batches);
	c->cost.p05 -= base;
	c->cost.median -= base;
	c->cost.p95 -= base;
	c->n = sink.n;
	for (unsigned i = 0; i < sink.n; i++)
		v[i] = dur[i];
	c->bias = spread(v, sink.n);
	if (sink.n != sink.max)
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "calibration: %u of %u calls of %s were recorded: use --no-calibration",
			    sink.n, sink.max, vq_function_name(like->fn));
	return sink.n == sink.max;
}

unsigned vq_calibrate(struct vqprobe_bpf *skel, enum vq_way way, const struct vq_layout *layout,
		      const struct vq_site *sites, struct vq_calibration out[VQ_RETURNS],
		      GError **error)
{
	g_autofree struct fake *f = g_new0(struct fake, 1);
	struct vq_site on[VQ_RETURNS];
	unsigned n = 0;

	if (!fake_queue(f, layout)) {
		g_set_error(error, VQ_ERROR, VQ_ERROR_FAILED,
			    "calibration: QEMU's structs are larger than expected");
		return 0;
	}
	skel->bss->enabled = 1;
	while (n < VQ_RETURNS && calibrate_one(skel, way, layout, f, &sites[n], &out[n], error))
		n++;
	skel->bss->enabled = 0;
	/* Or another watch's calibration would be seen. */
	for (unsigned i = 0; i < VQ_RETURNS; i++) {
		on[i] = out[i].site;
		out[i].site.entry = out[i].site.ret = NULL;
	}
	vq_sites_detach(on, VQ_RETURNS);
	memset(skel->bss->lost, 0, sizeof(skel->bss->lost));
	skel->bss->null_pops = 0;
	skel->bss->unreadable_calls = 0;
	skel->bss->nested_calls = 0;
	return n == VQ_RETURNS ? n : 0;
}
