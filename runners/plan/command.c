/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "command.h"
#include "read.h"
#include "runners/tool/files.h"

#include <elf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM_MAX (256u << 20)
#define ARGS_MAX 8000 /* they travel in one frame */
#define UNIT_MAX 16

/* A program of this architecture, or a script: NULL; else why not.  Libraries are looked at
 * when the guest is made. */
static const char *program_fault(const char *text, size_t len)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)text;

	if (len > 2 && !memcmp(text, "#!", 2))
		return NULL;
	if (len < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG))
		return "is neither a program nor a script that begins with #!";
	return h->e_ident[EI_CLASS] == ELFCLASS64 && h->e_machine == EM_X86_64
		       ? NULL
		       : "is no program for x86-64, which the guest is";
}

/* Of NAME@KEY=VALUE, which axes made, NAME: they have one program. */
static char *plain_name(const struct plan_workload *w)
{
	return g_strndup(w->name, strcspn(w->name, "@"));
}

bool command_find(struct plan *p, struct plan_workload *w, const char *group, GError **error)
{
	struct plan_command *c = &w->command;
	g_autofree char *dir = g_path_get_dirname(p->path);
	g_autofree char *base = g_canonicalize_filename(dir, NULL), *name = plain_name(w);
	g_autofree char *file = NULL, *text = NULL;
	g_autoptr(GError) e = NULL;
	const char *why;
	struct stat st;
	size_t len;

	c->path = g_canonicalize_filename(c->program, base);
	file = g_path_get_basename(c->path);
	c->guest_path = g_build_filename(COMMAND_DIR, name, file, NULL);
	if (stat(c->path, &st) == 0 && (!S_ISREG(st.st_mode) || !(st.st_mode & 0111)))
		return plan_complain(p, error, group, "program", "%s: is no program: %s", c->path,
				     S_ISREG(st.st_mode) ? "chmod +x makes it one"
							 : "not a regular file");
	text = read_file(c->path, PROGRAM_MAX, &len, &e);
	if (!text)
		return plan_complain(p, error, group, "program", "%s", e->message);
	why = program_fault(text, len);
	if (why)
		return plan_complain(p, error, group, "program", "%s: %s", c->path, why);
	c->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)text, len);
	return true;
}

/* The variables that args= may name: of every device, of a disk, of a network. */
static char *replace(const struct plan_workload *w, const char *word, const char *host)
{
	g_autoptr(GString) s = g_string_new(word);
	g_autofree char *seconds = g_strdup_printf("%" PRId64, w->seconds);

	g_string_replace(s, "${VQLAB_SECONDS}", seconds, 0);
	if (host) {
		g_string_replace(s, "${VQLAB_HOST}", host, 0);
	} else {
		g_autofree char *device = g_strconcat("/dev/vqlab/", w->device, NULL);

		g_string_replace(s, "${VQLAB_DEVICE}", device, 0);
	}
	return g_strdup(s->str);
}

char **command_words(const struct plan_workload *w, const char *host)
{
	char **words = NULL;
	int i;

	if (!w->command.args || !g_shell_parse_argv(w->command.args, NULL, &words, NULL))
		return g_new0(char *, 1);
	for (i = 0; words[i]; i++) {
		char *word = replace(w, words[i], host);

		g_free(words[i]);
		words[i] = word;
	}
	return words;
}

char *command_args_fault(const struct plan_workload *w)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) e = NULL;
	int i;

	if (!w->command.args)
		return NULL;
	if (strlen(w->command.args) > ARGS_MAX)
		return g_strdup_printf("longer than %d characters", ARGS_MAX);
	if (!g_shell_parse_argv(w->command.args, NULL, NULL, &e))
		return g_strdup(e->message);
	words = command_words(w, w->net ? "" : NULL);
	for (i = 0; words[i]; i++)
		if (strstr(words[i], "${"))
			return g_strdup_printf(
				"%s: on a %s only ${%s} and ${VQLAB_SECONDS} are set", words[i],
				w->net ? "net" : "disk", w->net ? "VQLAB_HOST" : "VQLAB_DEVICE");
	return NULL;
}

char *command_figure_fault(const struct plan_command *c)
{
	const char *text = command_regex(c);
	g_autoptr(GRegex) regex = NULL;
	g_autoptr(GError) e = NULL;

	if (!text)
		return *c->figure == '/'
			       ? NULL
			       : g_strdup_printf("%s: neither /a/json/pointer nor " COMMAND_REGEX
						 "an expression",
						 c->figure);
	regex = g_regex_new(text, G_REGEX_RAW, 0, &e);
	if (!regex)
		return g_strdup(e->message);
	return g_regex_get_capture_count(regex) == 1
		       ? NULL
		       : g_strdup_printf("%s: wants one pair of ( ), around the figure; "
					 "others are (?: )",
					 text);
}

char *command_unit_fault(const struct plan_command *c)
{
	return *c->unit && g_utf8_strlen(c->unit, -1) <= UNIT_MAX && g_str_is_ascii(c->unit)
		       ? NULL
		       : g_strdup_printf("%s: a unit is 1 to %d characters of ASCII", c->unit,
					 UNIT_MAX);
}
