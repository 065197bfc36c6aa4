/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "in-guest.h"
#include "alive.h"
#include "load-kinds.h"
#include "runners/machine/netns.h"
#include "runners/plan/find.h"
#include "runners/plan/kinds.h"

#include <stdio.h>
#include <string.h>

#include "probes/tool/text.h"

#define SHORT_MS 30000

/* A short command in a guest that is emulated on a busy host. */
#define ASK_MS 15000

/* Its kernel's symbols are many, and grep is slow there. */
#define FIND_MS 120000

/* No count of a run is larger, be it bytes. */
#define COUNT_MAX ((int64_t)1e15)

/* What a load takes to end in an emulated guest when it is killed. */
#define END_LOAD_MS 15000

/* One line a virtio device: its feature bits (the character at place N is bit
 * N), its disk's serial number and its network interface's address, - for
 * none. */
/* clang-format off: one line of shell a line */
static const char features_script[] =
	"for d in /sys/bus/virtio/devices/*; do\n"
	"	read -r bits <$d/features\n"
	"	serial=- mac=-\n"
	"	for f in $d/block/*/serial; do [ -f $f ] && read -r serial <$f; done\n"
	"	for f in $d/net/*/address; do [ -f $f ] && read -r mac <$f; done\n"
	"	echo $bits $serial $mac\n"
	"done\n";

/* $1 the MAC of the interface, $2 address/length. */
static const char net_script[] =
	"for f in /sys/class/net/*/address; do\n"
	"	read -r mac <$f\n"
	"	[ $mac = $1 ] || continue\n"
	"	n=${f%/address}\n"
	"	ip addr add $2 dev ${n##*/} && ip link set ${n##*/} up && exit 0\n"
	"done\n"
	"echo no interface has the address $1 >&2\n"
	"exit 1\n";
/* clang-format on */

/* What the link found becomes a state of the trial. */
static void set_trial_error(struct trial *t, const char *what, GError *e, GError **error)
{
	if (e->domain == VQB_ERROR) {
		g_propagate_error(error, e);
		return;
	}
	/* The line closes a moment before QEMU's end can be seen. */
	if (e->code == LINK_ERROR_CLOSED)
		child_ended(&t->qemu.child, 2000);
	if (trial_alive(t, error))
		g_set_error(error, VQB_ERROR,
			    e->code == LINK_ERROR_TIMEOUT ? VQB_STALLED : VQB_INVALID, "%s: %s",
			    what, e->message);
	g_error_free(e);
}

/* A guest that KVM cannot run leaves QEMU there, paused. */
static gboolean watch_boot(void *data, GError **error)
{
	struct trial *t = data;
	g_autofree char *status = NULL;

	if (!trial_alive(t, error))
		return FALSE;
	status = qmp_guest_died(t->qmp);
	if (!status)
		return TRUE;
	g_set_error(error, VQB_ERROR, VQB_NO_START, "guest died: %s", status);
	return FALSE;
}

bool guest_wait_up(struct trial *t, int limit_s, GError **error)
{
	GError *e = NULL;

	link_set_watch(t->link, watch_boot, t);
	if (link_wait_hello(t->link, limit_s * 1000, &e))
		return true;
	set_trial_error(t, "the guest did not come up", e, error);
	return false;
}

/* Runs a command that must succeed; its output, the link's. */
static const GByteArray *run_command(struct trial *t, const char *what, const char *const *argv,
				     const char *const *env, int limit_s, GError **error)
{
	struct link_command c = {.argv = argv, .env = env, .limit_s = limit_s};
	g_autofree char *said = NULL;
	const struct link_result *r;
	const GByteArray *say;
	GError *e = NULL;

	/* The agent's own limit comes first: it can still tell what was said. */
	r = link_run(t->link, &c, limit_s * 1000 + 10000, &e);
	if (!r) {
		set_trial_error(t, what, e, error);
		return NULL;
	}
	if (r->end == LINK_EXITED && (r->code == 0 || r->out->len))
		return r->out;
	say = r->err->len ? r->err : r->out;
	said = vq_text_clean((const char *)say->data, say->len, 200, VQ_ASCII);
	if (r->end == LINK_LIMIT)
		g_set_error(error, VQB_ERROR, VQB_STALLED, "%s did not end within %d s", what,
			    limit_s);
	else
		g_set_error(error, VQB_ERROR, VQB_INVALID, "%s: %s %d: %s", what,
			    r->end == LINK_EXITED      ? "exit status"
			    : r->end == LINK_SIGNALLED ? "signal"
						       : "not run, errno",
			    r->code, said);
	return NULL;
}

static bool run_shell(struct trial *t, const char *what, const char *script, const char *a,
		      const char *b, const GByteArray **out, GError **error)
{
	const char *argv[] = {"busybox", "sh", "-c", script, "sh", a, b, NULL};
	const GByteArray *o;

	link_set_watch(t->link, trial_watch_alive, t);
	o = run_command(t, what, argv, NULL, SHORT_MS / 1000, error);
	if (o && out)
		*out = o;
	return o != NULL;
}

