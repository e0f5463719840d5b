/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_REDACT_JSON_H
#define SLACK_PROTOCOL_REDACT_JSON_H

#include "protocol/signature.h"
#include "util/json.h"

/*
 * Writes JSON without its secrets, for recordings.
 *
 * A member whose name says that it is a secret (a token, trigger_id, response_url, …) gets a
 * placeholder. The digits of the placeholder are a hash of the secret with a random key that is
 * never stored. The same secret has the same placeholder, so a replay sees that a call uses the
 * trigger_id of a body. Redacting a placeholder again leaves it unchanged.
 *
 * A text inside an object of such a name gets one too: the state of an input is an object whose
 * name is the action_id.
 *
 * Inside any other string, and inside the name of a member, a part that looks like a token or a
 * webhook becomes "[redacted]", as in the log.
 */
typedef struct slack_redactor {
    slack_signer_t *signer; /* NULL: placeholders have no digits and match any other */
    bool texts;             /* replace what people wrote, too */
} slack_redactor_t;

/* Make a random key. 0; SLACK_ENOMEM; SLACK_EIO if the system has no random numbers. */
int slack__redact_json_init(slack_redactor_t *redactor, bool texts);
void slack__redact_json_done(slack_redactor_t *redactor);

/* Append the JSON text of a value to `out`. 0; SLACK_ETOOBIG (the maximum of the buffer) or
 * SLACK_ENOMEM, with `out` unchanged. */
int slack__redact_json_write(const slack_redactor_t *redactor, slack_buf_t *out,
                             const slack_json_t *value);

/* True for a placeholder. */
bool slack__is_placeholder(slack_slice_t text);
/* True for a placeholder without digits, which stands for any secret. */
bool slack__is_any_placeholder(slack_slice_t text);

#endif
