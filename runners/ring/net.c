// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio-net (virtio 1.3, 5.1): transmission, and reception into mergeable buffers.
 *
 * The device's wire is a stream socket, as QEMU's -netdev socket speaks it: each frame
 * behind its length, 32 bits, big endian.  Frames are numbered, and must come out
 * at the other side once each, in turn, and as they went in.  Where another program
 * serves the card (load.foreign) there is no such wire: the ring alone is looked at.
 */
#include "device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER sizeof(struct virtio_net_hdr_v1)
#define ETHERNET 14
#define FRAME_MIN 60u
#define FRAME_MAX 60000u
#define WIRE (1u << 20) /* bytes kept of a stream */

/* Frames on their way into the device. */
#define MOST_SENT 64

struct net {
	uint64_t sent;	  /* frames put into the device */
	uint64_t arrived; /* and come out, all right */
	uint64_t before;  /* frames of before the last reset: they may be lost */
	uint8_t *wire;
	size_t have; /* bytes of the wire: read (tx), or to be written (rx) */
	size_t done; /* rx: of these, written */
	/* rx: the frame that is being put together */
	uint8_t *frame;
	size_t length;
	unsigned int parts; /* buffers that are still to come */
	/* foreign: the card's other queue, without buffers; a backend waits for both */
	struct virtqueue idle;
};

#define IDLE_SIZE 256 /* of the idle queue: what each queue of QEMU's card holds */

struct mark {
	uint64_t number;
	uint32_t length;
} __attribute__((packed));

static void make_frame(uint8_t *frame, uint64_t number, uint32_t length)
{
	struct mark mark = {number, length};

	memset(frame, 0xff, 6); /* to all */
	memcpy(frame + 6, "\2vqlab", 6);
	frame[12] = 0x88; /* IEEE 802: for experiments */
	frame[13] = 0xb5;
	memcpy(frame + ETHERNET, &mark, sizeof(mark));
	memset(frame + ETHERNET + sizeof(mark), number & 0xff, length - ETHERNET - sizeof(mark));
}

/* NULL, or what is wrong with what should be frame @number. */
static char *check_frame(const uint8_t *frame, size_t length, uint64_t number)
{
	struct mark mark = {0};
	size_t i;

	if (length >= ETHERNET + sizeof(mark))
		memcpy(&mark, frame + ETHERNET, sizeof(mark));
	if (mark.number != number)
		return g_strdup_printf("frame %" PRIu64 " came as %" PRIu64, number, mark.number);
	if (mark.length != length)
		return g_strdup_printf("frame %" PRIu64 " of %u bytes came with %zu", number,
				       mark.length, length);
	for (i = ETHERNET + sizeof(mark); i < length; i++)
		if (frame[i] != (number & 0xff))
			return g_strdup_printf("frame %" PRIu64 ": byte %zu is 0x%02x", number, i,
					       frame[i]);
	return NULL;
}

static const char *refuse_common(const struct load *l)
{
	if (l->queues != 1)
		return "virtio-net is driven in one queue";
	if (l->ring.chain > 1024)
		return "QEMU takes at most 1024 segments";
	if (l->segment < 2 * l->ring.chain + HEADER)
		return "each segment holds something";
	return NULL;
}

static const char *tx_refuse(const struct load *l)
{
	if (l->segment < FRAME_MIN || l->segment > FRAME_MAX)
		return "a frame has 60 to 60000 bytes (--segment)";
	if (l->ring.size > 256)
		return "a transmit queue has at most 256 descriptors";
	return refuse_common(l);
}

static const char *rx_refuse(const struct load *l)
{
	if (l->segment < 128 || l->segment > FRAME_MAX)
		return "a receive buffer has 128 to 60000 bytes (--segment)";
	if (l->depth < 6)
		return "a frame takes up to three buffers: six at least are in flight";
	if (l->batch > l->depth / 2)
		return "half of the buffers stay in the ring: a batch is not more than that";
	return refuse_common(l);
}

static uint64_t tx_features(const struct load *l)
{
	return 0;
}

static uint64_t rx_features(const struct load *l)
{
	return 1ull << VIRTIO_NET_F_MRG_RXBUF;
}

static unsigned int tx_queue(const struct load *l, unsigned int i)
{
	return 1;
}

static unsigned int rx_queue(const struct load *l, unsigned int i)
{
	return 0;
}

