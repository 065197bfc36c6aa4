/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vqbench: the command line.  build.mk says how the parts hang together. */
#include "runners/supply/arms.h"
#include "runners/supply/guest-add.h"
#include "campaign.h"
#include "identity.h"
#include "left-out.h"
#include "runners/host/settings.h"
#include "runners/host/text.h"
#include "runners/plan/against.h"
#include "runners/plan/estimate.h"
#include "runners/plan/schedule.h"
#include "runners/trial/pinned.h"
#include "runners/tool/own.h"
#include "probes/tool/options.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "probes/tool/text.h"
#include "rings.h"
#include "runinfo.h"
#include "runners/tool/json.h"
#include "runners/tool/spawn.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOT_GIVEN INT64_MIN

static struct {
	char *out, *qemu, *guest, *variants, *rings, *accel, *vqprobe, *plugin, *again, *budget;
	char *tree, *against, *until;
	int64_t blocks, seed;
	gboolean counted, dry_run, help_plan, version, together, tune;
} opt = {.blocks = NOT_GIVEN, .seed = NOT_GIVEN};

static const GOptionEntry run_options[] = {
	{"out", 'o', 0, G_OPTION_ARG_FILENAME, &opt.out, "Run folder; resumes if it exists", "DIR"},
	{"qemu", 0, 0, G_OPTION_ARG_FILENAME, &opt.qemu, "Folder made by setup/qemu.sh", "DIR"},
	{"guest", 0, 0, G_OPTION_ARG_FILENAME, &opt.guest, "Folder made by setup/guest.sh", "DIR"},
	{"tree", 0, 0, G_OPTION_ARG_FILENAME, &opt.tree,
	 "A git tree of QEMU, as it is, instead of the plan's variants", "DIR"},
	{"against", 0, 0, G_OPTION_ARG_STRING, &opt.against, "held to this revision of it", "REV"},
	{"variants", 0, 0, G_OPTION_ARG_STRING, &opt.variants, "Instead of the plan's", "A,B"},
	{"rings", 0, 0, G_OPTION_ARG_STRING, &opt.rings, "Instead of the plan's", "A,B"},
	{"blocks", 0, 0, G_OPTION_ARG_INT64, &opt.blocks, "Instead of the plan's", "N"},
	{"budget", 0, 0, G_OPTION_ARG_STRING, &opt.budget,
	 "Only whole blocks, as long as they fit into this time: 90s, 30m, 2h", "TIME"},
	{"until", 0, 0, G_OPTION_ARG_STRING, &opt.until,
	 "Until every comparison has a verdict or an interval of so much: 5%", "PERCENT"},
	{"seed", 0, 0, G_OPTION_ARG_INT64, &opt.seed, "Instead of the plan's; 0 draws one", "N"},
	{"accel", 0, 0, G_OPTION_ARG_STRING, &opt.accel,
	 "auto (KVM if a guest boots under it), tcg or kvm", "NAME"},
	{"vqprobe", 0, 0, G_OPTION_ARG_FILENAME, &opt.vqprobe, "Default: beside vqbench", "PATH"},
	{"plugin", 0, 0, G_OPTION_ARG_FILENAME, &opt.plugin,
	 "nbdkit's; default: the lab's own, runners/latency.so", "PATH"},
	{"again", 0, 0, G_OPTION_ARG_STRING, &opt.again,
	 "Run trials that are there already and have this state once more", "STATE"},
	{"together", 0, 0, G_OPTION_ARG_NONE, &opt.together,
	 "Do not wait for another vqbench on this host, nor let it wait", NULL},
	{"counted", 0, 0, G_OPTION_ARG_NONE, &opt.counted,
	 "Only what is counted, not timed; the same command without it goes on", NULL},
	{"tune", 0, 0, G_OPTION_ARG_NONE, &opt.tune,
	 "Governor performance and no turbo while the run lasts; then what was before", NULL},
	{"dry-run", 0, 0, G_OPTION_ARG_NONE, &opt.dry_run, "Print the order of trials and end",
	 NULL},
	G_OPTION_ENTRY_NULL};

