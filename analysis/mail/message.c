// SPDX-License-Identifier: GPL-2.0-or-later
#include "message.h"

#include <string.h>

#include "auto.h"

/* What a line of a mail may hold without its end (RFC 5322, section 2.1.1). */
#define LINE_MAX_BYTES 998

/*
 * Can @text go as it is? A line "From " would end the mail in an mbox, so archives
 * change it to ">From ".
 */
static bool is_plain(const char *text)
{
	if (strstr(text, "\nFrom ") || g_str_has_prefix(text, "From "))
		return false;
	for (const char *line = text, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (end - line > LINE_MAX_BYTES)
			return false;
	}
	return g_str_is_ascii(text);
}

/*
 * @text as quoted-printable. GMime's own encoder leaves "From " as it is; its filter
 * behind makes that "=46rom ".
 */
static GMimeDataWrapper *quoted(const char *text)
{
	g_autoptr(GMimeStream) mem = g_mime_stream_mem_new();
	g_autoptr(GMimeStream) filtered = g_mime_stream_filter_new(mem);
	g_autoptr(GMimeFilter) encode =
		g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, TRUE);
	g_autoptr(GMimeFilter) armour = g_mime_filter_from_new(GMIME_FILTER_FROM_MODE_ARMOR);

	g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered), encode);
	g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered), armour);
	g_mime_stream_write(filtered, text, strlen(text));
	g_mime_stream_flush(filtered);
	g_mime_stream_reset(mem);
	return g_mime_data_wrapper_new_with_stream(mem, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
}

/* Text with its lines as they are: tables. RFC 3676 calls that fixed. */
static GMimePart *text_part(const char *text)
{
	GMimePart *part = g_mime_part_new_with_type("text", "plain");
	bool plain = is_plain(text);
	g_autoptr(GMimeStream) mem = g_mime_stream_mem_new_with_buffer(text, strlen(text));
	g_autoptr(GMimeDataWrapper) content =
		plain ? g_mime_data_wrapper_new_with_stream(mem, GMIME_CONTENT_ENCODING_7BIT)
		      : quoted(text);

	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset",
						 g_str_is_ascii(text) ? "us-ascii" : "utf-8");
	g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "format", "fixed");
	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, plain ? GMIME_CONTENT_ENCODING_7BIT
						     : GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_INLINE);
	return part;
}

static GMimePart *image_part(const char *data, size_t len, const char *type)
{
	GMimePart *part = g_mime_part_new_with_type("image", type);
	g_autoptr(GMimeStream) mem = g_mime_stream_mem_new_with_buffer(data, len);
	g_autoptr(GMimeDataWrapper) content =
		g_mime_data_wrapper_new_with_stream(mem, GMIME_CONTENT_ENCODING_BINARY);

	g_mime_part_set_content(part, content);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	return part;
}

/* The file @path as an attachment, of the type that its name says. */
static GMimePart *file_part(const char *path, GError **error)
{
	g_autofree char *name = g_path_get_basename(path), *data = NULL;
	GMimePart *part;
	size_t len;

	if (!g_file_get_contents(path, &data, &len, error))
		return NULL;
	if (g_str_has_suffix(path, ".png"))
		part = image_part(data, len, "png");
	else if (g_str_has_suffix(path, ".svg"))
		part = image_part(data, len, "svg+xml");
	else
		part = text_part(data);
	g_mime_object_set_disposition(GMIME_OBJECT(part), GMIME_DISPOSITION_ATTACHMENT);
	g_mime_part_set_filename(part, name);
	return part;
}

/* The mail's body: @text, alone or with the files behind it. */
static GMimeObject *body(const char *text, const GPtrArray *attached, GError **error)
{
	GMimePart *first = text_part(text);
	GMimeMultipart *all;

	if (!attached->len)
		return GMIME_OBJECT(first);
	all = g_mime_multipart_new_with_subtype("mixed");
	g_mime_multipart_add(all, GMIME_OBJECT(first));
	g_object_unref(first);
	for (unsigned int i = 0; i < attached->len; i++) {
		GMimePart *part = file_part(attached->pdata[i], error);

		if (!part) {
			g_object_unref(all);
			return NULL;
		}
		g_mime_multipart_add(all, GMIME_OBJECT(part));
		g_object_unref(part);
	}
	return GMIME_OBJECT(all);
}

/* An id of the sender's domain: no name of this host goes out. */
static void set_id(GMimeMessage *m, InternetAddressList *from)
{
	InternetAddress *who = internet_address_list_get_address(from, 0);
	const char *at =
		strrchr(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(who)), '@');
	g_autofree char *random = g_uuid_string_random();
	g_autofree char *id = g_strdup_printf("vqlab-%s%s", random, at);

	g_mime_message_set_message_id(m, id);
}

static void set_references(GMimeMessage *m, const GPtrArray *ids)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *last = NULL;

	if (!ids || !ids->len)
		return;
	for (unsigned int i = 0; i < ids->len; i++)
		g_string_append_printf(all, "%s<%s>", i ? " " : "", (char *)ids->pdata[i]);
	last = g_strdup_printf("<%s>", (char *)ids->pdata[ids->len - 1]);
	g_mime_object_set_header(GMIME_OBJECT(m), "In-Reply-To", last, NULL);
	g_mime_object_set_header(GMIME_OBJECT(m), "References", all->str, NULL);
}

char *message_write(const struct headers *h, const char *text, const GPtrArray *attached,
		    GError **error)
{
	g_autoptr(GMimeMessage) m = g_mime_message_new(TRUE);
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autoptr(GMimeObject) content = body(text, attached, error);

	if (!content)
		return NULL;
	internet_address_list_append(g_mime_message_get_from(m), h->from);
	internet_address_list_append(g_mime_message_get_to(m), h->to);
	if (internet_address_list_length(h->cc))
		internet_address_list_append(g_mime_message_get_cc(m), h->cc);
	g_mime_message_set_subject(m, h->subject, g_str_is_ascii(h->subject) ? NULL : "utf-8");
	g_mime_message_set_date(m, now);
	set_id(m, h->from);
	set_references(m, h->references);
	g_mime_object_set_header(GMIME_OBJECT(m), "User-Agent", "vqmail (vqlab) " VQLAB_VERSION,
				 NULL);
	g_mime_message_set_mime_part(m, content);
	return g_mime_object_to_string(GMIME_OBJECT(m), NULL);
}
