/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netns.h"
#include "runners/tool/files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

const char *netns_host_address(int i)
{
	static char text[32];

	snprintf(text, sizeof(text), "192.0.2.%d", 16 * i + 1);
	return text;
}

const char *netns_guest_address(int i)
{
	static char text[32];

	snprintf(text, sizeof(text), "192.0.2.%d", 16 * i + 2);
	return text;
}

const char *netns_guest_mac(int i)
{
	static char text[32];

	snprintf(text, sizeof(text), "52:54:00:76:71:%02x", i);
	return text;
}

static bool bring_up(int s, struct ifreq *r)
{
	if (ioctl(s, SIOCGIFFLAGS, r) < 0)
		return false;
	r->ifr_flags |= IFF_UP;
	return ioctl(s, SIOCSIFFLAGS, r) == 0;
}

static bool set_address(int s, struct ifreq *r, unsigned long what, const char *text)
{
	struct sockaddr_in a = {.sin_family = AF_INET};

	inet_pton(AF_INET, text, &a.sin_addr);
	memcpy(&r->ifr_addr, &a, sizeof(a));
	return ioctl(s, what, r) == 0;
}

bool netns_enter(GError **error)
{
	struct ifreq lo = {.ifr_name = "lo"};
	int s = -1;
	bool ok;

	if (unshare(CLONE_NEWNET) < 0) {
		g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot make a network namespace: %s%s",
			    g_strerror(errno), errno == EPERM ? ": vqbench run needs root" : "");
		return false;
	}
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ok = s >= 0 && bring_up(s, &lo);
	if (!ok)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot bring up lo: %s",
			    g_strerror(errno));
	if (s >= 0)
		close(s);
	return ok;
}

/* Each queue is a descriptor that names the same device. */
static bool open_queues(const char *name, int64_t queues, GArray *fds, GError **error)
{
	struct ifreq r = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR |
				       (queues > 1 ? IFF_MULTI_QUEUE : 0)};

	g_strlcpy(r.ifr_name, name, sizeof(r.ifr_name));
	for (int64_t k = 0; k < queues; k++) {
		int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

		if (fd >= 0)
			g_array_append_val(fds, fd);
		if (fd >= 0 && ioctl(fd, TUNSETIFF, &r) == 0)
			continue;
		g_set_error(error, VQB_ERROR, VQB_FAILED,
			    "cannot make queue %" PRId64 " of a tap device: %s%s", k,
			    g_strerror(errno),
			    fd < 0 ? " (/dev/net/tun): modprobe tun, and run as root" : "");
		return false;
	}
	return true;
}

bool netns_tap(int i, int64_t queues, GArray *fds, GError **error)
{
	struct ifreq r = {.ifr_flags = 0};
	int s;
	bool ok;

	snprintf(r.ifr_name, sizeof(r.ifr_name), "tap%d", i);
	if (!open_queues(r.ifr_name, queues, fds, error))
		return false;
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ok = s >= 0 && set_address(s, &r, SIOCSIFADDR, netns_host_address(i)) &&
	     set_address(s, &r, SIOCSIFNETMASK, NETNS_MASK) && bring_up(s, &r);
	if (!ok)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "cannot give a tap device an address: %s",
			    g_strerror(errno));
	if (s >= 0)
		close(s);
	return ok;
}

bool netns_counts(int i, struct tap_counts *c)
{
	g_autofree char *text = read_file("/proc/self/net/dev", 1u << 20, NULL, NULL);
	g_autofree char *name = g_strdup_printf("tap%d:", i);
	char *at = text ? strstr(text, name) : NULL;

	/* bytes packets errs drop fifo frame compressed multicast, twice; what the
	 * tap receives comes from the guest */
	return at && sscanf(at + strlen(name),
			    "%" SCNd64 " %" SCNd64 " %*u %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64,
			    &c->to_host_bytes, &c->to_host, &c->to_guest_bytes, &c->to_guest) == 4;
}
