// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process for vqprobe's tests to watch: it completes elements of made-up
 * devices (victim.h) in seeded random order, and knows exactly what it did.
 *
 *	victim RING NUM ELEMENTS THREADS SEED [inorder|forced]
 *
 * Each thread has a device with one queue.  Runs when it has read a line from
 * stdin ("reset" resets the first device instead, "resets" all, "replug" puts another
 * device in the place of the first, "exec" becomes sleep, "sandbox" is seccomp; "storm",
 * "nest", "nestlow", "over", "broken", "leave" and "hold" are other loads, see
 * victim-stacks.c), then prints a line of JSON: the truth, one object for each queue,
 * and stays until stdin closes.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "victim.h"

#define MAX_DEPTH 65536

unsigned rnd(VirtQueue *vq, unsigned below)
{
	vq->random = vq->random * 6364136223846793005u + 1442695040888963407u;
	return (vq->random >> 33) % below;
}

/* What the driver would do: a descriptor with the wrap bits of its lap. */
static void driver_avail(VirtQueue *vq, unsigned id, unsigned ndescs)
{
	uint16_t at = vq->last_avail_idx;
	bool wrap = vq->avail_wrap;
	uint16_t head = id, next = at + 1;

	if (!is_packed(vq)) {
		memcpy(vq->vring.caches->avail.ptr + 4 + 2 * (at % vq->vring.num), &head, 2);
		memcpy(vq->vring.caches->avail.ptr + 2, &next, 2);
	}
	for (unsigned i = 0; is_packed(vq) && i < ndescs; i++) {
		uint8_t *d = vq->vring.caches->desc.ptr + 16 * at;
		uint16_t id16 = id, flags = wrap ? 1 << 7 : 1 << 15;

		memcpy(d + 12, &id16, 2);
		memcpy(d + 14, &flags, 2);
		if (++at == vq->vring.num) {
			at = 0;
			wrap = !wrap;
		}
	}
}

void do_pop(VirtQueue *vq)
{
	unsigned ndescs = is_packed(vq) ? 1 + rnd(vq, 3) : 1;
	VirtQueueElement *e;
	struct record *r = rec(vq, vq->n);

	if (vq->n_free < 3 || vq->inuse + ndescs > vq->vring.num) {
		virtqueue_pop(vq, 0); /* finds nothing */
		vq->null_pops++;
		return;
	}
	e = calloc(1, sizeof(*e));
	e->index = vq->free_id[--vq->n_free];
	e->ndescs = ndescs;
	driver_avail(vq, e->index, ndescs);
	vq->next = e;
	r->elem = virtqueue_pop(vq, 0);
	r->id = e->index;
	r->ndescs = ndescs;
	r->filled = r->gone = r->published = false;
	vq->n++;
	vq->pops++;
	vq->events++;
}

static void advance(VirtQueue *vq)
{
	while (vq->frontier < vq->n &&
	       (rec(vq, vq->frontier)->filled || rec(vq, vq->frontier)->gone))
		vq->frontier++;
}

void drop(VirtQueue *vq, uint64_t seq)
{
	vq->free_id[vq->n_free++] = rec(vq, seq)->id;
	free(rec(vq, seq)->elem);
	rec(vq, seq)->elem = NULL;
}

void do_fill(VirtQueue *vq, uint64_t seq)
{
	struct record *r = rec(vq, seq);
	uint64_t s = 0;

	r->len = rnd(vq, 100000);
	vq->depth[seq - vq->frontier]++;
	vq->stashed += seq > vq->frontier;
	virtqueue_fill(vq, r->elem, r->len, vq->n_pending);
	r->filled = true;
	vq->n_new++;
	vq->fills++;
	vq->events++;
	vq->pending[vq->n_pending++] = seq;
	advance(vq);
	for (uint64_t i = vq->frontier + 1; i < vq->n; i++)
		s += rec(vq, i)->filled;
	vq->stash[s]++;
	if (s > vq->stash_max)
		vq->stash_max = s;
}

