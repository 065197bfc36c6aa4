/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a load says it did, held to what others counted in the same time.
 *
 * A disk: bytes that fio read, wrote and trimmed are those that the guest's kernel
 * sends, however it merges or splits fio's requests, so they must be those of QEMU's
 * block layer; and each request of the block layer is an element of the queue.  Besides
 * fio the guest's kernel itself may read a few pages (partition tables), and an element
 * may be no request to the back end (the serial number).
 *
 * A network card: the tap counts each packet with its headers, what is sent again, and
 * what is under way when the receiver stops.
 */
#include "gates-load.h"
#include "runners/plan/kinds.h"
#include "runners/tool/json.h"

#include <math.h>
#include <string.h>

/* A load's end may be early or late by so much of the plan's time; an emulated guest
 * has its own idea of when that is over. */
#define EARLY 0.9
#define LATE 1.1
#define LATE_S 1.0

/* What QEMU saw at work longer than that, the load's own clock does not cover. */
#define BUSY 1.05
#define BUSY_S 0.25

/* Of a disk's bytes, and 16 pages; of a disk's elements. */
#define BYTES_PART 0.005
#define BYTES_MORE (64 << 10)
#define REQUESTS_MORE 16

/* Of a network's packets, whose counters are not read in one moment; of its bytes:
 * headers, and the buffers of each stream's receiver. */
#define PACKETS_PART 0.01
#define PACKETS_MORE 64
#define UNFREED 512 /* of a pair of queues: two rings of 256 */
#define NET_BYTES_PART 0.1
#define NET_BYTES_MORE (8 << 20)

/* Of bytes that the tap gave and the driver did not take: what no card's filter lets
 * through, and a frame that waits for the next. */
#define UNRECEIVED_PART 0.01
#define UNRECEIVED_MORE (64 << 10)

void gate_time(struct verdict *v, struct phase *ph)
{
	double plan = ph->slot->workload->seconds, ran = ph->load.seconds;
	bool job = ph->slot->workload->job;

	if (plan_kind(ph->slot->workload)->own_time)
		return;
	if (ran < EARLY * plan)
		verdict_add(v, ph,
			    "the load ended after %.2f s of %.0f: is there a size= or runtime= in "
			    "it, or is the disk smaller than it needs?",
			    ran, plan);
	if (ran > LATE * plan + LATE_S)
		verdict_add(v, ph, "the load ran %.2f s, not %.0f: %s?", ran, plan,
			    job ? "sections one after the other (stonewall, wait_for, startdelay), "
				  "or a runtime of its own"
				: "is the host too busy for it");
	if (ph->busy_s > BUSY * ran + BUSY_S)
		verdict_add(v, ph,
			    "the load says that it ran %.2f s, but was at work for %.2f: %s?", ran,
			    ph->busy_s,
			    job ? "sections one after the other (stonewall, wait_for, startdelay)"
				: "is the host too busy for it");
}

static void disk_traffic(struct verdict *v, struct phase *ph)
{
	int64_t said = ph->load.bytes, seen = ph->counted.disk.bytes;

	if (llabs(said - seen) > BYTES_PART * seen + BYTES_MORE)
		verdict_add(v, ph,
			    "%" PRId64 " bytes by fio's count, %" PRId64
			    " by QEMU's block layer's: direct=1 and no ramp_time, or whose I/O "
			    "is it?",
			    said, seen);
}

/* Streams of TCP: their bytes, and headers, and what is under way at the end. */
static void stream_traffic(struct verdict *v, struct phase *ph, int64_t said, int64_t seen,
			   const char *to)
{
	double more = (double)NET_BYTES_MORE * ph->slot->workload->iperf3.streams;

	if (said > seen || seen > (1 + NET_BYTES_PART) * said + more)
		verdict_add(v, ph,
			    "%" PRId64 " bytes by iperf3's count, %" PRId64
			    " through the tap to the %s",
			    said, seen, to);
}

/* Datagrams may be lost on either side of the tap, and each is a packet. */
static void datagram_traffic(struct verdict *v, struct phase *ph, const struct load_flow *f,
			     int64_t seen, const char *to)
{
	if (f->received > seen || seen > (1 + PACKETS_PART) * f->sent + PACKETS_MORE)
		verdict_add(v, ph,
			    "%" PRId64 " datagrams sent and %" PRId64
			    " received by iperf3's count, %" PRId64
			    " packets through the tap to the %s",
			    f->sent, f->received, seen, to);
}

static void net_traffic(struct verdict *v, struct phase *ph)
{
	const struct tap_counts *c = &ph->counted.tap;
	const struct load_flow *out = &ph->load.to_host, *in = &ph->load.to_guest;

	if (out->bytes && !ph->load.udp)
		stream_traffic(v, ph, out->bytes, c->to_host_bytes, "host");
	else if (out->bytes)
		datagram_traffic(v, ph, out, c->to_host, "host");
	if (in->bytes && !ph->load.udp)
		stream_traffic(v, ph, in->bytes, c->to_guest_bytes, "guest");
	else if (in->bytes)
		datagram_traffic(v, ph, in, c->to_guest, "guest");
}

void gate_traffic(struct verdict *v, struct phase *ph)
{
	if (!ph->has_counted)
		verdict_add(v, ph, "QEMU's and the tap's counts are not known");
	else if (plan_kind(ph->slot->workload)->own_time)
		return; /* it tells none */
	else if (ph->counted.net)
		net_traffic(v, ph);
	else
		disk_traffic(v, ph);
}

/*
 * A count of the queues with index 0 or 1 modulo 2, of all with -1.  The last of a network
 * card, behind its pairs, is for control.
 */
