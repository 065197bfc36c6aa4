/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spawn.h"
#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/tool/text.h"

/* Steps of the child that may fail, told to the parent with errno. */
enum step { STEP_SETUP, STEP_USER, STEP_CONFINE, STEP_EXEC };
static const char *const step_names[] = {"set up", "run as nobody", "confine", "execute"};

struct failure {
	int step, error;
};

static void G_GNUC_NORETURN fail(int report, enum step step)
{
	struct failure f = {step, errno};

	if (write(report, &f, sizeof(f)) < 0)
		_exit(126);
	_exit(127);
}

static bool redirect(const struct spawn *s)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int want[3] = {s->in, s->out, s->err}, i;
	size_t k;

	if (null < 0)
		return false;
	for (i = 0; i < 3; i++)
		if (dup2(want[i] > 0 ? want[i] : null, i) < 0)
			return false;
	/* What our own caller left open is nobody's. */
	if (syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return false;
	for (k = 0; k < s->n_keep; k++)
		if (fcntl(s->keep[k], F_SETFD, 0) < 0)
			return false;
	return true;
}

static bool drop_privileges(const struct spawn *s)
{
	struct rlimit nothing = {0, 0};

	setrlimit(RLIMIT_CORE, &nothing);
	return setgroups(s->extra_group ? 1 : 0, &s->extra_group) == 0 &&
	       setresgid(NOBODY_GID, NOBODY_GID, NOBODY_GID) == 0 &&
	       setresuid(NOBODY_UID, NOBODY_UID, NOBODY_UID) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static void G_GNUC_NORETURN run_child(const struct spawn *s, const char *program, char **env,
				      pid_t parent, int report)
{
	struct rlimit limit = {s->file_limit, s->file_limit};
	sigset_t none;
	int sig;

	sigemptyset(&none);
	for (sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* No folder of the user's is kept busy, or written to, by accident. */
	if (chdir("/") < 0 || !redirect(s) ||
	    (s->file_limit && setrlimit(RLIMIT_FSIZE, &limit) < 0))
		fail(report, STEP_SETUP);
	if (s->unprivileged && !drop_privileges(s))
		fail(report, STEP_USER);
	/* A change of uid clears it, so it comes last. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		fail(report, STEP_SETUP);
	if (getppid() != parent)
		_exit(127);
	if (s->unprivileged && s->confine && !confine_enter(s->confine))
		fail(report, STEP_CONFINE);
	if (s->exec_fd > 0)
		execveat(s->exec_fd, "", (char *const *)s->argv, env, AT_EMPTY_PATH);
	else
		execve(program, (char *const *)s->argv, env);
	fail(report, STEP_EXEC);
}

/* Debian keeps tools in sbin that a user's PATH lacks. */
static char *find_program(const char *name)
{
	static const char *const more[] = {"/usr/sbin", "/sbin", "/usr/bin", NULL};
	char *path = g_find_program_in_path(name);
	int i;

	for (i = 0; !path && more[i] && !strchr(name, '/'); i++) {
		path = g_build_filename(more[i], name, NULL);
		if (access(path, X_OK) < 0)
			g_clear_pointer(&path, g_free);
	}
	return path;
}

/* Passwords and the like may stand in ours; the user's TMPDIR may be closed to nobody. */
static char **nobodys_environment(char **env)
{
	static const char *const kept[] = {"PATH",
					   "LANG",
					   "LC_",
					   "TZ",
					   "LD_LIBRARY_PATH",
					   "QEMU_MODULE_DIR",
					   "GLIBC_TUNABLES",
					   "MALLOC_",
					   "ASAN_OPTIONS",
					   "UBSAN_OPTIONS",
					   "VQLAB_"};
	GPtrArray *few = g_ptr_array_new();
	size_t i;
	char **v;

	for (v = env; *v; v++) {
		bool keep = false;

		for (i = 0; i < G_N_ELEMENTS(kept); i++)
			keep = keep || g_str_has_prefix(*v, kept[i]);
		if (keep)
			g_ptr_array_add(few, g_strdup(*v));
	}
	g_ptr_array_add(few, NULL);
	g_strfreev(env);
	return (char **)g_ptr_array_free(few, FALSE);
}

bool spawn(struct child *c, const struct spawn *s, GError **error)
{
	g_autofree char *program = s->exec_fd > 0 ? g_strdup(s->argv[0]) : find_program(s->argv[0]);
	g_auto(GStrv) env = g_get_environ();
	struct failure f;
	pid_t self = getpid();
	int report[2], i;
	ssize_t n;

	memset(c, 0, sizeof(*c));
	c->pidfd = -1;
	if (!program) {
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "%s: not found: make packages installs what is missing", s->argv[0]);
		return false;
	}
	if (s->unprivileged)
		env = nobodys_environment(g_steal_pointer(&env));
	for (i = 0; s->env && s->env[i]; i++) {
		g_auto(GStrv) pair = g_strsplit(s->env[i], "=", 2);

		env = g_environ_setenv(env, pair[0], pair[1], true);
	}
	if (pipe2(report, O_CLOEXEC) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pipe: %s", g_strerror(errno));
		return false;
	}
	c->pid = fork();
	if (c->pid == 0)
		run_child(s, program, env, self, report[1]);
	close(report[1]);
	if (c->pid < 0) {
		close(report[0]);
		c->pid = 0;
		g_set_error(error, VQB_ERROR, VQB_FAILED, "fork: %s", g_strerror(errno));
		return false;
	}
	do
		n = read(report[0], &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	close(report[0]);
	c->pidfd = pidfd_open(c->pid, 0);
	if (n != sizeof(f) && c->pidfd >= 0)
		return true;
	if (n == sizeof(f))
		g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot %s %s: %s", step_names[f.step],
			    s->argv[0], g_strerror(f.error));
	else
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pidfd_open: %s", g_strerror(errno));
	child_end(c, SIGKILL, 0);
	return false;
}

bool child_ended(struct child *c, int limit_ms)
{
	struct pollfd p = {.fd = c->pidfd, .events = POLLIN};
	int64_t until = now_ms() + limit_ms;

	while (!c->ended && c->pid) {
		int64_t left = until - now_ms();

		if (waitpid(c->pid, &c->status, WNOHANG) == c->pid) {
			c->ended = true;
			break;
		}
		if (left <= 0)
			return false;
		poll(&p, 1, left);
	}
	return true;
}

void child_end(struct child *c, int sig, int limit_ms)
{
	if (!c || !c->pid)
		return;
	if (!c->ended && sig)
		kill(c->pid, sig);
	if (!child_ended(c, limit_ms)) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
			;
		c->ended = true;
	}
	if (c->pidfd >= 0)
		close(c->pidfd);
	c->pidfd = -1;
	c->pid = 0;
}

char *child_status(const struct child *c)
{
	if (WIFSIGNALED(c->status))
		return g_strdup_printf("killed by signal %d (%s)", WTERMSIG(c->status),
				       strsignal(WTERMSIG(c->status)));
	return g_strdup_printf("exit status %d", WEXITSTATUS(c->status));
}

char *capture(const struct spawn *s, bool both, size_t max, int limit_ms, GError **error)
{
	g_autoptr(GString) all = g_string_new(NULL);
	int64_t until = now_ms() + limit_ms;
	struct spawn mine = *s;
	struct child c;
	int out[2];
	bool ok;

	if (pipe2(out, O_CLOEXEC) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "pipe: %s", g_strerror(errno));
		return NULL;
	}
	mine.out = out[1];
	mine.err = both ? out[1] : 0;
	ok = spawn(&c, &mine, error);
	close(out[1]);
	while (ok && all->len < max) {
		struct pollfd p = {.fd = out[0], .events = POLLIN};
		int64_t left = until - now_ms();
		char chunk[4096];
		ssize_t n;

		if (left <= 0 || TEMP_FAILURE_RETRY(poll(&p, 1, left)) <= 0)
			break;
		n = TEMP_FAILURE_RETRY(read(out[0], chunk, sizeof(chunk)));
		if (n <= 0)
			break;
		g_string_append_len(all, chunk, n);
	}
	close(out[0]);
	if (!ok)
		return NULL;
	ok = child_ended(&c, MAX(until - now_ms(), 0));
	child_end(&c, SIGKILL, 0);
	if (ok && s->status)
		*s->status = c.status;
	else if (!ok || c.status) {
		g_autofree char *how = ok ? child_status(&c) : g_strdup("did not end in time");
		g_autofree char *said = vq_text_clean(all->str, all->len, 300, VQ_ASCII);

		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s: %s%s%s", s->argv[0], how,
			    *said ? ": " : "", said);
		return NULL;
	}
	return g_string_free(g_steal_pointer(&all), FALSE);
}
