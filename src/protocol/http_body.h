/* SPDX-License-Identifier: MIT */
#ifndef SLACK_PROTOCOL_HTTP_BODY_H
#define SLACK_PROTOCOL_HTTP_BODY_H

#include "util/json.h"

/*
 * The body of a request from Slack, in any of its three forms, as the one JSON object that a
 * handler reads:
 *
 *     application/json                    events: the object itself
 *     application/x-www-form-urlencoded   interactions: the JSON text in the field `payload`
 *                                         commands: the fields, as an object of strings
 *
 * The media type decides; its parameters and its case do not matter. For any other media type the
 * first byte decides: '{' begins JSON. No I/O.
 */

/* Whether the request only checks the certificate: a form with ssl_check=1, which Slack does not
 * sign (https://docs.slack.dev/interactivity/implementing-slash-commands). Decodes nothing, so it
 * is safe before the signature is checked. */
bool slack__http_body_is_ssl_check(slack_slice_t content_type, slack_slice_t body);

/* Read a body whose signature has been checked. `body` lies in `arena`, and SLACK_JSON_PADDING
 * writable bytes follow it. The function changes it in place, and the result refers to it. 0;
 * SLACK_EJSON for anything but a JSON object that is not empty; SLACK_ETOOBIG (too deep, too many
 * fields); SLACK_ENOMEM. */
int slack__http_body_read(slack_arena_t *arena, slack_slice_t content_type, char *body, size_t len,
                          const slack_json_t **ret);

#endif
