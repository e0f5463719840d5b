/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_RECORDER_H
#define SLACK_OPS_RECORDER_H

#include "transport/transports.h"
#include "webapi/webapi.h"

/*
 * Writes a recording: the deliveries, acks and calls of an app, as lines of JSON that the test kit
 * can replay. docs/testing.md has the format. Secrets never reach the file.
 *
 * The recorder makes lines on the loop, and libuv's threads write them in order. If the disk is
 * full or too slow, or the file has its maximum size, the recording ends with a line in the log.
 * The app goes on.
 *
 * slack__recorder_transport() wraps a transport to record acks, and slack__recorder_wrap() wraps
 * the sender of calls.
 */
typedef struct slack_recorder slack_recorder_t;

typedef struct slack_recorder_options {
    const char *path;    /* Required, copied. An older recording there becomes PATH.old. */
    const char *api_url; /* Required, borrowed until the close. */
    uint64_t max_bytes;  /* Required. The maximum size of the file. */
    size_t pending_max;  /* Required. The maximum size of the lines that are not written yet. */
    bool hide_texts;     /* Leave out what people wrote. */
} slack_recorder_options_t;

#define SLACK_RECORD_PENDING_MAX ((size_t)16 << 20)
/* Create the file, which only its owner can read. 0; SLACK_EIO with a sentence in `error`
 * (SLACK_ERROR_TEXT_MAX bytes); SLACK_ENOMEM. */
int slack__recorder_open(slack_recorder_t **ret, slack_net_t *net,
                         const slack_recorder_options_t *options, char *error);

/* Write the lines that are left, close the file, free the recorder, then call `fn`. If `recorder`
 * is NULL, call `fn` at once. No ack and no call may follow this function. */
void slack__recorder_close(slack_recorder_t *recorder, void (*fn)(void *user_data),
                           void *user_data);

/* Begin to record. If `recorder` is NULL, do nothing. */
void slack__recorder_begin(slack_recorder_t *recorder, const char *bot_user, const char *bot_id,
                           const char *team);

/* Record a delivery that `t` received, under d->number. If `recorder` is NULL, do nothing. */
void slack__record_delivery(slack_recorder_t *recorder, const slack_transport_t *t,
                            const slack_delivery_t *d);

/* Return a stand-in for `t`, to be set as the transport of the deliveries of `t`. Its `ack` records
 * the ack and passes it to `t`. The stand-in has the name of `t`, and `ack` is its only function.
 * It lives as long as the recorder. If `recorder` is NULL, or has SLACK_TRANSPORTS_MAX stand-ins
 * already, return `t` itself. */
slack_transport_t *slack__recorder_transport(slack_recorder_t *recorder, slack_transport_t *t);

/* Record the calls that go through `sender`. `recorder` is a slack_recorder_t: the signature is
 * that of slack_webapi_options_t.wrap. */
void slack__recorder_wrap(slack_sender_t *sender, void *recorder);

#endif
