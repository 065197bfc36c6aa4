// SPDX-License-Identifier: GPL-2.0-or-later
/* The planner on functions written byte by byte. */
#include <glib.h>
#include <string.h>

#include "probes/target/plan.h"

#define AT 0x401000u

/* The plan for @code, all of which is one function at AT; with @ret, all args. */
static struct vq_plan plan(const uint8_t *code, size_t len, bool ret, bool reads)
{
	struct vq_plan p = {
		.entry = AT,
		.size = len,
		.args = VQ_ARG_DI | VQ_ARG_SI | VQ_ARG_DX,
		.ret = ret,
		.reads = reads,
		.code = code,
		.len = len,
	};

	vq_plan_sites(&p, 1, code, len, AT);
	return p;
}

#define CODE(...)                                                                                  \
	(const uint8_t[])                                                                          \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define PAST(ret, reads, ...) plan(CODE(__VA_ARGS__), sizeof(CODE(__VA_ARGS__)), ret, reads).past
#define WHY(ret, reads, ...) plan(CODE(__VA_ARGS__), sizeof(CODE(__VA_ARGS__)), ret, reads).why

/* What instructions the tests are made of. */
#define PUSH_RBP 0x55
#define PUSH_R15 0x41, 0x57
#define SUB_RSP 0x48, 0x83, 0xec, 0x08
#define MOV_RAX_RDI 0x48, 0x89, 0xf8	   /* rdi to rax */
#define LOAD_RDX 0x48, 0x8b, 0x57, 0x60	   /* 0x60(rdi) to rdx: an argument dies */
#define LOAD_CX 0x48, 0x8b, 0x4f, 0x60	   /* 0x60(rdi) to rcx */
#define STORE 0xc6, 0x07, 0x00		   /* to (rdi) */
#define STORE_STACK 0xc6, 0x44, 0x24, 8, 0 /* to 8(rsp) */
#define TEST 0x48, 0x85, 0xc0
#define JNE(rel) 0x75, (uint8_t)(rel)
#define JMP(rel) 0xeb, (uint8_t)(rel)
#define ENDBR 0xf3, 0x0f, 0x1e, 0xfa
#define NOPL 0x0f, 0x1f, 0x40, 0x00
#define NOP5 0x0f, 0x1f, 0x44, 0x00, 0x00
#define NOP10 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0
#define CALL 0xe8, 0x00, 0x01, 0x00, 0x00
#define RET 0xc3

static void test_chosen(void)
{
	g_assert_cmpuint(PAST(true, true, PUSH_RBP, MOV_RAX_RDI, RET), ==, 0);
	g_assert_cmpuint(PAST(true, true, NOP5, PUSH_RBP, RET), ==, 0);
	/* As fill is built with -fcf-protection. */
	g_assert_cmpuint(PAST(true, true, ENDBR, PUSH_R15, RET), ==, 4);
	/* As virtqueue_pop in Debian's 7.2: the branch itself is passed by all. */
	g_assert_cmpuint(PAST(true, false, MOV_RAX_RDI, LOAD_CX, TEST, JNE(2), RET, RET, RET), ==,
			 10);
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, CALL, RET), ==, 3);
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, STORE_STACK, PUSH_RBP, RET), ==, 8);
	/* A long nop only if there is nothing else. */
	g_assert_cmpuint(PAST(true, true, ENDBR, NOPL, PUSH_RBP, RET), ==, 8);
	g_assert_cmpuint(PAST(true, true, ENDBR, NOPL, RET), ==, 4);
}

/* What may become a call belongs to the entry. */
static void test_calls_in_disguise(void)
{
	struct vq_plan p = {.entry = AT,
			    .code = CODE(NOP10, PUSH_RBP, RET),
			    .len = 12,
			    .size = 12,
			    .nop10 = true};

	g_assert_cmpuint(PAST(true, true, ENDBR, NOP5, PUSH_RBP, RET), ==, 4);
	g_assert_cmpuint(PAST(true, true, STORE_STACK, NOP5, PUSH_RBP, RET), ==, 10);
	g_assert_cmpuint(PAST(true, true, STORE_STACK, NOP5, RET), ==, 0);
	g_assert_cmpuint(PAST(true, true, STORE_STACK, NOP10, PUSH_RBP, RET), ==, 15);
	g_assert_cmpuint(PAST(true, true, NOP10, PUSH_RBP, RET), ==, 10);
	vq_plan_sites(&p, 1, p.code, p.len, AT);
	g_assert_cmpuint(p.past, ==, 0);
}

