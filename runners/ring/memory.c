// SPDX-License-Identifier: GPL-2.0-or-later
#include "memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Below lies what a PC keeps there: the BIOS's area, video memory, ROMs. */
#define MEMORY_START (1u << 20)

bool memory_open(struct memory *m, unsigned int mib, GError **error)
{
	memset(m, 0, sizeof(*m));
	m->size = (uint64_t)mib << 20;
	m->next = m->floor = MEMORY_START;
	m->base = MAP_FAILED;
	m->fd = memfd_create("vqring-guest", MFD_CLOEXEC);
	/* QEMU opens it by name, as another user. */
	if (m->fd >= 0 && ftruncate(m->fd, m->size) == 0 && fchmod(m->fd, 0666) == 0)
		m->base = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
	if (m->base != MAP_FAILED)
		return true;
	g_set_error(error, VQB_ERROR, VQB_FAILED, "%u MiB of guest memory: %s", mib,
		    g_strerror(errno));
	m->base = NULL;
	return false;
}

void memory_close(struct memory *m)
{
	if (m->base)
		munmap(m->base, m->size);
	if (m->fd >= 0)
		close(m->fd);
	m->base = NULL;
	m->fd = -1;
}

uint64_t memory_take(struct memory *m, uint64_t size, uint64_t align)
{
	uint64_t at = (m->next + align - 1) & ~(align - 1);

	if (size > m->size || at > m->size - size) {
		m->exhausted = true;
		return 0;
	}
	m->next = at + size;
	memset(memory_at(m, at), 0, size);
	return at;
}

void memory_clear(struct memory *m)
{
	m->next = m->floor;
	m->exhausted = false;
}

void memory_keep(struct memory *m)
{
	m->floor = m->next;
}
