/* SPDX-License-Identifier: MIT */
#ifndef MANIFEST_SCOPES_H
#define MANIFEST_SCOPES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

/* The facts from which a manifest is made: scopes of events and of methods. Pure. */

/* The scopes of an event, separated by blanks; "" if it needs none; NULL if an app cannot subscribe
 * to an event of this type. */
const char *manifest_event_scopes(const char *type);

/* The scopes of a method for the token of a bot, or of a user, separated by blanks: each is enough.
 * False if the method is not known, or if such a token cannot call it. An empty text: it needs no
 * scope. */
bool manifest_method_scopes(const char *method, bool user, slack_slice_t *ret);

/* Who needs a name: {"listener", its name}, {"event", its type}, {"call", a method}, {"option", a
 * variable}. */
typedef struct manifest_reason {
    const char *kind, *who;
} manifest_reason_t;

/* A set of names, sorted, each with the first that needs it. Its texts are borrowed. */
#define MANIFEST_NAMES_MAX 256
typedef struct manifest_names {
    slack_slice_t list[MANIFEST_NAMES_MAX];
    manifest_reason_t by[MANIFEST_NAMES_MAX];
    size_t count;
    bool full;    /* one more did not fit */
    bool unknown; /* the app may need others, which the description does not tell */
} manifest_names_t;

void manifest_names_add(manifest_names_t *names, slack_slice_t name, manifest_reason_t by);
/* NULL: the set does not have the name. */
const manifest_reason_t *manifest_names_find(const manifest_names_t *names, slack_slice_t name);
/* Whether a word is among words with blanks or commas between them. */
bool manifest_has_word(const char *words, slack_slice_t word);
/* Adds one of `any`, which blanks separate: none if the set has one of them, else the first that is
 * among `preferred`, else the first. */
void manifest_names_need(manifest_names_t *names, slack_slice_t any, const char *preferred,
                         manifest_reason_t by);

#endif
