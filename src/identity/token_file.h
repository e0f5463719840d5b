/* SPDX-License-Identifier: MIT */
#ifndef SLACK_IDENTITY_TOKEN_FILE_H
#define SLACK_IDENTITY_TOKEN_FILE_H

#include <slack/options.h>

#include "net/file_watch.h"
#include "net/loop.h"

/*
 * Tokens from files are read again when a file changes, and on slack_app_reload(). A new token
 * overwrites the old one in its place: every client has borrowed that place and reads it for each
 * call. So a running delivery uses the new token for its next call.
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
/* Begins to watch. True: slack__token_files_close() has to follow. */
bool slack__token_files_start(slack_token_files_t *files, slack_net_t *net);
/* Ends the watch and then calls `fn`, once. Does nothing if no file is watched. */
void slack__token_files_close(slack_token_files_t *files, void (*fn)(void *user_data),
                              void *user_data);
/* Reads the tokens again. Returns how many come from files. */
unsigned slack__token_files_reload(slack_token_files_t *files);

#endif
