// SPDX-License-Identifier: GPL-2.0-or-later
/* What callgrind writes, and what is made of it; repeating instructions in real code. */
#include "runners/ring/code.h"
#include "runners/ring/profile.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Two repeating instructions, and one that only begins like them. */
__asm__(".text\n"
	".globl repeats_here\n"
	"repeats_here:\n"
	"	rep stosb\n" /* f3 aa */
	"	nop\n"
	"	rep movsq\n" /* f3 48 a5 */
	"	nop\n"
	"	pause\n" /* f3 90 */
	"	ret\n");
extern const char repeats_here[], __executable_start[];

/* As the file has it: this program's own addresses begin at 0 if it is a PIE. */
static uint64_t address_of(const char *symbol)
{
	return symbol - __executable_start;
}

static void code(void)
{
	struct code *c = code_open("/proc/self/exe");
	uint64_t at = address_of(repeats_here);

	g_assert_cmpuint(code_repeats(c, at), ==, 2);
	g_assert_cmpuint(code_repeats(c, at + 2), ==, 0);
	g_assert_cmpuint(code_repeats(c, at + 3), ==, 3);
	g_assert_cmpuint(code_repeats(c, at + 7), ==, 0);
	g_assert_cmpuint(code_repeats(c, UINT64_MAX), ==, 0);
	g_assert_cmpuint(code_repeats(c, 1ull << 60), ==, 0);
	code_close(c);
	c = code_open("/nonexistent");
	g_assert_cmpuint(code_repeats(c, at), ==, 0);
	code_close(c);
	c = code_open("/dev/null");
	g_assert_cmpuint(code_repeats(c, at), ==, 0);
	code_close(c);
}

static struct profile *read_text(const char *text)
{
	g_autoptr(GError) e = NULL;
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("test-ring-profile-XXXXXX", &path, &e);
	struct profile *p;

	g_assert_no_error(e);
	close(fd);
	g_assert_true(g_file_set_contents(path, text, -1, &e));
	p = profile_read(path, &e);
	g_assert_no_error(e);
	g_unlink(path);
	return p;
}

static void profile(void)
{
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
	uint64_t at = address_of(repeats_here);
	/* virtqueue_push calls fill twice; fill's rep stosb runs twice, 9 iterations each. */
	g_autofree char *text = g_strdup_printf("# callgrind format\n"
						"version: 1\n"
						"thread: 7\n"
						"positions: instr\n"
						"events: Ir\n"
						"\n"
						"ob=(1) %s\n"
						"fl=(1) a.c\n"
						"fn=(1) virtqueue_push\n"
						"0x10 3\n"
						"+4 5\n"
						"cob=(2) /nonexistent.so\n"
						"cfn=(2) virtqueue_fill\n"
						"calls=2 0x40\n"
						"* 24\n"
						"+5 2\n"
						"\n"
						"fn=(2)\n"
						"0x%" PRIx64 " 18\n"
						"+2 2\n"
						"+1 4\n"
						"\n"
						"ob=(2)\n"
						"fn=(3) memset\n"
						"0x%" PRIx64 " 18\n"
						"\n"
						"totals: 52\n",
						exe, at, at);
	struct profile *p = read_text(text);
	const struct profile_fn *push = profile_find(p, "virtqueue_push");
	const struct profile_fn *fill = profile_find(p, "virtqueue_fill");
	const struct profile_call *call;

	g_assert_cmpuint(p->thread, ==, 7);
	g_assert_cmpuint(p->total, ==, 52);
	g_assert_nonnull(push);
	g_assert_cmpuint(push->self, ==, 10);
	g_assert_cmpuint(push->called, ==, 24);
	g_assert_cmpuint(push->callees->len, ==, 1);
	call = push->callees->pdata[0];
	g_assert_cmpstr(call->name, ==, "virtqueue_fill");
	g_assert_cmpuint(call->calls, ==, 2);
	g_assert_cmpuint(call->inclusive, ==, 24);
	g_assert_nonnull(fill);
	g_assert_cmpuint(fill->calls, ==, 2);
	g_assert_cmpuint(fill->self, ==, 24);
	/* 18 iterations of 2 executions; of rep movsq, nothing says how often it began. */
	g_assert_cmpuint(fill->repeats, ==, 16);
	g_assert_cmpuint(p->repeats, ==, 16);
	g_assert_null(profile_find(p, "virtqueue_pop"));
	profile_free(p);
}

static void nonsense(void)
{
	static const char *const texts[] = {
		"",
		"fn=(1)\n+1 5\n",
		"calls=3 0x1\n* 4\n",
		"* 4\n",
		"fn=\n0x1 2\n",
		"fn=(1 x\n0x1 2\n",
		"ob=(9)\nfn=(1) a\n0xffffffffffffffff 3\n",
		"fn=(1) a\ncalls=1 0x2\n",
		"cfn=(4)\ncalls=1\n+1\n-\n*\n",
		"thread: x\n",
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++)
		profile_free(read_text(texts[i]));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/profile/code", code);
	g_test_add_func("/profile/read", profile);
	g_test_add_func("/profile/nonsense", nonsense);
	return g_test_run();
}
