/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_TOKEN_FILE_H
#define SLACK_IDENTITY_TOKEN_FILE_H

#include <slack/options.h>

#include "net/file_watch.h"
#include "net/loop.h"

/*
 * Tokens that come from files are read again when a file changes and when the app is asked to. A
 * new token is written where the old one lies: every client has borrowed that place and reads it
 * for each call. So a delivery that is under way uses the new token for its next call.
 */
typedef struct slack_token_files {
    slack_options_t *options;
    slack_net_t *net;
    slack_file_watch_t watch;
    void (*closed_fn)(void *user_data);
    void *closed_data;
} slack_token_files_t;

/* Makes room for later tokens in `options`, which are borrowed. 0; SLACK_ECONFIG with a sentence in
 * `error`; SLACK_ENOMEM. */
int slack__token_files_init(slack_token_files_t *files, slack_options_t *options, char *error);
/* Begin to watch. True: slack__token_files_close() has to follow. */
bool slack__token_files_start(slack_token_files_t *files, slack_net_t *net);
/* `fn` follows, once; nothing where no file is watched. */
void slack__token_files_close(slack_token_files_t *files, void (*fn)(void *user_data),
                              void *user_data);
/* Read the tokens. How many come from files. */
unsigned slack__token_files_reload(slack_token_files_t *files);

#endif
