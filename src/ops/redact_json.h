/* SPDX-License-Identifier: MIT */
#ifndef SLACK_OPS_REDACT_JSON_H
#define SLACK_OPS_REDACT_JSON_H

#include "protocol/signature.h"
#include "util/json.h"

/*
 * JSON with its secrets taken out, for recordings. A string is hidden
 *
 *   by its name   tokens, secrets, trigger_id, response_url … become placeholders. The same secret
 *                 becomes the same placeholder, under a key that nobody keeps, so that what belongs
 *                 together is still seen to: a trigger_id in a body and in the call that uses it.
 *   by pattern    what looks like a token or a webhook inside of any other string becomes
 *                 "[redacted]", as in the log.
 *
 * A placeholder stays as it is when it is hidden again.
 */
typedef struct slack_hide {
    slack_signer_t *signer; /* NULL: placeholders without a number, for comparing only */
    bool texts;             /* what people wrote is hidden as well */
} slack_hide_t;

/* With a key of its own. 0; SLACK_ENOMEM; SLACK_EIO where there is no randomness. */
int slack__redact_json_init(slack_hide_t *hide, bool texts);
void slack__redact_json_done(slack_hide_t *hide);

/* Write a value's JSON to the end of `out`. 0, SLACK_ETOOBIG (the buffer's maximum), SLACK_ENOMEM;
 * then `out` is as it was. */
int slack__redact_json_write(const slack_hide_t *hide, slack_buf_t *out, const slack_json_t *value);

/* Whether that is what is written in a secret's place. */
bool slack__is_hidden(slack_slice_t text);
/* Whether a placeholder stands for any secret, since it was made without a key. */
bool slack__hides_any(slack_slice_t text);

#endif
