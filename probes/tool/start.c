// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>

#include "start.h"

void vq_start(void)
{
	const char *locale = setlocale(LC_ALL, "C.UTF-8") ? "C.UTF-8" : "C";

	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
			_exit(2); /* nobody could be told why */
	setenv("LC_ALL", locale, 1);
	unsetenv("LANGUAGE");
}
