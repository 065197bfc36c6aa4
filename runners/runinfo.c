/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runinfo.h"
#include "identity.h"
#include "runners/plan/find.h"
#include "runners/plan/kinds.h"
#include "runners/tool/spawn.h"
#include "runners/tool/clock.h"
#include "runners/tool/files.h"
#include "runners/tool/json.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probes/tool/cpu.h"
#include "probes/tool/text.h"

#define ASK_MS 20000
#define TEXT_MAX 200

/* The value behind @key in a file of "key<sep>value" lines; NULL: none. */
static char *read_field(const char *path, const char *key, char sep)
{
	g_autofree char *text = read_file(path, 1u << 22, NULL, NULL);
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;

	for (int i = 0; lines && lines[i]; i++) {
		char *at = strchr(lines[i], sep);

		if (!at || !g_str_has_prefix(lines[i], key))
			continue;
		g_strdelimit(g_strstrip(at + 1), "\"", ' ');
		return vq_text_clean(g_strstrip(at + 1), -1, TEXT_MAX, VQ_UTF8);
	}
	return NULL;
}

static void set_text(JsonObject *o, const char *name, const char *value)
{
	json_object_set_string_member(o, name, value ? value : "unknown");
}

static JsonObject *host_json(const struct bench *b)
{
	g_autofree char *cpu = vq_cpu_name();
	g_autofree char *flags = read_field("/proc/cpuinfo", "flags", ':');
	g_autofree char *memory = read_field("/proc/meminfo", "MemTotal", ':');
	g_autofree char *os = read_field("/etc/os-release", "PRETTY_NAME", '=');
	JsonObject *o = json_object_new();
	struct utsname u;

	uname(&u);
	set_text(o, "cpu", cpu);
	json_object_set_int_member(o, "cores", sysconf(_SC_NPROCESSORS_ONLN));
	json_object_set_int_member(o, "memory_mib",
				   memory ? g_ascii_strtoll(memory, NULL, 10) / 1024 : 0);
	set_text(o, "kernel", u.release);
	set_text(o, "os", os);
	json_object_set_boolean_member(o, "virtual", flags && strstr(flags, " hypervisor"));
	json_object_set_object_member(o, "settings", json_object_ref(b->settings));
	return o;
}

/* First line of what a program prints, without what stands before its last
 * word when @last_word. */
static char *ask_program(bool last_word, const char *a, const char *b, const char *c, const char *d,
			 const char *e, const char *f)
{
	const char *argv[] = {a, b, c, d, e, f, NULL};
	struct spawn s = {.argv = argv};
	g_autofree char *text = capture(&s, false, 4096, ASK_MS, NULL);
	char *word;

	if (!text)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	word = last_word ? strrchr(text, ' ') : NULL;
	return vq_text_clean(word ? word + 1 : text, -1, TEXT_MAX, VQ_UTF8);
}

static JsonObject *versions_json(const struct bench *b)
{
	g_autofree char *nbdkit = ask_program(true, "nbdkit", "--version", NULL, NULL, NULL, NULL);
	g_autofree char *perf = ask_program(true, "perf", "--version", NULL, NULL, NULL, NULL);
	g_autofree char *iperf3 = ask_program(false, "iperf3", "--version", NULL, NULL, NULL, NULL);
	g_autofree char *libbpf =
		ask_program(false, "dpkg-query", "-W", "-f", "${Version}", "libbpf1", NULL);
	JsonObject *o = json_object_new();

	set_text(o, "nbdkit", nbdkit);
	set_text(o, "perf", perf);
	set_text(o, "iperf3", iperf3);
	set_text(o, "libbpf", libbpf);
	return o;
}

/* The commit that vqbench was built from, if it still lies in its tree. */
static JsonObject *self_json(void)
{
	g_autofree char *exe = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = exe ? g_path_get_dirname(exe) : NULL;
	g_autofree char *commit =
		dir ? ask_program(false, "git", "-C", dir, "rev-parse", "--short", "HEAD") : NULL;
	JsonObject *o = json_object_new();

	set_text(o, "version", VQLAB_VERSION);
	set_text(o, "commit", commit);
	return o;
}

static JsonArray *strings(char **list)
{
	JsonArray *a = json_array_new();

	for (; list && *list; list++)
		json_array_add_string_element(a, *list);
	return a;
}

