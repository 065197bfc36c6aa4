// SPDX-License-Identifier: GPL-2.0-or-later
#include "option-table.h"
#include "probes/tool/options.h"
#include "runners/tool/error.h"

#include <inttypes.h>
#include <string.h>

#define BOTH (FOR_RUN | FOR_COUNT)
#define ALL (BOTH | FOR_RANDOM)

enum type { FLAG, NUMBER, TEXT };

/* In the order of --help. */
static const struct row {
	enum option option;
	const char *name;
	enum type type;
	unsigned int commands;
	const char *help, *arg;
	int64_t least, most; /* of a number */
} rows[] = {
#define A_FLAG(option, name, commands, help)                                                       \
	{                                                                                          \
		option, name, FLAG, commands, help, NULL, 0, 0                                     \
	}
#define A_TEXT(option, name, commands, help, arg)                                                  \
	{                                                                                          \
		option, name, TEXT, commands, help, arg, 0, 0                                      \
	}
#define A_NUMBER(option, name, commands, help, arg, least, most)                                   \
	{                                                                                          \
		option, name, NUMBER, commands, help, arg, least, most                             \
	}
	A_TEXT(OPTION_QEMU, "--qemu", ALL, "Folder made by runners/setup/qemu.sh", "DIR"),
	A_TEXT(OPTION_VARIANTS, "--variants", ALL,
	       "off, qemu, and strategies, or LABEL=ONE; one twice is A/A", "A,B"),
	A_TEXT(OPTION_PROPS, "--props", BOTH,
	       "Properties of every device that it has: event_idx=off,...", "LIST"),
	A_TEXT(OPTION_LOAD, "--load", ALL, "read, write, randrw (virtio-blk), tx, rx (virtio-net)",
	       "KIND"),
	A_TEXT(OPTION_RING, "--ring", ALL, "split or packed; count: a list; random: both",
	       "FORMAT"),
	A_NUMBER(OPTION_SIZE, "--size", BOTH, "Descriptors of the ring", "N", 1, 32768),
	A_NUMBER(OPTION_DEPTH, "--depth", BOTH,
		 "Elements in flight in each queue (64, or what fits)", "N", 1, 32768),
	A_NUMBER(OPTION_BATCH, "--batch", BOTH,
		 "So many are added at once (0: each when there is room)", "N", 0, 32768),
	A_NUMBER(OPTION_CHAIN, "--chain", BOTH, "Segments of an element (virtio-net: 1, else 3)",
		 "N", 1, 1024),
	A_NUMBER(OPTION_SEGMENT, "--segment", BOTH,
		 "Bytes of a data segment (4096), a frame sent, a buffer (1500)", "BYTES", 1,
		 1 << 20),
	A_NUMBER(OPTION_QUEUES, "--queues", BOTH, "Queues of each virtio-blk (1)", "N", 1, 64),
	A_TEXT(OPTION_RECYCLE, "--recycle", BOTH, "Buffers freed last first (as Linux), or first",
	       "WHICH"),
	A_FLAG(OPTION_INDIRECT, "--indirect", BOTH, "Chains as indirect tables"),
	A_FLAG(OPTION_NO_EVENT_IDX, "--no-event-idx", BOTH, "Without VIRTIO_F_EVENT_IDX"),
	A_FLAG(OPTION_INTERRUPTS, "--interrupts", BOTH, "Let the device interrupt; nobody listens"),
	A_FLAG(OPTION_BATCHES, "--batches", BOTH,
	       "In order, a used entry may stand for several elements"),
	A_TEXT(OPTION_DISK, "--disk", BOTH, "null, file, or QEMU's -blockdev options (null)",
	       "WHAT"),
	A_NUMBER(OPTION_DISK_MIB, "--disk-mib", BOTH, "Size of each disk (16)", "MIB", 1, 1 << 20),
	A_TEXT(OPTION_CONTENT, "--content", BOTH, "Of another disk: any, zeroes, offsets (any)",
	       "WHAT"),
	A_TEXT(OPTION_BACKEND, "--backend", FOR_RUN,
	       "Serves virtio-net: vhost-user=PATH, vhost-vdpa=PATH; % is the device's number",
	       "WHO"),
	A_TEXT(OPTION_ORDER, "--order", BOTH, "Complete in this order, by x-order; count: a list",
	       "ORDER"),
	A_NUMBER(OPTION_ORDER_SEED, "--order-seed", BOTH, "x-order's seed (1)", "N", 0, UINT32_MAX),
	A_NUMBER(OPTION_ELEMENTS, "--elements", BOTH, "Elements of a turn, instead of a time", "N",
		 1, 1ll << 40),
	A_NUMBER(OPTION_SEED, "--seed", ALL, "Of the load, of rounds, of the bus (1)", "N", 0,
		 1ll << 62),
	A_NUMBER(OPTION_STALL, "--stall", ALL, "No completion for so long is a hang", "MS", 1,
		 3600000),
	A_NUMBER(OPTION_MEMORY, "--memory", ALL, "The guest's (512)", "MIB", 16, 2048),
	A_TEXT(OPTION_JSON, "--json", ALL, "Write the result there", "FILE"),
	A_FLAG(OPTION_CHECK, "--check", ALL,
	       "Only say whether these options go together; needs no --qemu"),
	A_FLAG(OPTION_KICK, "--kick", FOR_RUN, "The device sleeps and is notified (else it polls)"),
	A_NUMBER(OPTION_POLL, "--poll", FOR_RUN, "How long it polls before it sleeps (1000)", "US",
		 1, 1000000),
	A_NUMBER(OPTION_ROUNDS, "--rounds", FOR_RUN, "Turns of each variant (10)", "N", 1, 100000),
	A_NUMBER(OPTION_TURN, "--turn", FOR_RUN,
		 "Length of a turn (10; of a disk that is not null: 200)", "MS", 1, 3600000),
	A_NUMBER(OPTION_BOOTS, "--boots", FOR_RUN | FOR_RANDOM,
		 "QEMUs, one after the other: the blocks (1)", "N", 1, 1000),
	A_FLAG(OPTION_HOLD, "--hold", FOR_RUN,
	       "Print QEMU's pid and wait for a line on standard input, before and after the load"),
	A_FLAG(OPTION_NO_PIN, "--no-pin", FOR_RUN,
	       "Take no processors, and no priority over other programs"),
	A_FLAG(OPTION_TOGETHER, "--together", FOR_RUN,
	       "Do not wait for others that measure on this host"),
	A_NUMBER(OPTION_RUNS, "--runs", FOR_COUNT, "QEMUs for each cell: at least 2 to compare (2)",
		 "N", 1, 100),
	A_NUMBER(OPTION_OPERATIONS, "--operations", FOR_RANDOM, "Of each device in a boot (1000)",
		 "N", 1, 50000),
	A_NUMBER(OPTION_SECONDS, "--seconds", FOR_RANDOM,
		 "Boots until so long has passed, instead of a number", "N", 1, 1000000),
	A_NUMBER(OPTION_LIFE, "--life", FOR_RANDOM,
		 "Only this life of each device: to see it again", "N", 1, 1000000),
	A_TEXT(OPTION_AVOID, "--avoid", FOR_RANDOM,
	       "What is known to break: full (rings), odd-size (packed rings)", "A,B"),
	A_NUMBER(OPTION_JOBS, "--jobs", FOR_COUNT, "QEMUs at the same time (2)", "N", 1, 64),
};

