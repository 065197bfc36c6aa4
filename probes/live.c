// SPDX-License-Identifier: GPL-2.0-or-later
/* The main loop: when to drain, to show, to open windows, and to end. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "probes/watch/begin.h"
#include "probes/target/find.h"
#include "live.h"
#include "started.h"
#include "probes/tool/output.h"
#include "probes/tool/walltime.h"

/* How often the ring is emptied: it holds seconds. */
#define DRAIN_NS 50000000ull
/* How often /proc is looked through at most. */
#define FIND_NS 100000000ull

struct live {
	const struct vq_live_options *o;
	GPtrArray *watches;
	struct vq_started *started; /* NULL: none is wanted, or there is no such event */
	struct newcomer *newcomer;  /* or NULL */
	GHashTable *refused;	    /* pids that could not be watched, not to be tried again */
	struct vq_show *show;
	uint64_t start, next_show;
	uint64_t next_find, last_find; /* of newcomers; UINT64_MAX: when something starts */
	bool open;		       /* within a window; always, without them */
	uint64_t edge;		       /* when that changes */
	unsigned shown;		       /* intervals so far */
};

static bool has_windows(const struct live *l)
{
	return l->o->window > 0;
}

/* Takes @w out, and tells why and what it found. */
static bool end_watch(struct live *l, struct vq_watch *w, const char *why, GError **error)
{
	l->next_find = 0; /* it may go on as another process: -daemonize */
	vq_show_forget(l->show, w->model);
	vq_watch_stop(w);
	g_ptr_array_remove(l->watches, w);
	if (why)
		vq_output_error("vqprobe", why);
	return l->o->ended(w, error);
}

/* Drains all, and ends what is over. */
static bool drain_watches(struct live *l, GError **error)
{
	for (guint i = 0; i < l->watches->len;) {
		struct vq_watch *w = l->watches->pdata[i];
		g_autofree char *why = NULL;

		vq_watch_drain(w);
		/* A trace that is incomplete gets no better: vq_trace_close says why. */
		if (w->trace && vq_trace_failed(w->trace))
			return end_watch(l, w, NULL, error);
		if (!vq_watch_over(w, &why))
			i++;
		else if (!end_watch(l, w, why, error))
			return false;
	}
	return true;
}

static bool is_taken_or_refused(const struct live *l, pid_t pid)
{
	for (guint i = 0; i < l->watches->len; i++)
		if (((struct vq_watch *)l->watches->pdata[i])->pid == pid)
			return true;
	return g_hash_table_contains(l->refused, GINT_TO_POINTER(pid));
}

/*
 * A process that came later is prepared and attached by a thread of its own, since that
 * takes up to seconds, in which the others must be drained.
 */
struct newcomer {
	struct vq_found found;
	struct vq_watch_options options; /* the thread may outlive the live side */
	int done;
	struct vq_watch *w; /* or NULL, with the error */
	GError *error;
	GThread *thread;
};

