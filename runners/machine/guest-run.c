// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest-run - boot the lab's guest, run one command in it, power it off.
 *
 * For tests and for looking at things by hand.  Exits with the command's own
 * status; 1 when guest or QEMU failed, 2 for wrong usage, 124 when the command hit its limit.
 */
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/guest-count/counter.h"
#include "runners/guest-count/protocol.h"
#include "boot.h"
#include "link.h"
#include "qmp.h"
#include "probes/tool/options.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "probes/tool/text.h"
#include "runners/tool/json.h"
#include "runners/tool/spawn.h"

#define QMP_MS 20000
#define END_MS 5000
#define MEMORY_MIN 64 /* MiB: kernel and image have to fit */

static char *qemu_dir, *guest_dir, *console, *count;
static char **qemu_args, **puts_, **env, **command;
static int limit_s = 60, boot_s = 120, memory = 512;
static gboolean verbose, version;
static struct guest_counter counter;

static const GOptionEntry options[] = {
	{"qemu", 0, 0, G_OPTION_ARG_FILENAME, &qemu_dir, "The folder that qemu.sh printed", "DIR"},
	{"guest", 0, 0, G_OPTION_ARG_FILENAME, &guest_dir, "The folder that guest.sh printed",
	 "DIR"},
	{"qemu-arg", 0, 0, G_OPTION_ARG_STRING_ARRAY, &qemu_args,
	 "One more argument for QEMU, as often as needed", "ARG"},
	{"put", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &puts_,
	 "Copy a file into the guest first; executable if it is here", "HERE:THERE"},
	{"env", 0, 0, G_OPTION_ARG_STRING_ARRAY, &env, "Set a variable for the command",
	 "NAME=VALUE"},
	{"console", 0, 0, G_OPTION_ARG_FILENAME, &console, "Keep the guest's console here", "FILE"},
	{"count", 0, 0, G_OPTION_ARG_FILENAME, &count,
	 "Count the guest's instructions in virtio_ring while COMMAND runs, and write them here, "
	 "as JSON",
	 "FILE"},
	{"memory", 0, 0, G_OPTION_ARG_INT, &memory, "The guest's memory in MiB (512)", "N"},
	{"limit", 0, 0, G_OPTION_ARG_INT, &limit_s, "Kill the command after this long (60)",
	 "SECONDS"},
	{"boot-limit", 0, 0, G_OPTION_ARG_INT, &boot_s, "Give up on the boot after this long (120)",
	 "SECONDS"},
	{"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "Say how long things take", NULL},
	{"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL},
	{G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &command, NULL,
	 "-- COMMAND [ARG...]"},
	{NULL},
};

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void say(const char *format, ...)
{
	g_autofree char *text = NULL, *clean = NULL;
	va_list ap;

	va_start(ap, format);
	text = g_strdup_vprintf(format, ap);
	va_end(ap);
	/* A name that was given may hold terminal escapes. */
	clean = vq_text_clean(text, -1, G_MAXSIZE, VQ_UTF8);
	fprintf(stderr, "guest-run: %s\n", clean);
}

static GPtrArray *qemu_argv(int agent_fd, int qmp_fd, GError **error)
{
	g_autofree char *plugin = g_build_filename(qemu_dir, COUNT_PLUGIN, NULL);
	GPtrArray *argv = g_ptr_array_new_with_free_func(g_free);

	if (!guest_qemu_program(argv, qemu_dir, error)) {
		g_ptr_array_unref(argv);
		return NULL;
	}
	guest_qemu_args(argv, guest_dir, agent_fd, -1, console);
	g_ptr_array_add(argv, g_strdup("-chardev"));
	g_ptr_array_add(argv, g_strdup_printf("socket,id=qmp,fd=%d", qmp_fd));
	g_ptr_array_add(argv, g_strdup("-mon"));
	g_ptr_array_add(argv, g_strdup("chardev=qmp,mode=control"));
	g_ptr_array_add(argv, g_strdup("-m"));
	g_ptr_array_add(argv, g_strdup_printf("%d", memory));
	if (count && !guest_counter_open(&counter, plugin, argv, error)) {
		g_ptr_array_unref(argv);
		return NULL;
	}
	for (char **a = qemu_args; a && *a; a++)
		g_ptr_array_add(argv, g_strdup(*a));
	g_ptr_array_add(argv, NULL);
	return argv;
}

/* start_qemu: its pid; *fd and *qmp_fd are our ends of the agent's line and of QMP.
 * -1 with error. */
static pid_t start_qemu(int *fd, int *qmp_fd, GError **error)
{
	g_autoptr(GPtrArray) argv = NULL;
	pid_t pid, self = getpid();
	int pair[2], qmp[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || socketpair(AF_UNIX, SOCK_STREAM, 0, qmp)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "socketpair: %s",
			    g_strerror(errno));
		return -1;
	}
	argv = qemu_argv(pair[1], qmp[1], error);
	if (!argv)
		return -1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(126);
		close(pair[0]);
		close(qmp[0]);
		if (count)
			close(counter.fd);
		execv(argv->pdata[0], (char **)argv->pdata);
		say("%s: %s", (char *)argv->pdata[0], g_strerror(errno));
		_exit(126);
	}
	close(pair[1]);
	close(qmp[1]);
	if (count)
		guest_counter_handed_over(&counter);
	*fd = pair[0];
	*qmp_fd = qmp[0];
	return pid;
}

