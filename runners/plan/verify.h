/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the table of keys asks of values that others decide about: plan_key.verify, each of
 * the key that it is named after.
 */
#ifndef VQLAB_PLAN_VERIFY_H
#define VQLAB_PLAN_VERIFY_H

#include "plan.h"

char *verify_tail_us(const struct plan *p, const void *item, GError **error);
char *verify_tail_permille(const struct plan *p, const void *item, GError **error);
char *verify_disk_queue(const struct plan *p, const void *item, GError **error);
char *verify_net_queue(const struct plan *p, const void *item, GError **error);
char *verify_net_queues(const struct plan *p, const void *item, GError **error);
char *verify_rings(const struct plan *p, const void *item, GError **error);
char *verify_driver(const struct plan *p, const void *item, GError **error);
char *verify_orders(const struct plan *p, const void *item, GError **error);
char *verify_baseline(const struct plan *p, const void *item, GError **error);
char *verify_strategy(const struct plan *p, const void *item, GError **error);
char *verify_release(const struct plan *p, const void *item, GError **error);
char *verify_source(const struct plan *p, const void *item, GError **error);
char *verify_revision(const struct plan *p, const void *item, GError **error);
char *verify_disk_props(const struct plan *p, const void *item, GError **error);
char *verify_net_props(const struct plan *p, const void *item, GError **error);
char *verify_iothread(const struct plan *p, const void *item, GError **error);
char *verify_arm_props(const struct plan *p, const void *item, GError **error);
char *verify_packages(const struct plan *p, const void *item, GError **error);
char *verify_args(const struct plan *p, const void *item, GError **error);
char *verify_figure(const struct plan *p, const void *item, GError **error);
char *verify_unit(const struct plan *p, const void *item, GError **error);
char *verify_bs(const struct plan *p, const void *item, GError **error);
char *verify_job(const struct plan *p, const void *item, GError **error);

#endif /* VQLAB_PLAN_VERIFY_H */