static JsonArray *variants_json(const struct plan *p, JsonObject *strategies)
{
	JsonArray *a = json_array_new();
	unsigned int i;

	for (i = 0; i < p->variants->len; i++) {
		struct plan_variant *v = p->variants->pdata[i];

		json_array_add_string_element(a, v->label);
		json_object_set_string_member(strategies, v->label, v->variant);
	}
	return a;
}

/* Of each variant that has a [variant NAME]: which QEMU, and what it is given. */
static JsonObject *arms_json(const struct bench *b)
{
	const struct plan *p = b->plan;
	JsonObject *all = json_object_new();
	unsigned int i;

	for (i = 0; i < p->variants->len; i++) {
		const struct plan_variant *v = p->variants->pdata[i];
		const struct bench_arm *a = &b->arms[i];
		JsonObject *o = json_object_new(), *m;

		m = a->qemu ? json_node_get_object(a->qemu->manifest) : NULL;
		set_text(o, "version", m ? json_str(m, "version", NULL) : "none");
		set_text(o, "source", m ? json_str(m, "source", NULL) : "none");
		set_text(o, "sha256", m ? json_str(m, "sha256", NULL) : "");
		json_object_set_boolean_member(o, "hooks", m && json_flag(m, "hooks", false));
		set_text(o, "props", v->arm && v->arm->props ? v->arm->props : "");
		if (v->arm && v->arm->revision)
			set_text(o, "revision", v->arm->revision);
		if (a->qemu)
			set_text(o, "confined", a->qemu->confined);
		if (a->no_qemu)
			set_text(o, "no_qemu", a->no_qemu);
		if (a->no_probes)
			set_text(o, "no_probes", a->no_probes);
		json_object_set_object_member(all, v->label, o);
	}
	return all;
}

static JsonArray *driver_json(const struct plan *p)
{
	JsonArray *a = json_array_new();
	unsigned int i;

	for (i = 0; i < p->variants->len; i++) {
		struct plan_variant *v = p->variants->pdata[i];

		if (plan_counts_driver(p, v))
			json_array_add_string_element(a, v->label);
	}
	return a;
}

static JsonObject *ring_json(const struct plan_ring *r)
{
	JsonObject *o = json_object_new();

	set_text(o, "measure", r->measure);
	set_text(o, "load", r->load);
	json_object_set_array_member(o, "orders", strings(r->orders));
	return o;
}

static void iperf3_json(JsonObject *o, const struct plan_iperf3 *i)
{
	set_text(o, "direction", i->direction);
	set_text(o, "protocol", i->protocol);
	json_object_set_int_member(o, "streams", i->streams);
	if (!i->packet)
		return;
	json_object_set_int_member(o, "rate_mbit", i->rate);
	json_object_set_int_member(o, "packet", i->packet);
}

static void command_json(JsonObject *o, const struct plan_workload *w)
{
	json_object_set_boolean_member(o, "net", w->net);
	set_text(o, "program", w->command.program);
	set_text(o, "sha256", w->command.sha256);
	set_text(o, "args", w->command.args ? w->command.args : "");
	set_text(o, "figure", w->command.figure);
	set_text(o, "better", w->command.better);
}

static JsonArray *workloads_json(const struct plan *p)
{
	JsonArray *a = json_array_new();
	unsigned int i;

	for (i = 0; i < p->workloads->len; i++) {
		struct plan_workload *w = p->workloads->pdata[i];
		JsonObject *o = json_object_new();

		set_text(o, "name", w->name);
		set_text(o, "kind", w->kind);
		set_text(o, "device", w->device_id);
		set_text(o, "summary", w->summary);
		set_text(o, "unit",
			 !g_strcmp0(w->ring.measure, "count") ? "instructions" : plan_unit(w));
		json_object_set_int_member(o, "seconds", w->seconds);
		json_object_set_array_member(o, "rings", strings(w->rings ? w->rings : p->rings));
		if (w->iperf3.direction)
			iperf3_json(o, &w->iperf3);
		if (w->command.program)
			command_json(o, w);
		if (w->blocks)
			json_object_set_int_member(o, "blocks", w->blocks);
		if (w->job_text)
			set_text(o, "job", w->job_text);
		if (w->ring.measure)
			json_object_set_object_member(o, "ring", ring_json(&w->ring));
		json_array_add_object_element(a, o);
	}
	return a;
}

