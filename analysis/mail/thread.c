// SPDX-License-Identifier: GPL-2.0-or-later
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <stdint.h>
#include <string.h>

#include "probes/tool/text.h"
#include "auto.h"
#include "people.h"

/* A thread may be long, a header need not: the first, and the last of them, lead every
 * reader to their place (RFC 5537, section 3.4.4, trims likewise). */
#define REFERENCES_MAX 20

static bool wrong(GError **error, const char *path, const char *why)
{
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: %s", path, why);
	return false;
}

/* All of @in, at most THREAD_MAX_BYTES of it; NULL with @error. */
static GByteArray *read_stream(GInputStream *in, const char *path, GError **error)
{
	GByteArray *all = g_byte_array_new();
	g_autofree uint8_t *piece = g_malloc(65536);
	GError *why = NULL;
	gssize n;

	while ((n = g_input_stream_read(in, piece, 65536, NULL, &why)) > 0) {
		g_byte_array_append(all, piece, n);
		if (all->len > THREAD_MAX_BYTES) {
			g_set_error_literal(&why, G_IO_ERROR, G_IO_ERROR_FAILED,
					    "more than 64 MiB: name a file of this thread alone");
			break;
		}
	}
	if (!why)
		return all;
	wrong(error, path, why->message);
	g_error_free(why);
	g_byte_array_unref(all);
	return NULL;
}

static bool is_gzip(const GByteArray *all)
{
	return all->len > 2 && all->data[0] == 0x1f && all->data[1] == 0x8b;
}

static GByteArray *unpack(GByteArray *packed, const char *path, GError **error)
{
	g_autoptr(GInputStream) in =
		g_memory_input_stream_new_from_data(packed->data, packed->len, NULL);
	g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
	g_autoptr(GInputStream) out = g_converter_input_stream_new(in, G_CONVERTER(gzip));

	return read_stream(out, path, error);
}

static GByteArray *read_thread(const char *path, GError **error)
{
	g_autoptr(GInputStream) in = NULL;
	GByteArray *all, *packed;
	int fd;

	if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
		wrong(error, path, "a folder: name one file, an mbox such as b4 mbox writes");
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		wrong(error, path, g_strerror(errno));
		return NULL;
	}
	in = g_unix_input_stream_new(fd, TRUE);
	all = read_stream(in, path, error);
	if (!all || !is_gzip(all))
		return all;
	packed = all;
	all = unpack(packed, path, error);
	g_byte_array_unref(packed);
	return all;
}

/* Is @a of a later Date than @b? One without comes before all others. */
static bool later(GMimeMessage *a, GMimeMessage *b)
{
	GDateTime *of_a = g_mime_message_get_date(a), *of_b = g_mime_message_get_date(b);

	if (!of_a || !of_b)
		return of_a || !of_b;
	return g_date_time_compare(of_a, of_b) >= 0;
}

/* The message @id of @stream, or the latest; NULL if there is none. @any: is any? */
static GMimeMessage *choose(GMimeStream *stream, GMimeFormat format, const char *id, bool *any)
{
	g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *chosen = NULL, *m;

	g_mime_parser_set_format(parser, format);
	*any = false;
	while (!g_mime_parser_eos(parser) && (m = g_mime_parser_construct_message(parser, NULL))) {
		const char *its = g_mime_message_get_message_id(m);

		*any = true;
		if (id ? its && !strcmp(its, id) : !chosen || later(m, chosen)) {
			g_clear_object(&chosen);
			chosen = g_object_ref(m);
		}
		g_object_unref(m);
	}
	return chosen;
}