void do_flush(VirtQueue *vq)
{
	unsigned n = vq->n_pending, i, kept = 0, slots = 0; /* these, 16 an event */
	uint64_t seqs[65536];

	if (is_in_order(vq)) {
		/* What is contiguous, in order; the rest stays pending. */
		uint64_t run[65536];

		n = 0;
		for (uint64_t s = vq->unpublished; s < vq->frontier; s++)
			if (rec(vq, s)->filled && !rec(vq, s)->published)
				run[n++] = s;
		for (i = 0; i < vq->n_pending; i++)
			if (vq->pending[i] >= vq->frontier)
				seqs[kept++] = vq->pending[i];
		memcpy(vq->pending, run, n * sizeof(*run));
		memcpy(vq->pending + n, seqs, kept * sizeof(*seqs));
	}
	for (i = 0; i < n; i++)
		slots += is_packed(vq) ? rec(vq, vq->pending[i])->ndescs : 1;
	vq->n_due = n;
	virtqueue_flush(vq, vq->vdev->forced ? vq->n_new : n);
	vq->n_new = 0;
	vq->flushes++;
	if (vq->vdev->broken) {
		vq->events++;
		vq->batch[0]++;
		vq->n_pending = 0;
		return;
	}
	vq->events += slots > 1 ? (slots + 15) / 16 : 1;
	vq->batch[n]++;
	for (i = 0; i < n; i++) {
		uint64_t seq = vq->pending[i];
		uint64_t s = vq->unpublished;

		while (rec(vq, s)->published || rec(vq, s)->gone)
			s++;
		vq->violations += s < seq;
		vq->unpublished = s;
		rec(vq, seq)->published = true;
		drop(vq, seq);
		vq->published++;
	}
	memmove(vq->pending, vq->pending + n, kept * sizeof(*vq->pending));
	vq->n_pending = kept;
}

static bool last_is_popped(const VirtQueue *vq)
{
	const struct record *r = vq->n ? rec(vq, vq->n - 1) : NULL;

	return r && !r->filled && !r->gone;
}

static void take_back(VirtQueue *vq)
{
	drop(vq, --vq->n);
	vq->unpopped++;
}

static void pick_and_fill(VirtQueue *vq)
{
	uint64_t window = vq->n - vq->frontier;

	if (!window)
		return;
	for (int tries = 0; tries < 4; tries++) {
		uint64_t seq = vq->frontier + rnd(vq, window < 40 ? window : 40);

		if (rec(vq, seq)->filled || rec(vq, seq)->gone)
			continue;
		do_fill(vq, seq);
		return;
	}
	do_fill(vq, vq->frontier);
}

void step(VirtQueue *vq)
{
	unsigned what = rnd(vq, 1000);

	if (what < 450) {
		do_pop(vq);
	} else if (what < 900) {
		pick_and_fill(vq);
		if (rnd(vq, 3))
			do_flush(vq);
	} else if (what < 985) {
		do_flush(vq);
	} else if (what < 990) {
		if (last_is_popped(vq)) {
			virtqueue_unpop(vq, rec(vq, vq->n - 1)->elem, 0);
			vq->events += 2; /* it detaches, too */
			take_back(vq);
		}
	} else if (what < 994) {
		if (last_is_popped(vq)) {
			virtqueue_rewind(vq, rec(vq, vq->n - 1)->ndescs);
			vq->events++;
			take_back(vq);
		}
	} else if (what < 997 && last_is_popped(vq) && !is_packed(vq)) {
		/* A detached chain leaves its descriptors behind: split only. */
		virtqueue_detach_element(vq, rec(vq, vq->n - 1)->elem, 0);
		rec(vq, vq->n - 1)->gone = true;
		drop(vq, vq->n - 1);
		vq->detached++;
		vq->events++;
		advance(vq);
	}
}

void finish(VirtQueue *vq)
{
	while (vq->frontier < vq->n)
		do_fill(vq, vq->frontier);
	do_flush(vq);
}

static uint64_t elements;

static void *run(void *arg)
{
	VirtQueue *vq = arg;

	while (vq->n < elements)
		step(vq);
	finish(vq);
	return NULL;
}

static void print_counts(const char *name, const uint64_t *c)
{
	const char *comma = "";

	printf(",\"%s\":[", name);
	for (unsigned i = 0; i < MAX_DEPTH; i++)
		if (c[i]) {
			printf("%s[%u,%lu]", comma, i, c[i]);
			comma = ",";
		}
	printf("]");
}

static void print_truth(VirtQueue *vq)
{
	printf("{\"device\":\"%s\",\"pops\":%lu,\"fills\":%lu,\"flushes\":%lu,\"published\":%lu,"
	       "\"unpopped\":%lu,\"detached\":%lu,\"order_violations\":%lu,\"stashed\":%lu,"
	       "\"stash_max\":%lu,\"dropped\":%lu,\"resets\":%lu,\"events\":%lu,"
	       "\"null_pops\":%lu,\"nested_calls\":%lu",
	       vq->vdev->parent_obj.parent_bus->parent->id, vq->pops, vq->fills, vq->flushes,
	       vq->published, vq->unpopped, vq->detached, vq->violations, vq->stashed,
	       vq->stash_max, vq->dropped, vq->resets, vq->events, vq->null_pops, vq->nested);
	print_counts("depth", vq->depth);
	print_counts("stash_count", vq->stash);
	print_counts("batch", vq->batch);
	printf("}\n");
}

