/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_RECORDER_H
#define SLACK_OPS_RECORDER_H

#include "transport/transport.h"
#include "webapi/webapi.h"

/*
 * What an app receives, says and calls, written to a file of JSON lines, for the test kit to play
 * it again (docs/testing.md has the format). Secrets never reach the file.
 *
 * Lines are made on the loop and written by libuv's threads, in order. The recorder ends itself
 * with one line of the log, and the app goes on, when the file cannot take more: a disk that is
 * full or too slow, the size that it may have.
 */
typedef struct slack_recorder slack_recorder_t;

typedef struct slack_recorder_options {
    const char *path;    /* Required, copied. A file of that name becomes PATH.old. */
    const char *api_url; /* Required, borrowed for the recorder's life. */
    uint64_t max_bytes;  /* Required. */
    size_t pending_max;  /* Required. Lines that wait to be written; more: the disk is too slow. */
    bool hide_texts;
} slack_recorder_options_t;

#define SLACK_RECORD_PENDING_MAX ((size_t)16 << 20)

/* Creates the file, for its owner alone. 0; SLACK_EIO with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. */
int slack__recorder_open(slack_recorder_t **ret, slack_net_t *net,
                         const slack_recorder_options_t *options, char *error);

/* Write what waits and close the file; then `fn` is called and all is freed. NULL is fine, then
 * `fn` is called at once. Whoever uses slack__recorder_wrap() has closed its sender before. */
void slack__recorder_close(slack_recorder_t *recorder, void (*fn)(void *user_data),
                           void *user_data);

/* The app is who it is: what comes from now on is recorded. */
void slack__recorder_begin(slack_recorder_t *recorder, const char *bot_user, const char *bot_id,
                           const char *team);

#define SLACK_RECORD_TRANSPORTS_MAX 4

/* Record a delivery that `t` received, under d->number. NULL: there is no recorder. */
void slack__record_delivery(slack_recorder_t *recorder, const slack_transport_t *t,
                            const slack_delivery_t *d);
/* The transport to set for the deliveries of `t`, so that their acks are recorded. It has the name
 * and `ack` of `t`, and nothing else: other functions are called with `t`. It lives as long as the
 * recorder. `t` itself if there is no recorder, or for a fifth transport. */
slack_transport_t *slack__recorder_transport(slack_recorder_t *recorder, slack_transport_t *t);

/* slack_webapi_options_t.wrap: have what is sent recorded. `recorder` is one. */
void slack__recorder_wrap(slack_sender_t *sender, void *recorder);

#endif
