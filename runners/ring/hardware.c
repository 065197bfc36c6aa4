// SPDX-License-Identifier: GPL-2.0-or-later
#include "hardware.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int hardware_open(pid_t thread, GError **error)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		g_set_error(error, VQB_ERROR, VQB_FAILED, "%s",
			    errno == ENOENT || errno == EOPNOTSUPP
				    ? "this processor, or its hypervisor, offers no counter"
			    : errno == EACCES || errno == EPERM
				    ? "not permitted: as root, or with CAP_PERFMON"
				    : g_strerror(errno));
	return fd;
}

double hardware_read(int fd)
{
	struct {
		uint64_t count, enabled, running;
	} now;

	if (fd < 0 || read(fd, &now, sizeof(now)) != sizeof(now) || !now.running)
		return -1;
	return (double)now.count * now.enabled / now.running;
}