static void test_refused(void)
{
	/* Behind a branch or a return, not every call comes by. */
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, RET, PUSH_RBP, RET), ==, 0);
	g_assert_cmpstr(WHY(true, true, MOV_RAX_RDI, RET, PUSH_RBP, RET), ==,
			"nothing cheaper before the first branch");
	/* The return address is not where the stack pointer is any more. */
	g_assert_cmpuint(PAST(true, true, SUB_RSP, PUSH_RBP, RET), ==, 0);
	g_assert_cmpuint(PAST(false, true, SUB_RSP, PUSH_RBP, RET), ==, 4);
	g_assert_cmpuint(PAST(true, true, LOAD_RDX, PUSH_RBP, RET), ==, 0);
	g_assert_cmpuint(PAST(true, true, STORE, PUSH_RBP, RET), ==, 0);
	g_assert_cmpuint(PAST(true, false, STORE, PUSH_RBP, RET), ==, 3);
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, 0x06, PUSH_RBP, RET), ==, 0);
}

static void test_branches(void)
{
	/* A loop back to between the entry and the site: hits without calls. */
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, TEST, PUSH_RBP, RET, JMP(-7)), ==, 0);
	g_assert_cmpstr(WHY(true, true, MOV_RAX_RDI, TEST, PUSH_RBP, RET, JMP(-7)), ==,
			"a branch may pass the entry by");
	/* To the site itself likewise; to the entry it is a call; behind it, nothing. */
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, TEST, PUSH_RBP, RET, JMP(-4)), ==, 0);
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, TEST, PUSH_RBP, RET, JMP(-10)), ==, 6);
	g_assert_cmpuint(PAST(true, true, MOV_RAX_RDI, TEST, PUSH_RBP, RET, JMP(-3)), ==, 6);
}

/* What only looks like a branch: the end of an instruction, the start of another. */
static void test_no_branch(void)
{
	g_assert_cmpuint(
		PAST(true, true, MOV_RAX_RDI, TEST, PUSH_RBP, 0xb8, 0, 0, 0, 0xeb, 0xf4, RET), ==,
		6);
}

/* A branch from far away, after whatever bytes. */
static void test_far(void)
{
	uint8_t code[4096] = {MOV_RAX_RDI, TEST, PUSH_RBP, RET};
	int32_t rel = 3 - 2005;
	struct vq_plan p = {.entry = AT,
			    .size = 8,
			    .args = VQ_ARG_DI,
			    .ret = true,
			    .reads = true,
			    .code = code,
			    .len = 8};

	vq_plan_sites(&p, 1, code, sizeof(code), AT);
	g_assert_cmpuint(p.past, ==, 6);
	code[2000] = 0xe9;
	memcpy(code + 2001, &rel, 4);
	vq_plan_sites(&p, 1, code, sizeof(code), AT);
	g_assert_cmpuint(p.past, ==, 0);
}

static void decodes(const uint8_t *code, size_t len, const char *name, bool emulated)
{
	bool e;

	g_assert_cmpstr(vq_decode(code, len, &e), ==, name);
	g_assert_true(e == emulated);
}
#define DECODES(name, emulated, ...)                                                               \
	decodes(CODE(__VA_ARGS__), sizeof(CODE(__VA_ARGS__)), name, emulated)

static void test_decode(void)
{
	DECODES("nop5", true, NOP5);
	DECODES("nop10", false, NOP10);
	DECODES("nop", true, 0x90);
	DECODES("nop", true, 0x66, 0x90);
	DECODES("nopl", true, NOPL);
	DECODES("nopl", true, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0);
	DECODES("nopl", false, 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0);
	DECODES("push", true, PUSH_R15);
	DECODES("other", false, 0x6a, 0x01); /* push $1 */
	DECODES("push", false, 0x66, 0x55);
	DECODES("jcc", true, 0x0f, 0x85, 0, 0, 0, 0);
	DECODES("other", false, 0xe3, 0x00); /* jrcxz */
	DECODES("jmp", true, 0xe9, 0, 0, 0, 0);
	DECODES("call", true, CALL);
	DECODES("endbr64", false, ENDBR);
	DECODES("other", false, RET);
	DECODES("other", false, 0xe8, 0x00); /* cut off */
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plan/decode", test_decode);
	g_test_add_func("/plan/chosen", test_chosen);
	g_test_add_func("/plan/calls-in-disguise", test_calls_in_disguise);
	g_test_add_func("/plan/refused", test_refused);
	g_test_add_func("/plan/branches", test_branches);
	g_test_add_func("/plan/no-branch", test_no_branch);
	g_test_add_func("/plan/far-branch", test_far);
	return g_test_run();
}
