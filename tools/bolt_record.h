/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_BOLT_RECORD_H
#define TOOLS_BOLT_RECORD_H

#include "import_sink.h"

/*
 * Reads the JSON of an installation of Bolt. Pure. Sources:
 *   github.com/slackapi/node-slack-sdk, packages/oauth/src/installation.ts
 *   github.com/slackapi/python-slack-sdk, slack_sdk/oauth/installation_store/models/
 */
enum bolt_form {
    BOLT_JS,    /* Installation of @slack/oauth */
    BOLT_PYTHON /* Installation or Bot of slack_sdk.oauth; a row of its tables has the same names */
};

typedef struct bolt_record {
    slack_install_record_t bot;  /* the workspace's; without a token if Bolt has none */
    slack_install_record_t user; /* the installer's; user_id is "" in a Bot of Python */
    const char
        *left_out; /* members with a value for which a record has no place: "custom_values" */
} bolt_record_t;

/* Read an object; its strings are the record's. NULL; or what is wrong with it, as the rest of a
 * sentence. */
const char *bolt_record_read(slack_arena_t *arena, enum bolt_form form, const slack_json_t *value,
                             bolt_record_t *ret);

/* Bolt for Python stores the bot's token twice: take it from `bot` unless the record's is newer. */
void bolt_record_join(bolt_record_t *record, const bolt_record_t *bot);

/* Sets the time of installation, which JavaScript keeps in the names of files. */
void bolt_record_set_time(bolt_record_t *record, int64_t installed_ms);

#endif
