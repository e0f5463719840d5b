/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_CATCH_UP_H
#define SLACK_TRANSPORT_CATCH_UP_H

#include "store/store.h"
#include "transport/transport.h"
#include "webapi/webapi.h"

/*
 * Catch-up as the app sees it: a transport whose wire is conversations.history. It remembers how
 * far the app has read each channel. After a gap in the deliveries of the other transports it reads
 * the messages that were sent meanwhile, and delivers an event for each of them. The inbox knows by
 * their keys which of them have arrived (slack__dedupe_history_key()). There is no peer that sends,
 * so the tests of this transport take the place of the contract's suite.
 *
 * The functions are in src/transport_history/history.c. `t` is always the result of
 * slack__catch_up_create().
 */
#define SLACK_TRANSPORT_HISTORY "history" /* its name, and that of its rows */

/* After this time Slack has sent an event for the last time that was not acked: at once, after a
 * minute, and after five more (https://docs.slack.dev/apis/events-api#retries). */
#define SLACK_CATCH_UP_REDELIVERED_MS 400000

/* SLACK_ECONFIG if `wanted`, the value of the option `name`, does not name channels. */
int slack__catch_up_check(const char *name, const char *wanted, char *error);

/* Creates the transport, if options->catch_up asks for it; else sets *ret to NULL. As
 * slack_transport_type_t.create. */
int slack__catch_up_create(slack_transport_t **ret, const struct slack_transport_host *host,
                           const slack_options_t *options, char *error);

/* The facts that the app knows once Slack has accepted its token. Borrowed for the life of the
 * transport; texts are not NULL. */
typedef struct slack_catch_up_facts {
    slack_client_t *client;               /* the bot's */
    slack_store_t *store;                 /* for the cursors */
    const char *app;                      /* the app's name for its rows */
    const char *app_id, *team, *bot_user; /* "" if not known */
    /* Whether a listener takes events of a type; with `named`, one that names it. */
    bool (*takes)(void *user_data, const char *type, bool named);
    void *user_data;
} slack_catch_up_facts_t;

/* Called once, before the start. */
void slack__catch_up_prepare(slack_transport_t *t, const slack_catch_up_facts_t *facts);

/* Of the processes of an app, one reads history: whether this one does. It does from the start on,
 * unless this function says otherwise. A process that begins to read takes the cursors from the
 * store. One that does not read remembers its gaps for the one that does. */
void slack__catch_up_take(slack_transport_t *t, bool reads);
/* The figures of the same names in the entry of another process. */
void slack__catch_up_note(slack_transport_t *t, int64_t missed_ms, int64_t read_ms);

/* An event of another transport is stored. */
void slack__catch_up_stored(slack_transport_t *t, const slack_delivery_t *d);
/* No event can arrive, until slack__catch_up_gap() says that they do again. */
void slack__catch_up_deaf(slack_transport_t *t);
/* Events may have been missed, up to now. Reads the channels in `delay_ms`: until then Slack may
 * send them again by itself. `why` is static, for the log. */
void slack__catch_up_gap(slack_transport_t *t, const char *why, unsigned delay_ms);

typedef struct slack_catch_up_figures {
    uint64_t gaps;      /* gaps that were caught up on */
    uint64_t channels;  /* channels read */
    uint64_t recovered; /* messages and mentions that had not arrived */
    uint64_t known;     /* those that had */
    uint64_t left_out;  /* messages beyond SLACK_CATCH_UP_MESSAGES */
    bool behind;        /* a gap is not caught up on yet */
    /* Wall clock. This process does not read, and may have missed events up to then; it has read
     * what was missed up to then. 0: none. */
    int64_t missed_ms, read_ms;
} slack_catch_up_figures_t;
void slack__catch_up_figures(const slack_transport_t *t, slack_catch_up_figures_t *ret);

#endif
