// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "manifest.h"
#include "runners/tool/json.h"

/*
 * The kernel's command line.  Under TCG every instruction of the boot counts:
 * no mitigations and no address randomisation (nothing secret runs here), no
 * self-tests, no messages but warnings, no timer calibration against a PIT
 * that is emulated.  panic=-1 makes a panic a reset, which -no-reboot turns
 * into the end of QEMU.
 */
#define KERNEL_ARGS                                                                                \
	"console=ttyS0 quiet panic=-1 mitigations=off nokaslr audit=0 "                            \
	"no_timer_check random.trust_cpu=on cryptomgr.notests"

static void push(GPtrArray *argv, const char *s)
{
	g_ptr_array_add(argv, g_strdup(s));
}

static void push_all(GPtrArray *argv, const char *const *s)
{
	for (; *s; s++)
		push(argv, *s);
}

static void push_format(GPtrArray *argv, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void push_format(GPtrArray *argv, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	g_ptr_array_add(argv, g_strdup_vprintf(format, ap));
	va_end(ap);
}

gboolean guest_qemu_program(GPtrArray *argv, const char *qemu_dir, GError **error)
{
	g_autofree char *program = g_build_filename(qemu_dir, QEMU_PROGRAM, NULL);
	g_autofree char *manifest = g_build_filename(qemu_dir, "manifest.json", NULL);
	g_autoptr(JsonNode) root = NULL;
	JsonArray *list;

	if (access(program, X_OK)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			    "%s: not a program: runners/setup/qemu.sh makes such folders", program);
		return FALSE;
	}
	push(argv, program);
	if (!g_file_test(manifest, G_FILE_TEST_EXISTS))
		return TRUE;
	root = manifest_read(qemu_dir, error);
	if (!root)
		return FALSE;
	list = json_list(json_node_get_object(root), "firmware");
	for (guint i = 0; list && i < json_array_get_length(list); i++) {
		JsonNode *n = json_array_get_element(list, i);
		const char *dir = json_node_get_value_type(n) == G_TYPE_STRING
					  ? json_node_get_string(n)
					  : NULL;

		if (dir) {
			push(argv, "-L");
			push(argv, dir);
		}
	}
	return TRUE;
}

void guest_qemu_args(GPtrArray *argv, const char *guest_dir, int agent_fd, int console_fd,
		     const char *console_log)
{
	static const char *const machine[] = {"-nodefaults", "-no-user-config", "-display", "none",
					      "-no-reboot",  "-machine",	"pc",	    NULL};

	push_all(argv, machine);
	push(argv, "-kernel");
	push_format(argv, "%s/" GUEST_KERNEL, guest_dir);
	push(argv, "-initrd");
	push_format(argv, "%s/" GUEST_IMAGE, guest_dir);
	push(argv, "-append");
	push(argv, KERNEL_ARGS);
	push(argv, "-chardev");
	/* A comma in a file name is doubled in QEMU's option syntax. */
	if (console_fd >= 0) {
		push_format(argv, "socket,id=console,fd=%d", console_fd);
	} else if (console_log) {
		g_auto(GStrv) parts = g_strsplit(console_log, ",", -1);
		g_autofree char *path = g_strjoinv(",,", parts);

		push_format(argv, "file,id=console,path=%s", path);
	} else {
		push(argv, "null,id=console");
	}
	push(argv, "-serial");
	push(argv, "chardev:console");
	push(argv, "-chardev");
	push_format(argv, "socket,id=agent,fd=%d", agent_fd);
	push(argv, "-serial");
	push(argv, "chardev:agent");
}
