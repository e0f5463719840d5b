/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OUTBOX_TARGET_H
#define SLACK_OUTBOX_TARGET_H

#include "outbox/attempt.h"

/*
 * The messages that requests name by the key of an earlier request. The store keeps entries:
 *
 *   message/APP/KEY   the channel and the ts of the message that the request KEY has posted
 *   newest/APP/KEY    the newest update of that message that has been stored, as the version;
 *                     the value is "sent" once it is
 */

/* The argument of a method that names a message: "ts"; NULL: none does. */
const char *slack__target_argument(const char *method);
/* Whether only the newest of several waiting requests about a message is sent. */
bool slack__target_is_state(const char *method);

/* Looks for the message that a->of names, and puts it into the arguments. Then calls a->found: 0;
 * SLACK_ENOTFOUND if there is no such message; SLACK_EALREADY if a newer update was stored;
 * SLACK_ESTORE; SLACK_ENOMEM. */
void slack__target_find(slack_attempt_t *a);
/* Notes that the attempt's update was sent, so that none of the older ones is; `noted` follows.
 * 0; SLACK_ENOMEM. */
int slack__target_note_sent(slack_attempt_t *a, void (*noted)(slack_store_op_t *op));
/* Keeps the attempt's message under its key; `kept` follows. 0; SLACK_ENOMEM. */
int slack__target_keep(slack_attempt_t *a, void (*kept)(slack_store_op_t *op));
/* An update of the message of the request `of` was stored as row `id`. If it cannot be noted, older
 * updates are sent before it. */
void slack__target_note_newest(slack_queue_t *queue, const char *of, int64_t id);

#endif
