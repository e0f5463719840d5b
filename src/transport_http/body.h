/* SPDX-License-Identifier: MIT */
#ifndef SLACK_TRANSPORT_HTTP_BODY_H
#define SLACK_TRANSPORT_HTTP_BODY_H

#include "util/json.h"

/*
 * The body of a request of Slack's, in any of its three dresses, as the one JSON object that a
 * handler reads:
 *
 *     application/json                    events: the object itself
 *     application/x-www-form-urlencoded   interactions: the JSON text in the field `payload`
 *                                         commands: the fields, as an object of strings
 *
 * The media type decides, without its parameters and in any case of letters; where it is neither of
 * the two, the first byte does: '{' begins JSON. No I/O.
 */

/* Whether Slack, or anyone, only tries our certificate: a form with ssl_check=1, which is not
 * signed (https://docs.slack.dev/interactivity/implementing-slash-commands). Reads nothing else,
 * and decodes nothing. */
bool slack__body_is_ssl_check(slack_slice_t content_type, slack_slice_t body);

/* Read a body that is known to be Slack's. `body` lies in `arena`, is changed in place, must stay,
 * and has SLACK_JSON_PADDING writable bytes behind it. 0; SLACK_EJSON when it is no JSON object or
 * is empty; SLACK_ETOOBIG (too deep, too many fields); SLACK_ENOMEM. */
int slack__body_parse(slack_arena_t *arena, slack_slice_t content_type, char *body, size_t len,
                      const slack_json_t **ret);

#endif
