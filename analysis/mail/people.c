// SPDX-License-Identifier: GPL-2.0-or-later
#include "people.h"

#include <string.h>

bool is_addr_spec(const char *text)
{
	const char *at = strchr(text, '@');

	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>')
			return false;
	return at && at > text && at[1] && strlen(text) <= 250;
}

/* name@domain of one whom a mail reaches; NULL of a group, and of what is no address. */
static const char *address_of(InternetAddress *a)
{
	const char *addr = NULL;

	if (INTERNET_ADDRESS_IS_MAILBOX(a))
		addr = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(a));
	return addr && is_addr_spec(addr) ? addr : NULL;
}

InternetAddressList *parse_people(const char *text)
{
	InternetAddressList *list;
	bool good;

	for (const char *c = text; *c; c++)
		if (g_ascii_iscntrl(*c))
			return NULL;
	list = internet_address_list_parse(NULL, text);
	good = list && internet_address_list_length(list);
	for (int i = 0; good && i < internet_address_list_length(list); i++)
		good = address_of(internet_address_list_get_address(list, i));
	if (!good)
		g_clear_object(&list);
	return list;
}

/* What git would sign with, or NULL. */
static char *git_setting(const char *name)
{
	const char *const argv[] = {"git", "config", "--get", name, NULL};
	char *value = NULL;
	int status = 1;

	if (!g_spawn_sync(NULL, (char **)argv, NULL,
			  G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &value,
			  NULL, &status, NULL) ||
	    status || !*g_strstrip(value))
		g_clear_pointer(&value, g_free);
	return value;
}

InternetAddressList *find_sender(const char *text)
{
	InternetAddressList *list = text ? parse_people(text) : NULL;
	g_autofree char *name = NULL, *addr = NULL;
	InternetAddress *who;

	if (list && internet_address_list_length(list) > 1)
		g_clear_object(&list);
	if (text)
		return list;
	name = git_setting("user.name");
	addr = git_setting("user.email");
	if (!addr || !is_addr_spec(addr))
		return NULL;
	who = internet_address_mailbox_new(name, addr);
	list = internet_address_list_new();
	internet_address_list_add(list, who);
	g_object_unref(who);
	return list;
}

static bool is_in(InternetAddressList *list, const char *addr)
{
	for (int i = 0; list && i < internet_address_list_length(list); i++) {
		const char *its = address_of(internet_address_list_get_address(list, i));

		if (its && !g_ascii_strcasecmp(its, addr))
			return true;
	}
	return false;
}

void add_people(InternetAddressList *to, InternetAddressList *more, InternetAddressList *besides)
{
	for (int i = 0; i < internet_address_list_length(more); i++) {
		InternetAddress *who = internet_address_list_get_address(more, i);
		const char *addr = address_of(who);

		if (addr && !is_in(to, addr) && !is_in(besides, addr))
			internet_address_list_add(to, who);
	}
}
