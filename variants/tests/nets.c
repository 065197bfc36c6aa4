/*
 * The network cards of test-qemu
 *
 * Copyright (C) 2026 The vqlab authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nets.h"

#include <signal.h>

#include "runners/machine/netns.h"
#include "rig.h"

#define NET_BYTES (16 << 20)

int n_nets;

bool net_is_packed(int i)
{
    return i % 2;
}

bool add_net(const char *variant, GError **error)
{
    g_autofree char *address = next_pci_address();
    int i = n_nets;
    int tap;

    if (!netns_tap(i, 1, vm.keep, error)) {
        return false;
    }
    n_nets++;
    tap = g_array_index(vm.keep, int, vm.keep->len - 1);
    vm_arg(&vm, "-netdev");
    vm_arg(&vm, "tap,id=tap%d,fd=%d,vhost=off", i, tap);
    vm_arg(&vm, "-device");
    vm_arg(&vm,
           "virtio-net-pci,id=net%d,netdev=tap%d,mac=%s,romfile=,status=off,"
           "x-reorder=%s%s%s",
           i, i, netns_guest_mac(i), variant, address,
           net_is_packed(i) ? ",packed=on" : "");
    return true;
}

bool net_load(int i, GError **error)
{
    g_autofree char *device = g_strdup_printf("net%d", i);
    g_autofree char *out = NULL, *script = NULL;
    g_autoptr(JsonNode) stats = NULL;
    const char *argv[] = { "iperf3", "-s", "-B", netns_host_address(i), NULL };
    struct spawn s = { .argv = argv };
    struct child server;

    if (!spawn(&server, &s, error)) {
        return false;
    }
    script = g_strdup_printf(
        "for n in /sys/class/net/*; do [ $(cat $n/address) = %s ] && break; "
        "done; ifconfig ${n##*/} %s netmask " NETNS_MASK " up; "
        "for t in 1 2 3 4 5 6 7 8 9; do "
        "iperf3 -c %s -n %d && break; sleep 0.2; done && iperf3 -R -c %s -n %d",
        netns_guest_mac(i), netns_guest_address(i), netns_host_address(i),
        NET_BYTES, netns_host_address(i), NET_BYTES);
    out = vm_shell(&vm, 30, script, error);
    child_end(&server, SIGKILL, 1000);
    if (!out) {
        return false;
    }
    stats = vm_stats(&vm, device);
    if (sum(stats, "published") < 100 ||
        sum(stats, "published") != sum(stats, "fills")) {
        fail("%s: published %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
             " filled",
             device, sum(stats, "published"), sum(stats, "fills"));
    }
    return true;
}

static bool set_link(int i, bool link_up, GError **error)
{
    g_autofree char *args = g_strdup_printf("{\"name\":\"net%d\",\"up\":%s}", i,
                                            link_up ? "true" : "false");
    g_autoptr(JsonNode) answer =
        qmp_call(vm.qmp, "set_link", args, 5000, error);

    return answer != NULL;
}

bool drop_packets(int i, int64_t at_least, GError **error)
{
    g_autofree char *device = g_strdup_printf("net%d", i);
    g_autofree char *ping = g_strdup_printf(
        "ping -q -c 20 -i 0.02 -W 1 %s; true", netns_host_address(i));
    g_autoptr(JsonNode) before = vm_stats(&vm, device), after = NULL;
    g_autofree char *out = NULL;
    int64_t dropped;

    if (!set_link(i, false, error) || !(out = vm_shell(&vm, 10, ping, error))) {
        return false;
    }
    after = vm_stats(&vm, device);
    dropped = sum(after, "published") - sum(before, "published");
    if (dropped < at_least) {
        fail("%s: packets without a link: %" G_GINT64_FORMAT
             " used, not %" G_GINT64_FORMAT,
             device, dropped, at_least);
    }
    return set_link(i, true, error);
}
