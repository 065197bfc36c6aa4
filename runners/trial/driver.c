/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "driver.h"
#include "alive.h"
#include "ask-guest.h"
#include "in-guest.h"

/* The counter's error becomes the trial's: how QEMU ended, or a phase without figures. */
static bool explain(struct trial *t, const GError *e, GError **error)
{
	/* Its line closes a moment before QEMU's end can be seen. */
	child_ended(&t->qemu.child, 200);
	if (trial_alive(t, error))
		g_set_error_literal(error, VQB_ERROR, VQB_INVALID, e->message);
	return false;
}

bool driver_find(struct trial *t, GError **error)
{
	g_autofree char *symbols = guest_read_functions(t, error);
	g_autoptr(GError) e = NULL;

	if (!symbols)
		return false;
	return guest_counter_learn(&t->counter, symbols, &e) || explain(t, e, error);
}

bool driver_begin(struct trial *t, int64_t *interrupts, GError **error)
{
	g_autoptr(GError) e = NULL;

	*interrupts = guest_interrupts(t);
	return guest_counter_start(&t->counter, &e) || explain(t, e, error);
}

static void set_known(JsonObject *o, const char *name, int64_t n)
{
	if (n < 0)
		json_object_set_null_member(o, name);
	else
		json_object_set_int_member(o, name, n);
}

bool driver_end(struct trial *t, struct phase *ph, int64_t interrupts, GError **error)
{
	g_autoptr(JsonBuilder) b = json_builder_new();
	g_autoptr(JsonNode) root = NULL;
	g_autoptr(GError) e = NULL;
	int64_t after;

	if (!guest_counter_stop(&t->counter, &e))
		return explain(t, e, error);
	after = interrupts < 0 ? -1 : guest_interrupts(t);
	guest_counter_json(&t->counter, b);
	root = json_builder_get_root(b);
	ph->driver = json_node_dup_object(root);
	set_known(ph->driver, "requests", ph->has_counted ? counted_all(&ph->counted) : -1);
	set_known(ph->driver, "interrupts", after < 0 ? -1 : after - interrupts);
	return true;
}
