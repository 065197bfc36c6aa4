/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "in-guest.h"
#include "alive.h"
#include "load-kinds.h"
#include "runners/machine/netns.h"
#include "runners/plan/find.h"

#include <stdio.h>
#include <string.h>

#include "probes/tool/text.h"

#define SHORT_MS 30000

/* Its kernel's symbols are many, and grep is slow there. */
#define FIND_MS 120000

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

/* Where the load finds what it is to drive; the caller frees it. */
static char *device_variable(const struct plan *p, const struct plan_workload *w)
{
	return w->net ? g_strconcat("VQLAB_HOST=",
				    netns_host_address(plan_net_number(p, w->device)), NULL)
		      : g_strconcat("VQLAB_DEVICE=/dev/vqlab/", w->device, NULL);
}

/* A command of the user's says by its status whether it did what it should, and its figure
 * may stand at its output's end. */
static bool command_ended_well(struct trial *t, GError **error)
{
	const struct link_result *r = link_result(t->link);
	const GByteArray *say = r->err->len ? r->err : r->out;
	g_autofree char *said = vq_text_clean((const char *)say->data, say->len, 200, VQ_ASCII);

	if (r->code)
		g_set_error(error, VQB_ERROR, VQB_INVALID, "command: exit status %d: %s", r->code,
			    said);
	else if (r->out_total > r->out->len)
		g_set_error(error, VQB_ERROR, VQB_INVALID,
			    "command: printed %" PRIu64 " bytes, of which the first %u were kept",
			    r->out_total, r->out->len);
	return !r->code && r->out_total <= r->out->len;
}

const GByteArray *guest_run_load(struct trial *t, const struct plan_workload *w, link_watch watch,
				 void *data, GError **error)
{
	g_autofree char *seconds = g_strdup_printf("%" PRId64, w->seconds);
	g_autofree char *env_seconds = g_strconcat("VQLAB_SECONDS=", seconds, NULL);
	g_autofree char *env_device = device_variable(t->bench->plan, w);
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	const char *env[] = {env_seconds, env_device, NULL};
	const GByteArray *out;

	load_kind(w)->add_command(argv, t->bench->plan, w);
	g_ptr_array_add(argv, NULL);
	link_set_watch(t->link, watch, data);
	out = run_command(t, w->kind, (const char *const *)argv->pdata, env,
			  w->seconds + t->bench->plan->stall_seconds + 60, error);
	link_set_watch(t->link, trial_watch_alive, t);
	return out && w->command.program && !command_ended_well(t, error) ? NULL : out;
}

char *guest_read_functions(struct trial *t, GError **error)
{
	const GByteArray *out;

	link_set_watch(t->link, trial_watch_alive, t);
	out = run_command(t, "finding the driver's functions", guest_counter_command, NULL,
			  FIND_MS / 1000, error);
	return out ? g_strndup((const char *)out->data, out->len) : NULL;
}
