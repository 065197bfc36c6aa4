/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "error.h"

GQuark vqb_error_quark(void)
{
	return g_quark_from_static_string("vqbench");
}
