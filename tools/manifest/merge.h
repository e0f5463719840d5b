/* SPDX-License-Identifier: MIT */
#ifndef MANIFEST_MERGE_H
#define MANIFEST_MERGE_H

#include "manifest/make.h"

/*
 * Another manifest of an app beside the one that its code needs: what differs, and the two in one.
 * Pure.
 *
 * The code decides on events, scopes, commands, shortcuts, steps and their URLs, and on the
 * settings that they need. All else is the other manifest's: names, descriptions, colours, unknown
 * members, and the order of everything.
 */

enum manifest_difference_kind {
    MANIFEST_MISSING, /* the app needs it, and the other manifest lacks it */
    MANIFEST_OTHER,   /* a setting has another value than the app needs */
    MANIFEST_SPARE    /* nothing in the app needs it */
};

typedef struct manifest_difference {
    enum manifest_difference_kind kind;
    const char *path;           /* "/oauth_config/scopes/bot"; of an element, that of its list; in
                                 * one, "/features/slash_commands/…/url" */
    const char *name;           /* of the element; "": in none */
    const slack_json_t *needed; /* NULL for MANIFEST_SPARE */
    const slack_json_t *given;  /* NULL for MANIFEST_MISSING */
} manifest_difference_t;

typedef void (*manifest_difference_fn)(const manifest_difference_t *difference, void *data);

typedef struct manifest_merging {
    sim_json_builder_t *json;
    const manifest_needs_t *needs;
    bool prune;                /* leave out what nothing needs */
    manifest_difference_fn fn; /* Optional; is called for each difference. */
    void *data;
} manifest_merging_t;

/* `given` with what `made` has besides: what manifest_make() has made of the needs. Merging the
 * result again changes nothing. Where the code may need more than its description tells
 * (`unknown`), nothing is spare. NULL after a failure of the builder. */
const slack_json_t *manifest_merge(const manifest_merging_t *merging, const slack_json_t *made,
                                   const slack_json_t *given);

/* The scopes of a manifest, for manifest_find_needs(). The texts live in the arena. False: memory
 * is out. */
bool manifest_scopes_of(slack_arena_t *arena, const slack_json_t *manifest, manifest_scopes_t *ret);

#endif
