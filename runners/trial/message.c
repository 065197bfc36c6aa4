/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"
#include "runners/tool/files.h"

#include <string.h>

#include "probes/tool/text.h"

/* Before each text, in this machine's byte order: both ends are one program. */
struct head {
	uint32_t kind;
	int32_t code;
	uint32_t len;
};

void message_send(int fd, enum message_kind kind, int code, const char *text)
{
	g_autofree char *clean = vq_text_clean(text ? text : "", -1, MESSAGE_MAX, VQ_UTF8);
	struct head h = {kind, code, strlen(clean)};
	g_autofree char *all = g_malloc(sizeof(h) + h.len);

	if (fd < 0)
		return;
	memcpy(all, &h, sizeof(h));
	memcpy(all + sizeof(h), clean, h.len);
	write_all(fd, all, sizeof(h) + h.len);
}

enum message_taken message_take(GByteArray *in, struct message *m)
{
	struct head h;

	if (in->len < sizeof(h))
		return MESSAGE_NONE;
	memcpy(&h, in->data, sizeof(h));
	if (h.kind >= N_MESSAGE_KINDS || h.len > MESSAGE_MAX)
		return MESSAGE_BAD;
	if (in->len < sizeof(h) + h.len)
		return MESSAGE_NONE;
	m->kind = h.kind;
	m->code = h.code;
	m->text = vq_text_clean((const char *)in->data + sizeof(h), h.len, MESSAGE_MAX, VQ_UTF8);
	g_byte_array_remove_range(in, 0, sizeof(h) + h.len);
	return MESSAGE_ONE;
}

void message_clear(struct message *m)
{
	g_clear_pointer(&m->text, g_free);
}
