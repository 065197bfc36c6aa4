// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's link: its frames, and the host side against a guest that lies.
 * Built with sanitizers.
 */
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runners/guest/frame.h"
#include "runners/machine/link.h"
#include "frames.h"

/* -- frames -------------------------------------------------------------- */

static void test_crc(void)
{
	/* The check value that every list of CRCs gives for CRC-32. */
	g_assert_cmphex(frame_crc((const guint8 *)"123456789", 9), ==, 0xcbf43926);
}

static void test_frame_split(void)
{
	guint8 data[1024];
	g_autoptr(GByteArray) a = NULL;
	struct frame f;
	gsize used, noise;

	all_bytes(data, sizeof(data));
	a = frame_bytes(FRAME_OUT, 0xfedcba98, data, sizeof(data));
	for (gsize n = 0; n < a->len; n++) {
		/* A copy of just that size, so that ASan sees a read too far. */
		g_autofree guint8 *part = g_memdup2(a->data, n);

		g_assert_cmpint(frame_find(part, n, &f, &used, &noise), ==, 0);
		g_assert_cmpuint(used, ==, 0);
	}
	g_assert_cmpint(frame_find(a->data, a->len, &f, &used, &noise), ==, 1);
	g_assert_cmpuint(used, ==, a->len);
	g_assert_cmpuint(noise, ==, 0);
	g_assert_cmpuint(f.type, ==, FRAME_OUT);
	g_assert_cmphex(f.seq, ==, 0xfedcba98);
	g_assert_cmpmem(f.payload, f.len, data, sizeof(data));
}

/* Whatever bit is wrong, the frame is dropped and the next one is found. */
static void test_frame_damage(void)
{
	g_autoptr(GByteArray) good = frame_bytes(FRAME_DONE, 7, "all is well", 11);
	g_autoptr(GByteArray) bad = frame_bytes(FRAME_OUT, 6, "some output", 11);
	struct frame f;
	gsize used, noise, first = bad->len;

	g_byte_array_append(bad, good->data, good->len);
	for (gsize bit = 0; bit < first * 8; bit++) {
		bad->data[bit / 8] ^= 1 << bit % 8;
		g_assert_cmpint(frame_find(bad->data, bad->len, &f, &used, &noise), ==, 1);
		g_assert_cmpuint(f.seq, ==, 7);
		g_assert_cmpuint(noise, ==, first);
		g_assert_cmpuint(used, ==, bad->len);
		bad->data[bit / 8] ^= 1 << bit % 8;
	}
}

static void test_frame_absurd(void)
{
	static const guint32 lengths[] = {FRAME_MAX + 1, 1u << 20, 0x7fffffff, 0x80000000,
					  0xffffffff};
	g_autoptr(GByteArray) good = frame_bytes(FRAME_DONE, 7, "x", 1);
	struct frame f;
	gsize used, noise;

	for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
		g_autoptr(GByteArray) a = frame_bytes(FRAME_OUT, 6, NULL, 0);

		/* A header that is right in itself: only the length is absurd. */
		frame_put32(a->data + 12, lengths[i]);
		frame_put32(a->data + 20, frame_crc(a->data, 20));
		g_byte_array_append(a, good->data, good->len);
		g_assert_cmpint(frame_find(a->data, a->len, &f, &used, &noise), ==, 1);
		g_assert_cmpuint(f.seq, ==, 7);
		g_assert_cmpuint(noise, ==, FRAME_HEADER);
	}
}

static void test_frame_garbage(void)
{
	static const char garbage[] = "\xf1\xf1v\xf1vq\xf1vqL\xf1vqX panic at noon\n\0\xf1";
	g_autoptr(GByteArray) a = g_byte_array_new();
	g_autoptr(GByteArray) good = frame_bytes(FRAME_DONE, 9, NULL, 0);
	struct frame f;
	gsize used, noise;

	g_byte_array_append(a, (const guint8 *)garbage, sizeof(garbage));
	g_byte_array_append(a, good->data, good->len);
	g_assert_cmpint(frame_find(a->data, a->len, &f, &used, &noise), ==, 1);
	g_assert_cmpuint(f.seq, ==, 9);
	g_assert_cmpuint(noise, ==, sizeof(garbage));
}

/* -- the host side against a guest made of bytes -------------------------- */

struct fake {
	struct link *l;
	int guest;
};