static bool open_idle(struct device *d, struct virtqueue *v, GError **error)
{
	struct virtqueue_setup set = d->lanes[0].ring.set;

	set.size = IDLE_SIZE;
	virtqueue_free(v);
	virtqueue_init(v, &set, d->memory);
	return mmio_queue(&d->mmio, !d->lanes[0].index, set.size, v->desc, v->driver, v->device,
			  error);
}

/* The wire survives a reset, and frames that were on their way may be lost or come. */
static bool net_open(struct device *d, GError **error)
{
	struct net *n = d->priv;
	struct lane *q = &d->lanes[0];

	if (!n) {
		d->priv = n = g_new0(struct net, 1);
		n->wire = g_malloc(WIRE);
		n->frame = g_malloc(2 * FRAME_MAX);
	}
	n->before = n->sent;
	n->parts = 0;
	q->stride = (HEADER + d->load->segment + 63) & ~63ull;
	q->area = memory_take(d->memory, q->stride * d->load->depth, 64);
	return !d->load->foreign || open_idle(d, &n->idle, error);
}

static void net_close(struct device *d)
{
	struct net *n = d->priv;

	if (n) {
		g_free(n->wire);
		g_free(n->frame);
		virtqueue_free(&n->idle);
	}
	g_clear_pointer(&d->priv, g_free);
}

/* Frames of before a reset need not come; of these, do not wait for any. */
static void pass_over(struct net *n, const uint8_t *frame, size_t length)
{
	struct mark mark;

	if (n->arrived >= n->before || length < ETHERNET + sizeof(mark))
		return;
	memcpy(&mark, frame + ETHERNET, sizeof(mark));
	if (mark.number > n->arrived && mark.number <= n->before)
		n->arrived = mark.number;
}

static uint64_t net_outstanding(struct device *d)
{
	const struct net *n = d->priv;

	return n->sent - MAX(n->arrived, n->before);
}

/* @length bytes at @at in as many pieces as a chain has; the header is in the first. */
static uint32_t split_up(struct device *d, uint64_t at, uint32_t length, bool device_writes,
			 struct virtqueue_segment *s)
{
	uint32_t n = load_pieces(d, d->load->ring.chain), i, piece;

	for (i = 0; i < n; i++) {
		piece = i == 0 && n > 1 ? HEADER : length / (n - i);
		s[i] = (struct virtqueue_segment){at, piece, device_writes};
		at += piece;
		length -= piece;
	}
	return n;
}

static uint32_t tx_build(struct device *d, struct lane *q, uint32_t slot,
			 struct virtqueue_segment *s)
{
	uint64_t at = q->area + slot * q->stride;
	struct net *n = d->priv;

	memset(memory_at(d->memory, at), 0, HEADER);
	make_frame(memory_at(d->memory, at + HEADER), n->sent++, d->load->segment);
	return split_up(d, at, HEADER + d->load->segment, false, s);
}

static char *tx_check(struct device *d, struct lane *q, uint32_t slot, uint32_t len)
{
	struct net *n = d->priv;

	/* Nobody tells what a foreign one has done with it. */
	if (d->load->foreign)
		n->arrived++;
	return len ? g_strdup_printf("a sent frame has length %u, not 0", len) : NULL;
}

/* Looks at the frames that the wire holds whole. */
static bool look_at_wire(struct net *n, char **wrong)
{
	size_t at = 0;
	uint32_t length;
	bool any = false;

	while (!*wrong && n->have - at >= sizeof(length)) {
		memcpy(&length, n->wire + at, sizeof(length));
		length = ntohl(length);
		if (length > FRAME_MAX) {
			*wrong = g_strdup_printf("a frame of %u bytes", length);
			break;
		}
		if (n->have - at - sizeof(length) < length)
			break;
		pass_over(n, n->wire + at + sizeof(length), length);
		*wrong = check_frame(n->wire + at + sizeof(length), length, n->arrived);
		n->arrived++;
		at += sizeof(length) + length;
		any = true;
	}
	memmove(n->wire, n->wire + at, n->have - at);
	n->have -= at;
	return any;
}

static bool tx_take(struct device *d, char **wrong)
{
	struct net *n = d->priv;
	ssize_t got = recv(d->socket, n->wire + n->have, WIRE - n->have, MSG_DONTWAIT);

	if (got <= 0)
		return false;
	n->have += got;
	return look_at_wire(n, wrong);
}

