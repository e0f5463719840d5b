/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OAUTH_REFRESH_H
#define SLACK_OAUTH_REFRESH_H

#include "oauth/rotation.h"
#include "util/backoff.h"

#define SLACK_TOKEN_ENDED "Slack has ended the token: %s"

/* A refresh of a record's token, or the marking of a token that Slack has refused. One object for a
 * record, as long as somebody waits for it, and for a while after a failure. */
typedef struct slack_refresh {
    slack_rotation_t *rotation;
    slack_link_t link;    /* in rotation->ticking or ->resting */
    slack_link_t waiting; /* slack_fresh_t.link */
    slack_arena_t *arena; /* of the keys */
    const char *key;
    slack_arena_t *scratch; /* of one attempt */
    const char *stale;      /* the token that is to be replaced */
    const char *refused;    /* Slack's word for it; NULL: the token expires */

    slack_arena_t *record_arena;
    slack_install_found_t found; /* the record as it was read last */

    slack_store_op_t lease; /* KV_ADD, then KV_DELETE */
    const char *lease_key;
    char lease_version[33]; /* "": no lease is held */

    slack_arena_t *answer; /* of `next`; NULL: Slack has not answered */
    slack_install_record_t next;
    const char *used; /* the refresh token of the call */
    bool dead;        /* Slack has refused it */
    unsigned tries, polls;

    void (*step)(struct slack_refresh *r); /* at due_ms */
    uint64_t due_ms;                       /* resting: no refresh begins before */
    bool running;                          /* counted in rotation->under_way */
    slack_backoff_t backoff;
    int status; /* of the last failure, and its sentence */
    char why[200];
} slack_refresh_t;

/* ---- refreshes.c ---- */

/* A refresh that has not begun, in rotation->refreshes. NULL: memory is out. */
slack_refresh_t *slack__refresh_new(slack_rotation_t *rotation, const char *key);
/* Frees a refresh that is not under way. */
void slack__refresh_forget(slack_refresh_t *r);
/* Runs step() in `in_ms`. */
void slack__refresh_tick(slack_refresh_t *r, uint64_t in_ms, void (*step)(slack_refresh_t *r));
/* Gives all that wait the result. */
void slack__refresh_tell(slack_refresh_t *r, int status, const slack_install_record_t *record);
/* The refresh is over, with r->status. After a failure it rests. */
void slack__refresh_over(slack_refresh_t *r);

/* ---- refresh.c ---- */

/* The first step. The caller has set the members from `scratch` to `found`. */
void slack__refresh_begin(slack_refresh_t *r);

#endif