static int64_t sum_by_probe(const struct phase *ph, const char *what, int odd)
{
	int64_t control = odd < 0 ? -1 : 2 * ph->slot->workload->queues;
	JsonArray *queues = ph->probe ? json_list(json_node_get_object(ph->probe), "queues") : NULL;
	int64_t sum = 0;
	unsigned int k;

	for (k = 0; queues && k < json_array_get_length(queues); k++) {
		JsonObject *q = json_array_get_object_element(queues, k);
		int64_t index = json_int(q, "index", 0);

		if (odd < 0 || (index % 2 == odd && index != control))
			sum += json_int(q, what, 0);
	}
	return sum;
}

static void check_near(struct verdict *v, struct phase *ph, int64_t n, const char *what,
		       int64_t counted, const char *whose, double slack)
{
	if (fabs((double)(n - counted)) > slack)
		verdict_add(v, ph, "%" PRId64 " %s, but %" PRId64 " %s", n, what, counted, whose);
}

static void disk_elements(struct verdict *v, struct phase *ph)
{
	static const char whose[] = "requests in QEMU's block layer";
	int64_t n = counted_all(&ph->counted);

	if (ph->strategy) {
		check_near(v, ph, json_int(ph->strategy, "pops", 0), "pops by the strategy's count",
			   n, whose, REQUESTS_MORE);
		check_near(v, ph, json_int(ph->strategy, "fills", 0),
			   "fills by the strategy's count", n, whose, REQUESTS_MORE);
	}
	if (!ph->slot->probes)
		return;
	check_near(v, ph, sum_by_probe(ph, "pops", -1), "pops by vqprobe's count", n, whose,
		   REQUESTS_MORE);
	check_near(v, ph, sum_by_probe(ph, "fills", -1), "fills by vqprobe's count", n, whose,
		   REQUESTS_MORE);
}

/*
 * A packet to the host is one element of a queue with an odd index.  One to the guest
 * takes as many buffers as it needs, but they are made visible by one flush.
 */
static void net_elements(struct verdict *v, struct phase *ph)
{
	const struct tap_counts *c = &ph->counted.tap;
	int64_t all = c->to_host + c->to_guest, fills = json_int(ph->strategy, "fills", 0);

	if (ph->strategy && fills < (1 - PACKETS_PART) * all - PACKETS_MORE)
		verdict_add(v, ph,
			    "%" PRId64 " fills by the strategy's count, but %" PRId64
			    " packets through the tap",
			    fills, all);
	if (!ph->slot->probes)
		return;
	check_near(v, ph, sum_by_probe(ph, "fills", 1), "elements sent by vqprobe's count",
		   c->to_host, "packets through the tap to the host",
		   PACKETS_PART * c->to_host + PACKETS_MORE);
	check_near(v, ph, sum_by_probe(ph, "flushes", 0),
		   "flushes of received packets by vqprobe's count", c->to_guest,
		   "packets through the tap to the guest",
		   PACKETS_PART * c->to_guest + PACKETS_MORE);
}

void gate_elements(struct verdict *v, struct phase *ph)
{
	if (!ph->has_counted)
		return; /* said by `traffic` */
	if (ph->counted.net)
		net_elements(v, ph);
	else
		disk_elements(v, ph);
}

void gate_received(struct verdict *v, struct phase *ph)
{
	int64_t given = ph->received.by_tap, taken = ph->received.by_driver;

	if (!ph->slot->workload->net)
		return;
	if (!ph->has_received)
		verdict_add(v, ph, "what the guest's driver received is not known");
	else if (taken > given || taken < (1 - UNRECEIVED_PART) * given - UNRECEIVED_MORE)
		verdict_add(v, ph,
			    "%" PRId64 " bytes received by the guest's driver, but %" PRId64
			    " through the tap to it",
			    taken, given);
}

static int64_t calls_of(JsonObject *driver, const char *name)
{
	JsonArray *list = json_list(driver, "functions");
	unsigned int i;

	for (i = 0; list && i < json_array_get_length(list); i++) {
		JsonObject *f = json_array_get_object_element(list, i);

		if (!strcmp(json_str(f, "name", ""), name))
			return json_int(f, "calls", 0);
	}
	return 0;
}

/* A driver frees what it has sent when it sends again, and a packet takes a buffer at least. */
static void driver_elements(struct verdict *v, struct phase *ph, int64_t n)
{
	int64_t all = counted_all(&ph->counted);

	if (!ph->counted.net)
		check_near(v, ph, n, "elements taken by the driver", all,
			   "requests in QEMU's block layer", REQUESTS_MORE);
	else if (n < (1 - PACKETS_PART) * all - UNFREED * ph->slot->workload->queues)
		verdict_add(v, ph,
			    "%" PRId64 " elements taken by the driver, but %" PRId64
			    " packets through the tap",
			    n, all);
}

void gate_driver(struct verdict *v, struct phase *ph)
{
	int64_t n, interrupts;

	if (!ph->slot->counts)
		return;
	if (!ph->driver) {
		verdict_add(v, ph, "the driver was not counted");
		return;
	}
	if (!json_int(ph->driver, "instructions", 0))
		verdict_add(v, ph, "the driver executed nothing");
	n = json_int(ph->driver, "elements", -1);
	interrupts = json_int(ph->driver, "interrupts", -1);
	if (n >= 0 && ph->has_counted)
		driver_elements(v, ph, n);
	if (interrupts >= 0)
		check_near(v, ph, calls_of(ph->driver, "vring_interrupt"),
			   "interrupts handled by the driver", interrupts,
			   "taken by the guest's kernel", REQUESTS_MORE);
}