static gboolean put_files(struct link *l, GError **error)
{
	for (char **p = puts_; p && *p; p++) {
		g_auto(GStrv) names = g_strsplit(*p, ":", 2);
		g_autofree char *data = NULL;
		gsize size;

		if (!g_file_get_contents(names[0], &data, &size, error) ||
		    !link_put(l, names[1], access(names[0], X_OK) ? 0644 : 0755, data, size, -1,
			      error)) {
			g_prefix_error(error, "--put %s: ", *p);
			return FALSE;
		}
	}
	return TRUE;
}

/* report: the command's output, and what our own exit status shall be. */
static int report(const struct link_result *r)
{
	fwrite(r->out->data, 1, r->out->len, stdout);
	fwrite(r->err->data, 1, r->err->len, stderr);
	if (r->out->len < r->out_total || r->err->len < r->err_total)
		say("output cut off at %u bytes", LINK_KEEP_DEFAULT);
	if (verbose)
		say("command took %.3f s in the guest", r->elapsed_ms / 1e3);
	switch (r->end) {
	case LINK_EXITED:
		return r->code;
	case LINK_SIGNALLED:
		say("%s: ended by signal %d", command[0], r->code);
		return 128 + r->code;
	case LINK_LIMIT:
		say("%s: killed after %d s: see --limit", command[0], limit_s);
		return 124;
	default:
		say("%s: in the guest: %s", command[0], g_strerror(r->code));
		return 127;
	}
}

/* A guest that KVM cannot run leaves QEMU there, paused. */
static gboolean watch(void *data, GError **error)
{
	g_autofree char *status = qmp_guest_died(data);

	if (!status)
		return TRUE;
	g_set_error(error, LINK_ERROR, LINK_ERROR_STOPPED, "the guest died: %s", status);
	return FALSE;
}

static bool start_counting(struct link *l, GError **error)
{
	struct link_command c = {.argv = guest_counter_command, .limit_s = 120};
	const struct link_result *r = link_run(l, &c, -1, error);
	g_autofree char *text = NULL;

	if (!r)
		return false;
	text = g_strndup(r->out->len ? (char *)r->out->data : "", r->out->len);
	return guest_counter_learn(&counter, text, error) && guest_counter_start(&counter, error);
}

static bool write_counts(GError **error)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autofree char *text = NULL, *line = NULL;

	if (!guest_counter_stop(&counter, error))
		return false;
	guest_counter_json(&counter, b);
	root = json_builder_get_root(b);
	text = json_to_string(root, TRUE);
	line = g_strconcat(text, "\n", NULL);
	return vq_output_write(count, line, strlen(line), error);
}

static int drive(struct link *l, pid_t pid, gint64 started, GError **error)
{
	struct link_command c = {.argv = (const char *const *)command,
				 .env = (const char *const *)env,
				 .limit_s = limit_s};
	const struct link_result *r;
	int rc, status;

	if (!link_wait_hello(l, boot_s * 1000, error))
		return 1;
	if (verbose)
		say("booted Linux %s in %.2f s", link_guest(l),
		    (g_get_monotonic_time() - started) / 1e6);
	if (!put_files(l, error) || (count && !start_counting(l, error)))
		return 1;
	r = link_run(l, &c, -1, error);
	if (!r)
		return 1;
	rc = report(r);
	if (count && !write_counts(error))
		return 1;
	link_set_watch(l, NULL, NULL);
	if (!link_poweroff(l, 10000, error))
		return 1;
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status)) {
		g_set_error(error, LINK_ERROR, LINK_ERROR_CLOSED,
			    "QEMU did not end well: wait status 0x%x", status);
		return 1;
	}
	if (verbose)
		say("all in all %.2f s", (g_get_monotonic_time() - started) / 1e6);
	return rc;
}

static bool usage_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool usage_error(GError **error, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (error)
		*error = g_error_new_valist(LINK_ERROR, LINK_ERROR_USAGE, format, ap);
	va_end(ap);
	return false;
}

