/* SPDX-License-Identifier: MIT */
#ifndef MANIFEST_MAKE_H
#define MANIFEST_MAKE_H

#include "manifest/scopes.h"
#include "sim/json_builder.h"

/*
 * A manifest out of the description of an app (docs/describe.md). Pure.
 * https://docs.slack.dev/reference/app-manifest
 */

typedef struct manifest_choices {
    const char *name;    /* Required. Of the app. */
    const char *url;     /* For HTTP. "https://bot.example.com": the paths of the app follow. */
    bool socket, http;   /* Which transports the app uses: at least one. */
    bool token_rotation; /* Its tokens end after twelve hours, and are refreshed. */
} manifest_choices_t;

/* What an app needs at Slack. */
typedef struct manifest_needs {
    manifest_names_t events, scopes, user_scopes, commands, functions, global_shortcuts,
        message_shortcuts;
    bool interactive, options, home, messages;
    bool assistant; /* the pane of an assistant */
    bool agent;     /* the newer view of an agent, in place of that pane */
} manifest_needs_t;

/* Scopes that an app has: words with blanks or commas between them. */
typedef struct manifest_scopes {
    const char *bot, *user;
} manifest_scopes_t;

/* Find it. Where one of several scopes is enough, one that the app has is taken; `has` may be NULL.
 * `notes` gets a sentence, with a newline, for each thing that the description does not tell. 0;
 * SLACK_ETOOBIG; SLACK_ENOMEM. */
int manifest_find_needs(const slack_json_t *description, const manifest_scopes_t *has,
                        manifest_needs_t *ret, slack_buf_t *notes);

/* The manifest; NULL after a failure of the builder. */
const slack_json_t *manifest_make(sim_json_builder_t *json, const slack_json_t *description,
                                  const manifest_needs_t *needs, const manifest_choices_t *choices);

/* Append JSON in lines, with two blanks for each level. 0; SLACK_ETOOBIG; SLACK_ENOMEM. */
int manifest_print(slack_buf_t *out, const slack_json_t *value);

#endif
