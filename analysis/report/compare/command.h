/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VQLAB_ANALYSIS_COMPARE_COMMAND_H
#define VQLAB_ANALYSIS_COMPARE_COMMAND_H

/* vqreport compare RUN RUN; @argv[0] is "compare".  Returns the exit status. */
int compare_command(int argc, char **argv);

#endif
