/* SPDX-License-Identifier: MIT */
#ifndef SLACK_APP_OPTIONS_H
#define SLACK_APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <slack/options.h>

#include "util/buf.h"

enum slack_option_type {
    SLACK_OPTION_TEXT,
    SLACK_OPTION_SECRET, /* a text that is wiped when it is freed */
    SLACK_OPTION_NUMBER,
    SLACK_OPTION_WORD /* an enum */
};

/* A row of options.def. */
typedef struct slack_option {
    const char *field;     /* its name in slack_options_t */
    const char *variables; /* "HTTPS_PROXY https_proxy": the first that has a value counts; NULL: no
                            * variable */
    enum slack_option_type type;
    size_t offset;      /* of the field */
    size_t file_offset; /* of the field that names a file with the secret; 0: no such field */
    const char *text;   /* TEXT: the default, or NULL. WORD: the words for 1, 2, … */
    unsigned min, max;  /* NUMBER */
    unsigned number;    /* NUMBER, WORD: the default; 0: no default */
} slack_option_t;

/* All rows; the last one has no field. */
extern const slack_option_t slack__option_table[];

/* Copies `from` with its strings. If `environment` is true, takes the fields that are not set from
 * the environment and .env. Sets the rest to their defaults, and checks all fields. `error` takes
 * SLACK_ERROR_TEXT_MAX bytes. On failure the caller has nothing to free. */
int slack__options_resolve(slack_options_t *ret, const slack_options_t *from, bool environment,
                           char *error);

/* The options as far as they are known, after slack__options_resolve() has refused them. 0 or
 * SLACK_ENOMEM. */
int slack__options_salvage(slack_options_t *ret, const slack_options_t *from);

/* Append an object with the options that have a value. Of a secret it says only that it is set, and
 * of the store the part before the colon too: {"drain_ms":10000,"bot_token":{"set":true}}. 0;
 * SLACK_ETOOBIG; SLACK_ENOMEM. */
int slack__options_write(const slack_options_t *options, slack_buf_t *out);

/* Sets the fields that are not set to their defaults; all strings are allocated. 0 or SLACK_ENOMEM.
 */
int slack__options_set_defaults(slack_options_t *options);

/* SLACK_ECONFIG with a sentence if there is no bot token. An app with slack_app_authorize() needs
 * none, so slack__options_resolve() does not check this. */
int slack__options_need_token(const slack_options_t *options, char *error);

#endif
