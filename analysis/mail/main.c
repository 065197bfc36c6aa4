// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/tool/options.h"
#include "probes/tool/output.h"
#include "probes/tool/start.h"
#include "probes/tool/text.h"
#include "ascii.h"
#include "files.h"
#include "message.h"
#include "people.h"
#include "thread.h"

enum { EXIT_FAILED = 1, EXIT_USAGE = 2 };

static struct options {
	char *from, *to, *cc, *subject, *in_reply_to, *thread, *cover, *plots, *out;
	gboolean version;
} opt;

static const GOptionEntry options[] = {
	{"to", 0, 0, G_OPTION_ARG_STRING, &opt.to,
	 "To whom; several with commas (with --thread: all who got the message)", "ADDRESS"},
	{"cc", 0, 0, G_OPTION_ARG_STRING, &opt.cc, "And to whom else", "ADDRESS"},
	{"from", 0, 0, G_OPTION_ARG_STRING, &opt.from, "By whom (git's user.name and user.email)",
	 "ADDRESS"},
	{"subject", 0, 0, G_OPTION_ARG_STRING, &opt.subject,
	 "About what (Re: and the thread's; the report's first line)", "TEXT"},
	{"thread", 0, 0, G_OPTION_ARG_FILENAME, &opt.thread,
	 "Answer the latest message of this mbox, which may be gzipped", "FILE"},
	{"in-reply-to", 0, 0, G_OPTION_ARG_STRING, &opt.in_reply_to,
	 "Answer this message; with --thread, the one of that id in it", "ID"},
	{"cover", 0, 0, G_OPTION_ARG_FILENAME, &opt.cover, "What stands above the report", "FILE"},
	{"plots", 0, 0, G_OPTION_ARG_STRING, &opt.plots,
	 "Which are attached: names, or none; ascii: the main one inside the text (all)", "NAMES"},
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &opt.out,
	 "Where the mail goes (DIR/report/mail.eml)", "FILE"},
	{"version", 0, 0, G_OPTION_ARG_NONE, &opt.version, "Print the version", NULL},
	{}};

static int usage(const char *what, const char *why)
{
	g_autofree char *text = g_strdup_printf("%s: %s (see vqmail --help)", what, why);

	vq_output_error("vqmail", text);
	return EXIT_USAGE;
}

static int failed(GError *error, int status)
{
	vq_output_error("vqmail", error->message);
	g_error_free(error);
	return status;
}

/* Returns 0, or -1 to end with @status. */
static int parse(int *argc, char ***argv, int *status)
{
	GOptionContext *context = g_option_context_new("DIR");
	GError *error = NULL;
	bool ok, help;

	g_option_context_set_summary(
		context,
		"Makes a mail of the report of the run in DIR, as an answer in a patch thread: "
		"the\ntext inside, the plots attached.  It sends nothing.");
	g_option_context_add_main_entries(context, options, NULL);
	ok = vq_options_parse(context, argc, argv, &help, &error);
	g_option_context_free(context);
	*status = EXIT_SUCCESS;
	if (!ok) {
		*status = usage("bad option", error->message);
		g_error_free(error);
		return -1;
	}
	if (help)
		return -1;
	if (opt.version) {
		printf("vqmail (vqlab) %s\n", VQLAB_VERSION);
		return -1;
	}
	if (*argc != 2 || !*(*argv)[1])
		*status = usage("arguments", "needed is one folder of a run");
	else if (opt.out && !*opt.out)
		*status = usage("--output", "the name of a file is needed");
	return *status ? -1 : 0;
}

/* @text is "<id>" or "id"; the id, to be freed, or NULL. */
static char *bare_id(const char *text)
{
	g_autofree char *id = g_strstrip(g_strdup(text));
	size_t len = strlen(id);

	if (len > 2 && id[0] == '<' && id[len - 1] == '>') {
		memmove(id, id + 1, len - 2);
		id[len - 2] = '\0';
	}
	return is_addr_spec(id) ? g_steal_pointer(&id) : NULL;
}

/* The message that is answered, if any is; 0 or an exit status. */
static int find_answered(struct answered *a)
{
	g_autofree char *id = opt.in_reply_to ? bare_id(opt.in_reply_to) : NULL;
	GError *error = NULL;

	if (opt.in_reply_to && !id)
		return usage("--in-reply-to",
			     "not a message id, such as 20261126.1234@example.org");
	if (!opt.thread && id)
		answer_id(id, a);
	if (opt.thread && !thread_find(opt.thread, id, a, &error))
		return failed(error, EXIT_USAGE);
	return 0;
}

/* Who is written to: as was asked for, else all who got the message that is answered;
 * 0 or an exit status. */
