// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vqring drives the virtqueues of a real QEMU without a guest.
 *
 *   options.c      the command line; option-table.c: a row for each option
 *   machine.c      starts QEMU; machine-args.c: its command line
 *   qtest.c        QEMU's socket; mmio.c: virtio's handshake over it
 *   memory.c       the guest's memory
 *   virtqueue.c    the driver's side of a ring; split.c, packed.c: the two formats
 *   device.c       a device under test; blk.c, net.c: what its requests are
 *   load.c         keeps requests in flight; steps.c: its single steps, and stalls
 *   rounds.c       variants take turns in one QEMU; hardware.c: the processor's counter
 *   place.c        where the driver and the device's thread run, and what disturbed them
 *   handover.c     how far apart the two processors are
 *   ratios.c       throughput of one beside another, over boots
 *   report.c       JSON; run-table.c: the table
 *   random.c       random drivers: boots; random-draw.c: what is drawn, by dice.h;
 *                  random-life.c: what a driver does; random-report.c
 *   count.c        instructions an element: the jobs, what they agree on
 *   workdir.c      where they leave their files
 *   count-job.c    one QEMU under callgrind.c; profile.c reads what that wrote, code.c
 *                  the program's code; count-table.c prints
 *
 * RING.md says what is checked, what is counted, and what the JSON holds.
 */
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "count.h"
#include "random.h"
#include "report.h"
#include "rounds.h"
#include "runners/tool/host.h"
#include "runners/tool/json.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"usage: vqring run --qemu DIR [options]\n"
	"       vqring count --qemu DIR [options]\n"
	"       vqring random --qemu DIR [options]\n"
	"\n"
	"Drives the virtqueues of a real QEMU without a guest, and checks as a driver\n"
	"must.\n"
	"\n"
	"  vqring run    all variants in one QEMU take turns: elements a second\n"
	"  vqring count  instructions an element, under callgrind\n"
	"  vqring random seeded drivers that do anything a driver may\n"
	"  vqring run --help, vqring count --help, vqring random --help: the options\n"
	"  vqring --version\n";

static int complain(const GError *e)
{
	fprintf(stderr, "vqring: %s\n", e->message);
	return e->code == VQB_BAD_INPUT ? 2 : 1;
}

static bool write_json(const struct options *o, JsonNode *root, GError **error)
{
	g_autofree char *text = json_text(root, true);

	return !o->json || vq_output_write(o->json, text, strlen(text), error);
}

static bool pause_ms(void *data, int ms)
{
	poll(NULL, 0, ms);
	return false;
}

static int run(struct options *o)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(JsonNode) root = NULL;
	GPtrArray *boots = NULL;
	bool good;

	if (o->together || host_wait("vqring", "vqring run", pause_ms, NULL, &e))
		boots = rounds_run(o, &e);
	if (!boots)
		return complain(e);
	good = report_run_table(o, boots);
	root = report_run(o, boots);
	g_ptr_array_unref(boots);
	if (!write_json(o, root, &e))
		return complain(e);
	return good ? 0 : 1;
}

static int random_drivers(struct options *o)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(JsonNode) root = NULL;
	GPtrArray *boots = random_run(o, &e);
	bool good;

	if (!boots)
		return complain(e);
	good = random_table(o, boots);
	root = random_report(o, boots);
	g_ptr_array_unref(boots);
	if (!write_json(o, root, &e))
		return complain(e);
	return good ? 0 : 1;
}

static int count(struct options *o)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(JsonNode) root = count_run(o, &e);
	bool good;

	if (!root)
		return complain(e);
	good = count_table(root);
	if (!write_json(o, root, &e))
		return complain(e);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	g_autoptr(GError) e = NULL;
	struct options o;
	int status = 0;

	vq_start();
	if (!strcmp(command, "--version")) {
		printf("vqring (vqlab) %s\n", VQLAB_VERSION);
		return vq_output_finish("vqring", 0);
	}
	if (!strcmp(command, "--help") || !strcmp(command, "-h")) {
		printf("%s", usage);
		return vq_output_finish("vqring", 0);
	}
	if (strcmp(command, "run") && strcmp(command, "count") && strcmp(command, "random")) {
		fprintf(stderr, "vqring: %s; vqring --help tells more\n",
			*command ? "no such command" : "which command?");
		return 2;
	}
	if (!options_read(&o, command, argc - 1, argv + 1, &e))
		return complain(e);
	if (!o.check)
		status = (!strcmp(command, "count")    ? count
			  : !strcmp(command, "random") ? random_drivers
						       : run)(&o);
	options_free(&o);
	return vq_output_finish("vqring", status);
}