/* Those of check come behind the first, which plan alone has. */
static const GOptionEntry plan_options[] = {
	{"counted", 0, 0, G_OPTION_ARG_NONE, &opt.counted,
	 "What is counted on rings, one by one, with the options of vqring count", NULL},
	{"qemu", 0, 0, G_OPTION_ARG_FILENAME, &opt.qemu,
	 "Folder made by setup/qemu.sh: can it do what the plan asks?", "DIR"},
	{"help-plan", 0, 0, G_OPTION_ARG_NONE, &opt.help_plan, "Print the keys of a plan", NULL},
	G_OPTION_ENTRY_NULL};

static const char usage[] =
	"usage: vqbench run PLAN.ini -o DIR --qemu DIR --guest DIR [options]\n"
	"       vqbench check PLAN.ini [--qemu DIR]\n"
	"       vqbench plan PLAN.ini [--qemu DIR]\n"
	"\n"
	"Runs a plan's trials: boots each variant in QEMU, drives fio and iperf3 in\n"
	"the guest, and keeps what they and the probes said, for vqreport.\n"
	"\n"
	"  vqbench run --help         the options\n"
	"  vqbench check --help-plan  the keys of a plan\n"
	"  vqbench --version\n";

/* A message for people: a name in it may hold terminal escapes. */
static void say(const char *text, const char *more)
{
	g_autofree char *clean = vq_text_clean(text, -1, G_MAXSIZE, VQ_UTF8);

	fprintf(stderr, "vqbench: %s%s\n", clean, more);
}

static int usage_error(const char *why)
{
	say(why, "; vqbench --help tells more");
	return 2;
}

/* The exit status for @e, after saying it. */
static int report_error(const GError *e)
{
	say(e->message, "");
	return e->code == VQB_BAD_INPUT ? 2 : 1;
}

/* As it will be used after changes of folder and user. */
static char *make_absolute(const char *path)
{
	return g_canonicalize_filename(path, NULL);
}

/* A seed that was not given is the folder's, or drawn. */
static void settle_seed(struct plan *p)
{
	g_autofree char *stored = NULL;

	if (p->seed)
		return;
	stored = opt.out ? rundir_stored(opt.out, "seed") : NULL;
	if (stored)
		p->seed = g_ascii_strtoll(stored, NULL, 10);
	else
		p->seed = 1 + (int64_t)g_random_int_range(0, G_MAXINT32);
}

static bool open_run(struct campaign *c, GError **error)
{
	struct bench *b = c->bench;

	b->identity = identity_collect(b, error);
	return b->identity && rundir_open(c->run, b->dir, (struct identity *)b->identity->data,
					  b->identity->len, error);
}

/* The accelerator is that of the run that goes on, or chosen. */
static bool settle_accel(struct campaign *c, const char *name, GError **error)
{
	if (!c->run->resumed ||
	    !runinfo_accel(c->bench->dir, &c->bench->accel, &c->bench->accel_why))
		return campaign_choose_accel(c, opt.accel ? opt.accel : "auto", error);
	fprintf(stderr, "vqbench: going on with %s, accelerator %s\n", name, c->bench->accel);
	return true;
}

/* @trials: of the whole run, whatever of it is asked for now. */
static bool run(struct campaign *c, int trials, GPtrArray *left_out, GError **error)
{
	g_autofree char *folder = g_path_get_basename(c->bench->dir);
	g_autofree char *name = vq_text_clean(folder, -1, G_MAXSIZE, VQ_UTF8);

	bench_pin(c->bench);
	if (!open_run(c, error) || !campaign_take_host(c, opt.together, error) ||
	    !campaign_tune(c, opt.tune, error) || !settle_accel(c, name, error))
		return false;
	leave_out_driver(c->bench, c->slots);
	c->bench->settings = runinfo_settings(c->bench->dir) ?: host_settings(HOST_ROOT);
	if (!(runinfo_exists(c->bench->dir)
		      ? runinfo_extend(c->bench, trials, error)
		      : runinfo_write(c->bench, name, trials, left_out, error)))
		return false;
	return campaign_run(c, error);
}

static struct plan *load_plan(const char *path, const struct until *until, GError **error)
{
	struct plan *p = plan_load(path, error);
	int64_t blocks = until_blocks(until, opt.out, MAX(opt.blocks, 0));