static TypeImpl type = {.name = "virtio-blk-device"};
static ObjectClass class = {.type = &type};

static VirtQueue queue[64];

static void new_queue(unsigned i, const char *id, bool packed, bool in_order, unsigned num,
		      uint64_t seed)
{
	VirtQueue *vq = &queue[i];
	DeviceState *proxy = calloc(1, sizeof(*proxy));

	vq->vdev = calloc(1, sizeof(*vq->vdev));
	vq->vdev->vq = queue;
	vq->vdev->number = i;
	vq->vdev->name = "virtio-blk";
	vq->vdev->guest_features = (uint64_t)packed << 34 | (uint64_t)in_order << 35;
	vq->vdev->parent_obj.parent_bus = calloc(1, sizeof(BusState));
	vq->vdev->parent_obj.parent_bus->parent = proxy;
	proxy->id = strdup(id);
	vq->vdev->parent_obj.canonical_path = malloc(64);
	snprintf(vq->vdev->parent_obj.canonical_path, 64, "/machine/peripheral/%s/virtio-backend",
		 id);
	vq->vdev->parent_obj.parent_obj.class = &class;
	vq->vring.num = num;
	vq->vring.caches = calloc(1, sizeof(*vq->vring.caches));
	vq->vring.caches->used.ptr = calloc(num + 1, 8);
	vq->vring.caches->desc.ptr = calloc(num, 16);
	vq->vring.caches->avail.ptr = calloc(num + 3, 2);
	vq->used_wrap_counter = vq->avail_wrap = true;
	vq->used_elems = calloc(num + 1, sizeof(*vq->used_elems));
	vq->depth = calloc(MAX_DEPTH, sizeof(*vq->depth));
	vq->stash = calloc(MAX_DEPTH, sizeof(*vq->stash));
	vq->batch = calloc(MAX_DEPTH, sizeof(*vq->batch));
	vq->random = seed + i;
	vq->queue_index = i;
	vq->free_id = malloc(num * 2);
	for (unsigned id = 0; id < num; id++)
		vq->free_id[vq->n_free++] = id;
	vq->rec = calloc(RECORDS, sizeof(*vq->rec));
	vq->pending = calloc(num + 1, sizeof(*vq->pending));
}

int main(int argc, char **argv)
{
	static pthread_t thread[64];
	unsigned n;
	char line[16];

	if (argc < 6)
		return 2;
	elements = strtoull(argv[3], NULL, 0);
	n = atoi(argv[4]);
	for (unsigned i = 0; i < n; i++) {
		char id[20];

		snprintf(id, sizeof(id), "disk-%u", i);
		new_queue(i, id, !strcmp(argv[1], "packed"),
			  argc > 6 && !strcmp(argv[6], "inorder"), atoi(argv[2]),
			  strtoull(argv[5], NULL, 0));
		queue[i].vdev->forced = argc > 6 && !strcmp(argv[6], "forced");
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "reset", 5)) {
			for (unsigned i = 0; i < (line[5] == 's' ? n : 1); i++)
				virtio_reset(queue[i].vdev), queue[i].events += line[5] == 's';
			continue;
		}
		if (!strncmp(line, "replug", 6)) {
			virtio_reset(queue[0].vdev);
			memset(&queue[0], 0, sizeof(queue[0]));
			new_queue(0, "disk-two", !strcmp(argv[1], "packed"), argc > 6,
				  atoi(argv[2]), strtoull(argv[5], NULL, 0) + 100);
			virtio_reset(queue[0].vdev); /* as its driver does first */
			queue[0].events = 1;
			continue;
		}
		if (!strncmp(line, "sandbox", 7)) {
			enter_sandbox();
			continue;
		}
		if (!strncmp(line, "exec", 4))
			execl("/bin/sleep", "sleep", "600", NULL);
		for (unsigned i = 0; i < n; i++) {
			queue[i].nests = !strncmp(line, "nest", 4);
			queue[i].low = !strncmp(line, "nestlow", 7);
			queue[i].over = !strncmp(line, "over", 4);
			pthread_create(&thread[i], NULL,
				       !strncmp(line, "hold", 4)     ? run_hold
				       : !strncmp(line, "leave", 5)  ? run_leave
				       : !strncmp(line, "broken", 6) ? run_broken
				       : !strncmp(line, "storm", 5) || queue[i].nests ||
						       queue[i].over
					       ? run_storm
					       : run,
				       &queue[i]);
		}
		for (unsigned i = 0; i < n; i++)
			pthread_join(thread[i], NULL);
		for (unsigned i = 0; i < n; i++)
			print_truth(&queue[i]);
		fflush(stdout);
	}
	return 0;
}