static gpointer begin_newcomer(gpointer data)
{
	struct newcomer *n = data;

	n->w = vq_begin_and_attach(&n->found, &n->options, &n->error);
	__atomic_store_n(&n->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Takes the newcomer in, if its thread has done. */
static void take_newcomer(struct live *l)
{
	struct newcomer *n = l->newcomer;

	if (!n || !__atomic_load_n(&n->done, __ATOMIC_ACQUIRE))
		return;
	g_thread_join(n->thread);
	l->newcomer = NULL;
	l->next_find = 0; /* there may be more */
	vq_show_erase(l->show);
	if (n->w) {
		fprintf(stderr, "vqprobe: watching process %d (%s)\n", n->w->pid, n->w->name);
		g_ptr_array_add(l->watches, n->w);
		if (!l->open)
			vq_watch_pause(n->w);
	} else {
		vq_output_error("vqprobe", n->error->message);
		g_hash_table_add(l->refused, GINT_TO_POINTER(n->found.pid));
		*l->o->unwatched += !kill(n->found.pid, 0); /* it may just have ended */
		g_error_free(n->error);
	}
	g_free(n->found.name);
	g_free(n);
}

/* At the end: one that is not done yet, because it waits for a server, is left behind. */
static void drop_newcomer(struct live *l)
{
	if (l->newcomer && !__atomic_load_n(&l->newcomer->done, __ATOMIC_ACQUIRE))
		return;
	take_newcomer(l);
}

/* Watches what has been started since, one after the other. */
static void find_newcomer(struct live *l)
{
	g_autoptr(GPtrArray) found = l->newcomer ? NULL : vq_find(l->o->pattern);

	for (guint i = 0; found && i < found->len; i++) {
		const struct vq_found *f = found->pdata[i];

		if (is_taken_or_refused(l, f->pid))
			continue;
		l->newcomer = g_new0(struct newcomer, 1);
		l->newcomer->found = *f;
		l->newcomer->found.name = g_strdup(f->name);
		l->newcomer->options = *l->o->watch;
		l->newcomer->thread = g_thread_new("begin", begin_newcomer, l->newcomer);
		return;
	}
}

/* As soon as something has started, not more often than FIND_NS; without such events at
 * each interval. */
static void look_for_newcomer(struct live *l, uint64_t t)
{
	if (l->started && l->next_find == UINT64_MAX && vq_started_take(l->started))
		l->next_find = MAX(t, l->last_find + FIND_NS);
	if (l->newcomer || !l->o->follow || t < l->next_find)
		return;
	l->last_find = t;
	l->next_find = l->started ? UINT64_MAX : t + (uint64_t)(MIN(l->o->interval, 1) * 1e9);
	find_newcomer(l);
}

/* Where the kernel does not tell, /proc is looked at now and then. */
static struct vq_started *open_started(void)
{
	g_autoptr(GError) error = NULL;
	struct vq_started *s = vq_started_open(&error);

	if (!s)
		fprintf(stderr, "vqprobe: --follow: %s: looking every second instead\n",
			error->message);
	return s;
}

/* At the edges of windows: probes off or on. */
static void change_window(struct live *l)
{
	l->open = !l->open;
	for (guint i = 0; i < l->watches->len; i++) {
		struct vq_watch *w = l->watches->pdata[i];
		g_autoptr(GError) error = NULL;

		if (!l->open) {
			vq_watch_pause(w);
		} else if (!vq_watch_resume(w, &error)) {
			/* Most likely the process has just ended: drain_watches() will tell. */
			vq_show_erase(l->show);
			fprintf(stderr, "vqprobe: process %d: %s\n", w->pid, error->message);
		}
	}
	/* Attaching takes time of its own: a window is as long from then on. */
	l->edge = l->open ? vq_now() + l->o->window * 1e9
			  : MAX(vq_now(), l->edge + (l->o->every - l->o->window) * 1e9);
}

/* Returns false when a signal says so. */
static bool take_signal(struct live *l, int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return true;
	if (info.ssi_signo != SIGWINCH && l->o->launch) {
		vq_launch_pass_on(l->o->launch, &info);
		return true;
	}
	if (info.ssi_signo != SIGWINCH)
		return false;
	vq_show_resized(l->show);
	return true;
}

static void show_watches(struct live *l, uint64_t t)
{
	g_autofree struct vq_summary *sums = g_new(struct vq_summary, l->watches->len);

	for (guint i = 0; i < l->watches->len; i++)
		vq_watch_summarise(l->watches->pdata[i], &sums[i]);
	vq_show(l->show, sums, l->watches->len, (t - l->start) / 1e9, vq_wall_now());
	l->shown++;
	l->next_show += l->o->interval * 1e9;
	/* Late by more than one: no burst of them afterwards. */
	if (l->next_show <= t)
		l->next_show = t + l->o->interval * 1e9;
}

/* One round; false when all is over. */
static bool run_round(struct live *l, int signals, uint64_t stop, GError **error)
{
	/* What is not to be taken yet must not wake us again and again. */
	bool waits = l->started && l->next_find == UINT64_MAX;
	struct pollfd p[] = {
		{.fd = signals, .events = POLLIN},
		{.fd = waits ? vq_started_fd(l->started) : -1, .events = POLLIN},
	};
	uint64_t t = vq_now(), wake = MIN(stop, t + DRAIN_NS);
	bool edge = false;

	wake = MIN(wake, has_windows(l) ? l->edge : l->next_show);
	if (poll(p, 2, wake > t ? (wake - t + 999999) / 1000000 : 0) > 0 && p[0].revents &&
	    !take_signal(l, signals))
		return false;
	t = vq_now();
	take_newcomer(l);
	look_for_newcomer(l, t);
	if (has_windows(l) && t >= l->edge) {
		change_window(l);
		edge = !l->open;
	}
	/* Whoever read our output may be gone, vqprobe ... | head, or the disk be full. */
	if (!drain_watches(l, error) || !vq_output_flush() || t >= stop ||
	    (!l->watches->len && !l->o->follow))
		return false;
	/* With windows each closing one is shown: there is nothing new before. */
	if (edge || (!has_windows(l) && t >= l->next_show))
		show_watches(l, t);
	return !l->o->count || l->shown < l->o->count;
}

bool vq_live_run(GPtrArray *watches, const struct vq_live_options *o, GError **error)
{
	struct live l = {
		.o = o,
		.watches = watches,
		.refused = g_hash_table_new(NULL, NULL),
		.show = vq_show_new(o->output),
		.start = vq_now(),
		.open = true,
	};
	uint64_t stop = o->duration > 0 ? l.start + o->duration * 1e9 : UINT64_MAX;
	sigset_t set;
	int signals;
	bool ok = true;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	l.started = o->follow ? open_started() : NULL;
	l.next_show = l.start + o->interval * 1e9;
	/* At once: what has started since the first look was not told. */
	l.next_find = l.start;
	l.edge = l.start + o->window * 1e9;
	while (run_round(&l, signals, stop, error))
		;
	close(signals);
	ok = !(error && *error);
	drop_newcomer(&l);
	while (watches->len)
		ok &= end_watch(&l, watches->pdata[0], NULL, ok ? error : NULL);
	vq_started_close(l.started);
	vq_show_free(l.show);
	g_hash_table_unref(l.refused);
	return ok;
}