/* The device id of what the guest calls @serial or @mac, or NULL. */
static char *find_device_id(const struct trial *t, const char *serial, const char *mac)
{
	const struct plan *p = t->bench->plan;
	unsigned int i;

	if (plan_find_disk(p, serial))
		return g_strconcat("disk-", serial, NULL);
	for (i = 0; i < p->nets->len; i++)
		if (!strcmp(mac, netns_guest_mac(i)))
			return g_strdup(((struct plan_net *)p->nets->pdata[i])->name);
	return NULL;
}

static uint64_t parse_bits(const char *text)
{
	uint64_t bits = 0;
	int i;

	for (i = 0; i < 64 && text[i]; i++)
		if (text[i] == '1')
			bits |= 1ull << i;
	return bits;
}

bool guest_read_features(struct trial *t, GError **error)
{
	const struct plan *p = t->bench->plan;
	const GByteArray *out = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	int i;

	if (!run_shell(t, "reading the devices' features", features_script, NULL, NULL, &out,
		       error))
		return false;
	text = g_strndup((const char *)out->data, MIN(out->len, 65536));
	lines = g_strsplit(text, "\n", 256);
	t->features = json_object_new();
	for (i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], " ", 4);
		g_autofree char *id = NULL, *hex = NULL;

		if (g_strv_length(f) < 3)
			continue;
		id = find_device_id(t, f[1], f[2]);
		if (!id)
			continue;
		hex = g_strdup_printf("0x%" PRIx64, parse_bits(f[0]));
		json_object_set_string_member(t->features, id, hex);
	}
	if (json_object_get_size(t->features) < p->disks->len + p->nets->len) {
		g_set_error(error, VQB_ERROR, VQB_INVALID,
			    "the guest found %u of %u virtio devices",
			    json_object_get_size(t->features), p->disks->len + p->nets->len);
		return false;
	}
	return true;
}

bool guest_configure_nets(struct trial *t, GError **error)
{
	unsigned int i;

	for (i = 0; i < t->bench->plan->nets->len; i++) {
		g_autofree char *address = g_strconcat(netns_guest_address(i), "/28", NULL);
		g_autofree char *mac = g_strdup(netns_guest_mac(i));

		if (!run_shell(t, "configuring the network", net_script, mac, address, NULL, error))
			return false;
	}
	return true;
}

bool guest_put_jobs(struct trial *t, GError **error)
{
	const struct plan *p = t->bench->plan;
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];
		g_autofree char *path = g_strdup_printf(JOB_PATH, w->name);
		GError *e = NULL;

		if (!w->job_text || !plan_workload_on(w, t->slot->ring))
			continue;
		if (!link_put(t->link, path, 0644, w->job_text, strlen(w->job_text), SHORT_MS,
			      &e)) {
			set_trial_error(t, "sending the job file", e, error);
			return false;
		}
	}
	return true;
}

const GByteArray *guest_run_load(struct trial *t, const struct plan_workload *w, link_watch watch,
				 void *data, GError **error)
{
	g_autofree char *seconds = g_strdup_printf("%" PRId64, w->seconds);
	g_autofree char *env_seconds = g_strconcat("VQLAB_SECONDS=", seconds, NULL);
	g_autofree char *env_device = g_strconcat("VQLAB_DEVICE=/dev/vqlab/", w->device, NULL);
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	const char *env[] = {env_seconds, env_device, NULL};
	const GByteArray *out;

	load_kind(w)->add_command(argv, t->bench->plan, w);
	g_ptr_array_add(argv, NULL);
	link_set_watch(t->link, watch, data);
	out = run_command(t, w->kind, (const char *const *)argv->pdata, env,
			  w->seconds + t->bench->plan->stall_seconds + 60, error);
	link_set_watch(t->link, trial_watch_alive, t);
	return out;
}

/* The words that a line of shell in the guest prints, $1 being the disk of @w or the MAC
 * of its network card; NULL when it fails.  The caller frees them. */
static char **ask_guest(struct trial *t, const struct plan_workload *w, const char *script)
{
	bool net = w && plan_kind(w)->net;
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

/* The tenth column of the kernel's statistics of a disk. */
int64_t guest_disk_busy_ms(struct trial *t, const struct plan_workload *w)
{
	g_auto(GStrv) words = NULL;
	int i, column = 0;

	if (plan_kind(w)->net)
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

char *guest_read_functions(struct trial *t, GError **error)
{
	const GByteArray *out;

	link_set_watch(t->link, trial_watch_alive, t);
	out = run_command(t, "finding the driver's functions", guest_counter_command, NULL,
			  FIND_MS / 1000, error);
	return out ? g_strndup((const char *)out->data, out->len) : NULL;
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
 * fio's jobs are sessions of their own, which the agent's kill does not reach: left
 * alone they would be a load beside the next phase's.  One that waits for a request
 * cannot be killed before that is completed.
 */
static const char kill_script[] =
	"killall -9 " LOAD_PROGRAMS " 2>/dev/null; n=0\n"
	"while pidof " LOAD_PROGRAMS
	" >/dev/null && [ $n -lt 50 ]; do n=$((n + 1)); usleep 100000; done\n"
	"pidof " LOAD_PROGRAMS " >/dev/null && echo left || echo gone\n";

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