/* A file that is to be written at the end: it is a pity to learn of it then. */
static bool check_output(const char *option, const char *path, GError **error)
{
	g_autofree char *dir = path ? g_path_get_dirname(path) : NULL;

	if (!path || (*path && g_file_test(dir, G_FILE_TEST_IS_DIR) &&
		      !g_file_test(path, G_FILE_TEST_IS_DIR)))
		return true;
	return usage_error(error, "%s '%s': not a file that can be written", option, path);
}

static bool check_puts(GError **error)
{
	for (char **p = puts_; p && *p; p++) {
		g_auto(GStrv) names = g_strsplit(*p, ":", 2);

		if (!names[0] || !*names[0] || !names[1] || !*names[1])
			return usage_error(error, "--put '%s': not HERE:THERE", *p);
		if (!g_file_test(names[0], G_FILE_TEST_EXISTS) ||
		    g_file_test(names[0], G_FILE_TEST_IS_DIR) || access(names[0], R_OK))
			return usage_error(error, "--put %s: %s: no such file, or not readable", *p,
					   names[0]);
	}
	return true;
}

/* What is wrong with the options is said before anything is started. */
static bool check_usage(GError **error)
{
	g_autofree char *kernel = NULL, *program = NULL;

	if (!qemu_dir || !guest_dir || !command || !*command)
		return usage_error(error, "needs --qemu DIR, --guest DIR and a COMMAND");
	kernel = g_build_filename(guest_dir, GUEST_KERNEL, NULL);
	program = g_build_filename(qemu_dir, QEMU_PROGRAM, NULL);
	if (access(program, X_OK))
		return usage_error(error, "--qemu %s: no folder made by runners/setup/qemu.sh",
				   qemu_dir);
	if (access(kernel, R_OK))
		return usage_error(error, "--guest %s: no folder made by runners/setup/guest.sh",
				   guest_dir);
	if (limit_s < 1)
		return usage_error(error, "--limit %d: not a number from 1 on", limit_s);
	if (boot_s < 1 || boot_s > G_MAXINT / 1000)
		return usage_error(error, "--boot-limit %d: not a number between 1 and %d", boot_s,
				   G_MAXINT / 1000);
	if (memory < MEMORY_MIN)
		return usage_error(error, "--memory %d: not a number from %d on", memory,
				   MEMORY_MIN);
	for (char **v = env; v && *v; v++)
		if (**v == '=' || !strchr(*v, '='))
			return usage_error(error, "--env '%s': not NAME=VALUE", *v);
	return check_puts(error) && check_output("--count", count, error) &&
	       check_output("--console", console, error);
}

/* A line that is closed is most often a QEMU that ended, with words of its own. */
static void explain_end(pid_t pid, GError **error)
{
	struct child c = {.pid = pid, .pidfd = pidfd_open(pid, 0)};
	g_autofree char *status = NULL;

	if (g_error_matches(*error, LINK_ERROR, LINK_ERROR_CLOSED) && c.pidfd >= 0 &&
	    child_ended(&c, END_MS) && c.status) {
		status = child_status(&c);
		g_prefix_error(error, "QEMU ended, %s: what it said stands before this: ", status);
	}
	/* Without one it was reaped before. */
	if (c.pidfd < 0)
		return;
	close(c.pidfd);
	if (!c.ended)
		kill(pid, SIGKILL);
}

static int run(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GError) error = NULL;
	gint64 started = g_get_monotonic_time();
	struct link *l;
	struct qmp *qmp;
	bool help;
	int fd, qmp_fd, rc;
	pid_t pid;

	g_option_context_add_main_entries(context, options, NULL);
	g_option_context_set_summary(context,
				     "Boots the lab's guest, runs COMMAND in it, and exits "
				     "with its status.");
	if (!vq_options_parse(context, &argc, &argv, &help, &error)) {
		say("%s: see --help", error->message);
		return 2;
	}
	if (help)
		return 0;
	if (version) {
		printf("guest-run (vqlab) %s\n", VQLAB_VERSION);
		return 0;
	}
	if (!check_usage(&error)) {
		say("%s: see --help", error->message);
		return 2;
	}
	pid = start_qemu(&fd, &qmp_fd, &error);
	if (pid < 0) {
		say("%s", error->message);
		return 1;
	}
	l = link_new(fd);
	/* A QEMU that ends before it has said anything is the link's to report. */
	qmp = qmp_open(qmp_fd, QMP_MS, NULL);
	if (qmp)
		link_set_watch(l, watch, qmp);
	rc = drive(l, pid, started, &error);
	if (error) {
		explain_end(pid, &error);
		say("%s", error->message);
	}
	link_free(l);
	qmp_close(qmp);
	return rc;
}

int main(int argc, char **argv)
{
	vq_start();
	return vq_output_finish("guest-run", run(argc, argv));
}
