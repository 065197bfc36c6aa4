/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom a mail is from, and whom it goes to. Lists belong to the caller. */
#ifndef VQLAB_ANALYSIS_MAIL_PEOPLE_H
#define VQLAB_ANALYSIS_MAIL_PEOPLE_H

#include <gmime/gmime.h>
#include <stdbool.h>

/*
 * Is @text what a header can carry as a message id, without its <>, or as an address:
 * printable ASCII with an @ within (RFC 5322, sections 3.4.1 and 3.6.4, and their obsolete
 * forms), of at most 250 bytes?
 */
bool is_addr_spec(const char *text);

/* The addresses in @text; NULL where there is none, or one that reaches nobody. */
InternetAddressList *parse_people(const char *text);

/* @text's one, or if that is NULL whom git's settings name; NULL if that is nobody. */
InternetAddressList *find_sender(const char *text);

/* Adds to @to those of @more that a mail reaches and that are in neither list yet;
 * @besides may be NULL. */
void add_people(InternetAddressList *to, InternetAddressList *more, InternetAddressList *besides);

#endif
