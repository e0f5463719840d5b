/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "app/app.h"
#include "protocol/token_kind.h"
#include "util/alloc.h"
#include "util/file.h"

/*
 * What comes from files is read again. Each transport reads its own; the tokens are the app's. A
 * new token is written where the old one lies: every client has borrowed that place, and reads it
 * when it makes a call, on the loop. So also a delivery that is under way calls with the new one.
 */
#define TOKEN_ROOM 1024

typedef struct token {
    const char *variable;
    enum slack_token_use use;
    const char *file;   /* NULL: it comes from none */
    const char **place; /* the option, TOKEN_ROOM bytes where it comes from a file */
} token_t;

static token_t token_of(slack_app_t *app, enum slack_token_use use)
{
    slack_options_t *o = &app->options;
    if (use == SLACK_TOKEN_OF_BOT)
        return (token_t){"SLACK_BOT_TOKEN_FILE", use, o->bot_token_file, &o->bot_token};
    return (token_t){"SLACK_APP_TOKEN_FILE", use, o->app_token_file, &o->app_token};
}

static int make_room(slack_app_t *app, token_t token)
{
    if (token.file == NULL || *token.place == NULL) return 0;
    const size_t len = strlen(*token.place);
    if (len >= TOKEN_ROOM)
        return slack__app_fail(app, SLACK_ECONFIG, "%s=%.80s: the token has more than %d bytes",
                               token.variable, token.file, TOKEN_ROOM - 1);
    char *room = slack__calloc(1, TOKEN_ROOM);
    if (room == NULL) return SLACK_ENOMEM;
    memcpy(room, *token.place, len);
    slack__free_secret((char *)(uintptr_t)*token.place);
    *token.place = room;
    slack__file_watch_add(&app->token_files, token.file);
    return 0;
}

int slack__tokens_init(slack_app_t *app)
{
    int rc = make_room(app, token_of(app, SLACK_TOKEN_OF_BOT));
    return rc == 0 ? make_room(app, token_of(app, SLACK_TOKEN_OF_APP)) : rc;
}

static const char *fault_of(const token_t *token, const char *text)
{
    if (strlen(text) >= TOKEN_ROOM) return "the token is too long";
    if (slack__token_is(text, token->use)) return NULL;
    return token->use == SLACK_TOKEN_OF_BOT ? "it holds no bot token (xoxb-…)"
                                            : "it holds no app-level token (xapp-…)";
}

static int read_token(const token_t *token, const char **ret_why)
{
    char *text = NULL;
    int rc = slack__file_read_secret(token->file, &text, ret_why);
    if (rc != 0) return rc;
    *ret_why = fault_of(token, text);
    if (*ret_why == NULL) {
        char *place = (char *)(uintptr_t)*token->place;
        slack__wipe(place, TOKEN_ROOM);
        memcpy(place, text, strlen(text));
    }
    slack__free_secret(text);
    return *ret_why ? SLACK_ECONFIG : 0;
}

/* How many tokens come from a file: 0 or 1. */
static unsigned reload_token(slack_app_t *app, token_t token)
{
    const char *why = NULL;
    if (token.file == NULL || *token.place == NULL) return 0;
    int rc = read_token(&token, &why);
    if (rc == 0)
        SLACK_LOG(&app->log, INFO, "token read again", "file=%s", token.file);
    else
        SLACK_LOG(&app->log, ERROR, "token not read again, the old one stays", "file=%s reason=%s",
                  token.file, why ? why : slack_strerror(rc));
    return 1;
}

static unsigned reload_tokens(slack_app_t *app)
{
    slack__file_watch_mark(&app->token_files);
    return reload_token(app, token_of(app, SLACK_TOKEN_OF_BOT)) +
           reload_token(app, token_of(app, SLACK_TOKEN_OF_APP));
}

static void on_changed(void *user_data)
{
    reload_tokens(user_data);
}

void slack__tokens_watch(slack_app_t *app)
{
    if (app->token_files.count == 0) return;
    int rc =
        slack__file_watch_start(&app->token_files, app->loop, SLACK_FILE_WATCH_MS, on_changed, app);
    app->handles++;
    if (rc != 0)
        SLACK_LOG(&app->log, WARN, "files not watched", "file=%s reason=%s",
                  app->token_files.paths[0], uv_strerror(rc));
}

void slack__app_reload(slack_app_t *app)
{
    if (app->state >= APP_CLOSING) return;
    unsigned count = reload_tokens(app);
    for (size_t i = 0; i < app->transport_count; i++)
        count += app->transports[i]->ops->reload(app->transports[i]);
    if (count == 0)
        SLACK_LOG(&app->log, INFO, "nothing to read again", "reason=%s",
                  "no certificate, token or secret comes from a file");
}