static int find_people(struct headers *h, const struct answered *a)
{
	h->from = find_sender(opt.from);
	if (!h->from)
		return usage("--from",
			     "needed is your address: --from 'You <you@example.org>' (make: "
			     "FROM=), or git config user.email");
	h->to = opt.to ? parse_people(opt.to) : NULL;
	h->cc = opt.cc ? parse_people(opt.cc) : internet_address_list_new();
	if (opt.to && !h->to)
		return usage("--to", "not a list of mail addresses");
	if (!h->cc)
		return usage("--cc", "not a list of mail addresses");
	if (!opt.to && a->author && internet_address_list_length(a->author)) {
		h->to = g_object_ref(a->author);
		add_people(h->cc, a->others, h->to);
	}
	if (!h->to)
		return usage("--to",
			     "needed is to whom (make: TO=list@example.org), or a --thread");
	return 0;
}

/* The subject that was asked for, the thread's, or the first line of @report. */
static char *find_subject(const struct answered *a, const char *report)
{
	g_autofree char *line = NULL;

	if (opt.subject)
		return vq_text_clean(opt.subject, -1, 500, VQ_UTF8);
	if (a->subject && *a->subject)
		return g_strconcat("Re: ", a->subject, NULL);
	line = g_strndup(report, strcspn(report, "\n"));
	return vq_text_clean(line, -1, 200, VQ_UTF8);
}

/* The text of the mail, of the files in @folder; NULL with @error. */
static char *make_text(const char *folder, const char *report, bool ascii, GError **error)
{
	g_autofree char *summary = g_build_filename(folder, "summary.json", NULL);
	g_autofree char *cover = opt.cover ? read_mail_text(opt.cover, error) : NULL;
	g_autofree char *plot = NULL;

	if (opt.cover && !cover)
		return NULL;
	plot = ascii ? ascii_plot(summary, error) : NULL;
	if (ascii && !plot)
		return NULL;
	/* Where attachments are stripped, the report's last line would lead nowhere. */
	return g_strconcat(
		cover ?: "", cover ? "\n" : "", report, plot ? "\n" : "", plot ?: "",
		plot ? "\nreport-full.txt is not attached; it can be had from the sender.\n" : "",
		NULL);
}

/* The files behind the text; NULL with @error. */
static GPtrArray *find_attached(const char *folder, bool ascii, GError **error)
{
	g_autofree char *plots = g_build_filename(folder, "plots", NULL);
	g_autofree char *full = g_build_filename(folder, "report-full.txt", NULL);
	bool none = opt.plots && !strcmp(opt.plots, "none");
	GPtrArray *list;

	list = ascii || none ? g_ptr_array_new_with_free_func(g_free)
			     : find_mail_plots(plots, opt.plots, error);
	if (list && !ascii && g_file_test(full, G_FILE_TEST_EXISTS)) {
		g_autofree char *text = read_mail_text(full, error);

		if (!text) {
			g_ptr_array_unref(list);
			return NULL;
		}
		g_ptr_array_insert(list, 0, g_steal_pointer(&full));
	}
	return list;
}

static int write_mail(const char *folder, const struct headers *h, const char *report)
{
	g_autofree char *out =
		opt.out ? g_strdup(opt.out) : g_build_filename(folder, "mail.eml", NULL);
	bool ascii = opt.plots && !strcmp(opt.plots, "ascii");
	GError *error = NULL;
	g_autofree char *text = make_text(folder, report, ascii, &error), *mail = NULL;
	g_autoptr(GPtrArray) attached = text ? find_attached(folder, ascii, &error) : NULL;

	if (!attached)
		return failed(error, EXIT_USAGE);
	mail = message_write(h, text, attached, &error);
	if (!mail || !vq_output_write(out, mail, strlen(mail), &error))
		return failed(error, EXIT_FAILED);
	if (strcmp(out, "/dev/stdout"))
		printf("%s\n", out);
	return EXIT_SUCCESS;
}

static int mail_report(const char *dir, struct headers *h, const struct answered *a)
{
	g_autofree char *folder = g_build_filename(dir, "report", NULL);
	g_autofree char *path = g_build_filename(folder, "report.txt", NULL);
	GError *error = NULL;
	g_autofree char *report = NULL, *subject = NULL;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return usage(dir,
			     "has no report/report.txt: vqreport writes it (make report RUN=DIR)");
	report = read_mail_text(path, &error);
	if (!report)
		return failed(error, EXIT_USAGE);
	subject = find_subject(a, report);
	if (!*subject)
		return usage("--subject", "is empty");
	h->subject = subject;
	h->references = a->references;
	if (a->said)
		fprintf(stderr, "vqmail: answers %s\n", a->said);
	return write_mail(folder, h, report);
}

static int run(int argc, char **argv)
{
	struct answered a = {0};
	struct headers h = {0};
	int status;

	if (parse(&argc, &argv, &status))
		return status;
	g_mime_init();
	status = find_answered(&a) ?: find_people(&h, &a) ?: mail_report(argv[1], &h, &a);
	g_clear_object(&h.from);
	g_clear_object(&h.to);
	g_clear_object(&h.cc);
	answered_clear(&a);
	g_mime_shutdown();
	return status;
}

int main(int argc, char **argv)
{
	vq_start();
	return vq_output_finish("vqmail", run(argc, argv));
}
