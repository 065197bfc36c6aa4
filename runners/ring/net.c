// SPDX-License-Identifier: GPL-2.0-or-later
#include "runners/ring/device.h"

static const char *net_refuse(const struct load *l)
{
	return "virtio-net is not driven yet";
}

const struct device_class net_class = {
	.name = "virtio-net",
	.refuse = net_refuse,
};