static struct {
	bool given;
	int64_t number;
	char *text;
} values[OPTION_COUNT];

static const struct row *row_of(const char *name)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(rows); i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

/* GOptionArgFunc; @name with its dashes. */
static gboolean take(const char *name, const char *value, gpointer data, GError **error)
{
	const struct row *r = row_of(name);

	values[r->option].given = true;
	if (r->type == TEXT && !*value) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "%s=: it is empty", name);
		return FALSE;
	}
	if (r->type == TEXT) {
		g_free(values[r->option].text);
		values[r->option].text = g_strdup(value);
	} else if (r->type == NUMBER &&
		   !g_ascii_string_to_signed(value, 10, r->least, r->most,
					     &values[r->option].number, NULL)) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "%s=%s: not a number from %" PRId64 " to %" PRId64, name, value,
			    r->least, r->most);
		return FALSE;
	}
	return TRUE;
}

bool options_given(unsigned int command, int *argc, char ***argv, bool *help, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autofree GOptionEntry *entries = g_new0(GOptionEntry, G_N_ELEMENTS(rows) + 1);
	size_t i, n = 0;

	memset(values, 0, sizeof(values));
	for (i = 0; i < G_N_ELEMENTS(rows); i++)
		if (rows[i].commands & command)
			entries[n++] = (GOptionEntry){
				.long_name = rows[i].name + 2,
				.flags = rows[i].type == FLAG ? G_OPTION_FLAG_NO_ARG : 0,
				.arg = G_OPTION_ARG_CALLBACK,
				.arg_data = (gpointer)take,
				.description = rows[i].help,
				.arg_description = rows[i].arg,
			};
	g_option_context_add_main_entries(context, entries, NULL);
	return vq_options_parse(context, argc, argv, help, error);
}

const char *option_name(enum option o)
{
	size_t i;

	for (i = 0; rows[i].option != o;)
		i++;
	return rows[i].name;
}

bool option_given(enum option o)
{
	return values[o].given;
}

int64_t option_number(enum option o, int64_t otherwise)
{
	return values[o].given ? values[o].number : otherwise;
}

const char *option_text(enum option o, const char *otherwise)
{
	return values[o].given ? values[o].text : otherwise;
}
