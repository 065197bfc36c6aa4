/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the host is set: what holds still while nobody changes it. */
#ifndef VQLAB_HOST_SETTINGS_H
#define VQLAB_HOST_SETTINGS_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/*
 * The settings of the host below @root (text.h), each a text, or null where the host has none:
 * governor, frequency_driver, turbo, smt, thp, online, isolated, and mitigations, an object.
 * runners/TRIAL.md says what they are.  The caller unrefs it.
 */
JsonObject *host_settings(const char *root);

/* Are they the same? */
bool host_settings_equal(JsonObject *a, JsonObject *b);

#endif /* VQLAB_HOST_SETTINGS_H */
