/* SPDX-License-Identifier: MIT */
#include "identity/token_file.h"

#include <stdio.h>
#include <string.h>

#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/error.h"
#include "util/file.h"
#include "util/str.h"

/* The size of the buffer of a token from a file. A later token may be longer than the first. */
#define TOKEN_ROOM 1024

typedef struct token {
    const char *variable;
    enum slack_token_use use;
    const char *file;   /* NULL: the token comes from no file */
    const char **place; /* the option; TOKEN_ROOM bytes if the token comes from a file */
} token_t;

static token_t bot_token(const slack_token_files_t *files)
{
    slack_options_t *o = files->options;
    return (token_t){"SLACK_BOT_TOKEN_FILE", SLACK_TOKEN_OF_BOT, o->bot_token_file, &o->bot_token};
}

static token_t app_token(const slack_token_files_t *files)
{
    slack_options_t *o = files->options;
    return (token_t){"SLACK_APP_TOKEN_FILE", SLACK_TOKEN_OF_APP, o->app_token_file, &o->app_token};
}

static int token_make_room(slack_token_files_t *files, token_t token, char *error)
{
    if (token.file == NULL || *token.place == NULL) return 0;
    const size_t len = strlen(*token.place);
    if (len >= TOKEN_ROOM) {
        slack__explain(error, "%s=%.80s: the token has more than %d bytes", token.variable,
                       token.file, TOKEN_ROOM - 1);
        return SLACK_ECONFIG;
    }
    char *room = slack__calloc(1, TOKEN_ROOM);
    if (room == NULL) return SLACK_ENOMEM;
    memcpy(room, *token.place, len);
    slack__free_secret((char *)(uintptr_t)*token.place);
    *token.place = room;
    slack__file_watch_add(&files->watch, token.file);
    return 0;
}

int slack__token_files_init(slack_token_files_t *files, slack_options_t *options, char *error)
{
    files->options = options;
    int rc = token_make_room(files, bot_token(files), error);
    return rc == 0 ? token_make_room(files, app_token(files), error) : rc;
}

/* ---- reading ---- */

static int read_token(const token_t *token, slack_file_fault_t *fault)
{
    char *text = NULL;
    int rc = slack__file_read_secret(token->file, &text, fault);
    if (rc != 0) return rc;
    fault->why = NULL;
    if (strlen(text) >= TOKEN_ROOM) {
        fault->why = "the token is too long";
    } else if (!slack__is_visible(slack__slice(text))) {
        fault->why = "it " SLACK_TOKEN_UNFIT;
    } else if (!slack__token_is(text, token->use)) {
        fault->why = token->use == SLACK_TOKEN_OF_BOT ? "it holds no bot token (xoxb-…)"
                                                      : "it holds no app-level token (xapp-…)";
    } else {
        char *place = (char *)(uintptr_t)*token->place;
        slack__wipe(place, TOKEN_ROOM);
        memcpy(place, text, strlen(text));
    }
    slack__free_secret(text);
    return fault->why ? SLACK_ECONFIG : 0;
}

/* How many tokens come from a file: 0 or 1. */
static unsigned reload_token(slack_token_files_t *files, token_t token)
{
    slack_file_fault_t fault;
    if (token.file == NULL || *token.place == NULL) return 0;
    int rc = read_token(&token, &fault);
    if (rc == 0)
        SLACK_LOG(files->net->log, INFO, "token read again", "file=%s", token.file);
    else
        SLACK_LOG(files->net->log, ERROR, "token not read again, the old one stays",
                  "file=%s reason=%s", token.file,
                  rc == SLACK_ECONFIG ? fault.why : slack_strerror(rc));
    return 1;
}

unsigned slack__token_files_reload(slack_token_files_t *files)
{
    slack__file_watch_mark(
        &files->watch); /* first, so that no change after the reading is missed */
    return reload_token(files, bot_token(files)) + reload_token(files, app_token(files));
}

static void files_changed(void *user_data)
{
    slack__token_files_reload(user_data);
}

bool slack__token_files_start(slack_token_files_t *files, slack_net_t *net)
{
    files->net = net;
    if (files->watch.count == 0) return false;
    int rc = slack__file_watch_start(&files->watch, net->loop, SLACK_FILE_WATCH_MS, files_changed,
                                     files);
    if (rc != 0)
        SLACK_LOG(net->log, WARN, "token files not watched", "file=%s reason=%s",
                  files->watch.paths[0], uv_strerror(rc));
    return true;
}

static void token_watch_closed(void *user_data)
{
    slack_token_files_t *files = user_data;
    files->closed_fn(files->closed_data);
}

void slack__token_files_close(slack_token_files_t *files, void (*fn)(void *user_data),
                              void *user_data)
{
    files->closed_fn = fn;
    files->closed_data = user_data;
    slack__file_watch_close(&files->watch, token_watch_closed);
}
