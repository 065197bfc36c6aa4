/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To which variants a run compares.  Texts and plots are written for off, and for qemu among
 * those in order; a run whose plan names others (baseline=) has their labels in these places.
 */
#ifndef VQLAB_ANALYSIS_BASELINE_H
#define VQLAB_ANALYSIS_BASELINE_H

#include "analysis/document.h"
#include "run.h"

/* @text with the labels of @run's baseline where off and qemu are meant; g_free() it. */
char *baseline_words(const struct run *run, const char *text);

/* The same of all that a document says. */
void baseline_document(const struct run *run, struct document *d);

#endif