/* Those of @m's References, or of its In-Reply-To (RFC 5322, section 3.6.4). */
static void gather_references(GMimeMessage *m, GPtrArray *to)
{
	const char *text = g_mime_object_get_header(GMIME_OBJECT(m), "References")
				   ?: g_mime_object_get_header(GMIME_OBJECT(m), "In-Reply-To");
	GMimeReferences *list = text ? g_mime_references_parse(NULL, text) : NULL;

	for (int i = 0; list && i < g_mime_references_length(list); i++) {
		const char *id = g_mime_references_get_message_id(list, i);

		if (id && is_addr_spec(id))
			g_ptr_array_add(to, g_strdup(id));
	}
	if (list)
		g_mime_references_free(list);
	if (to->len > REFERENCES_MAX - 1)
		g_ptr_array_remove_range(to, 1, to->len - (REFERENCES_MAX - 1));
}

/* @subject as one clean line, without what says that it is an answer. */
static char *plain_subject(const char *subject)
{
	g_autofree char *clean = vq_text_clean(subject, -1, 500, VQ_UTF8);
	const char *rest = clean;

	for (;;) {
		while (*rest == ' ')
			rest++;
		if (g_ascii_strncasecmp(rest, "re:", 3))
			return g_strchomp(g_strdup(rest));
		rest += 3;
	}
}

/* Of lists, many addresses are in To and Cc both. */
static void gather_people(GMimeMessage *m, struct answered *a)
{
	InternetAddressList *reply_to = g_mime_message_get_reply_to(m);

	a->author = internet_address_list_new();
	a->others = internet_address_list_new();
	add_people(a->author, reply_to, NULL);
	if (!internet_address_list_length(a->author))
		add_people(a->author, g_mime_message_get_from(m), NULL);
	add_people(a->others, g_mime_message_get_to(m), a->author);
	add_people(a->others, g_mime_message_get_cc(m), a->author);
}

static bool take(GMimeMessage *m, const char *path, struct answered *a, GError **error)
{
	const char *id = g_mime_message_get_message_id(m);
	const char *subject = g_mime_message_get_subject(m);
	g_autofree char *from =
		internet_address_list_to_string(g_mime_message_get_from(m), NULL, FALSE);
	g_autofree char *said = NULL;

	if (!id || !is_addr_spec(id))
		return wrong(error, path,
			     "its last message has no Message-ID that can be answered: "
			     "name another by --in-reply-to (make: IN_REPLY_TO=)");
	a->references = g_ptr_array_new_with_free_func(g_free);
	gather_references(m, a->references);
	g_ptr_array_add(a->references, g_strdup(id));
	a->subject = subject ? plain_subject(subject) : NULL;
	gather_people(m, a);
	said = g_strdup_printf("%s (%s: %s)", id, from ?: "nobody", subject ?: "no subject");
	a->said = vq_text_clean(said, -1, 300, VQ_UTF8);
	return true;
}

bool thread_find(const char *path, const char *id, struct answered *a, GError **error)
{
	g_autoptr(GByteArray) all = read_thread(path, error);
	g_autoptr(GMimeStream) stream = NULL;
	g_autoptr(GMimeMessage) found = NULL;
	g_autofree char *why = NULL;
	GMimeFormat format;
	bool any;

	*a = (struct answered){0};
	if (!all)
		return false;
	format = all->len > 5 && !memcmp(all->data, "From ", 5) ? GMIME_FORMAT_MBOX
								: GMIME_FORMAT_MESSAGE;
	stream = g_mime_stream_mem_new_with_byte_array(g_byte_array_ref(all));
	found = choose(stream, format, id, &any);
	if (!found && !any)
		return wrong(error, path, "no mail in it: it must be an mbox, or one message");
	if (!found) {
		why = g_strdup_printf("none of its messages is %s", id);
		return wrong(error, path, why);
	}
	return take(found, path, a, error);
}

void answer_id(const char *id, struct answered *a)
{
	*a = (struct answered){.references = g_ptr_array_new_with_free_func(g_free)};
	g_ptr_array_add(a->references, g_strdup(id));
	a->said = g_strdup(id);
}

void answered_clear(struct answered *a)
{
	g_clear_pointer(&a->references, g_ptr_array_unref);
	g_clear_pointer(&a->subject, g_free);
	g_clear_object(&a->author);
	g_clear_object(&a->others);
	g_clear_pointer(&a->said, g_free);
}
