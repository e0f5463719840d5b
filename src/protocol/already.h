/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_ALREADY_H
#define SLACK_PROTOCOL_ALREADY_H

#include <slack/json.h>

/* Whether an answer with `ok: false` says that the state is already as the call wants it, such as
 * "already_pinned" of pins.add. Handlers run at least once, so a call that is made again gets such
 * an answer. `users` is the number of users that the call names (conversations.invite). */
bool slack__already_as_wanted(const char *method, const slack_json_t *answer, size_t users);

#endif