	if (p && (!opt.tree || plan_against(p, opt.tree, opt.against, error)) &&
	    plan_override(p, opt.variants, opt.rings, blocks, opt.seed, error))
		return p;
	plan_free(p);
	return NULL;
}

/* Not ok: whoever repeats good trials chooses among results. */
static bool check_again_states(const char *list)
{
	static const char *const states[] = {"invalid", "stalled", "crashed", "failed-to-start",
					     NULL};
	g_auto(GStrv) words = g_strsplit_set(list, ",;", -1);
	int i;

	for (i = 0; words[i]; i++)
		if (!g_strv_contains(states, words[i]))
			return false;
	return i > 0;
}

static const char *check_usage(int64_t *budget_ms)
{
	static const char *const accels[] = {"auto", "tcg", "kvm", NULL};

	if (opt.blocks != NOT_GIVEN && (opt.blocks < 1 || opt.blocks > 99))
		return "--blocks: not a number between 1 and 99";
	if (opt.seed < 0 && opt.seed != NOT_GIVEN)
		return "--seed: not a number from 0 on";
	if (opt.accel && !g_strv_contains(accels, opt.accel))
		return "--accel: not one of auto, tcg, kvm";
	if (opt.again && !check_again_states(opt.again))
		return "--again: not of invalid, stalled, crashed, failed-to-start";
	if (opt.budget && !budget_parse(opt.budget, budget_ms))
		return "--budget: not a time as 90s, 30m or 2h, of at most 30 days";
	if (!opt.tree != !opt.against)
		return "--tree and --against go together";
	if (opt.tree && opt.qemu)
		return "--qemu: --tree and --against say which QEMUs there are";
	if (opt.out && !*opt.out)
		return "-o: is empty: name a folder";
	if (!opt.dry_run && (!opt.out || !opt.guest))
		return "run needs -o DIR, --qemu DIR and --guest DIR";
	return NULL;
}

/*
 * The QEMUs of the plan's variants, and what they cannot run out of @slots.  @signals: they
 * are built first, as arms_find() says; NULL: what is there is asked.
 */
static bool find_qemus(struct bench *b, GPtrArray *slots, struct signals *signals,
		       GPtrArray **left_out, GError **error)
{
	g_autofree char *dir = opt.qemu ? make_absolute(opt.qemu) : NULL;

	if (signals && !dir && arms_need_qemu(b->plan)) {
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT,
			    "run needs --qemu DIR: not every variant has a QEMU of its own");
		return false;
	}
	if (!arms_find(b, dir, signals, error))
		return false;
	if (signals && !b->qemu) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "no variant has a QEMU: %s",
			    b->arms[0].no_qemu);
		return false;
	}
	*left_out = leave_out_variants(b, slots);
	return true;
}

/* What a run that failed, or was interrupted, ends with. */
static int ended(const struct campaign *c, const GError *e)
{
	if (!c->signals.caught)
		return report_error(e);
	fprintf(stderr, "vqbench: interrupted: finished trials are kept; the same command goes "
			"on\n");
	return 128 + c->signals.caught;
}