static void fake_open(struct fake *k)
{
	int pair[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
	k->l = link_new(pair[0]);
	k->guest = pair[1];
}

static void fake_close(struct fake *k)
{
	link_free(k->l);
	if (k->guest >= 0)
		close(k->guest);
}

static void fake_send(struct fake *k, guint32 type, guint32 seq, const void *p, gsize n)
{
	g_autoptr(GByteArray) a = frame_bytes(type, seq, p, n);

	g_assert_cmpint(write(k->guest, a->data, a->len), ==, a->len);
}

static void fake_hello(struct fake *k, guint32 version)
{
	guint8 p[8];

	frame_put32(p, version);
	memcpy(p + 4, "7.x\n", 4);
	fake_send(k, FRAME_HELLO, 0, p, 8);
}

static void fake_done(struct fake *k, guint32 seq, guint32 status, guint64 out)
{
	guint8 p[FRAME_DONE_SIZE] = {0};

	frame_put32(p, status);
	frame_put64(p + 8, out);
	fake_send(k, FRAME_DONE, seq, p, sizeof(p));
}

/* Begin a run; its number is 1, the first request of each fake. */
static void fake_run(struct fake *k, guint keep)
{
	static const char *const argv[] = {"true", NULL};
	const struct link_command c = {.argv = argv, .keep_bytes = keep};
	g_autoptr(GError) error = NULL;

	link_start_run(k->l, &c, &error);
	g_assert_no_error(error);
}

static void test_hello(void)
{
	struct fake k;
	g_autoptr(GError) error = NULL;

	fake_open(&k);
	fake_hello(&k, FRAME_VERSION);
	g_assert_true(link_wait_hello(k.l, 1000, &error));
	g_assert_cmpstr(link_guest(k.l), ==, "7.x ");
	fake_close(&k);

	fake_open(&k);
	fake_hello(&k, FRAME_VERSION + 1);
	g_assert_false(link_wait_hello(k.l, 1000, &error));
	g_assert_error(error, LINK_ERROR, LINK_ERROR_VERSION);
	fake_close(&k);
}

/* One that says it without end, and reads nothing, does not fill memory with answers. */
static void test_hellos(void)
{
	int small = 1, answered = 0, n;
	guint8 some[4096];
	struct fake k;

	fake_open(&k);
	setsockopt(link_fd(k.l), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	for (int i = 0; i < 8000; i++) {
		fake_hello(&k, FRAME_VERSION);
		g_assert_true(link_process(k.l, NULL));
	}
	while (link_process(k.l, NULL) && (n = recv(k.guest, some, sizeof(some), MSG_DONTWAIT)) > 0)
		answered += n;
	g_assert_cmpint(answered, >, FRAME_MAX / 2);
	g_assert_cmpint(answered, <, 8000 * FRAME_HEADER / 2);
	fake_close(&k);
}

static void test_bytewise(void)
{
	guint8 data[600], done[FRAME_DONE_SIZE] = {0};
	g_autoptr(GByteArray) a = NULL, b = NULL;
	g_autoptr(GError) error = NULL;
	struct fake k;

	all_bytes(data, sizeof(data));
	frame_put64(done + 8, sizeof(data));
	a = frame_bytes(FRAME_OUT, 1, data, sizeof(data));
	b = frame_bytes(FRAME_DONE, 1, done, sizeof(done));
	g_byte_array_append(a, b->data, b->len);
	fake_open(&k);
	fake_run(&k, 0);
	for (gsize i = 0; i < a->len; i++) {
		g_assert_true(link_busy(k.l));
		g_assert_cmpint(write(k.guest, a->data + i, 1), ==, 1);
		g_assert_true(link_process(k.l, &error));
	}
	g_assert_false(link_busy(k.l));
	g_assert_cmpmem(link_result(k.l)->out->data, link_result(k.l)->out->len, data,
			sizeof(data));
	g_assert_cmpuint(link_noise(k.l), ==, 0);
	fake_close(&k);
}

static void expect(struct fake *k, enum link_error code)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(link_wait(k->l, 1000, &error));
	g_assert_error(error, LINK_ERROR, (int)code);
	g_assert_null(link_result(k->l));
	g_assert_false(link_busy(k->l));
	fake_close(k);
}

static void test_lies(void)
{
	g_autoptr(GByteArray) a = frame_bytes(FRAME_OUT, 1, "output", 6);
	struct fake k;

	/* A frame of output lost to a bad checksum. */
	fake_open(&k);
	fake_run(&k, 0);
	a->data[FRAME_HEADER] ^= 1;
	g_assert_cmpint(write(k.guest, a->data, a->len), ==, a->len);
	fake_done(&k, 1, FRAME_OK, 6);
	expect(&k, LINK_ERROR_DAMAGED);

	/* More output than we said we would keep. */
	fake_open(&k);
	fake_run(&k, 5);
	fake_send(&k, FRAME_OUT, 1, "output", 6);
	expect(&k, LINK_ERROR_DAMAGED);

	/* A status that does not exist. */
	fake_open(&k);
	fake_run(&k, 0);
	fake_done(&k, 1, 99, 0);
	expect(&k, LINK_ERROR_DAMAGED);

	/* QEMU dies. */
	fake_open(&k);
	fake_run(&k, 0);
	close(k.guest);
	k.guest = -1;
	expect(&k, LINK_ERROR_CLOSED);
}

static void test_others(void)
{
	g_autoptr(GError) error = NULL;
	struct fake k;

	/* Answers to other requests, and frames out of place, change nothing. */
	fake_open(&k);
	fake_run(&k, 0);
	fake_done(&k, 2, FRAME_OK, 0);
	fake_send(&k, FRAME_OUT, 0, "x", 1);
	fake_send(&k, FRAME_DONE, 1, "short", 5);
	fake_send(&k, 4711, 1, NULL, 0);
	g_assert_false(link_wait(k.l, 50, &error));
	g_assert_error(error, LINK_ERROR, LINK_ERROR_TIMEOUT);
	g_assert_true(link_busy(k.l));
	g_assert_cmpuint(link_noise(k.l), ==, 4);
	g_clear_error(&error);
	fake_done(&k, 1, FRAME_OK, 0);
	g_assert_true(link_wait(k.l, 1000, &error));
	g_assert_nonnull(link_result(k.l));
	fake_close(&k);
}

static void test_refusal(void)
{
	g_autoptr(GError) error = NULL;
	guint8 p[FRAME_DONE_SIZE + 8] = {0};
	struct fake k;

	fake_open(&k);
	fake_run(&k, 0);
	frame_put32(p, FRAME_REFUSED);
	memcpy(p + FRAME_DONE_SIZE, "no\033[2J\xff!", 8);
	fake_send(&k, FRAME_DONE, 1, p, sizeof(p));
	g_assert_false(link_wait(k.l, 1000, &error));
	g_assert_error(error, LINK_ERROR, LINK_ERROR_REFUSED);
	/* No escape sequence of the guest's reaches our terminal. */
	g_assert_cmpstr(error->message, ==, "in the guest: no?[2J?!");
	fake_close(&k);
}

static gboolean stop_at_third(void *data, GError **error)
{
	return ++*(int *)data < 3;
}

static void test_watch(void)
{
	g_autoptr(GError) error = NULL;
	struct fake k;
	int calls = 0;

	fake_open(&k);
	link_set_watch(k.l, stop_at_third, &calls);
	g_assert_false(link_wait_hello(k.l, -1, &error));
	g_assert_error(error, LINK_ERROR, LINK_ERROR_STOPPED);
	g_assert_cmpint(calls, ==, 3);
	fake_close(&k);
}

/*
 * Noise, half frames and good frames with any type, number and length, from a
 * fixed seed.  The sanitizers watch; we look at the bounds.
 */
static void test_fuzz(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261122);
	guint64 frames = 0, errors = 0;
	struct fake k;

	fake_open(&k);
	for (int i = 0; i < 60000; i++) {
		guint8 p[300];
		gsize n = g_rand_int_range(rand, 0, sizeof(p));
		g_autoptr(GByteArray) a = NULL;
		g_autoptr(GError) error = NULL;

		if (!link_busy(k.l))
			fake_run(&k, 4000);
		for (gsize j = 0; j < n; j++)
			p[j] = g_rand_int_range(rand, 0, i % 2 ? 256 : 3);
		/* The run's number is not told: guess around it, as a liar would. */
		a = frame_bytes(g_rand_int_range(rand, 0, 12),
				1 + errors + g_rand_int_range(rand, -1, 2), p, n);
		switch (g_rand_int_range(rand, 0, 6)) {
		case 0:
			g_byte_array_set_size(a, g_rand_int_range(rand, 0, a->len + 1));
			break;
		case 1:
			a->data[g_rand_int_range(rand, 0, a->len)] ^= g_rand_int(rand);
			break;
		case 2:
			memcpy(a->data, p, MIN(n, a->len));
			break;
		default:
			frames++;
		}
		g_assert_cmpint(write(k.guest, a->data, a->len), ==, a->len);
		if (!link_process(k.l, &error))
			g_assert_true(error->code == LINK_ERROR_DAMAGED ||
				      error->code == LINK_ERROR_REFUSED ||
				      error->code == LINK_ERROR_VERSION);
		errors += !link_busy(k.l);
		if (link_result(k.l))
			g_assert_cmpuint(link_result(k.l)->out->len, <=, 4000);
		/* Drain what the link sends, or its queue would be the test's fault. */
		while (recv(k.guest, p, sizeof(p), MSG_DONTWAIT) > 0)
			;
	}
	g_assert_cmpuint(frames, >, 20000);
	g_assert_cmpuint(errors, >, 100);
	fake_close(&k);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/link/crc", test_crc);
	g_test_add_func("/link/frame/split", test_frame_split);
	g_test_add_func("/link/frame/damage", test_frame_damage);
	g_test_add_func("/link/frame/absurd-length", test_frame_absurd);
	g_test_add_func("/link/frame/garbage", test_frame_garbage);
	g_test_add_func("/link/host/hello", test_hello);
	g_test_add_func("/link/host/hellos", test_hellos);
	g_test_add_func("/link/host/bytewise", test_bytewise);
	g_test_add_func("/link/host/lies", test_lies);
	g_test_add_func("/link/host/others", test_others);
	g_test_add_func("/link/host/refusal", test_refusal);
	g_test_add_func("/link/host/watch", test_watch);
	g_test_add_func("/link/host/fuzz", test_fuzz);
	return g_test_run();
}