static uint64_t tx_outstanding(struct device *d)
{
	return d->lanes[0].ring.in_flight + net_outstanding(d);
}

static uint32_t rx_build(struct device *d, struct lane *q, uint32_t slot,
			 struct virtqueue_segment *s)
{
	uint64_t at = q->area + slot * q->stride;

	/* What an earlier frame left must not be taken for this one. */
	memset(memory_at(d->memory, at), 0xa5, HEADER + ETHERNET + sizeof(struct mark));
	return split_up(d, at, d->load->segment, true, s);
}

static char *rx_check(struct device *d, struct lane *q, uint32_t slot, uint32_t len)
{
	const uint8_t *buffer = memory_at(d->memory, q->area + slot * q->stride);
	struct virtio_net_hdr_v1 header;
	struct net *n = d->priv;
	uint32_t skip = 0;

	if (!n->parts) {
		if (len < HEADER)
			return g_strdup_printf("a frame's first buffer has length %u", len);
		memcpy(&header, buffer, sizeof(header));
		if (!header.num_buffers || header.num_buffers > d->load->depth)
			return g_strdup_printf("a frame of %u buffers", header.num_buffers);
		n->parts = header.num_buffers;
		n->length = 0;
		skip = HEADER;
	}
	if (n->length + len - skip > FRAME_MAX)
		return g_strdup_printf("frame %" PRIu64 " has more than %u bytes", n->arrived,
				       FRAME_MAX);
	memcpy(n->frame + n->length, buffer + skip, len - skip);
	n->length += len - skip;
	if (--n->parts)
		return NULL;
	if (d->load->foreign)
		return NULL;
	pass_over(n, n->frame, n->length);
	return check_frame(n->frame, n->length, n->arrived++);
}

/* The length of frame @number: from the smallest to what two buffers and a half hold. */
static uint32_t frame_length(const struct load *l, uint64_t number)
{
	uint32_t most = MIN(l->segment * 5 / 2, FRAME_MAX);

	return FRAME_MIN + (number * 2654435761u >> 7) % (most - FRAME_MIN);
}

/* Writes what waits; true if nothing waits any more. */
static bool write_wire(struct device *d)
{
	struct net *n = d->priv;
	ssize_t done = 0;

	if (n->done < n->have)
		done = send(d->socket, n->wire + n->done, n->have - n->done,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
	n->done += MAX(done, 0);
	return n->done == n->have;
}

static uint64_t rx_send(struct device *d, uint64_t most)
{
	struct net *n = d->priv;
	uint64_t sent = 0;

	if (!write_wire(d))
		return 0;
	n->have = n->done = 0;
	while (sent < most && net_outstanding(d) < MOST_SENT) {
		uint32_t length = frame_length(d->load, n->sent), first = htonl(length);

		if (WIRE - n->have < length + sizeof(first))
			break;
		memcpy(n->wire + n->have, &first, sizeof(first));
		make_frame(n->wire + n->have + sizeof(first), n->sent, length);
		n->have += sizeof(first) + length;
		n->sent++;
		sent++;
	}
	write_wire(d);
	return sent;
}

const struct device_class tx_class = {
	.name = "virtio-net",
	.virtio_id = VIRTIO_ID_NET,
	.refuse = tx_refuse,
	.features = tx_features,
	.queue = tx_queue,
	.open = net_open,
	.close = net_close,
	.build = tx_build,
	.check = tx_check,
	.take = tx_take,
	.outstanding = tx_outstanding,
};

const struct device_class rx_class = {
	.name = "virtio-net",
	.virtio_id = VIRTIO_ID_NET,
	.refuse = rx_refuse,
	.features = rx_features,
	.queue = rx_queue,
	.open = net_open,
	.close = net_close,
	.build = rx_build,
	.check = rx_check,
	.send = rx_send,
	.outstanding = net_outstanding,
};

/* Frames come by themselves, and buffers are what a turn counts. */
const struct device_class rx_foreign_class = {
	.name = "virtio-net",
	.virtio_id = VIRTIO_ID_NET,
	.refuse = rx_refuse,
	.features = rx_features,
	.queue = rx_queue,
	.open = net_open,
	.close = net_close,
	.build = rx_build,
	.check = rx_check,
};