static int command_run(const char *path)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(GPtrArray) left_out = NULL;
	struct bench b = {0};
	struct rundir r = {.journal = -1};
	struct campaign c = {.bench = &b, .run = &r};
	g_autofree char *guest = NULL;
	const char *wrong = check_usage(&c.budget.ms);
	int trials;
	bool ran;

	if (wrong)
		return usage_error(wrong);
	if (!until_settle(&c.until, opt.until, opt.out, &e) ||
	    !(b.plan = load_plan(path, &c.until, &e)))
		return report_error(e);
	b.until = c.until.rule;
	b.against = opt.against;
	settle_seed(b.plan);
	c.slots = schedule_make(b.plan);
	if (!c.slots->len)
		return usage_error("none of the plan's workloads is for these rings");
	c.again = opt.again ? g_strsplit_set(opt.again, ",;", -1) : NULL;
	b.vqprobe = opt.vqprobe ? make_absolute(opt.vqprobe) : own_file("vqprobe");
	b.plugin = opt.plugin ? make_absolute(opt.plugin) : own_file("runners/latency.so");
	b.vqring = own_file("vqring");
	if ((!opt.dry_run && !bench_check_tools(&b, opt.vqprobe, &e)) ||
	    !rings_check(b.plan, b.vqring, &e))
		return report_error(e);
	if (!opt.dry_run && !campaign_init(&c, &e))
		return report_error(e);
	if (!find_qemus(&b, c.slots, opt.dry_run ? NULL : &c.signals, &left_out, &e))
		return ended(&c, e);
	trials = schedule_count(c.slots, SLOT_TRIAL);
	if (opt.counted)
		schedule_keep_counted(c.slots);
	if (opt.dry_run) {
		schedule_print(b.plan, c.slots);
		return 0;
	}
	if (!c.slots->len) {
		fprintf(stderr,
			opt.counted ? "vqbench: the plan has nothing that is counted\n"
				    : "vqbench: this QEMU can run none of the plan's variants\n");
		return 1;
	}
	leave_out_probes(&b, c.slots);
	b.dir = make_absolute(opt.out);
	opt.guest = make_absolute(opt.guest);
	guest = guest_add(b.plan, opt.guest, &c.signals, &e);
	if (!guest)
		return ended(&c, e);
	if (!guestinfo_load(&b.guest, guest, &e) || !arms_confine(&b, &e))
		return report_error(e);
	ran = run(&c, trials, left_out, &e);
	tune_end(&c.tuned);
	return ran ? 0 : ended(&c, e);
}

/* @cells: not only whether it is good, but what it is. */
static int command_check(const char *path, bool cells)
{
	g_autoptr(GError) e = NULL;
	g_autoptr(GPtrArray) slots = NULL, left_out = NULL;
	g_autofree char *name = NULL, *vqring = own_file("vqring"), *sizes = NULL;
	struct bench b = {.plan = plan_load(path, &e), .vqring = vqring};
	struct plan *p = b.plan;

	if (!p || !rings_check(p, vqring, &e))
		return report_error(e);
	if (opt.counted) {
		rings_print_counted(&b);
		return 0;
	}
	slots = schedule_make(p);
	if (!find_qemus(&b, slots, NULL, &left_out, &e))
		return report_error(e);
	if (cells) {
		estimate_print(p, slots);
		return 0;
	}
	name = vq_text_clean(path, -1, G_MAXSIZE, VQ_UTF8);
	sizes = schedule_sizes(slots);
	printf("%s: good: %u workloads, %u variants, %s\n", name, p->workloads->len,
	       p->variants->len, sizes);
	plan_free(p);
	return 0;
}

/* Options in any place; what remains is the plan. */
static char *parse_options(int *argc, char ***argv, const GOptionEntry *entries, bool *help,
			   GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new("PLAN.ini");

	g_option_context_add_main_entries(context, entries, NULL);
	if (!vq_options_parse(context, argc, argv, help, error) || *help)
		return NULL;
	if (*argc == 2)
		return (*argv)[1];
	if (!opt.help_plan)
		g_set_error(error, VQB_ERROR, VQB_BAD_INPUT, "one PLAN.ini, please");
	return NULL;
}

static int run_command(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	bool cells = !strcmp(command, "plan"), check = cells || !strcmp(command, "check");
	g_autoptr(GError) e = NULL;
	bool help;
	char *path;

	if (!strcmp(command, "--version")) {
		printf("vqbench (vqlab) %s\n", VQLAB_VERSION);
		return 0;
	}
	if (!strcmp(command, "--help") || !strcmp(command, "-h")) {
		printf("%s", usage);
		return 0;
	}
	if (!check && strcmp(command, "run"))
		return usage_error(*command ? "no such command" : "which command?");
	g_set_prgname(cells ? "vqbench plan" : check ? "vqbench check" : "vqbench run");
	argc--;
	argv++;
	path = parse_options(&argc, &argv,
			     cells   ? plan_options
			     : check ? plan_options + 1
				     : run_options,
			     &help, &e);
	if (e)
		return usage_error(e->message);
	if (opt.help_plan && !help)
		plan_print_keys();
	if (opt.help_plan || help)
		return 0;
	return check ? command_check(path, cells) : command_run(path);
}

int main(int argc, char **argv)
{
	vq_start();
	return vq_output_finish("vqbench", run_command(argc, argv));
}
