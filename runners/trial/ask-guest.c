/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask-guest.h"
#include "alive.h"
#include "runners/machine/netns.h"
#include "runners/plan/find.h"

#include <string.h>

/* A short command in a guest that is emulated on a busy host. */
#define ASK_MS 15000

/* No count of a run is larger, be it bytes. */
#define COUNT_MAX ((int64_t)1e15)

/* What a load takes to end in an emulated guest when it is killed. */
#define END_LOAD_MS 15000

/* The words that a line of shell in the guest prints, $1 being the disk of @w or the MAC
 * of its network card; NULL when it fails.  The caller frees them. */
static char **ask_guest(struct trial *t, const struct plan_workload *w, const char *script)
{
	bool net = w && w->net;
	g_autofree char *device =
		net ? g_strdup(netns_guest_mac(plan_net_number(t->bench->plan, w->device)))
		    : g_strconcat("/dev/vqlab/", w ? w->device : "", NULL);
	const char *argv[] = {"busybox", "sh", "-c", script, "sh", device, NULL};
	struct link_command c = {.argv = argv, .limit_s = ASK_MS / 1000};
	const struct link_result *r;
	g_autofree char *text = NULL;

	link_set_watch(t->link, trial_watch_alive, t);
	r = link_run(t->link, &c, 2 * ASK_MS, NULL);
	if (!r || r->end != LINK_EXITED || r->code || !r->out->len)
		return NULL;
	text = g_strndup((const char *)r->out->data, MIN(r->out->len, 4096));
	return g_strsplit_set(g_strstrip(text), " \n", -1);
}

/* A count of the guest's; -1: it is none, or more than there can be, and more than
 * sums and differences of it can bear. */
static int64_t parse_count(const char *word)
{
	int64_t n = word ? g_ascii_strtoll(word, NULL, 10) : -1;

	return n >= 0 && n <= COUNT_MAX ? n : -1;
}

int64_t guest_outstanding(struct trial *t)
{
	g_auto(GStrv) words = ask_guest(t, NULL, "cat /sys/block/vd*/inflight");
	int64_t sum = 0;
	int i;

	for (i = 0; words && words[i]; i++) {
		int64_t n = parse_count(words[i]);

		if (n < 0)
			return -1;
		sum += n;
	}
	return words ? sum : -1;
}

/*
 * The tenth column of the kernel's statistics of a disk.  Where two processors begin requests
 * on an idle disk at one time, all the time since the last one is in it too: Linux (seen with
 * 7.3) adds it if there is a request under way, which the other has begun.
 */
int64_t guest_disk_busy_ms(struct trial *t, const struct plan_workload *w)
{
	g_auto(GStrv) words = NULL;
	int i, column = 0;

	if (w->net || t->bench->plan->cpus > 1)
		return -1;
	words = ask_guest(t, w, "d=$(readlink -f $1); cat /sys/block/${d##*/}/stat");
	for (i = 0; words && words[i]; i++)
		if (*words[i] && ++column == 10)
			return parse_count(words[i]);
	return -1;
}

static const char received_script[] = "for f in /sys/class/net/*/address; do\n"
				      "	read -r mac <$f\n"
				      "	[ $mac = $1 ] && cat ${f%address}statistics/rx_bytes\n"
				      "done; :\n";

int64_t guest_received_bytes(struct trial *t, const struct plan_workload *w)
{
	g_auto(GStrv) words = ask_guest(t, w, received_script);

	return words && words[0] && *words[0] ? parse_count(words[0]) : -1;
}

/* Of lines such as "24:  1200  PCI-MSIX-0000:00:04.0  1-edge  virtio0-req.0". */
static const char interrupts_script[] = "awk '/virtio[0-9]+-(req|input|output)/ { k++; for (i = 2; "
					"$i ~ /^[0-9]+$/; i++) n += $i }\n"
					"END { print k ? n : -1 }' /proc/interrupts";

int64_t guest_interrupts(struct trial *t)
{
	g_auto(GStrv) words = ask_guest(t, NULL, interrupts_script);

	return words ? parse_count(words[0]) : -1;
}

/*
 * fio's jobs are sessions of their own, which the agent's kill does not reach, and what a
 * command starts may be anything: left alone they would be a load beside the next phase's.
 * So all goes but init, the agent and this shell; threads of the kernel have no exe.  One
 * that waits for a request cannot be killed before that is completed.
 */
/* clang-format off: one line of shell a line */
static const char kill_script[] =
	"n=0 left=1\n"
	"while [ $left = 1 ] && [ $n -lt 50 ]; do\n"
	"	left=0\n"
	"	for p in /proc/[0-9]*; do\n"
	"		case ${p#/proc/} in 1 | $$ | $PPID) continue ;; esac\n"
	"		[ -e $p/exe ] && kill -9 ${p#/proc/} && left=1\n"
	"	done\n"
	"	[ $left = 0 ] || usleep 100000\n"
	"	n=$((n + 1))\n"
	"done\n"
	"[ $left = 0 ] && echo gone || echo left\n";
/* clang-format on */

bool guest_kill_load(struct trial *t)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) e = NULL;

	link_set_watch(t->link, trial_watch_alive, t);
	link_cancel(t->link);
	if (!link_wait(t->link, END_LOAD_MS, &e) && e->code != LINK_ERROR_REFUSED)
		return false;
	words = ask_guest(t, NULL, kill_script);
	return words && words[0] && !strcmp(words[0], "gone");
}