static JsonArray *left_out_json(GPtrArray *left_out)
{
	JsonArray *a = json_array_new();

	for (unsigned int i = 0; i < left_out->len; i++) {
		struct left_out *l = left_out->pdata[i];
		JsonObject *o = json_object_new();

		set_text(o, "variant", l->variant);
		set_text(o, "ring", l->ring);
		set_text(o, "why", l->why);
		json_array_add_object_element(a, o);
	}
	return a;
}

static JsonObject *until_json(const struct bench *b)
{
	JsonObject *o = json_object_new();

	json_object_set_double_member(o, "percent", g_ascii_strtod(b->until, NULL));
	return o;
}

static bool copy_plan(const struct bench *b, GError **error)
{
	g_autofree char *path = g_build_filename(b->dir, "plan.ini", NULL);

	return write_file(path, b->plan->text, strlen(b->plan->text), error);
}

static JsonObject *pin_json(const struct bench *b)
{
	JsonObject *o = json_object_new();

	json_object_set_boolean_member(o, "pinned", b->pinning != NULL);
	set_text(o, "how", b->pinned);
	return o;
}

bool runinfo_write(const struct bench *b, const char *name, int trials_planned, GPtrArray *left_out,
		   GError **error)
{
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *path = g_build_filename(b->dir, "run.json", NULL);
	g_autofree char *text = NULL, *created = utc_now();
	JsonObject *o = json_object_new(), *accel = json_object_new();
	JsonObject *strategies = json_object_new();
	const struct plan *p = b->plan;

	json_node_take_object(root, o);
	set_text(o, "schema", "vqlab-run-1");
	set_text(o, "name", name);
	set_text(o, "plan", p->name);
	json_object_set_int_member(o, "seed", p->seed);
	set_text(o, "created", created);
	json_object_set_object_member(o, "identity", identity_json(b->identity));
	json_object_set_object_member(o, "host", host_json(b));
	json_object_set_boolean_member(o, "alone", b->alone);
	set_text(accel, "name", b->accel);
	set_text(accel, "why", b->accel_why);
	json_object_set_object_member(o, "accel", accel);
	set_text(o, "confined", b->qemu->confined);
	json_object_set_member(o, "qemu", json_node_copy(b->qemu->manifest));
	if (p->arms->len)
		json_object_set_object_member(o, "arms", arms_json(b));
	if (b->pinned)
		json_object_set_object_member(o, "pin", pin_json(b));
	if (b->tuned)
		set_text(o, "tuned", b->tuned);
	if (b->against)
		set_text(o, "against", b->against);
	json_object_set_array_member(o, "baseline", strings(p->baseline));
	json_object_set_member(o, "guest", json_node_copy(b->guest.manifest));
	json_object_set_object_member(o, "vqlab", self_json());
	json_object_set_object_member(o, "versions", versions_json(b));
	json_object_set_array_member(o, "variants", variants_json(p, strategies));
	json_object_set_object_member(o, "strategies", strategies);
	json_object_set_array_member(o, "rings", strings(p->rings));
	json_object_set_int_member(o, "blocks", p->blocks);
	json_object_set_int_member(o, "blocks_of_plan", p->own_blocks);
	if (b->until)
		json_object_set_object_member(o, "until", until_json(b));
	json_object_set_array_member(o, "left_out", left_out_json(left_out));
	if (b->no_probes)
		set_text(o, "no_probes", b->no_probes);
	json_object_set_array_member(o, "driver", driver_json(p));
	if (b->no_driver)
		set_text(o, "no_driver", b->no_driver);
	json_object_set_array_member(o, "workloads", workloads_json(p));
	json_object_set_int_member(o, "trials_planned", trials_planned);
	text = json_text(root, true);
	if (!copy_plan(b, error))
		return false;
	/* It says of all trials what they ran on: it lasts before there is one.  Where it is,
	 * the plan is. */
	sync_folder(b->dir);
	if (!write_file(path, text, strlen(text), error))
		return false;
	sync_folder(b->dir);
	return true;
}
